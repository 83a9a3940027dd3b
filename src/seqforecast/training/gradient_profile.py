"""The gradient profile: how much the last loss depends on each step looked back."""

from typing import Any

import numpy as np
import numpy.typing as npt

from seqforecast.backend import load_tensorflow
from seqforecast.data.windows import WindowIndex
from seqforecast.models.batched_forecast import batch_size
from seqforecast.training.engine import Engine
from seqforecast.training.execution_mode import Mode, compiled
from seqforecast.training.objective import loss_per_window

MOST_WINDOWS = 256

# A backward pass holds what a forward pass forgets.
BACKWARD = 8


class GradientProbe:
    """Measures the gradient profile of an engine's model, before training and after it.

    The loss is that of the last step of the horizon, with quantiles of its median,
    over up to 256 windows spread evenly; its gradient is taken to the normalised
    lookback that the cells read. The shape of the curve is how gradients vanish or
    explode through time: Bengio, Simard and Frasconi, "Learning long-term dependencies
    with gradient descent is difficult", 1994.
    """

    def __init__(self, engine: Engine, windows: WindowIndex) -> None:
        self._windows = windows.thinned(MOST_WINDOWS)
        self._objective = engine.objective
        one_axis = [([None], "int64"), ([None], "int32")]
        mode: Mode = "eager" if engine.mode == "eager" else "graph"
        self._program = compiled(self._gradient, mode, one_axis)

    def measure(self) -> npt.NDArray[np.float64]:
        """Return the gradient norm of the loss with respect to each input step.

        Returns:
            Root mean square over windows, shape (lookback,), oldest step first.
        """
        tf = load_tensorflow()
        size = max(1, batch_size(self._objective.forecaster) // BACKWARD)
        total = np.zeros(self._windows.lookback)
        for chunk in self._windows.chunks(size):
            gradient = self._program(*map(tf.constant, chunk.locate()))
            total += np.sum(np.asarray(gradient, np.float64) ** 2, axis=(0, 2))
        profile: npt.NDArray[np.float64] = np.sqrt(total / len(self._windows))
        return profile

    def _gradient(self, starts: Any, series: Any) -> Any:
        """Return the gradient of each window, (batch, lookback, 1)."""
        tf = load_tensorflow()
        objective = self._objective
        forecaster = objective.forecaster
        inputs, targets = objective.gather(starts, series)
        normalised, level, width, spread = forecaster.normalise(inputs)
        with tf.GradientTape() as tape:
            tape.watch(normalised)
            out = forecaster.core(forecaster.read(normalised, inputs), training=False)
            forecasts = forecaster.denormalize(out, level, width)
            errors = (forecaster.median_of(forecasts) - targets) / spread
            losses = loss_per_window(objective.loss_name, errors[:, -1:])
            loss = tf.reduce_sum(losses)
        return tape.gradient(loss, normalised)
