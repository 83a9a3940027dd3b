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
        gates, memories = _forward(inputs, kernel, recurrent, bias)
        bounded = tf.tanh(memories)
        hiddens = tf.split(gates, 4, axis=1)[3] * bounded

        def backward(upstream: Any) -> Any:
            slopes = _slopes(gates, memories, bounded, hiddens)
            keep = tf.split(gates, 4, axis=1)[1]
            changes = _backward(upstream, recurrent, keep, slopes)
            return gradients(inputs, kernel, hiddens, changes)

        return hiddens, backward

    return run(inputs, kernel, recurrent, bias)


def _forward(inputs: Any, kernel: Any, recurrent: Any, bias: Any) -> tuple[Any, Any]:
    """Return gates, (steps, 4 x units, batch), and memories, (steps, units, batch)."""
    tf = load_tensorflow()
    # sigmoid(z) is tanh(z / 2) / 2 + 1 / 2: one tanh serves all gates. The halves are
    # powers of two, so taking them into the weights loses nothing.
    half = tf.repeat(tf.constant([0.5, 0.5, 1.0, 0.5]), recurrent.shape[0])
    scale, shift = half[:, None], 1 - half[:, None]
    projected = project(inputs, kernel * half, bias * half)
    transposed = tf.transpose(recurrent * half)

    def step(number: Any, state: State) -> tuple[State, State]:
        hidden, memory = state
        gates = tf.tanh(projected[number] + tf.matmul(transposed, hidden))
        gates = gates * scale + shift
        let_in, keep, candidate, let_out = tf.split(gates, 4)
        memory = keep * memory + let_in * candidate
        return (let_out * tf.tanh(memory), memory), (gates, memory)

    zero = tf.zeros([recurrent.shape[0], inputs.shape[2]])
    like = (tf.zeros_like(projected[0]), zero)
    gates, memories = scan(step, (zero, zero), like, inputs.shape[0])
    return gates, memories


def _slopes(gates: Any, memories: Any, bounded: Any, hiddens: Any) -> tuple[Any, ...]:
    """Return the factors of the way back that no later step decides, for all at once.

    Four of the gates, in their order, and that from hidden state to memory.
    """
    tf = load_tensorflow()
    let_in, keep, candidate, let_out = tf.split(gates, 4, axis=1)
    return (
        candidate * let_in * (1 - let_in),
        earlier(memories) * keep * (1 - keep),
        let_in * (1 - tf.square(candidate)),
        hiddens * (1 - let_out),
        let_out * (1 - tf.square(bounded)),
    )


def _backward(upstream: Any, recurrent: Any, keep: Any, slopes: Any) -> Any:
    """Return the gradients of what the gates were taken of."""
    tf = load_tensorflow()
    of_let_in, of_keep, of_candidate, of_let_out, of_memory = slopes

    def step(number: Any, state: State) -> tuple[State, State]:
        above = upstream[number] + state[0]
        memory = state[1] + above * of_memory[number]
        change = tf.concat(
            [
                memory * of_let_in[number],
                memory * of_keep[number],
                memory * of_candidate[number],
                above * of_let_out[number],
            ],
            axis=0,
        )
        return (tf.matmul(recurrent, change), memory * keep[number]), (change,)

    zero = tf.zeros_like(upstream[0])
    like = (tf.concat([zero] * 4, axis=0),)
    (changes,) = scan(step, (zero, zero), like, upstream.shape[0], reverse=True)
    return changes
