"""The objective: the loss of windows, and the arrays they are gathered from."""

from collections.abc import Callable
from typing import Any

import numpy as np

from seqforecast.backend import load_keras, load_tensorflow
from seqforecast.data.features import Features
from seqforecast.data.panel import FloatArray, IntArray
from seqforecast.data.windows import WindowIndex
from seqforecast.models.batched_forecast import pass_forward
from seqforecast.models.forecaster import Forecaster
from seqforecast.training.execution_mode import Mode, choose_mode, compiled
from seqforecast.training.section import TrainingSection

# Of a series' spread: what forecasts and truths near 0 count as in smape.
LEAST_SIZE = 1e-6


class WindowArrays:
    """A panel as tensors: windows of any lookback are gathered from it.

    Args:
        values: the flat array of the panel.
        filled: where in it those lie that the data do not have.
        features: what is read beside the values.
        begins: shape (series,), where each series begins, when lookbacks may begin
            before it.
    """

    def __init__(
        self,
        values: FloatArray,
        filled: IntArray | None = None,
        features: Features | None = None,
        begins: IntArray | None = None,
    ) -> None:
        tf = load_tensorflow()
        self._values = tf.constant(values, tf.float32)
        self._begins = None if begins is None else tf.constant(begins, tf.int64)
        self._covariates = None if features is None else DeviceCovariates(features)
        self._observed = None
        if filled is not None and len(filled):
            observed = np.ones(len(values), np.bool_)
            observed[filled] = False
            self._observed = tf.constant(observed)

    def windows(self, starts: Any, series: Any, steps: int) -> tuple[Any, Any]:
        """Return values, (batch, steps), and covariates, (batch, steps, features).

        The covariates are None where nothing is read beside the values.

        Args:
            starts: where the windows start in the flat array, shape (batch,).
            series: which series they belong to, shape (batch,).
            steps: lookback and horizon.
        """
        tf = load_tensorflow()
        places = starts[:, None] + tf.range(steps, dtype=tf.int64)
        if self._begins is not None:
            places = tf.maximum(places, tf.gather(self._begins, series)[:, None])
        source = self._covariates
        covariates = None if source is None else source.take(places, series)
        return tf.gather(self._values, places), covariates

    def observed(self, first: Any, steps: int) -> Any:
        """Return which values are in the data, (batch, steps); None: all of the panel.

        Args:
            first: the position of each first step, shape (batch,).
            steps: how many from there.
        """
        if self._observed is None:
            return None
        tf = load_tensorflow()
        places = first[:, None] + tf.range(steps, dtype=tf.int64)
        return tf.gather(self._observed, places)


class Objective:
    """What one model is to make small on one panel.

    The panel is held once, for all models; a batch is gathered from it inside the
    compiled program, so memory does not grow with the number of windows. Targets
    that were filled have an error of 0: nothing is learnt from them or chosen by them.
    Quantiles are judged as they leave the core, before they are put in order: each
    output learns its own level, and order can only make the loss smaller.

    Attributes:
        forecaster: the model.
        loss_name: mse, mae, huber, smape or quantile.
    """

    def __init__(
        self, forecaster: Forecaster, section: TrainingSection, material: WindowArrays
    ) -> None:
        tf = load_tensorflow()
        self.forecaster = forecaster
        self.loss_name = section.loss
        steps = np.arange(1, forecaster.horizon + 1, dtype=np.float64)
        weights = steps**-section.step_weight
        self._weights = tf.constant(weights / weights.mean(), tf.float32)
        self._levels = tf.constant(forecaster.quantiles, tf.float32)
        self._by_series = section.loss_unit == "series"
        self._material = material
        # XLA halves the speed of large forward passes: these are always graphs.
        mode: Mode = "eager" if choose_mode(section) == "eager" else "graph"
        one_axis = [([None], "int64"), ([None], "int32")]
        self._losses = compiled(self._batch_losses, mode, one_axis)
        self._naive_losses = compiled(self._batch_naive_losses, mode, one_axis)

    def loss(self, windows: WindowIndex) -> float:
        """Return the mean loss over windows, without learning from them."""
        return self._mean(self._losses, windows)

    def naive_loss(self, windows: WindowIndex) -> float:
        """Return the mean loss of repeating the last value, in the same unit."""
        return self._mean(self._naive_losses, windows)

    def _mean(self, losses: Callable[..., Any], windows: WindowIndex) -> float:
        tf = load_tensorflow()

        def compute(batch: WindowIndex) -> float:
            batch_losses = losses(*map(tf.constant, batch.locate())).numpy()
            return float(np.sum(batch_losses, dtype=np.float64))

        sums = pass_forward(self.forecaster, windows, compute)
        return float(sum(total for _, total in sums)) / len(windows)

    def window_errors(
        self, starts: Any, series: Any, core: Callable[[Any], Any] | None = None
    ) -> Any:
        """Return scaled errors, forecast less truth, of the shape the core returns.

        The difference is taken relative to the window's level, before float32 can
        lose it in values that are large.

        Args:
            starts: where the windows start in the flat array, shape (batch,).
            series: which series they belong to, shape (batch,).
            core: from what the core reads to normalised forecasts; default the model's
                core as it forecasts, without dropout.
        """
        inputs, targets = self.gather(starts, series)
        parts = self.forecaster
        normalised, *scales = parts.normalise(inputs)
        tokens = parts.read(normalised, inputs)
        out = parts.core(tokens, training=False) if core is None else core(tokens)
        forecasts = parts.denormalize(out, *scales[:2])
        targets, level, width, spread = map(self._by_level, (targets, *scales))
        if parts.normalize.kind == "logmean":
            errors = forecasts - targets
        else:
            errors = out * width - (targets - level)
        unit = self._unit(forecasts, targets, (level, width, spread))
        return self._of_observed(errors / unit, starts)

    def _unit(self, forecasts: Any, targets: Any, scales: tuple[Any, Any, Any]) -> Any:
        """Return what errors are divided by, of a shape that fits them.

        smape: the mean size of forecast and truth, which is no way to a smaller
        loss. Else the spread of the series or the width of the window.
        """
        tf = load_tensorflow()
        level, width, spread = scales
        if self.loss_name == "smape":
            size = (tf.abs(tf.stop_gradient(forecasts)) + tf.abs(targets)) / 2
            return tf.maximum(size, LEAST_SIZE * spread)
        if self._by_series:
            return spread
        if self.forecaster.normalize.kind == "logmean":
            return tf.exp(level)
        return tf.where(width > 0, width, spread)

    def losses(self, errors: Any) -> Any:
        """Return the loss of each window, (batch,), of its scaled errors."""
        return loss_per_window(self.loss_name, errors, self._weights, self._levels)

    def _by_level(self, values: Any) -> Any:
        """Return numbers of steps so that they stand beside quantiles, if any."""
        return values[..., None] if self.forecaster.quantiles else values

    def _of_observed(self, errors: Any, starts: Any) -> Any:
        """Return errors, 0 where the target was filled."""
        first = starts + self.forecaster.lookback
        observed = self._material.observed(first, self.forecaster.horizon)
        if observed is None:
            return errors
        tf = load_tensorflow()
        return tf.where(self._by_level(observed), errors, tf.zeros_like(errors))

    def gather(self, starts: Any, series: Any) -> tuple[dict[str, Any], Any]:
        """Return the model's raw inputs, by name, and the raw targets of windows."""
        lookback, horizon = self.forecaster.lookback, self.forecaster.horizon
        values, covariates = self._material.windows(starts, series, lookback + horizon)
        inputs = {"values": values[:, :lookback, None]}
        if self.forecaster.needs_series:
            inputs["series"] = series
        if covariates is not None:
            inputs["covariates"] = covariates
        return inputs, values[:, lookback:]

    def _batch_losses(self, starts: Any, series: Any) -> Any:
        errors = self.window_errors(starts, series)
        return self.losses(errors)

    def _batch_naive_losses(self, starts: Any, series: Any) -> Any:
        tf = load_tensorflow()
        inputs, targets = self.gather(starts, series)
        _, *scales = self.forecaster.normalise(inputs)
        naive = tf.repeat(inputs["values"][:, -1, :], targets.shape[1], axis=1)
        naive, targets, *scales = map(self._by_level, (naive, targets, *scales))
        errors = (naive - targets) / self._unit(naive, targets, (*scales,))
        return self.losses(self._of_observed(errors, starts))


def loss_per_window(
    name: str, error: Any, weights: Any = 1.0, levels: Any = 0.5
) -> Any:
    """Return the loss of each window, (batch,), of scaled errors.

    Args:
        name: of the loss.
        error: scaled errors, forecast less truth, (batch, horizon), or (batch, horizon,
            quantiles), of which the mean counts.
        weights: of the steps, shape (horizon,), 1 on average.
        levels: of the quantiles, shape (quantiles,).
    """
    ops = load_keras().ops
    match name:
        case "mse":
            points = ops.square(error)
        case "mae" | "smape":
            points = ops.abs(error)
        case "quantile":  # Koenker and Bassett, "Regression quantiles", 1978
            points = ops.maximum(-levels * error, (1 - levels) * error)
        case _:  # huber; Huber, "Robust estimation of a location parameter", 1964
            size = ops.abs(error)
            points = ops.where(size <= 1, 0.5 * ops.square(error), size - 0.5)
    if len(points.shape) == 3:
        points = ops.mean(points, axis=2)
    return ops.mean(points * weights, axis=1)


class DeviceCovariates:
    """The features of a panel, held once as tensors; `Features` says what they are."""

    def __init__(self, features: Features) -> None:
        tf = load_tensorflow()
        self._tracks = [
            (tf.constant(track.table, tf.float32), tf.constant(track.shifts, tf.int64))
            for track in features.tracks
        ]
        self._static = tf.constant(features.static, tf.float32)

    def take(self, places: Any, series: Any) -> Any:
        """Return what `Features.take` returns: (windows, steps, features)."""
        tf = load_tensorflow()
        parts = []
        for table, shifts in self._tracks:
            rows = places + tf.gather(shifts, series)[:, None]
            parts.append(tf.gather(table, tf.minimum(rows, table.shape[0] - 1)))
        static = tf.gather(self._static, series)[:, None]
        return tf.concat([*parts, tf.repeat(static, places.shape[1], axis=1)], axis=2)
