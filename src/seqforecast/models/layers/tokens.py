"""Keras layers that put covariates and series vectors beside the values.

This module opens Keras when it is imported; import it late.
"""

from typing import Any

import numpy.typing as npt

from seqforecast.backend import load_keras

keras = load_keras()
ops = keras.ops


@keras.saving.register_keras_serializable(package="seqforecast")
class Join(keras.layers.Layer):  # type: ignore[misc, name-defined]
    """Make tokens of values, raw covariates and series numbers.

    Calling it with normalised values (batch, lookback, 1), raw covariates (batch,
    lookback + horizon, features) or None, and series numbers (batch,) or None, returns
    tokens (batch, tokens, width) of the lookback; and in a list with them, where
    anything is known over the horizon, its segments (batch, places, ahead). See
    `models.tokens`.

    Whatever a caller passes over the horizon for covariates that are known up to the
    cutoff only: nobody reads it.

    Args:
        lookback: steps the model sees.
        horizon: steps it predicts.
        segment: steps of a token.
        past: features known up to the cutoff; they come first.
        by_step: features that differ by step, the past ones among them.
        by_series: features that are the same at all steps; they come last.
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
            "numbers_series": numbers_series,
        }
        self.lookback, self.segment = lookback, segment
        self.past, self.by_step, self.by_series = past, by_step, by_series
        self.numbers_series = numbers_series
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
        """Return the tokens, and what is known of the horizon."""
        if covariates is None:
            return self._tokens(values, [], series)
        scaled = (covariates - self.center) * self.factor
        seen = scaled[:, : self.lookback, : self.by_step]
        # ONNX cannot repeat what has no width.
        by_series = [scaled[:, 0, self.by_step :]] if self.by_series else []
        tokens = self._tokens(ops.concatenate([values, seen], 2), by_series, series)
        if self.by_step == self.past:
            return tokens
        known = scaled[:, self.lookback :, self.past : self.by_step]
        return [tokens, self._fold(known)]

    def _tokens(self, steps: Any, by_series: list[Any], series: Any) -> Any:
        """Return segments of steps, each with what belongs to its series."""
        tokens = self._fold(steps)
        if series is not None:
            number = ops.cast(ops.reshape(series, (-1, 1)), steps.dtype)
            by_series = [*by_series, number]
        same = [
            ops.repeat(part[:, None], tokens.shape[1], axis=1) for part in by_series
        ]
        return ops.concatenate([tokens, *same], axis=2)

    def _fold(self, steps: Any) -> Any:
        """Return steps as segments, the last one filled up with zeros."""
        _, count, width = steps.shape
        segments = -(-count // self.segment)
        if missing := segments * self.segment - count:
            steps = ops.pad(steps, ((0, 0), (0, missing), (0, 0)))
        return ops.reshape(steps, (-1, segments, self.segment * width))

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
