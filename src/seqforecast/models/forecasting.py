"""Forecasting many windows: gathered and computed in batches that fit memory."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from seqforecast.backend import load_tensorflow
from seqforecast.data.panel import FloatArray
from seqforecast.data.windows import WindowIndex
from seqforecast.models.builder import Forecaster

# Bytes that the lookbacks and hidden states of one batch may take.
BYTES = 64 * 2**20


def batch_size(forecaster: Forecaster) -> int:
    """Return how many windows a forward pass takes within its bytes."""
    width = max(layer.output.shape[-1] for layer in forecaster.core.layers)
    floats = forecaster.lookback * (4 * width + 1) + forecaster.horizon
    return int(np.clip(BYTES // (4 * floats), 32, 8192))


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
    for chunk in windows.chunks(batch_size(forecaster)):
        lookbacks = tf.constant(chunk.inputs(values), tf.float32)
        series = chunk.series if numbers is None else numbers[chunk.series]
        yield chunk, forecaster.compiled(lookbacks, tf.constant(series)).numpy()
