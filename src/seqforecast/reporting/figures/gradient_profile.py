"""The gradient profile: which steps of the lookback the loss still notices."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from seqforecast.reporting.figures import axis_scales, style
from seqforecast.reporting.figures.style import Axes
from seqforecast.reporting.figures.thinning import Doubles, Points, points_of, values_of
from seqforecast.reporting.text_format import plural

NOTICED = 0.01  # of the largest norm
LOWEST = 1e-8  # about what float32 can tell from 1; smaller norms leave the axis
FEW = 30  # steps that are drawn as points too
NEAR = 0.1  # share of the axis in which a mark has no room at its right
HEIGHT = 4.4  # inches
HEAD = 0.1  # share of the axis above all curves that a mark is written in


@dataclass(frozen=True, slots=True)
class ProfileCurve:
    """One profile; points are (steps before the forecast, norm / largest norm).

    Attributes:
        label: of which model, when.
        points: oldest step first; values below the axis stand just under it.
        reach: the earliest step with 1 % of the largest norm, in steps before the
            forecast; 0 when no step counts at all.
        peak: the step with the largest norm, counted alike.
    """

    label: str
    points: Points
    reach: int
    peak: int


@dataclass(frozen=True, slots=True)
class GradientProfileFigure:
    """What to draw.

    Attributes:
        title: the finding, about the last curve.
        caption: what is measured.
        curves: one a profile.
        lookback: steps the model sees.
    """

    title: str
    caption: str
    curves: tuple[ProfileCurve, ...]
    lookback: int


def describe_gradient_profile(
    profiles: Mapping[str, npt.ArrayLike],
) -> GradientProfileFigure:
    """Return what to draw of gradient norms.

    Args:
        profiles: by label, e.g. "GRU after training", at least one; each of shape
            (lookback,), oldest step first, finite and never below 0. The title speaks
            of the last one.
    """
    curves = tuple(
        _curve(label, np.asarray(norms, dtype=np.float64))
        for label, norms in profiles.items()
    )
    lookback = max(int(curve.points[0][0]) for curve in curves)
    return GradientProfileFigure(
        title=_finding(curves[-1], lookback),
        caption="Gradient of the last step's loss with respect to each step of the "
        "lookback, against the largest",
        curves=curves,
        lookback=lookback,
    )


def draw_gradient_profile(figure: GradientProfileFigure, path: Path) -> None:
    """Draw the curves over the lookback, the forecast at the right.

    Raises:
        RunError: the file cannot be written.
    """
    with style.drawing(path, HEIGHT) as canvas:
        style.put_header(canvas, figure.title, figure.caption)
        wide = style.WIDTH - style.LEFT - style.LABELS
        high = HEIGHT - style.HEADER - style.BOTTOM - 0.2
        axes = style.place(canvas, (style.LEFT, style.BOTTOM, wide, high))
        values = [y for curve in figure.curves for y in values_of(curve.points)]
        lowest = max(min([NOTICED / 10, *values]) / 1.5, LOWEST)
        set_norms(axes, lowest, len(figure.curves), most=6)
        room = max(figure.lookback * 0.015, 0.4)
        axis_scales.set_steps(
            axes, (max(1 - room, 0.4), figure.lookback + room), most=12
        )
        axes.invert_xaxis()
        axes.set_xlabel("steps before the forecast")
        axes.set_ylabel("gradient norm (largest = 1)")
        axes.axhline(NOTICED, color=style.PAST, linewidth=1, linestyle=":")
        # Beside the axis: wherever else it were written, a curve may pass.
        style.put_end_labels(axes, [(NOTICED, "1 % of the largest", style.FAINT_INK)])
        colors = _colors(len(figure.curves))
        for row, (curve, color) in enumerate(zip(figure.curves, colors, strict=True)):
            _draw_curve(axes, curve, color, row)
        names = {"ncols": len(figure.curves), "borderaxespad": 0, "handlelength": 1.6}
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1.02), **names)


def set_norms(axes: Axes, lowest: float, rows: int, *, most: int) -> None:
    """Give the axis of norms its ends and ticks: above the curves is room for marks.

    Args:
        axes: to set.
        lowest: the smallest value that is drawn; the largest is 1.
        rows: how many rows of marks.
        most: ticks.
    """
    axis_scales.set_log(axes, (lowest, 1.5), most=most)
    share = HEAD * rows
    axes.set_ylim(lowest, 1.5 * (1.5 / lowest) ** (share / (1 - share)))


def _draw_curve(axes: Axes, curve: ProfileCurve, color: str, row: int) -> None:
    """Draw a curve and, in a row above all curves, how far back it is noticed."""
    marker = "o" if len(curve.points) <= FEW else ""
    x, y = style.columns(curve.points)
    axes.plot(x, y, color=color, marker=marker, markersize=4, label=curve.label)
    if not 0 < curve.reach < x[0]:
        return
    axes.axvline(curve.reach, color=color, linewidth=0.9, linestyle=":")
    text = f"{curve.reach} {plural('step', curve.reach)}"
    side = ("left", 5) if curve.reach > NEAR * x[0] else ("right", -5)
    foot = {"xycoords": axes.get_xaxis_transform(), "xytext": (side[1], 0)}
    height = 1 - (row + 0.5) * HEAD
    style.put_label(axes, (curve.reach, height), text, color, ha=side[0], **foot)


def _colors(count: int) -> list[str]:
    """Return a colour a curve: the last is the model's, one before it grey."""
    if count <= 2:
        return [style.PAST, style.MODEL][-count:]
    return [style.OTHERS[i % len(style.OTHERS)] for i in range(count)]


def _curve(label: str, norms: Doubles) -> ProfileCurve:
    before = np.arange(len(norms), 0, -1)
    largest = float(norms.max())
    if largest == 0:
        nothing = points_of(before, np.full(len(norms), LOWEST / 10))
        return ProfileCurve(label, nothing, reach=0, peak=0)
    relative = norms / largest
    points = points_of(before, np.maximum(relative, LOWEST / 10))
    reach = int(before[relative >= NOTICED][0])
    return ProfileCurve(label, points, reach, peak=int(before[np.argmax(relative)]))


def _finding(curve: ProfileCurve, lookback: int) -> str:
    if curve.reach == 0:
        return f"{curve.label}: the loss does not depend on the lookback"
    if lookback == 1:
        return f"{curve.label}: the lookback is a single step"
    # A peak near the forecast is what one expects; one far back is a finding.
    most = f", most of all to step {curve.peak}" if curve.peak > curve.reach / 2 else ""
    if curve.reach == lookback:
        return f"{curve.label}: the loss looks back all {lookback} steps{most}"
    if curve.peak > 1 and most:
        return f"{curve.label}: the loss looks back {curve.reach} steps{most}"
    steps = f"{curve.reach} {plural('step', curve.reach)}"
    return f"{curve.label}: the loss notices nothing more than {steps} back"
