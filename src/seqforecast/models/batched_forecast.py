"""Forecasts of many windows: gathered and computed in batches that fit memory."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt

from seqforecast.backend import load_tensorflow
from seqforecast.data.features import Features
from seqforecast.data.panel import FloatArray
from seqforecast.data.windows import WindowIndex
from seqforecast.hardware import usable_cores
from seqforecast.models.forecaster import Forecaster

# Bytes that the lookbacks and hidden states of one batch may take. Batches this small
# stay in a core's cache; cores compute batches of their own, which is faster than all
# of them on one batch.
BYTES = 12 * 2**20


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
        arguments = [tf.constant(batch.inputs(values), tf.float32), tf.constant(known)]
        if features is not None:
            arguments.append(tf.constant(features.take(batch.places(steps), series)))
        forecasts: FloatArray = forecaster.compiled(*arguments).numpy()
        return forecasts

    yield from pass_forward(forecaster, windows, compute)


def batch_size(forecaster: Forecaster) -> int:
    """Return how many windows a forward pass takes within its bytes."""
    floats = forecaster.lookback * (4 * forecaster.width + 1) + forecaster.horizon
    floats += (forecaster.lookback + forecaster.horizon) * forecaster.features
    return int(np.clip(BYTES // (4 * floats), 32, 8192))


def pass_forward(
    forecaster: Forecaster,
    windows: WindowIndex,
    compute: Callable[[WindowIndex], Any],
) -> Iterator[tuple[WindowIndex, Any]]:
    """Yield the windows in batches, in order, each with what is computed of it.

    A few batches are computed at once, and no more are held.

    Args:
        forecaster: the model, which decides how large a batch is.
        windows: of any number.
        compute: a pure function of a batch.
    """
    chunks = windows.chunks(batch_size(forecaster))
    at_once = _passes_at_once()
    pool = ThreadPoolExecutor(at_once)
    waiting: deque[tuple[WindowIndex, Any]] = deque()
    try:
        for chunk in chunks:
            waiting.append((chunk, pool.submit(compute, chunk)))
            if len(waiting) > 2 * at_once:
                batch, future = waiting.popleft()
                yield batch, future.result()
        for batch, future in waiting:
            yield batch, future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _passes_at_once() -> int:
    """Return one for a GPU, which a batch fills, else one more than there are cores.

    While one pass waits between its small operations, another one computes.
    """
    if load_tensorflow().config.get_visible_devices("GPU"):
        return 1
    return len(usable_cores()) + 1
