"""The LSTM: every hidden state, and the gradients of all weights."""

from typing import Any

from seqforecast.backend import load_tensorflow
from seqforecast.training.kernels.scan import State, earlier, gradients, project, scan


def lstm(inputs: Any, kernel: Any, recurrent: Any, bias: Any) -> Any:
    """Return every hidden state of an LSTM, (steps, units, batch).

    Args:
        inputs: (steps, features, batch).
        kernel: (features, 4 x units); gates in Keras' order: input, forget,
            candidate, output.
        recurrent: (units, 4 x units).
        bias: (4 x units,).
    """
    tf = load_tensorflow()

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def run(inputs: Any, kernel: Any, recurrent: Any, bias: Any) -> Any:
        gates, cell_states = _forward(inputs, kernel, recurrent, bias)
        bounded = tf.tanh(cell_states)
        hiddens = tf.split(gates, 4, axis=1)[3] * bounded

        def backward(upstream: Any) -> Any:
            slopes = _slopes(gates, cell_states, bounded, hiddens)
            forget_gate = tf.split(gates, 4, axis=1)[1]
            changes = _backward(upstream, recurrent, forget_gate, slopes)
            return gradients(inputs, kernel, hiddens, changes)

        return hiddens, backward

    return run(inputs, kernel, recurrent, bias)


def _forward(inputs: Any, kernel: Any, recurrent: Any, bias: Any) -> tuple[Any, Any]:
    """Return gates, (steps, 4 x units, batch), cell states, (steps, units, batch)."""
    tf = load_tensorflow()
    # sigmoid(z) is tanh(z / 2) / 2 + 1 / 2: one tanh serves all gates. The halves are
    # powers of two, so taking them into the weights loses nothing.
    half = tf.repeat(tf.constant([0.5, 0.5, 1.0, 0.5]), recurrent.shape[0])
    scale, shift = half[:, None], 1 - half[:, None]
    projected = project(inputs, kernel * half, bias * half)
    transposed = tf.transpose(recurrent * half)

    def step(number: Any, state: State) -> tuple[State, State]:
        hidden, cell_state = state
        gates = tf.tanh(projected[number] + tf.matmul(transposed, hidden))
        gates = gates * scale + shift
        input_gate, forget_gate, candidate, output_gate = tf.split(gates, 4)
        cell_state = forget_gate * cell_state + input_gate * candidate
        return (output_gate * tf.tanh(cell_state), cell_state), (gates, cell_state)

    zero = tf.zeros([recurrent.shape[0], inputs.shape[2]])
    like = (tf.zeros_like(projected[0]), zero)
    gates, cell_states = scan(step, (zero, zero), like, inputs.shape[0])
    return gates, cell_states


def _slopes(
    gates: Any, cell_states: Any, bounded: Any, hiddens: Any
) -> tuple[Any, ...]:
    """Return the factors of the way back that no later step decides, for all at once.

    Four of the gates, in their order, and that from hidden state to cell state.
    """
    tf = load_tensorflow()
    input_gate, forget_gate, candidate, output_gate = tf.split(gates, 4, axis=1)
    return (
        candidate * input_gate * (1 - input_gate),
        earlier(cell_states) * forget_gate * (1 - forget_gate),
        input_gate * (1 - tf.square(candidate)),
        hiddens * (1 - output_gate),
        output_gate * (1 - tf.square(bounded)),
    )


def _backward(upstream: Any, recurrent: Any, forget_gate: Any, slopes: Any) -> Any:
    """Return the gradients of what the gates were taken of."""
    tf = load_tensorflow()
    of_input, of_forget, of_candidate, of_output, of_cell_state = slopes

    def step(number: Any, state: State) -> tuple[State, State]:
        above = upstream[number] + state[0]
        cell_state = state[1] + above * of_cell_state[number]
        change = tf.concat(
            [
                cell_state * of_input[number],
                cell_state * of_forget[number],
                cell_state * of_candidate[number],
                above * of_output[number],
            ],
            axis=0,
        )
        above = tf.matmul(recurrent, change)
        return (above, cell_state * forget_gate[number]), (change,)

    zero = tf.zeros_like(upstream[0])
    like = (tf.concat([zero] * 4, axis=0),)
    (changes,) = scan(step, (zero, zero), like, upstream.shape[0], reverse=True)
    return changes
