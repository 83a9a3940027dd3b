"""Keras layers that put covariates and series vectors beside the values.

This module opens Keras when it is imported; import it late.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from seqforecast.backend import load_keras

keras = load_keras()
ops = keras.ops


@keras.saving.register_keras_serializable(package="seqforecast")
class Join(keras.layers.Layer):  # type: ignore[misc, name-defined]
    """Make tokens of values, raw covariates and series numbers.

    Calling it with normalised values (batch, lookback, 1), raw covariates (batch,
    lookback + horizon, features) or None, and series numbers (batch,) or None, returns
    tokens (batch, tokens, width); see `models.tokens`.

    Whatever a caller passes for covariates known up to the cutoff, their numbers over
    the horizon are replaced by 0, NaN among them.

    Args:
        lookback: steps the model sees.
        horizon: steps it predicts.
        segment: steps of a token.
        past: features known up to the cutoff; they come first.
        by_step: features that differ by step, the past ones among them.
        by_series: features that are the same at all steps; they come last.
        looks_ahead: whether tokens reach over the horizon.
        numbers_series: whether each token ends with the number of its series.
    """

    def __init__(
        self,
        lookback: int,
        horizon: int,
        segment: int,
        *,
        past: int = 0,
        by_step: int = 0,
        by_series: int = 0,
        looks_ahead: bool = False,
        numbers_series: bool = False,
        **settings: Any,
    ) -> None:
        super().__init__(**settings)
        self.sizes = {
            "lookback": lookback,
            "horizon": horizon,
            "segment": segment,
            "past": past,
            "by_step": by_step,
            "by_series": by_series,
            "looks_ahead": looks_ahead,
            "numbers_series": numbers_series,
        }
        self.lookback, self.segment = lookback, segment
        self.by_step, self.looks_ahead = by_step, looks_ahead
        self.numbers_series = numbers_series
        steps = lookback + horizon if looks_ahead else lookback
        self.steps, self.tokens = steps, -(-steps // segment)
        seen = (np.arange(steps) < lookback)[:, np.newaxis]
        self.seen = seen.astype(np.float32)[np.newaxis]
        self.known = (seen | (np.arange(by_step) >= past))[np.newaxis]
        if features := by_step + by_series:
            self.center = self._constant("center", features, "zeros")
            self.factor = self._constant("factor", features, "ones")

    def _constant(self, name: str, size: int, start: str) -> Any:
        return self.add_weight(
            name=name, shape=(size,), initializer=start, trainable=False
        )

    def set_scale(self, center: npt.ArrayLike, factor: npt.ArrayLike) -> None:
        """Set what is subtracted from each feature, and multiplied with then."""
        self.center.assign(center)
        self.factor.assign(factor)

    def call(self, values: Any, covariates: Any = None, series: Any = None) -> Any:
        """Return the tokens."""
        steps, by_series = values, []
        if covariates is not None:
            scaled = (covariates - self.center) * self.factor
            by_series.append(scaled[:, 0, self.by_step :])
            steps = self._beside(values, scaled[:, : self.steps, : self.by_step])
        if series is not None:
            by_series.append(ops.cast(ops.reshape(series, (-1, 1)), values.dtype))
        missing = self.tokens * self.segment - self.steps
        if missing:
            steps = ops.pad(steps, ((0, 0), (0, missing), (0, 0)))
        width = self.segment * steps.shape[2]
        tokens = ops.reshape(steps, (-1, self.tokens, width))
        same = [ops.repeat(part[:, None], self.tokens, axis=1) for part in by_series]
        return ops.concatenate([tokens, *same], axis=2)

    def _beside(self, values: Any, scaled: Any) -> Any:
        """Return values and covariates of each step, and what is known of it."""
        scaled = ops.where(self.known, scaled, ops.zeros_like(scaled))
        if not self.looks_ahead:
            return ops.concatenate([values, scaled], axis=2)
        ahead = self.steps - self.lookback
        values = ops.pad(values, ((0, 0), (0, ahead), (0, 0)))
        flags = ops.zeros_like(values) + self.seen
        return ops.concatenate([values, flags, scaled], axis=2)

    def get_config(self) -> dict[str, Any]:
        """Return what the layer is made from."""
        return {**super().get_config(), **self.sizes}


@keras.saving.register_keras_serializable(package="seqforecast")
class SeriesVectors(keras.layers.Layer):  # type: ignore[misc, name-defined]
    """Put a learnt vector in place of the series number that ends each token.

    Maps tokens (batch, tokens, width) to (batch, tokens, width - 1 + size). As a part
    of the core it is trained, copied and kept with the cells. float32 tells numbers
    apart up to 16 million.

    All vectors begin at zero: a series that is never trained on, as all that the model
    does not know, stays where every series began.

    Args:
        numbers: how many numbers there are; the last one is that of strangers.
        size: numbers of a vector.
    """

    def __init__(self, numbers: int, size: int, **settings: Any) -> None:
        super().__init__(**settings)
        self.numbers, self.size = numbers, size
        self.vectors = self.add_weight(
            name="vectors", shape=(numbers, size), initializer="zeros"
        )

    def call(self, tokens: Any) -> Any:
        """Return the tokens with vectors."""
        number = ops.cast(tokens[:, 0, -1], "int32")
        vectors = ops.take(self.vectors, number, axis=0)[:, None]
        vectors = ops.repeat(vectors, tokens.shape[1], axis=1)
        return ops.concatenate([tokens[:, :, :-1], vectors], axis=2)

    def get_config(self) -> dict[str, Any]:
        """Return what the layer is made from."""
        return {**super().get_config(), "numbers": self.numbers, "size": self.size}
