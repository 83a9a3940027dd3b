"""The objective: scaled errors of windows, and their mean loss over many."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from seqforecast.backend import load_tensorflow
from seqforecast.data.features import Features
from seqforecast.data.panel import FloatArray, IntArray
from seqforecast.data.windows import WindowIndex
from seqforecast.models.batches import pass_forward
from seqforecast.models.forecaster import Forecaster
from seqforecast.training.covariates import Covariates
from seqforecast.training.losses import loss_per_window
from seqforecast.training.programs import Mode, choose_mode, compiled
from seqforecast.training.section import TrainingSection

# Of a series' spread: what forecasts and truths near 0 count as in smape.
LEAST_SIZE = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """What windows are gathered from.

    Attributes:
        values: the flat array of a panel.
        filled: where in it those lie that the data do not have.
        features: what is read beside the values.
        begins: shape (series,), where each series begins, when lookbacks may begin
            before it.
    """

    values: FloatArray
    filled: IntArray | None = None
    features: Features | None = None
    begins: IntArray | None = None


class Objective:
    """What one model is to make small on one panel.

    The panel is held once, as a flat tensor; a batch is gathered from it inside
    the compiled program, so memory does not grow with the number of windows. Targets
    that were filled have an error of 0: nothing is learnt from them or chosen by them.
    Quantiles are judged as they leave the core, before they are put in order: each
    output learns its own level, and order can only make the loss smaller.

    Attributes:
        forecaster: the model.
        loss_name: mse, mae, huber, smape or quantile.
    """

    def __init__(
        self, forecaster: Forecaster, section: TrainingSection, material: Material
    ) -> None:
        tf = load_tensorflow()
        self.forecaster = forecaster
        self.loss_name = section.loss
        steps = np.arange(1, forecaster.horizon + 1, dtype=np.float64)
        weights = steps**-section.step_weight
        self._weights = tf.constant(weights / weights.mean(), tf.float32)
        self._levels = tf.constant(forecaster.quantiles, tf.float32)
        self._by_series = section.loss_unit == "series"
        self._values = tf.constant(material.values, tf.float32)
        self._begins = None
        if material.begins is not None:
            self._begins = tf.constant(material.begins, tf.int64)
        self._observed = None
        if material.filled is not None and len(material.filled):
            observed = np.ones(len(material.values), np.bool_)
            observed[material.filled] = False
            self._observed = tf.constant(observed)
        found = material.features
        self._covariates = None if found is None else Covariates(found)
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
            each = losses(*map(tf.constant, batch.locate())).numpy()
            return float(np.sum(each, dtype=np.float64))

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

    def _by_level(self, each: Any) -> Any:
        """Return numbers of steps so that they stand beside quantiles, if any."""
        return each[..., None] if self.forecaster.quantiles else each

    def _of_observed(self, errors: Any, starts: Any) -> Any:
        """Return errors, 0 where the target was filled."""
        if self._observed is None:
            return errors
        tf = load_tensorflow()
        first = starts[:, None] + self.forecaster.lookback
        targets = first + tf.range(self.forecaster.horizon, dtype=tf.int64)
        observed = self._by_level(tf.gather(self._observed, targets))
        return tf.where(observed, errors, tf.zeros_like(errors))

    def gather(self, starts: Any, series: Any) -> tuple[dict[str, Any], Any]:
        """Return the model's raw inputs, by name, and the raw targets of windows."""
        tf = load_tensorflow()
        lookback, horizon = self.forecaster.lookback, self.forecaster.horizon
        places = starts[:, None] + tf.range(lookback + horizon, dtype=tf.int64)
        if self._begins is not None:
            places = tf.maximum(places, tf.gather(self._begins, series)[:, None])
        window = tf.gather(self._values, places)
        inputs = {"values": window[:, :lookback, None]}
        if self.forecaster.needs_series:
            inputs["series"] = series
        if self._covariates is not None:
            inputs["covariates"] = self._covariates.take(places, series)
        return inputs, window[:, lookback:]

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
