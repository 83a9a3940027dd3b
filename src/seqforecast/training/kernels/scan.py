"""What the kernels share: the loop over steps, and the products outside of it."""

from collections.abc import Callable
from typing import Any

from seqforecast.backend import load_tensorflow

State = tuple[Any, ...]
Step = Callable[[Any, State], tuple[State, State]]


def project(inputs: Any, kernel: Any, bias: Any) -> Any:
    """Return what the inputs add at every step, (steps, gates x units, batch)."""
    tf = load_tensorflow()
    if kernel.shape[0] == 1:
        return inputs * kernel[0, :, None] + bias[:, None]
    rows, shape = as_rows(inputs), (kernel.shape[1], *inputs.shape[::2])
    projected = tf.matmul(kernel, rows, transpose_a=True) + bias[:, None]
    return tf.transpose(tf.reshape(projected, shape), [1, 0, 2])


def gradients(inputs: Any, kernel: Any, hiddens: Any, changes: Any) -> list[Any]:
    """Return the gradients of inputs, kernel, recurrent and bias.

    Args:
        inputs: (steps, features, batch).
        kernel: (features, gates x units).
        hiddens: every hidden state, (steps, units, batch).
        changes: gradients of what `tanh` was taken of, (steps, gates x units, batch).
    """
    tf = load_tensorflow()
    steps, features, batch = inputs.shape
    units = hiddens.shape[1]
    rows = as_rows(changes)
    ones = tf.ones([steps, 1, batch])
    seen = as_rows(tf.concat([earlier(hiddens), inputs, ones], axis=1))
    weights = tf.matmul(seen, rows, transpose_b=True)
    below = tf.reshape(tf.matmul(kernel, rows), [features, steps, batch])
    return [
        tf.transpose(below, [1, 0, 2]),
        weights[units:-1],
        weights[:units],
        weights[-1],
    ]


def earlier(states: Any) -> Any:
    """Return the state before each step; zero before the first."""
    tf = load_tensorflow()
    return tf.concat([tf.zeros_like(states[:1]), states[:-1]], axis=0)


def as_rows(states: Any) -> Any:
    """Return (steps, rows, batch) as (rows, steps x batch)."""
    tf = load_tensorflow()
    return tf.reshape(tf.transpose(states, [1, 0, 2]), [states.shape[1], -1])


def scan(
    body: Step, state: State, outputs: State, steps: int, *, reverse: bool = False
) -> list[Any]:
    """Run the body at every step; return its stacked outputs, first step first."""
    tf = load_tensorflow()
    arrays = tuple(
        tf.TensorArray(tf.float32, steps, element_shape=output.shape)
        for output in outputs
    )

    def take(count: Any, state: State, arrays: Any) -> Any:
        step = steps - 1 - count if reverse else count
        state, results = body(step, state)
        pairs = zip(arrays, results, strict=True)
        written = (array.write(step, result) for array, result in pairs)
        return count + 1, state, tuple(written)

    _, _, arrays = tf.while_loop(
        lambda count, *_: count < steps,
        take,
        (tf.constant(0), state, arrays),
        maximum_iterations=steps,
    )
    return [array.stack() for array in arrays]
