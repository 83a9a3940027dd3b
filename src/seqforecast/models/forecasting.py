"""Forecasting many windows: gathered and computed in batches that fit memory."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from seqforecast.backend import load_tensorflow
from seqforecast.data.panel import FloatArray
from seqforecast.data.windows import WindowIndex
from seqforecast.models.batches import pass_forward
from seqforecast.models.builder import Forecaster


def forecast(
    forecaster: Forecaster,
    values: FloatArray,
    windows: WindowIndex,
    numbers: npt.NDArray[np.int32] | None = None,
) -> Iterator[tuple[WindowIndex, FloatArray]]:
    """Yield the windows in batches, each with its forecasts.

    Args:
        forecaster: the model.
        values: the flat array the windows point into.
        windows: whose lookbacks are read; their targets are not.
        numbers: shape (series,), by which the model knows the series; default
            their own.

    Yields:
        Some windows and their forecasts, (windows, horizon), in the data's unit.
    """
    tf = load_tensorflow()

    def compute(batch: WindowIndex) -> FloatArray:
        lookbacks = tf.constant(batch.inputs(values), tf.float32)
        series = batch.series if numbers is None else numbers[batch.series]
        made: FloatArray = forecaster.compiled(lookbacks, tf.constant(series)).numpy()
        return made

    yield from pass_forward(forecaster, windows, compute)
