"""Where a loss or gradient that is not finite came from."""

from typing import Any

import numpy as np
import numpy.typing as npt

from seqforecast.backend import load_tensorflow
from seqforecast.data.panel import Panel
from seqforecast.data.windows import WindowIndex
from seqforecast.errors import TrainingError
from seqforecast.training.engine import Engine
from seqforecast.training.kernels.sequential_core import each_output


class NotFiniteError(TrainingError):
    """A loss or gradient was not finite; training stopped before using it.

    Attributes:
        batch: raw inputs and targets of the batch, by name.
    """

    def __init__(
        self, message: str, *, hint: str, batch: dict[str, npt.NDArray[Any]]
    ) -> None:
        super().__init__(message, hint=hint)
        self.batch = batch


def examine(
    engine: Engine, panel: Panel, windows: WindowIndex, epoch: int
) -> NotFiniteError:
    """Explain a batch that broke training: epoch, window, layer, remedy.

    The weights must still be those the batch met. Dropout may differ from the
    broken step; when all is finite without it, the layer is named accordingly.
    """
    inputs, targets = engine.objective.gather(windows.starts, windows.series)
    layer, bad = _first_bad_layer(engine, inputs, windows)
    worst = int(np.argmax(bad))
    start = windows.starts[worst] - panel.offsets[windows.series[worst]]
    first = panel.first_steps[windows.series[worst]] + start
    last = first + windows.lookback + windows.horizon - 1
    # A lookback may begin before its series.
    first = max(first, panel.first_steps[windows.series[worst]])
    span = np.array([first, last])
    begin, end = panel.clocks(span)
    name = panel.ids[windows.series[worst]]
    batch = {
        **{name: np.asarray(array) for name, array in inputs.items()},
        "targets": np.asarray(targets),
        "series": windows.series,
        "starts": windows.starts,
    }
    return NotFiniteError(
        f"training left the finite numbers in epoch {epoch}: {layer}; "
        f"first in the window of series {name} from {_text(begin)} to {_text(end)}",
        hint=_remedy(engine),
        batch=batch,
    )


def _first_bad_layer(
    engine: Engine, inputs: dict[str, Any], windows: WindowIndex
) -> tuple[str, npt.NDArray[np.bool_]]:
    """Return what first went wrong, and for which windows, shape (batch,)."""
    flow, *_ = engine.forecaster.normalise(inputs)
    outputs = [("normalize", flow)]
    if engine.forecaster.join is not None:
        flow = engine.forecaster.read(flow, inputs)
        joined = flow if isinstance(flow, list) else [flow]
        outputs += [("join", part) for part in joined]
    core = engine.forecaster.core
    passed = each_output(
        core, flow, lambda layer, arrays: layer(arrays, training=False)
    )
    outputs += [(layer.name, out) for layer, out in passed]
    errors = engine.objective.window_errors(windows.starts, windows.series)
    outputs.append(("loss", engine.objective.losses(errors)))
    for name, output in outputs:
        array = np.asarray(output)
        bad = ~np.isfinite(array).reshape(len(array), -1).all(axis=1)
        if bad.any():
            what = "the loss" if name == "loss" else f"the output of layer {name!r}"
            return f"{what} is not finite for {bad.sum()} of {len(bad)} windows", bad
    loss = np.abs(np.asarray(outputs[-1][1]))
    return _bad_gradient(engine, windows), loss == loss.max()


def _bad_gradient(engine: Engine, windows: WindowIndex) -> str:
    """Name the layer nearest the head whose gradient is not finite.

    When each is finite, their squares were not: the largest one is named.
    """
    tf = load_tensorflow()
    with tf.GradientTape() as tape:
        errors = engine.objective.window_errors(windows.starts, windows.series)
        loss = tf.reduce_mean(engine.objective.losses(errors))
    layers = [layer for layer in engine.forecaster.core.layers if layer.weights]
    weights = [layer.trainable_variables for layer in layers]
    gradients = tape.gradient(loss, weights)
    sizes = [max(float(np.abs(part).max()) for part in parts) for parts in gradients]
    for layer, size in reversed(list(zip(layers, sizes, strict=True))):
        if not np.isfinite(size):
            return f"the gradient of layer {layer.name!r} is not finite"
    largest = int(np.argmax(sizes))
    return (
        f"the gradient of layer {layers[largest].name!r} is too large to square "
        f"(up to {sizes[largest]:.3g})"
    )


def _remedy(engine: Engine) -> str:
    section = engine.section
    lower = f"lower training.learning_rate (now {section.learning_rate:g})"
    if section.clip_norm is None:
        return f"set training.clip_norm: 1.0, or {lower}; or set scale: standard"
    return f"{lower} or training.clip_norm (now {section.clip_norm:g}); or scale"


def _text(stamp: Any) -> str:
    """Write a stamp without the parts of a second that are zero."""
    return str(stamp).removesuffix(".000000000").removesuffix(".000000")
