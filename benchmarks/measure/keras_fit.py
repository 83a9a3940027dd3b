"""Keras `fit`, fed by tf.data as well as it can be, or by arrays as users call it."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from measure.cases import Case
from measure.material import windows

LAYERS = {"simple_rnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}


def prepare_dataset(case: Case) -> Callable[[int], None]:
    """Return training for some steps through tf.data.

    Ten steps an execution; its autotuning is off, because it distorts what is
    timed: epochs then take 70, 150, 310, 630 or 1270 ms and nothing in between.
    """
    import tensorflow as tf

    model = build(case)
    model.compile("adam", "mse", steps_per_execution=10, jit_compile=False)
    options = tf.data.Options()
    options.autotune.enabled = False

    @cache
    def dataset(steps: int) -> Any:
        x, y = windows(case, steps)
        return (
            tf.data.Dataset.from_tensor_slices((x, y))
            .shuffle(len(x))
            .batch(case.batch)
            .prefetch(2)
            .with_options(options)
        )

    return lambda steps: model.fit(dataset(steps), verbose=0)


def prepare_arrays(case: Case) -> Callable[[int], None]:
    """Return training for some steps on NumPy arrays, everything as by default."""
    model = build(case)
    model.compile("adam", "mse")
    arrays: Callable[[int], tuple[np.ndarray, np.ndarray]]
    arrays = cache(lambda steps: windows(case, steps))

    def run(steps: int) -> None:
        x, y = arrays(steps)
        model.fit(x, y, batch_size=case.batch, verbose=0)

    return run


def build(case: Case) -> Any:
    """Return the stock model."""
    import keras

    keras.utils.clear_session()
    keras.utils.set_random_seed(0)
    layer = getattr(keras.layers, LAYERS[case.cell])(case.units)
    shape = (case.steps, case.inputs)
    return keras.Sequential([keras.Input(shape), layer, keras.layers.Dense(1)])
