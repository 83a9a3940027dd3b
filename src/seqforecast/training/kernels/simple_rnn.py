"""Elman's network: every hidden state, and the gradients of all weights."""

from typing import Any

from seqforecast.backend import load_tensorflow
from seqforecast.training.kernels.scan import State, gradients, project, scan


def simple_rnn(inputs: Any, kernel: Any, recurrent: Any, bias: Any) -> Any:
    """Return every hidden state of Elman's network, (steps, units, batch).

    Args:
        inputs: (steps, features, batch).
        kernel: (features, units).
        recurrent: (units, units).
        bias: (units,).
    """
    tf = load_tensorflow()

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def run(inputs: Any, kernel: Any, recurrent: Any, bias: Any) -> Any:
        projected = project(inputs, kernel, bias)
        transposed = tf.transpose(recurrent)
        zero = tf.zeros_like(projected[0])

        def forward(step: Any, state: State) -> tuple[State, State]:
            hidden = tf.tanh(projected[step] + tf.matmul(transposed, state[0]))
            return (hidden,), (hidden,)

        (hiddens,) = scan(forward, (zero,), (zero,), inputs.shape[0])

        def backward(upstream: Any) -> Any:
            slopes = 1 - tf.square(hiddens)

            def step_back(step: Any, state: State) -> tuple[State, State]:
                change = (upstream[step] + state[0]) * slopes[step]
                return (tf.matmul(recurrent, change),), (change,)

            (changes,) = scan(
                step_back, (zero,), (zero,), inputs.shape[0], reverse=True
            )
            return gradients(inputs, kernel, hiddens, changes)

        return hiddens, backward

    return run(inputs, kernel, recurrent, bias)
