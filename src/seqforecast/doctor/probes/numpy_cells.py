"""The three cells in NumPy, as their authors and Keras define them, in float64."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]
Forward = Callable[[Doubles, Sequence[Doubles]], Doubles]

# Half the distance between the two points of a difference quotient.
NUDGE = 1e-5


def simple_rnn(x: Doubles, weights: Sequence[Doubles]) -> Doubles:
    """Return the last output, (batch, units), of x, (batch, steps, features).

    Elman, "Finding structure in time", 1990: h = tanh(x W + h U + b).
    """
    kernel, recurrent, bias = weights
    hidden = np.zeros((len(x), len(recurrent)))
    for step in range(x.shape[1]):
        hidden = np.tanh(x[:, step] @ kernel + hidden @ recurrent + bias)
    return hidden


def lstm(x: Doubles, weights: Sequence[Doubles]) -> Doubles:
    """Return the last output, (batch, units), of x, (batch, steps, features).

    Gers, Schmidhuber and Cummins, "Learning to forget", 2000. The columns of Keras'
    weights are input gate, forget gate, candidate and output gate.
    """
    kernel, recurrent, bias = weights
    hidden = cell_state = np.zeros((len(x), len(recurrent)))
    for step in range(x.shape[1]):
        gates = x[:, step] @ kernel + hidden @ recurrent + bias
        input_gate, forget_gate, candidate, output_gate = np.split(gates, 4, axis=1)
        cell_state = _sigmoid(forget_gate) * cell_state + _sigmoid(
            input_gate
        ) * np.tanh(candidate)
        hidden = _sigmoid(output_gate) * np.tanh(cell_state)
    return hidden


def gru(x: Doubles, weights: Sequence[Doubles]) -> Doubles:
    """Return the last output, (batch, units), of x, (batch, steps, features).

    Cho et al., "Learning phrase representations using RNN encoder-decoder", 2014, in
    the form whose reset gate follows the product with the recurrent weights. The
    columns are update gate, reset gate and candidate; the bias has two rows, one for
    the input and one for the recurrent side.
    """
    kernel, recurrent, bias = weights
    hidden = np.zeros((len(x), len(recurrent)))
    for step in range(x.shape[1]):
        inputs = np.split(x[:, step] @ kernel + bias[0], 3, axis=1)
        recurrences = np.split(hidden @ recurrent + bias[1], 3, axis=1)
        update_gate = _sigmoid(inputs[0] + recurrences[0])
        reset_gate = _sigmoid(inputs[1] + recurrences[1])
        candidate = np.tanh(inputs[2] + reset_gate * recurrences[2])
        hidden = update_gate * hidden + (1 - update_gate) * candidate
    return hidden


CELLS: dict[str, Forward] = {"simple_rnn": simple_rnn, "lstm": lstm, "gru": gru}


def gradient(
    forward: Forward, x: Doubles, weights: Sequence[Doubles], toward: Doubles
) -> Doubles:
    """Return the gradient of sum(toward * output) by the weights, as one vector.

    By central differences: slow, and independent of any backward pass.

    Args:
        forward: one of the cells.
        x: shape (batch, steps, features).
        weights: of the cell.
        toward: shape (batch, units), what each output counts.
    """
    slopes = []
    moved = [np.array(weight) for weight in weights]
    for weight in moved:
        for index in np.ndindex(weight.shape):
            kept = weight[index]
            ends = []
            for nudge in (NUDGE, -NUDGE):
                weight[index] = kept + nudge
                ends.append(float(np.sum(toward * forward(x, moved))))
            weight[index] = kept
            slopes.append((ends[0] - ends[1]) / (2 * NUDGE))
    return np.array(slopes)


def relative_difference(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> float:
    """Return the largest difference as a share of the other's largest value."""
    return float(np.max(np.abs(one - other)) / np.max(np.abs(other)))


def cosine(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> float:
    """Return the cosine between two vectors; nan when one of them is 0."""
    lengths = np.linalg.norm(one) * np.linalg.norm(other)
    return float(one @ other / lengths) if lengths else float("nan")


def _sigmoid(x: Doubles) -> Doubles:
    return np.asarray(1 / (1 + np.exp(-x)))
