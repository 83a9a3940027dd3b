"""The loss figure: training, validation, the best epoch, and the gradient below."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqforecast.reporting.figures import axis_scales, style
from seqforecast.reporting.figures.style import Axes
from seqforecast.reporting.figures.thinning import (
    Points,
    curve_of,
    number_of,
    values_of,
)
from seqforecast.reporting.text_format import plural, significant

FEW = 30  # epochs that are drawn as points too
HEIGHT = 4.5  # inches, without the gradient
GRADIENT_HEIGHT = 1.15  # inches


@dataclass(frozen=True, slots=True)
class LossFigure:
    """What to draw; points are (epoch, value), value None where it is not finite.

    Attributes:
        title: the finding.
        caption: what the loss is.
        train: loss of the epochs.
        validation: the same windows after every epoch.
        best: epoch and validation loss of the epoch that was kept, or None.
        naive: validation loss of the naive forecast, or None.
        log: whether the loss axis is logarithmic.
        gradient: mean gradient norm of the epochs; empty when not recorded.
        gradient_max: the largest norm of each epoch.
        epochs: the first and the last.
        others: validation loss of the other members of an ensemble.
    """

    title: str
    caption: str
    train: Points
    validation: Points
    best: tuple[int, float] | None
    naive: float | None
    log: bool
    gradient: Points
    gradient_max: Points
    epochs: tuple[int, int]
    others: tuple[Points, ...] = ()

    @property
    def losses(self) -> list[float | None]:
        """Every value the loss axis must show."""
        curves = (self.train, self.validation, *self.others)
        return [*(value for curve in curves for value in values_of(curve)), self.naive]


def describe_loss(
    history: Sequence[Mapping[str, Any]],
    best_epoch: int,
    *,
    loss: str = "loss",
    naive: float | None = None,
    others: Sequence[Sequence[Mapping[str, Any]]] = (),
) -> LossFigure:
    """Return what to draw of a training history.

    Args:
        history: at least one row with `epoch`, `loss`, `val_loss`, `gradient_norm`
            and `gradient_norm_max`; values may be absent, None or not finite.
        best_epoch: the epoch that was kept; 0 for none.
        loss: what it is of, e.g. "mse of the scaled series".
        naive: the naive forecast's validation loss in the unit of the loss.
        others: the histories of the other members of an ensemble.
    """
    epochs = [int(row["epoch"]) for row in history]
    train, validation, gradient, gradient_max = (
        curve_of(history, name)
        for name in ("loss", "val_loss", "gradient_norm", "gradient_norm_max")
    )
    known = {int(row["epoch"]): number_of(row.get("val_loss")) for row in history}
    lowest = known.get(best_epoch)
    best = None if lowest is None else (best_epoch, lowest)
    curves = tuple(curve_of(rows, "val_loss") for rows in others)
    known_losses = [value for curve in curves for value in values_of(curve)]
    losses = [*values_of(train), *values_of(validation), *known_losses, naive]
    longest = max([epochs[-1], *(len(rows) for rows in others)])
    whose = f", member 1 of {len(others) + 1}, the others thin" if others else ""
    return LossFigure(
        title=_title(best, values_of(validation), epochs[-1], naive),
        caption=f"Loss after each epoch{whose} ({loss})",
        train=train,
        validation=validation,
        best=best,
        naive=naive,
        log=axis_scales.needs_log(losses, axis_scales.DECADE),
        gradient=gradient,
        gradient_max=gradient_max,
        epochs=(epochs[0], longest),
        others=curves,
    )


def draw_loss(figure: LossFigure, path: Path) -> None:
    """Draw it; the gradient has a slim panel of its own.

    Raises:
        RunError: the file cannot be written.
    """
    slim = GRADIENT_HEIGHT if figure.gradient else 0.0
    with style.drawing(path, HEIGHT + slim) as canvas:
        style.put_header(canvas, figure.title, figure.caption)
        left, bottom = style.LEFT, style.BOTTOM
        wide = style.WIDTH - left - style.LABELS
        high = HEIGHT - style.HEADER - bottom
        losses = style.place(canvas, (left, bottom + slim, wide, high))
        _draw_losses(losses, figure)
        lowest = losses
        if figure.gradient:
            lowest = style.place(canvas, (left, bottom, wide, slim - 0.4))
            _draw_gradient(lowest, figure)
            losses.tick_params(labelbottom=False)
        lowest.set_xlabel("epoch")


def _draw_losses(axes: Axes, figure: LossFigure) -> None:
    axes.set_ylabel("loss, log scale" if figure.log else "loss")
    axis_scales.set_fitting(axes, figure.losses, log=figure.log)
    axis_scales.set_epochs(axes, figure.epochs)
    ends = []
    if figure.naive is not None:
        axes.axhline(figure.naive, color=style.NAIVE, linewidth=1.3, linestyle="--")
        ends.append((figure.naive, "naive, validation", style.NAIVE))
    curves = (
        ("training", figure.train, style.TRAIN),
        ("validation", figure.validation, style.MODEL),
    )
    for name, points, color in curves:
        marker = "o" if len(points) <= FEW else ""
        axes.plot(*style.columns(points), color=color, marker=marker, markersize=4)
        known = values_of(points)
        ends += [(known[-1], name, color)] if known else []
    for points in figure.others:
        thin = {"linewidth": 0.8, "alpha": 0.55, "zorder": 1.5}
        axes.plot(*style.columns(points), color=style.MODEL, **thin)
    style.put_end_labels(axes, ends)
    if figure.best is not None:
        lowest = figure.best[1] <= min(values_of(figure.validation))
        _mark_kept(axes, figure.best, "best" if lowest else "kept")


def _mark_kept(axes: Axes, point: tuple[int, float], word: str) -> None:
    """Ring the epoch that was kept and name it at the top."""
    epoch, loss = point
    axes.axvline(epoch, color=style.BEST, linewidth=0.9, linestyle=":", zorder=0.5)
    ring = {"markersize": 11, "markerfacecolor": "none", "markeredgewidth": 1.8}
    axes.plot([epoch], [loss], "o", color=style.BEST, clip_on=False, **ring)
    left_half = epoch < sum(axes.get_xlim()) / 2
    top = {"xycoords": axes.get_xaxis_transform(), "va": "top"}
    side = {
        "xytext": (5 if left_half else -5, -1),
        "ha": "left" if left_half else "right",
    }
    text = f"{word}: epoch {epoch}"
    style.put_label(axes, (epoch, 1.0), text, style.BEST, **top, **side)


def _draw_gradient(axes: Axes, figure: LossFigure) -> None:
    """Draw the mean and the largest norm of each epoch."""
    values = values_of(figure.gradient) + values_of(figure.gradient_max)
    log = axis_scales.needs_log(values)
    axis_scales.set_fitting(axes, values, log=log, most=3)
    axis_scales.set_epochs(axes, figure.epochs)
    name = f"gradient norm before clipping{', log scale' if log else ''}"
    axes.set_title(name, fontsize=9.5, pad=4)
    marker = {"marker": "o" if len(figure.gradient) <= FEW else "", "markersize": 3}
    curves = (
        ("largest", figure.gradient_max, style.PAST),
        ("mean", figure.gradient, style.TRUTH),
    )
    ends = []
    for name, points, color in curves:
        axes.plot(*style.columns(points), color=color, linewidth=1.3, **marker)
        known = values_of(points)
        ends += [(known[-1], name, color)] if known else []
    style.put_end_labels(axes, ends)


def _title(
    best: tuple[int, float] | None,
    losses: Sequence[float],
    epochs: int,
    naive: float | None,
) -> str:
    if best is None:
        return f"No validation loss to choose by, {epochs} {plural('epoch', epochs)}"
    epoch, loss = best
    what = "Best validation loss" if loss <= min(losses) else "Kept validation loss"
    title = f"{what} {significant(loss, 3)} at epoch {epoch} of {epochs}"
    if naive is None:
        return title
    return f"{title}; naive forecast {significant(naive, 3)}"
