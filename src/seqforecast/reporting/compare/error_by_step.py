"""The errors of a comparison by step: a line a member, bars for a single step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from seqforecast.reporting.compare.colors import (
    NAME_WIDTH,
    MemberStyle,
    room_of,
    styles_of,
)
from seqforecast.reporting.compare.verdict import names_of
from seqforecast.reporting.figures import axis_scales, style
from seqforecast.reporting.figures.labels import drawable, elide
from seqforecast.reporting.figures.style import Figure
from seqforecast.reporting.figures.thinning import Doubles, Points, points_of, values_of
from seqforecast.reporting.text_format import plural, significant
from seqforecast.reporting.verdict import NAIVE

HEIGHT = 4.3  # inches
BAR = 0.42  # inches
FEW = 30  # steps that are drawn as points too


@dataclass(frozen=True, slots=True)
class StepErrors:
    """What to draw.

    Attributes:
        title: the finding.
        caption: what is shown.
        members: style and error by step, points (step, MAE in the unit of the data).
        baselines: alike, the naive forecast and the best one.
        log: whether the error axis is logarithmic.
    """

    title: str
    caption: str
    members: tuple[tuple[MemberStyle, Points], ...]
    baselines: tuple[tuple[MemberStyle, Points], ...]
    log: bool

    @property
    def lines(self) -> list[tuple[MemberStyle, Points]]:
        """Baselines first, so that members are drawn over them."""
        return [*self.baselines, *self.members]


def describe_step_errors(
    comparison: Mapping[str, Any],
    members: Mapping[str, npt.ArrayLike],
    baselines: Mapping[str, npt.ArrayLike],
) -> StepErrors:
    """Return what to draw of errors by step.

    Args:
        comparison: the document, comparison.json.
        members: by name, shape (seeds, horizon): mean absolute errors on the test
            part in the unit of the data; NaN at a step without an error. Forecasters
            named beside them have one row.
        baselines: by name, shape (horizon,); the naive forecast and the best of them
            are shown.
    """
    styles = styles_of(comparison)
    names = [name for name in names_of(comparison) if name in members]
    means = {name: np.asarray(members[name], float).mean(axis=0) for name in names}
    best = comparison["best_baseline"]
    baseline_errors = {
        name: np.asarray(errors, float)
        for name, errors in baselines.items()
        if name in (NAIVE, best) and name not in members
    }
    everything = [*means.values(), *baseline_errors.values()]
    steps = np.arange(1, len(everything[0]) + 1)
    finite = [float(e) for errors in everything for e in errors if np.isfinite(e)]
    seeds = max(len(np.asarray(members[name])) for name in names)
    over = f", mean over {seeds} seeds" if seeds > 1 else ""
    return StepErrors(
        title=_title(means, (baseline_errors | means)[best], best),
        caption=f"Mean absolute error on the test part, unit of the data{over}",
        members=tuple((styles[name], points_of(steps, means[name])) for name in names),
        baselines=tuple(
            (styles[name], points_of(steps, baseline_errors[name]))
            for name in baseline_errors
        ),
        log=axis_scales.needs_log(finite),
    )


def draw_step_errors(figure: StepErrors, path: Path) -> None:
    """Draw lines over the steps; of one step, bars.

    Raises:
        RunError: the file cannot be written.
    """
    one = all(len(points) == 1 for _, points in figure.lines)
    bars = style.HEADER + BAR * len(figure.lines) + 0.35
    with style.drawing(path, max(bars, 2) if one else HEIGHT) as canvas:
        style.put_header(canvas, figure.title, figure.caption)
        (_draw_bars if one else _draw_lines)(canvas, figure)


def _draw_bars(canvas: Figure, figure: StepErrors) -> None:
    """Draw the members from the top, then the baselines."""
    rows = [*figure.members, *figure.baselines]
    left = room_of([member_style.label for member_style, _ in rows], 0.9)
    high = canvas.get_size_inches()[1] - style.HEADER - 0.3
    axes = style.place(canvas, (left, 0.2, style.WIDTH - left - 1.2, high))
    axes.grid(visible=False)
    axes.spines["bottom"].set_visible(False)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlim(0, max((v for _, p in rows for v in values_of(p)), default=1) or 1)
    edge = {"transform": axes.get_yaxis_transform(), "ha": "right", "va": "center"}
    for at, (member_style, points) in enumerate(rows):
        text, fonts = drawable(member_style.label)
        axes.text(-0.012, at, text, color=member_style.ink, fontfamily=fonts, **edge)
        for value in values_of(points):
            axes.barh([at], [value], height=0.62, color=member_style.color)
            style.put_label(axes, (value, at), significant(value), style.INK)


def _draw_lines(canvas: Figure, figure: StepErrors) -> None:
    labels = [member_style.label for member_style, _ in figure.lines]
    wide = style.WIDTH - style.LEFT - room_of(labels)
    high = HEIGHT - style.HEADER - style.BOTTOM
    axes = style.place(canvas, (style.LEFT, style.BOTTOM, wide, high))
    values = [value for _, line in figure.lines for value in values_of(line)]
    axis_scales.set_fitting(axes, values, log=figure.log)
    first, last = figure.lines[-1][1][0][0], figure.lines[-1][1][-1][0]
    room = max((last - first) * 0.02, 0.1)
    axis_scales.set_steps(axes, (first - room, last + room), most=12)
    axes.set_xlabel("steps after the cutoff")
    axes.set_ylabel("MAE, log scale" if figure.log else "MAE")
    ends = []
    for member_style, points in figure.lines:
        marker = member_style.marker if len(points) <= FEW else ""
        line = {"linestyle": member_style.dash, "marker": marker, "markersize": 4}
        axes.plot(*style.columns(points), color=member_style.color, **line)
        if values_of(points):
            ends.append((values_of(points)[-1], member_style.label, member_style.ink))
    style.put_end_labels(axes, ends)


def _title(members: Mapping[str, Doubles], of_best: Doubles, best: str) -> str:
    """Say which member is lowest at how many steps."""
    names = [elide(name, NAME_WIDTH) for name in members]
    errors = np.stack(list(members.values()))
    known = np.isfinite(errors).all(axis=0)
    horizon, steps = errors.shape[1], int(known.sum())
    if not steps:
        return "No error by step is known"
    lowest = errors[:, known].argmin(axis=0)
    wins = {names[row]: int((lowest == row).sum()) for row in np.unique(lowest)}
    if horizon == 1:
        first = next(iter(wins))
        theirs = significant(float(of_best[0]), 3)
        ours = significant(float(errors[:, 0].min()), 3)
        return f"One step ahead: lowest error {first} {ours}, {best} {theirs}"
    if len(members) > 1:
        counts = _counted(wins)
        return f"Lowest error: {counts} of {steps} {plural('step', steps)}"
    below = int((errors[0, known] < of_best[known]).sum())
    return f"{names[0]}: error below {best}'s at {below} of {steps} steps"


def _counted(wins: Mapping[str, int]) -> str:
    """Name who is lowest at most steps, three at most."""
    ranked: Sequence[tuple[str, int]] = sorted(wins.items(), key=lambda item: -item[1])
    return ", ".join(f"{name} at {count}" for name, count in ranked[:3])
