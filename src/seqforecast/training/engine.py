"""The compiled training step: gather windows by index, step, report each loss."""

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from seqforecast.backend import load_keras, load_tensorflow
from seqforecast.data.windows import WindowIndex
from seqforecast.errors import BackendError
from seqforecast.models.forecaster import Forecaster
from seqforecast.training import execution_mode
from seqforecast.training.history import Steps
from seqforecast.training.kernels.sequential_core import run_core
from seqforecast.training.objective import Objective, WindowArrays
from seqforecast.training.section import TrainingSection

LOGGER = logging.getLogger("seqforecast")


class Engine:
    """Runs training steps of one model on one panel.

    Attributes:
        forecaster: the model that learns.
        section: how.
        objective: what is made small.
        optimizer: Keras' own.
        mode: how training steps run; graph after XLA could not compile.
        most_steps: the largest number of steps of one call of `train`.
    """

    def __init__(
        self,
        forecaster: Forecaster,
        section: TrainingSection,
        material: WindowArrays,
    ) -> None:
        keras = load_keras()
        self.forecaster = forecaster
        self.section = section
        self.optimizer = keras.optimizers.get(section.optimizer)
        self.optimizer.build(forecaster.core.trainable_variables)
        self._fresh = [variable.numpy() for variable in self.optimizer.variables]
        self.mode = execution_mode.choose_mode(section)
        most = min(
            execution_mode.MOST_WINDOWS // section.batch_size, execution_mode.MOST_STEPS
        )
        self.most_steps = max(1, most)
        self.objective = Objective(forecaster, section, material)
        self._has_compiled = False
        self._program = self._compile_steps()

    @property
    def variables(self) -> list[Any]:
        """Everything that training changes: weights, dropout state, optimizer."""
        return [*self.forecaster.model.variables, *self.optimizer.variables]

    @property
    def kernel(self) -> str:
        """Which code runs the recurrent layers in training."""
        return execution_mode.describe_kernel(self.forecaster.core, self.mode)

    def set_learning_rate(self, rate: float) -> None:
        """Use this rate from the next step on."""
        self.optimizer.learning_rate.assign(rate)

    def restart(self, seed: int) -> None:
        """Begin again: other initial weights, and an optimizer that knows nothing."""
        keras = load_keras()
        keras.utils.set_random_seed(seed)
        core = self.forecaster.core
        initial = keras.models.clone_model(core).variables
        for mine, new in zip(core.variables, initial, strict=True):
            mine.assign(new)
        for mine, value in zip(self.optimizer.variables, self._fresh, strict=True):
            mine.assign(value)

    def train(self, windows: WindowIndex) -> Steps:
        """Take steps on batches of windows, one after another; the last may be partial.

        A step whose loss or gradient is not finite changes nothing and is the
        last one taken.

        Args:
            windows: in the order they are learnt from, of at most `most_steps` steps.

        Raises:
            ValueError: there are more.
        """
        batch, count = self.section.batch_size, len(windows)
        room = self.most_steps * batch
        if not 0 < count <= room:
            raise ValueError(f"expected 1 to {room} windows, got {count}")
        # Every call has the same shapes: XLA compiles once. What is not there is
        # filled with the last window and counts nothing.
        shape, missing = (self.most_steps, batch), room - count
        starts, series = (
            np.pad(array, (0, missing), "edge").reshape(shape)
            for array in windows.locate()
        )
        step_count, losses, norms = self._run(starts, series, np.int32(count))
        steps = int(step_count)
        sizes = np.full(steps, batch)
        sizes[-1] = min(count - (steps - 1) * batch, batch)
        return Steps(losses.numpy()[:steps], norms.numpy()[:steps], sizes)

    def _run(self, *arrays: Any) -> Any:
        """Run the program; as a graph when XLA turns out not to compile it."""
        errors = load_tensorflow().errors
        refusals = (errors.InvalidArgumentError, errors.UnimplementedError)
        try:
            result = self._program(*arrays)
        except (*refusals, errors.InternalError, errors.NotFoundError) as error:
            if self._has_compiled or self.mode != "xla":
                raise
            why = execution_mode.explain_refusal(error)
            if self.section.compile == "xla":
                hint = "set training.compile: auto, which falls back to a graph"
                raise BackendError(why, hint=hint) from error
            LOGGER.warning("%s; training runs as a graph, which is slower", why)
            self._has_compiled, self.mode = True, "graph"
            self._program = self._compile_steps()
            return self._program(*arrays)
        self._has_compiled = True
        return result

    def _compile_steps(self) -> Callable[..., Any]:
        shape = [self.most_steps, self.section.batch_size]
        shapes = [(shape, "int64"), (shape, "int32"), ([], "int32")]
        return execution_mode.compiled(self._steps, self.mode, shapes)

    def _steps(self, starts: Any, series: Any, windows: Any) -> tuple[Any, Any, Any]:
        """Take one step a row until the windows end or one is not finite."""
        tf = load_tensorflow()
        starts, series = map(tf.convert_to_tensor, (starts, series))
        batch = self.section.batch_size

        def go_on(step: Any, healthy: Any, *_: Any) -> Any:
            return tf.logical_and(step * batch < windows, healthy)

        def take(step: Any, _healthy: Any, losses: Any, norms: Any) -> Any:
            counted = tf.range(batch) < windows - step * batch
            weights = tf.cast(counted, tf.float32)
            loss, norm = self._step(starts[step], series[step], weights)
            healthy = tf.logical_and(tf.math.is_finite(loss), tf.math.is_finite(norm))
            losses = tf.tensor_scatter_nd_update(losses, [[step]], [loss])
            norms = tf.tensor_scatter_nd_update(norms, [[step]], [norm])
            return step + 1, healthy, losses, norms

        rows = tf.zeros([self.most_steps])
        steps, _, losses, norms = tf.while_loop(
            go_on,
            take,
            (tf.constant(0), tf.cast(1, tf.bool), rows, rows),
            parallel_iterations=1,
        )
        return steps, losses, norms

    def _step(self, starts: Any, series: Any, weights: Any) -> tuple[Any, Any]:
        """Take one step and return its loss and gradient norm.

        Args:
            starts: shape (batch,).
            series: shape (batch,).
            weights: shape (batch,); 0 for windows that only fill the batch, else 1.
        """
        tf = load_tensorflow()
        core = partial(self.forecaster.core, training=True)
        if self.mode == "xla":
            core = partial(run_core, self.forecaster.core)
        variables = self.forecaster.core.trainable_variables
        with tf.GradientTape() as tape:
            errors = self.objective.window_errors(starts, series, core)
            losses = self.objective.losses(errors)
            loss = tf.reduce_sum(losses * weights) / tf.reduce_sum(weights)
        # That of series vectors comes as some of their rows.
        gradients = [*map(tf.convert_to_tensor, tape.gradient(loss, variables))]
        norm = tf.linalg.global_norm(gradients)
        if self.section.clip_norm is not None:
            factor = self.section.clip_norm / tf.maximum(norm, self.section.clip_norm)
            gradients = [gradient * factor for gradient in gradients]

        def learn() -> Any:
            self.optimizer.apply(gradients, variables)
            return tf.constant(0)

        healthy = tf.logical_and(tf.math.is_finite(loss), tf.math.is_finite(norm))
        tf.cond(healthy, learn, lambda: tf.constant(0))
        return loss, norm
