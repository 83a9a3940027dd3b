"""Keras layers that let a model take raw values and give raw values.

This module opens Keras when it is imported; import it late.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from seqforecast.backend import load_keras

keras = load_keras()
ops = keras.ops

# Of a series' spread: keeps a constant window's deviation away from 0. The value,
# 1e-5 as a variance, is that of Kim et al., "Reversible Instance Normalization for
# Accurate Time-Series Forecasting against Distribution Shift", 2022.
TINY_VARIANCE = 1e-5


@keras.saving.register_keras_serializable(package="seqforecast")
class Normalize(keras.layers.Layer):  # type: ignore[misc, name-defined]
    """Take each window relative to a level and a width of its own.

    Calling it with values (batch, lookback, 1), and with the number of each
    window's series (batch,) when series have scales of their own, returns

    - the normalised window, (batch, lookback, 1),
    - level and width, each (batch, 1): value = level + width * normalised,
    - spread, (batch, 1): the scale of the series, in which losses are measured.

    none: the series' own scale; last: relative to the last value, in spreads of
    the series; zscore: mean and deviation of the window; mean: divided by the mean
    absolute value; logmean: logarithms less their mean.
    """

    def __init__(self, kind: str, rows: int, **settings: Any) -> None:
        super().__init__(**settings)
        self.kind = kind
        self.rows = rows
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
        steps = values[:, :, 0]
        if self.kind == "logmean":
            steps = ops.log(steps)
        level, width = self._level_and_width(steps, center, spread)
        normalised = (steps - level) / width
        return normalised[:, :, None], level, width, spread

    def _level_and_width(self, steps: Any, center: Any, spread: Any) -> tuple[Any, Any]:
        mean = ops.mean(steps, axis=1, keepdims=True)
        match self.kind:
            case "last":
                return steps[:, -1:], spread
            case "zscore":
                variance = ops.mean(ops.square(steps - mean), axis=1, keepdims=True)
                return mean, ops.sqrt(variance + TINY_VARIANCE * ops.square(spread))
            case "mean":
                size = ops.mean(ops.abs(steps), axis=1, keepdims=True)
                return ops.zeros_like(mean), ops.where(size > 0, size, spread)
            case "logmean":
                return mean, ops.ones_like(mean)
        return center, spread

    def get_config(self) -> dict[str, Any]:
        """Return what the layer is made from."""
        return {**super().get_config(), "kind": self.kind, "rows": self.rows}


@keras.saving.register_keras_serializable(package="seqforecast")
class Denormalize(keras.layers.Layer):  # type: ignore[misc, name-defined]
    """Undo `Normalize`: level + width * normalised, in the unit of the data."""

    def __init__(self, kind: str, **settings: Any) -> None:
        super().__init__(**settings)
        self.kind = kind

    def call(self, normalised: Any, level: Any, width: Any) -> Any:
        """Return values of shape (batch, horizon)."""
        values = level + width * normalised
        return ops.exp(values) if self.kind == "logmean" else values

    def get_config(self) -> dict[str, Any]:
        """Return what the layer is made from."""
        return {**super().get_config(), "kind": self.kind}
