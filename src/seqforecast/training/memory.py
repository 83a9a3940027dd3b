"""Memory: how much the last loss depends on each step of the lookback."""

import numpy as np
import numpy.typing as npt

from seqforecast.backend import load_tensorflow
from seqforecast.data.windows import WindowIndex
from seqforecast.training.epoch import Engine
from seqforecast.training.losses import loss_per_window

MOST_WINDOWS = 256


def memory_profile(engine: Engine, windows: WindowIndex) -> npt.NDArray[np.float64]:
    """Return the gradient norm of the loss with respect to each input step.

    The loss is that of the last step of the horizon, over up to 256 windows
    spread evenly; its gradient is taken to the normalised lookback that the cells
    read. The shape of the curve is how gradients vanish or explode through time:
    Bengio, Simard and Frasconi, "Learning long-term dependencies with gradient
    descent is difficult", 1994.

    Returns:
        Root mean square over windows, shape (lookback,), oldest step first.
    """
    tf = load_tensorflow()
    count = min(len(windows), MOST_WINDOWS)
    chosen = windows.take(np.linspace(0, len(windows) - 1, count).astype(np.int64))
    inputs, targets = engine.objective.gather(chosen.starts, chosen.series)
    forecaster = engine.forecaster
    normalised, level, width, spread = forecaster.normalize(*inputs)
    with tf.GradientTape() as tape:
        tape.watch(normalised)
        out = forecaster.core(normalised, training=False)
        errors = (forecaster.denormalize(out, level, width) - targets) / spread
        loss = tf.reduce_sum(loss_per_window(engine.section.loss, errors[:, -1:]))
    gradient = np.asarray(tape.gradient(loss, normalised), dtype=np.float64)
    profile: npt.NDArray[np.float64] = np.sqrt(np.mean(gradient**2, axis=(0, 2)))
    return profile
