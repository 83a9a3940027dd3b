"""Forecasting many windows: gathered and computed in batches that fit memory."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from seqforecast.backend import load_tensorflow
from seqforecast.data.features import Features
from seqforecast.data.panel import FloatArray
from seqforecast.data.windows import WindowIndex
from seqforecast.models.batches import pass_forward
from seqforecast.models.forecaster import Forecaster


def forecast(
    forecaster: Forecaster,
    values: FloatArray,
    windows: WindowIndex,
    numbers: npt.NDArray[np.int32] | None = None,
    features: Features | None = None,
) -> Iterator[tuple[WindowIndex, FloatArray]]:
    """Yield the windows in batches, each with its forecasts.

    Args:
        forecaster: the model.
        values: the flat array the windows point into.
        windows: whose lookbacks are read; their targets are not.
        numbers: shape (series,), by which the model knows the series; default
            their own.
        features: of the panel, where the model reads any.

    Yields:
        Some windows and their forecasts, (windows, horizon) or (windows, horizon,
        quantiles), in the data's unit.
    """
    tf = load_tensorflow()
    steps = forecaster.lookback + forecaster.horizon

    def compute(batch: WindowIndex) -> FloatArray:
        series = batch.series
        known = series if numbers is None else numbers[series]
        given = [tf.constant(batch.inputs(values), tf.float32), tf.constant(known)]
        if features is not None:
            given.append(tf.constant(features.take(batch.places(steps), series)))
        made: FloatArray = forecaster.compiled(*given).numpy()
        return made

    yield from pass_forward(forecaster, windows, compute)
