"""The loss curves of a comparison: every member's median and spread over seeds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from seqforecast.reporting.compare.colors import MemberStyle, room_of, styles_of
from seqforecast.reporting.figures import axis_scales, style
from seqforecast.reporting.figures.style import Axes
from seqforecast.reporting.figures.thinning import (
    Points,
    curve_of,
    number_of,
    values_of,
)
from seqforecast.reporting.text_format import plural, significant
from seqforecast.reporting.verdict import NAIVE

HEIGHT = 4.5  # inches
History = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class MemberCurve:
    """One member; points are (epoch, validation loss), None where it is not finite.

    Attributes:
        style: how it is drawn.
        median: over the seeds, as long as all of them train.
        lowest: of the seeds, at the same epochs.
        highest: of the seeds, at the same epochs.
        seeds: the whole curve of each.
        best: median over the seeds of each one's lowest loss, or None.
    """

    style: MemberStyle
    median: Points
    lowest: Points
    highest: Points
    seeds: tuple[Points, ...]
    best: float | None


@dataclass(frozen=True, slots=True)
class LossCurves:
    """What to draw.

    Attributes:
        title: the finding.
        caption: what is shown.
        curves: one a member, in the order of the comparison.
        naive: validation loss of the naive forecast, or None.
        log: whether the loss axis is logarithmic.
        epochs: the first and the last.
    """

    title: str
    caption: str
    curves: tuple[MemberCurve, ...]
    naive: float | None
    log: bool
    epochs: tuple[int, int]


def describe_loss_curves(
    comparison: Mapping[str, Any],
    histories: Mapping[str, Sequence[History]],
    *,
    loss: str = "loss",
    naive: float | None = None,
    is_one_unit: bool = True,
) -> LossCurves:
    """Return what to draw of the histories of all members.

    A median over the seeds that happen to train still would jump whenever one stops:
    it ends where the first one does, and thin lines go on.

    Args:
        comparison: the document, comparison.json.
        histories: by member, at least one a member: rows with `epoch` and `val_loss`;
            of an ensemble, which has a `member` too, the first member is shown.
        loss: what it is of, e.g. "mse of the scaled series".
        naive: the naive forecast's validation loss in the unit of the loss.
        is_one_unit: whether losses of different members can be compared; if not, none
            is called the lowest, and there is no naive loss in common.
    """
    if not is_one_unit:
        naive = None
    styles = styles_of(comparison)
    curves = tuple(
        _curve(styles[member["name"]], histories[member["name"]])
        for member in comparison["members"]
    )
    epochs = [int(x) for curve in curves for points in curve.seeds for x, _ in points]
    values = [
        y for curve in curves for points in curve.seeds for y in values_of(points)
    ]
    most = max(len(curve.seeds) for curve in curves)
    how = f"median of {most} seeds, shaded from the lowest to the highest; thin: each"
    return LossCurves(
        title=_title(curves, naive)
        if is_one_unit
        else "Validation losses, in units that cannot be compared",
        caption=f"Validation loss ({loss}), {how if most > 1 else 'one seed'}",
        curves=curves,
        naive=naive,
        log=axis_scales.needs_log([*values, naive], axis_scales.DECADE),
        epochs=(min(epochs, default=1), max(epochs, default=1)),
    )


def draw_loss_curves(figure: LossCurves, path: Path) -> None:
    """Draw medians over bands, named at the right.

    Raises:
        RunError: the file cannot be written.
    """
    with style.drawing(path, HEIGHT) as canvas:
        style.put_header(canvas, figure.title, figure.caption)
        names = [*(curve.style.label for curve in figure.curves), "naive forecast"]
        wide = style.WIDTH - style.LEFT - room_of(names)
        high = HEIGHT - style.HEADER - style.BOTTOM
        axes = style.place(canvas, (style.LEFT, style.BOTTOM, wide, high))
        losses = [y for c in figure.curves for p in c.seeds for y in values_of(p)]
        log = figure.log
        axis_scales.set_fitting(axes, [*losses, figure.naive], log=log)
        axis_scales.set_epochs(axes, figure.epochs)
        axes.set_xlabel("epoch")
        axes.set_ylabel("validation loss, log scale" if log else "validation loss")
        ends = []
        if figure.naive is not None:
            dashed = {"linewidth": 1.3, "linestyle": "--"}
            axes.axhline(figure.naive, color=style.NAIVE, **dashed)
            ends.append((figure.naive, f"{NAIVE} forecast", style.NAIVE))
        for curve in figure.curves:
            _draw_curve(axes, curve)
            last = [values_of(points)[-1] for points in curve.seeds if points]
            if last:
                ends.append((median(last), curve.style.label, curve.style.ink))
        style.put_end_labels(axes, ends)


def _draw_curve(axes: Axes, curve: MemberCurve) -> None:
    color = curve.style.color
    for points in curve.seeds:
        thin = {"linewidth": 0.7, "alpha": 0.45, "zorder": 1.5}
        axes.plot(*style.columns(points), color=color, **thin)
    epochs, lowest = style.columns(curve.lowest)
    highest = style.columns(curve.highest)[1]
    fill = {"color": color, "alpha": 0.15, "linewidth": 0}
    axes.fill_between(epochs, lowest, highest, **fill)
    line = {"color": color, "linestyle": curve.style.dash, "markersize": 4}
    marker = curve.style.marker if len(curve.median) <= 30 else ""
    axes.plot(*style.columns(curve.median), marker=marker, **line)


def _curve(member_style: MemberStyle, histories: Sequence[History]) -> MemberCurve:
    rows = [_first_member(history) for history in histories]
    seeds = tuple(curve_of(history, "val_loss") for history in rows)
    common = min(len(history) for history in rows)
    together = [
        [number_of(history[at].get("val_loss")) for history in rows]
        for at in range(common)
    ]
    epochs = [float(row["epoch"]) for row in rows[0][:common]]
    losses = [_known(values) for values in together]
    medians, lows, highs = (
        tuple(
            (x, statistic(y) if y else None)
            for x, y in zip(epochs, losses, strict=True)
        )
        for statistic in (median, min, max)
    )
    best = [min(values_of(points)) for points in seeds if points]
    return MemberCurve(
        member_style, medians, lows, highs, seeds, median(best) if best else None
    )


def _known(values: Sequence[float | None]) -> list[float]:
    """Return the values, none where one of them is missing."""
    known = [value for value in values if value is not None]
    return known if len(known) == len(values) else []


def _first_member(history: History) -> list[Mapping[str, Any]]:
    """Return the rows of an ensemble's first member; all, where there is no other."""
    first = history[0].get("member")
    return [row for row in history if row.get("member") == first]


def _title(curves: Sequence[MemberCurve], naive: float | None) -> str:
    known = [curve for curve in curves if curve.best is not None]
    if not known:
        return "No validation loss was recorded"
    best = min(known, key=lambda curve: curve.best or 0.0)
    seeds = len(best.seeds)
    over = f" (median of {seeds} {plural('seed', seeds)})" if seeds > 1 else ""
    title = (
        f"Lowest validation loss: {best.style.label}, {significant(best.best, 3)}{over}"
    )
    return title if naive is None else f"{title}; naive {significant(naive, 3)}"
