"""The Sequential core in training, layer by layer, with our kernels where they fit."""

from collections.abc import Callable, Iterator
from typing import Any

from seqforecast.backend import load_keras, load_tensorflow
from seqforecast.training.kernels.lstm import lstm
from seqforecast.training.kernels.simple_rnn import simple_rnn


def run_core(core: Any, inputs: Any) -> Any:
    """Return what the Sequential returns in training, (batch, horizon).

    Args:
        core: the core of `models.builder`.
        inputs: what it reads: normalised windows, (batch, lookback, 1), or tokens.
    """
    *_, (_, out) = each_output(core, inputs, _train_layer)
    return out


def each_output(
    core: Any, inputs: Any, run: Callable[[Any, Any], Any]
) -> Iterator[tuple[Any, Any]]:
    """Yield each layer of a core, in order, and what it returns.

    Args:
        core: the core of `models.builder`.
        inputs: what it reads; in a list what it reads, and what its head reads too.
        run: returns what a layer returns for its inputs.
    """
    out, *ahead = inputs if isinstance(inputs, list) else [inputs]
    for layer in core.layers:
        if isinstance(layer, load_keras().layers.InputLayer):
            continue
        layer_inputs = [out, *ahead] if ahead and layer.name == "head" else out
        out = run(layer, layer_inputs)
        yield layer, out


def _train_layer(layer: Any, inputs: Any) -> Any:
    """Return what a layer returns in training."""
    if _is_double(layer) and can_run(layer.forward_layer):
        return _run_both_ways(layer, inputs)
    if can_run(layer):
        return run_layer(layer, inputs)
    if isinstance(layer, load_keras().layers.Dropout):
        return _drop(layer, inputs)
    return layer(inputs, training=True)


def each_recurrent(core: Any) -> list[Any]:
    """Return the recurrent layers of a Sequential, both halves of a Bidirectional."""
    keras = load_keras()
    layers: list[Any] = []
    for layer in core.layers:
        if _is_double(layer):
            layers += [layer.forward_layer, layer.backward_layer]
        elif isinstance(layer, keras.layers.RNN):
            layers.append(layer)
    return layers


def can_run(layer: Any) -> bool:
    """Return whether a layer computes what a kernel here computes."""
    keras = load_keras()
    if not isinstance(layer, keras.layers.SimpleRNN | keras.layers.LSTM):
        return False
    settings = layer.get_config()
    others = ("dropout", "recurrent_dropout", "unroll", "return_state")
    return (
        settings["activation"] == "tanh"
        and settings.get("recurrent_activation", "sigmoid") == "sigmoid"
        and settings["use_bias"]
        and not any(settings[name] for name in others)
    )


def run_layer(layer: Any, inputs: Any) -> Any:
    """Return what a stock layer returns for inputs (batch, steps, features)."""
    tf, keras = load_tensorflow(), load_keras()
    kernel = lstm if isinstance(layer, keras.layers.LSTM) else simple_rnn
    steps = tf.transpose(inputs, [1, 2, 0])
    if layer.go_backwards:
        steps = steps[::-1]
    weights = [weight.value for weight in layer.cell.trainable_variables]
    hidden = kernel(steps, *weights)
    if layer.return_sequences:
        return tf.transpose(hidden, [2, 0, 1])
    return tf.transpose(hidden[-1])


def _drop(layer: Any, inputs: Any) -> Any:
    """Return what a stock Dropout returns outside of XLA.

    From the same random bits XLA makes other fractions than TensorFlow does, which
    takes the last 23; taken by hand, both drop the same.
    """
    tf = load_tensorflow()
    seed = tf.cast(layer.seed_generator.next(), tf.int32)
    bits = tf.random.stateless_uniform(
        tf.shape(inputs), seed, None, None, tf.int32, alg="philox"
    )
    fractions = tf.cast(bits & 0x7FFFFF, tf.float32) * 2.0**-23
    kept = inputs * (1 / (1 - layer.rate))
    return tf.where(fractions >= layer.rate, kept, tf.zeros_like(kept))


def _is_double(layer: Any) -> bool:
    return isinstance(layer, load_keras().layers.Bidirectional)


def _run_both_ways(wrapper: Any, inputs: Any) -> Any:
    """Return what a stock Bidirectional returns; its halves are joined."""
    forward = run_layer(wrapper.forward_layer, inputs)
    backward = run_layer(wrapper.backward_layer, inputs)
    if wrapper.return_sequences:
        backward = backward[:, ::-1]
    return load_tensorflow().concat([forward, backward], axis=-1)
