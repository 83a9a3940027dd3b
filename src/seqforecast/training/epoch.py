"""The compiled epoch: gather windows by index, step, report each loss."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from seqforecast.backend import load_keras, load_tensorflow
from seqforecast.data.panel import FloatArray
from seqforecast.data.windows import WindowIndex
from seqforecast.models.builder import Forecaster
from seqforecast.models.forecasting import batch_size
from seqforecast.training.losses import loss_per_window
from seqforecast.training.section import TrainingSection


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """What some training steps reported.

    Attributes:
        losses: shape (steps done,); the last one is not finite when training broke.
        norms: gradient norms before clipping, same shape.
    """

    losses: npt.NDArray[np.float32]
    norms: npt.NDArray[np.float32]

    @property
    def is_finite(self) -> bool:
        """Whether every loss and every gradient is a number."""
        return bool(np.isfinite(self.losses).all() and np.isfinite(self.norms).all())


class Engine:
    """Runs training steps and losses of one model on one panel.

    The panel is held once, as a flat tensor; a batch is gathered from it inside
    the compiled program, so memory does not grow with the number of windows.
    """

    def __init__(
        self,
        forecaster: Forecaster,
        section: TrainingSection,
        values: FloatArray,
    ) -> None:
        tf, keras = load_tensorflow(), load_keras()
        self.forecaster = forecaster
        self.section = section
        self.optimizer = keras.optimizers.get(section.optimizer)
        self.optimizer.build(forecaster.core.trainable_variables)
        self._values = tf.constant(values, tf.float32)
        self._program = self._compile(self._steps, axes=2)
        self._losses = self._compile(self._batch_losses, axes=1)
        self._naive_losses = self._compile(self._batch_naive_losses, axes=1)

    @property
    def variables(self) -> list[Any]:
        """Everything that training changes: weights, dropout state, optimizer."""
        return [*self.forecaster.model.variables, *self.optimizer.variables]

    def set_learning_rate(self, rate: float) -> None:
        """Use this rate from the next step on."""
        self.optimizer.learning_rate.assign(rate)

    def train(self, batches: WindowIndex, steps: int) -> Steps:
        """Take steps on batches of equal size, one after another.

        A step whose loss or gradient is not finite changes nothing and is the
        last one taken.
        """
        shape = (steps, len(batches) // steps)
        done, losses, norms = self._program(
            batches.starts.reshape(shape), batches.series.reshape(shape)
        )
        taken = int(done)
        return Steps(losses.numpy()[:taken], norms.numpy()[:taken])

    def loss(self, windows: WindowIndex) -> float:
        """Return the mean loss over windows, without learning from them."""
        return self._mean(self._losses, windows)

    def naive_loss(self, windows: WindowIndex) -> float:
        """Return the mean loss of repeating the last value, in the same unit."""
        return self._mean(self._naive_losses, windows)

    def _mean(self, losses: Callable[..., Any], windows: WindowIndex) -> float:
        total = 0.0
        for chunk in windows.chunks(batch_size(self.forecaster)):
            some = losses(chunk.starts, chunk.series)
            total += float(np.sum(some.numpy(), dtype=np.float64))
        return total / len(windows)

    def window_errors(self, starts: Any, series: Any, *, training: bool) -> Any:
        """Return scaled errors, forecast less truth, of shape (batch, horizon).

        The difference is taken relative to the window's level, before float32 can
        lose it in values that are large.
        """
        lookbacks, targets = self.gather(starts, series)
        parts = self.forecaster
        normalised, level, width, spread = parts.normalize(*lookbacks)
        out = parts.core(normalised, training=training)
        if parts.normalize.kind == "logmean":
            return (parts.denormalize(out, level, width) - targets) / spread
        return (out * width - (targets - level)) / spread

    def gather(self, starts: Any, series: Any) -> tuple[list[Any], Any]:
        """Return the model's raw inputs and the raw targets of some windows."""
        tf = load_tensorflow()
        lookback, horizon = self.forecaster.lookback, self.forecaster.horizon
        window = tf.gather(
            self._values, starts[:, None] + tf.range(lookback + horizon, dtype=tf.int64)
        )
        inputs = [window[:, :lookback, None]]
        if self.forecaster.needs_series:
            inputs.append(series)
        return inputs, window[:, lookback:]

    def _compile(
        self, function: Callable[..., Any], *, axes: int
    ) -> Callable[..., Any]:
        """Return the function of starts and series as `training.compile` asks.

        A graph is traced once for all sizes; XLA compiles for each size anew.
        """
        mode = self.section.compile
        if mode == "eager":
            return function
        tf = load_tensorflow()
        if mode == "xla":
            compiled = tf.function(function, jit_compile=True, autograph=False)
        else:
            sizes = [None] * axes
            signature = [tf.TensorSpec(sizes, kind) for kind in (tf.int64, tf.int32)]
            compiled = tf.function(function, signature, autograph=False)
        return compiled  # type: ignore[no-any-return]

    def _batch_losses(self, starts: Any, series: Any) -> Any:
        errors = self.window_errors(starts, series, training=False)
        return loss_per_window(self.section.loss, errors)

    def _batch_naive_losses(self, starts: Any, series: Any) -> Any:
        lookbacks, targets = self.gather(starts, series)
        *_, spread = self.forecaster.normalize(*lookbacks)
        errors = (lookbacks[0][:, -1, :] - targets) / spread
        return loss_per_window(self.section.loss, errors)

    def _steps(self, starts: Any, series: Any) -> tuple[Any, Any, Any]:
        """Take one step a row until one is not finite."""
        tf = load_tensorflow()
        starts = tf.convert_to_tensor(starts)
        series = tf.convert_to_tensor(series)
        count = tf.shape(starts)[0]

        def go_on(step: Any, healthy: Any, *_: Any) -> Any:
            return tf.logical_and(step < count, healthy)

        def take(step: Any, _healthy: Any, losses: Any, norms: Any) -> Any:
            loss, norm = self._step(starts[step], series[step])
            healthy = tf.logical_and(tf.math.is_finite(loss), tf.math.is_finite(norm))
            losses = tf.tensor_scatter_nd_update(losses, [[step]], [loss])
            norms = tf.tensor_scatter_nd_update(norms, [[step]], [norm])
            return step + 1, healthy, losses, norms

        start = (tf.constant(0), tf.cast(1, tf.bool), *[tf.zeros([count])] * 2)
        done, _, losses, norms = tf.while_loop(
            go_on, take, start, parallel_iterations=1
        )
        return done, losses, norms

    def _step(self, starts: Any, series: Any) -> tuple[Any, Any]:
        """Take one step and return its loss and gradient norm."""
        tf = load_tensorflow()
        weights = self.forecaster.core.trainable_variables
        with tf.GradientTape() as tape:
            errors = self.window_errors(starts, series, training=True)
            loss = tf.reduce_mean(loss_per_window(self.section.loss, errors))
        gradients = tape.gradient(loss, weights)
        norm = tf.linalg.global_norm(gradients)
        if self.section.clip_norm is not None:
            factor = self.section.clip_norm / tf.maximum(norm, self.section.clip_norm)
            gradients = [gradient * factor for gradient in gradients]

        def learn() -> Any:
            self.optimizer.apply(gradients, weights)
            return tf.constant(0)

        healthy = tf.logical_and(tf.math.is_finite(loss), tf.math.is_finite(norm))
        tf.cond(healthy, learn, lambda: tf.constant(0))
        return loss, norm
