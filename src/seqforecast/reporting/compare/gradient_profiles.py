"""Gradient profiles side by side: how far back each member looks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy.typing as npt

from seqforecast.reporting.compare.colors import (
    MemberStyle,
    columns_for,
    fitting,
    styles_of,
)
from seqforecast.reporting.figures import axis_scales, style
from seqforecast.reporting.figures.gradient_profile import (
    FEW,
    HEAD,
    LOWEST,
    NOTICED,
    ProfileCurve,
    describe_gradient_profile,
    set_norms,
)
from seqforecast.reporting.figures.labels import drawable
from seqforecast.reporting.figures.style import Axes
from seqforecast.reporting.figures.thinning import values_of
from seqforecast.reporting.text_format import plural

MOST_COLUMNS = 3
PANEL, GAP, LEGEND = 1.75, 0.34, 0.22  # inches
BEFORE, AFTER = "before training", "after training"


@dataclass(frozen=True, slots=True)
class MemberProfile:
    """One member.

    Attributes:
        style: how it is drawn.
        before: its profile before training.
        after: its profile after training.
    """

    style: MemberStyle
    before: ProfileCurve
    after: ProfileCurve


@dataclass(frozen=True, slots=True)
class GradientProfilesFigure:
    """What to draw.

    Attributes:
        title: the finding.
        caption: what is measured.
        panels: one a member, in the order of the comparison.
        lookback: steps the members see.
        lowest: lower end of the axis of all panels.
    """

    title: str
    caption: str
    panels: tuple[MemberProfile, ...]
    lookback: int
    lowest: float


def describe_gradient_profiles(
    comparison: Mapping[str, Any],
    profiles: Mapping[str, tuple[npt.ArrayLike, npt.ArrayLike]],
) -> GradientProfilesFigure:
    """Return what to draw of the gradient norms of all members.

    Args:
        comparison: the document, comparison.json.
        profiles: by member, norms before and after training (of its first seed), each
            of shape (lookback,), oldest step first, finite and never below 0.
    """
    styles = styles_of(comparison)
    panels = []
    for member in comparison["members"]:
        before, after = profiles[member["name"]]
        curves = describe_gradient_profile({BEFORE: before, AFTER: after}).curves
        panels.append(MemberProfile(styles[member["name"]], *curves))
    lookback = max(int(panel.after.points[0][0]) for panel in panels)
    values = [
        y for p in panels for c in (p.before, p.after) for y in values_of(c.points)
    ]
    return GradientProfilesFigure(
        title=_title(panels, lookback),
        caption="Gradient of the last step's loss with respect to each step of the "
        "lookback (first seed of each)",
        panels=tuple(panels),
        lookback=lookback,
        lowest=max(min([NOTICED / 10, *values]) / 1.5, LOWEST),
    )


def draw_gradient_profiles(figure: GradientProfilesFigure, path: Path) -> None:
    """Draw a panel a member with the same axes, the forecast at the right.

    Raises:
        RunError: the file cannot be written.
    """
    count = len(figure.panels)
    columns = columns_for(count, MOST_COLUMNS)
    rows = -(-count // columns)
    wide = (style.WIDTH - style.LEFT - style.RIGHT + GAP) / columns
    top = style.HEADER + LEGEND
    height = top + rows * (PANEL + GAP) + style.BOTTOM - 0.1
    with style.drawing(path, height) as canvas:
        style.put_header(canvas, figure.title, figure.caption)
        for number, panel in enumerate(figure.panels):
            row, column = divmod(number, columns)
            lower = height - top - (row + 1) * (PANEL + GAP) + 0.1
            box = (style.LEFT + column * wide, lower, wide - GAP, PANEL)
            axes = style.place(canvas, box)
            _set_axes(axes, figure)
            _draw_panel(axes, panel)
            axes.tick_params(labelleft=column == 0)
            text, fonts = drawable(fitting(panel.style.label, wide - GAP))
            name = {"fontfamily": fonts, "fontsize": 11, "fontweight": "bold"}
            axes.set_title(text, color=panel.style.ink, **name)
            if number + columns < count:
                axes.tick_params(labelbottom=False)
            else:
                axes.set_xlabel("steps before the forecast")
            if column == 0:
                axes.set_ylabel("largest = 1")
        lines = [*axes.get_lines()[1:3], axes.get_lines()[0]]
        labels = [BEFORE, f"{AFTER} (in the member's colour)", "1 % of the largest"]
        style.put_legend(canvas, lines, labels=labels)


def _set_axes(axes: Axes, figure: GradientProfilesFigure) -> None:
    set_norms(axes, figure.lowest, 1, most=5)
    room = max(figure.lookback * 0.02, 0.4)
    ends = (max(1 - room, 0.4), figure.lookback + room)
    axis_scales.set_steps(axes, ends, most=6 if len(figure.panels) > 1 else 12)
    axes.invert_xaxis()
    axes.axhline(NOTICED, color=style.FAINT_INK, linewidth=1, linestyle=":")


def _draw_panel(axes: Axes, panel: MemberProfile) -> None:
    """Draw both curves; mark how far back the later one is noticed."""
    lookback = panel.after.points[0][0]
    for curve, color, wide in (
        (panel.before, style.PAST, 1.4),
        (panel.after, panel.style.color, 2.0),
    ):
        marker = panel.style.marker if len(curve.points) <= FEW else ""
        line = {"color": color, "linewidth": wide, "marker": marker, "markersize": 4}
        axes.plot(*style.columns(curve.points), **line)
    reach = panel.after.reach
    if 0 < reach < lookback:
        axes.axvline(reach, color=panel.style.ink, linewidth=0.9, linestyle=":")
    side = ("left", 5) if reach > lookback / 2 else ("right", -5)
    foot = {"xycoords": axes.get_xaxis_transform(), "xytext": (side[1], 0)}
    text = f"{'all ' * (reach == lookback > 1)}{reach} {plural('step', reach)}"
    # A peak near the forecast is what one expects; one far back is a finding.
    if 1 < panel.after.peak > reach / 2:
        text += f", most to step {panel.after.peak}"
    style.put_label(
        axes, (reach, 1 - HEAD / 2), text, panel.style.ink, ha=side[0], **foot
    )


def _title(panels: Sequence[MemberProfile], lookback: int) -> str:
    """Say how far back each member's loss notices the lookback after training."""
    reaches = ", ".join(f"{panel.style.label} {panel.after.reach}" for panel in panels)
    title = f"Steps noticed after training, of {lookback}: {reaches}"
    if len(title) <= style.TITLE_LETTERS:
        return title
    far = sum(panel.after.reach == lookback for panel in panels)
    return f"{far} of {len(panels)} members look back all {lookback} steps"
