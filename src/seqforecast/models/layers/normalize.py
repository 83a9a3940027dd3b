"""Keras layers that let a model take raw values and give raw values.

This module opens Keras when it is imported; import it late.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from seqforecast.backend import load_keras

keras = load_keras()
ops = keras.ops

# Normalised values are held within this many units, so that no float32 input, however
# large, becomes infinite on its way to the cells.
MOST_UNITS = 1e9
# The least float32 that has all its digits: what logmean takes for values below it.
LEAST = float(np.finfo(np.float32).tiny)
MOST = float(np.finfo(np.float32).max)
LOG_OF_MOST = 88.0


@keras.saving.register_keras_serializable(package="seqforecast")
class Normalize(keras.layers.Layer):  # type: ignore[misc, name-defined]
    """Take each window relative to a level and a width of its own.

    Calling it with values (batch, lookback, 1), and with the number of each
    window's series (batch,) when series have scales of their own, returns

    - the normalised window, (batch, lookback, 1),
    - level and width, each (batch, 1): value = level + width * normalised,
    - spread, (batch, 1): the scale of the series, in which losses are measured.

    none: the series' own scale. last: relative to the last value, in spreads of
    the series; what shifts the window shifts the forecast. mean: divided by the mean
    absolute value; a positive factor of the window is one of the forecast, and zeros
    forecast zeros. zscore: mean and deviation of the window; both laws, and a constant
    forecasts itself. logmean: logarithms less their mean; the law of `mean`, for
    positive values; others, which training refuses, count as the least float. zlast:
    the last value and the deviation of the window; the laws of zscore. blend: half the
    mean of the last season and half that of the window, in spreads of the series; the
    law of `last`.

    Source: Kim et al., "Reversible Instance Normalization for Accurate Time-Series
    Forecasting against Distribution Shift", 2022; without its learnt parameters, and
    without its epsilon, which would bend the laws.
    """

    def __init__(self, kind: str, rows: int, season: int = 1, **settings: Any) -> None:
        super().__init__(**settings)
        self.kind = kind
        self.rows = rows
        self.season = season
        self.center = self._constant("center", "zeros")
        self.spread = self._constant("spread", "ones")

    def _constant(self, name: str, start: str) -> Any:
        return self.add_weight(
            name=name, shape=(self.rows,), initializer=start, trainable=False
        )

    def set_scale(
        self, center: npt.NDArray[np.float64], spread: npt.NDArray[np.float64]
    ) -> None:
        """Set the scale of every series, each of shape (rows,)."""
        self.center.assign(center)
        self.spread.assign(spread)

    def call(self, values: Any, series: Any = None) -> tuple[Any, Any, Any, Any]:
        """Return normalised window, level, width and spread."""
        row = ops.zeros_like(values[:, 0, 0], dtype="int32")
        row = row if series is None else ops.reshape(series, (-1,))
        center = ops.take(self.center, row, axis=0)[:, None]
        spread = ops.take(self.spread, row, axis=0)[:, None]
        normalised, level, width = self._take_relative(values[:, :, 0], center, spread)
        normalised = ops.clip(normalised, -MOST_UNITS, MOST_UNITS)
        return normalised[:, :, None], level, width, spread

    def _take_relative(
        self, steps: Any, center: Any, spread: Any
    ) -> tuple[Any, Any, Any]:
        match self.kind:
            case "last":
                last = steps[:, -1:]
                return (steps - last) / spread, last, spread
            case "mean":
                share, peak = _shares(steps)
                size = ops.mean(ops.abs(share), axis=1, keepdims=True)
                return share / _or_one(size), ops.zeros_like(size), peak * size
            case "zscore" | "zlast":
                return _standardise(steps, from_last=self.kind == "zlast")
            case "blend":
                share, peak = _shares(ops.clip(steps - steps[:, -1:], -MOST, MOST))
                season = ops.mean(share[:, -self.season :], axis=1, keepdims=True)
                middle = (season + ops.mean(share, axis=1, keepdims=True)) / 2
                level = steps[:, -1:] + peak * middle
                return (share - middle) * (peak / spread), level, spread
            case "logmean":
                logs = ops.log(ops.maximum(steps, LEAST))
                level = ops.mean(logs, axis=1, keepdims=True)
                return logs - level, level, ops.ones_like(level)
        return (steps - center) / spread, center, spread

    def get_config(self) -> dict[str, Any]:
        """Return what the layer is made from."""
        own = {"kind": self.kind, "rows": self.rows, "season": self.season}
        return {**super().get_config(), **own}


def _standardise(steps: Any, *, from_last: bool) -> tuple[Any, Any, Any]:
    """Return the window in deviations from its mean or last value.

    Both are exact for a constant.
    """
    last = steps[:, -1:]
    moved = ops.clip(steps - last, -MOST, MOST)
    share, peak = _shares(moved)
    mean = ops.mean(share, axis=1, keepdims=True)
    square = ops.mean(ops.square(share - mean), axis=1, keepdims=True)
    deviation = ops.sqrt(square)
    place = share[:, -1:] if from_last else mean
    level = last if from_last else last + peak * mean
    return (share - place) / _or_one(deviation), level, peak * deviation


def _shares(steps: Any) -> tuple[Any, Any]:
    """Return the steps in units of the largest one, whose square cannot overflow."""
    peak = ops.max(ops.abs(steps), axis=1, keepdims=True)
    return steps / _or_one(peak), peak


def _or_one(size: Any) -> Any:
    return ops.where(size > 0, size, ops.ones_like(size))


@keras.saving.register_keras_serializable(package="seqforecast")
class Denormalize(keras.layers.Layer):  # type: ignore[misc, name-defined]
    """Undo `Normalize`: level + width * normalised, in the unit of the data."""

    def __init__(self, kind: str, **settings: Any) -> None:
        super().__init__(**settings)
        self.kind = kind

    def call(self, normalised: Any, level: Any, width: Any) -> Any:
        """Return values of the shape of `normalised`.

        Args:
            normalised: shape (batch, horizon) or (batch, horizon, quantiles).
            level: shape (batch, 1).
            width: shape (batch, 1).
        """
        if len(normalised.shape) == 3:
            level, width = level[:, :, None], width[:, :, None]
        values = level + width * normalised
        if self.kind == "logmean":
            return ops.exp(ops.minimum(values, LOG_OF_MOST))
        return values

    def get_config(self) -> dict[str, Any]:
        """Return what the layer is made from."""
        return {**super().get_config(), "kind": self.kind}


@keras.saving.register_keras_serializable(package="seqforecast")
class Tail(keras.layers.Layer):  # type: ignore[misc, name-defined]
    """Leave out the first steps of (batch, steps, features)."""

    def __init__(self, left_out: int, **settings: Any) -> None:
        super().__init__(**settings)
        self.left_out = left_out

    def call(self, steps: Any) -> Any:
        """Return the steps after those that are left out."""
        return steps[:, self.left_out :]

    def get_config(self) -> dict[str, Any]:
        """Return what the layer is made from."""
        return {**super().get_config(), "left_out": self.left_out}


@keras.saving.register_keras_serializable(package="seqforecast")
class Median(keras.layers.Layer):  # type: ignore[misc, name-defined]
    """The median of several forecasts of one shape, point by point.

    Of an even number it is the mean of the two in the middle. Of quantiles each is the
    median of its own, and they stay in order.
    """

    def call(self, forecasts: list[Any]) -> Any:
        """Return the median, of the shape of each."""
        ordered = ops.sort(ops.stack(forecasts), axis=0)
        count = len(forecasts)
        return (ordered[(count - 1) // 2] + ordered[count // 2]) / 2
