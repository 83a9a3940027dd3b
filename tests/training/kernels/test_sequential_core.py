"""Kernels compute what Keras' layers compute, forwards and backwards."""

import numpy as np
import pytest

from seqforecast.backend import load_keras, load_tensorflow

pytestmark = pytest.mark.tensorflow

CELLS = ["SimpleRNN", "LSTM"]


def outputs_and_gradients(layer, inputs, run, *, xla=True):
    """Return outputs, and gradients of a weighted sum of them, inputs' first."""
    tf = load_tensorflow()

    @tf.function(jit_compile=xla, autograph=False)
    def both():
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            out = run(inputs)
            numbers = tf.reshape(tf.range(tf.size(out), dtype=tf.float32), out.shape)
            total = tf.reduce_sum(out * tf.cos(numbers))
        return out, *tape.gradient(total, [inputs, *layer.trainable_variables])

    return [each.numpy() for each in both()]


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("features", [1, 3])
@pytest.mark.parametrize("sequences", [False, True])
@pytest.mark.parametrize("both_ways", [False, True])
def test_outputs_and_gradients_are_those_of_the_layer(
    cell, features, sequences, both_ways
):
    """Gradients of inputs, kernel, recurrent kernel and bias, not only losses."""
    tf, keras = load_tensorflow(), load_keras()

    from seqforecast.training.kernels.sequential_core import run_core

    keras.utils.set_random_seed(1)
    layer = getattr(keras.layers, cell)(
        4, return_sequences=sequences, bias_initializer="random_normal"
    )
    if both_ways:
        layer = keras.layers.Bidirectional(layer)
    core = keras.Sequential([keras.Input((6, features)), layer])
    inputs = tf.random.normal([5, 6, features])

    expected = outputs_and_gradients(layer, inputs, core, xla=False)
    found = outputs_and_gradients(layer, inputs, lambda x: run_core(core, x))

    for one, other in zip(found, expected, strict=True):
        assert one == pytest.approx(other, rel=1e-4, abs=1e-5)


@pytest.mark.parametrize(
    "settings",
    [
        {"activation": "relu"},
        {"use_bias": False},
        {"dropout": 0.1},
        {"recurrent_dropout": 0.1},
        {"unroll": True},
        {"return_state": True},
    ],
    ids=lambda settings: next(iter(settings)),
)
@pytest.mark.parametrize("cell", CELLS)
def test_what_a_kernel_does_not_compute_is_left_to_the_layer(cell, settings):
    keras = load_keras()

    from seqforecast.training.kernels.sequential_core import can_run

    make = getattr(keras.layers, cell)
    assert can_run(make(3))
    assert not can_run(make(3, **settings))
    assert not can_run(keras.layers.GRU(3))


def test_other_recurrent_activations_are_left_to_the_layer():
    keras = load_keras()

    from seqforecast.training.kernels.sequential_core import can_run

    assert not can_run(keras.layers.LSTM(3, recurrent_activation="tanh"))


@pytest.mark.parametrize("cell", CELLS)
def test_states_in_saturation_stay_finite(cell):
    """Inputs of a thousand: gates at their ends, gradients zero and never NaN."""
    tf, keras = load_tensorflow(), load_keras()

    from seqforecast.training.kernels.sequential_core import run_layer

    layer = getattr(keras.layers, cell)(3)
    layer.build((None, 5, 1))
    inputs = tf.constant(np.linspace(-1000, 1000, 10).reshape(2, 5, 1), tf.float32)
    found = outputs_and_gradients(layer, inputs, lambda x: run_layer(layer, x))
    assert all(np.isfinite(each).all() for each in found)
