"""The seeds of a comparison: every fit's test error as a point, baselines as lines."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from seqforecast.reporting.compare.colors import LETTER, MemberStyle, room_of, styles_of
from seqforecast.reporting.compare.verdict import is_silent, names_of, ranked
from seqforecast.reporting.figures import axis_scales, style
from seqforecast.reporting.figures.labels import drawable
from seqforecast.reporting.figures.style import Axes
from seqforecast.reporting.text_format import significant
from seqforecast.reporting.verdict import NAMES, told_apart

ROW = 0.46  # inches a member
BAND = 0.2  # inches a line of baseline names
NEAR, BEST_NEAR = 4, 20  # times the members' spread that the axis may grow to
BEYOND = 1.2  # times the axis up to the best baseline that the others may take


@dataclass(frozen=True, slots=True)
class SeedRow:
    """One member.

    Attributes:
        style: how it is drawn.
        values: test error of each seed.
        mean: of the values.
        interval: the 95 % interval of the mean over seeds, or None for one seed.
        group: letters shared by those that are not told apart; may be empty.
    """

    style: MemberStyle
    values: tuple[float, ...]
    mean: float
    interval: tuple[float, float] | None
    group: str


@dataclass(frozen=True, slots=True)
class SeedsFigure:
    """What to draw.

    Attributes:
        title: the finding.
        caption: what is shown, and which baselines are too far off to be.
        rows: the members, best first by validation.
        baselines: style and test error of those that fit on the axis, lowest first.
        metric: what the error is.
        ends: of the error axis.
    """

    title: str
    caption: str
    rows: tuple[SeedRow, ...]
    baselines: tuple[tuple[MemberStyle, float], ...]
    metric: str
    ends: tuple[float, float]


def describe_seeds(comparison: Mapping[str, Any]) -> SeedsFigure:
    """Return what to draw of the test errors of all seeds.

    A baseline so far off that it would squeeze the members together is named in the
    caption; the best one may be further off than the others.

    Args:
        comparison: the document, comparison.json, with at least one member.
    """
    styles = styles_of(comparison)
    rows = tuple(_row(styles[member["name"]], member) for member in ranked(comparison))
    errors = {
        name: baseline["test"]
        for name, baseline in comparison["baselines"].items()
        if name not in names_of(comparison)
    }
    values = [value for row in rows for value in (*row.values, *(row.interval or ()))]
    near = baselines_near(values, errors, comparison["best_baseline"])
    metric = NAMES[comparison["metric"]]
    what = f"Test {metric}, a point a seed"
    if any(row.interval for row in rows):
        what += "; bar: 95 % interval of the mean over seeds (not over the data)"
    groups = {
        name: baseline["group"] for name, baseline in comparison["baselines"].items()
    }
    off = [f"{n} {significant(e, 3)}" for n, e in errors.items() if n not in near]
    return SeedsFigure(
        title=_title(comparison),
        caption=f"{what}; off the axis: {', '.join(off)}" if off else what,
        rows=rows,
        baselines=tuple(
            (_named(styles[name], groups[name]), error) for name, error in near.items()
        ),
        metric=metric,
        ends=axis_scales.limits([*values, *near.values()]),
    )


def draw_seeds(figure: SeedsFigure, path: Path) -> None:
    """Draw the rows, baselines as vertical lines, groups at the right.

    Raises:
        RunError: the file cannot be written.
    """
    left = room_of([row.style.label for row in figure.rows], 0.8)
    groups = [row.group for row in figure.rows]
    right = room_of([*groups, "group"], 0.35) if any(groups) else style.RIGHT
    wide = style.WIDTH - left - right
    lines = [(member_style.label, error) for member_style, error in figure.baselines]
    levels = name_rows(lines, figure.ends, wide)
    top = style.HEADER + BAND * (max(levels, default=0) + 1) * bool(levels)
    high = ROW * len(figure.rows) + 0.1
    with style.drawing(path, top + high + style.BOTTOM) as canvas:
        style.put_header(canvas, figure.title, figure.caption)
        axes = style.place(canvas, (left, style.BOTTOM, wide, high))
        axes.set_ylim(len(figure.rows) - 0.5, -0.5)
        axes.set_yticks([])
        axes.grid(visible=False)
        axes.grid(visible=True, axis="x")
        axis_scales.set_linear(axes, "x", figure.ends, most=8)
        axes.set_xlabel(f"test {figure.metric}")
        for (member_style, error), level in zip(figure.baselines, levels, strict=True):
            line = {"linestyle": member_style.dash, "linewidth": 1.3}
            axes.axvline(error, color=member_style.color, **line)
            where = {"xycoords": axes.get_xaxis_transform(), "ha": "center"}
            shift = {"xytext": (0, 8 + level * BAND * 72)}
            label, ink = member_style.label, member_style.ink
            style.put_label(axes, (error, 1.0), label, ink, **where, **shift)
        for at, row in enumerate(figure.rows):
            _draw_row(axes, row, at)
        if any(groups):
            head = {"transform": axes.transAxes, "va": "bottom", "fontsize": 9.5}
            axes.text(1.0, 1.02, "  group", color=style.FAINT_INK, **head)


def _draw_row(axes: Axes, row: SeedRow, at: int) -> None:
    color, edge = row.style.color, {"transform": axes.get_yaxis_transform()}
    offset = [at + 0.16 * (number % 3 - 1) for number in range(len(row.values))]
    points = {"markersize": 6, "alpha": 0.55, "linestyle": "", "markeredgewidth": 0}
    axes.plot(row.values, offset, row.style.marker, color=color, **points)
    if row.interval is not None:
        axes.plot(row.interval, [at, at], color=row.style.ink, linewidth=2.2)
        axes.plot([row.mean], [at], "|", color=row.style.ink, ms=17, mew=2.6)
    name, fonts = drawable(row.style.label)
    text = edge | {"va": "center"}
    where = text | {"ha": "right", "fontfamily": fonts}
    axes.text(-0.012, at, name, color=row.style.ink, **where)
    axes.text(1.0, at, f"  {row.group}", color=style.INK, **text)


def _row(member_style: MemberStyle, member: Mapping[str, Any]) -> SeedRow:
    test = member["test"]
    interval = None
    if test["sd"] is not None:
        half = _student(len(test["values"]) - 1) * test["sd"]
        half /= math.sqrt(len(test["values"]))
        # An error is never below 0; Student's t knows nothing of that.
        interval = (max(test["mean"] - half, 0.0), test["mean"] + half)
    group = member["group"] or ""
    return SeedRow(member_style, tuple(test["values"]), test["mean"], interval, group)


def _student(free: int) -> float:
    """Return the 97.5 % point of Student's t for so many degrees of freedom."""
    from scipy.special import stdtrit

    return float(stdtrit(free, 0.975))


def _named(member_style: MemberStyle, group: str | None) -> MemberStyle:
    """Name a baseline together with its group, if it has one."""
    if not group:
        return member_style
    return replace(member_style, label=f"{member_style.label} ({group})")


def _title(comparison: Mapping[str, Any]) -> str:
    """Give the errors of the member that validation chooses and the best baseline."""
    first, best = ranked(comparison)[0], comparison["best_baseline"]
    errors = [first["test"]["mean"], comparison["baselines"][best]["test"]]
    ours, theirs = told_apart(errors)
    metric = NAMES[comparison["metric"]]
    title = f"{first['name']}: test {metric} {ours}"
    if first["name"] != best:
        title += f" against {theirs} of {best}"
    return f"{title}; nothing is claimed" if is_silent(comparison) else title


def baselines_near(
    values: Sequence[float], errors: Mapping[str, float], best: str
) -> dict[str, float]:
    """Return the baselines that leave room for the members, lowest first.

    The best one may be further off than the others.

    Args:
        values: what the axis shows of the members, at least one.
        errors: of the baselines by name.
        best: name of the best one; it may be none of them.
    """
    low, high = min(values), max(values)
    spread = max(high - low, 0.02 * abs(high))
    near, room = {}, BEST_NEAR * spread
    for name in dict.fromkeys([best, *errors] if best in errors else errors):
        ends = min(low, errors[name]), max(high, errors[name])
        if ends[1] - ends[0] <= room:
            near[name] = errors[name]
            low, high = ends
        if name == best:
            room = max(NEAR * spread, BEYOND * (high - low))
    return dict(sorted(near.items(), key=lambda item: item[1]))


def name_rows(
    lines: Sequence[tuple[str, float]], ends: tuple[float, float], wide: float
) -> list[int]:
    """Return for each line the level its name stands on, so that none overlap.

    Args:
        lines: name and position of each, from left to right.
        ends: of the axis.
        wide: inches of the axis.
    """
    level_ends: list[float] = []
    levels = []
    for name, position in lines:
        middle = (position - ends[0]) / (ends[1] - ends[0]) * wide
        half = LETTER * len(name) / 2 + 0.06
        begin = middle - half
        level = next(
            (at for at, end in enumerate(level_ends) if end < begin), len(level_ends)
        )
        level_ends[level : level + 1] = [middle + half]
        levels.append(level)
    return levels
