"""The error at each cutoff: the model beside every baseline, a mark at each refit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqforecast.reporting.backtest.text import errors_at, rank_baselines, say_when
from seqforecast.reporting.figures import axis_scales, style
from seqforecast.reporting.figures.labels import elide
from seqforecast.reporting.figures.style import Axes
from seqforecast.reporting.figures.thinning import Points, values_of
from seqforecast.reporting.verdict import NAIVE, NAMES, told_apart

HEIGHT = 4.1  # inches
FEW = 30  # cutoffs that are drawn as points too
STAMP_LETTERS = 75  # of all stamps together, below the axis
MOST_STAMPS = 6
# Of baselines that are neither naive nor best; Okabe and Ito, 2008, darkened.
OTHERS: tuple[tuple[str, Any], ...] = (
    ("#9A3F73", "-."),
    ("#8F6200", ":"),
    (style.FAINT_INK, (0, (7, 2))),
)


@dataclass(frozen=True, slots=True)
class CutoffFigure:
    """What to draw; points are (number of the cutoff, error).

    Attributes:
        title: the finding.
        caption: what is shown.
        metric: of the errors, as the field writes it.
        model: the model's errors.
        baselines: those of each baseline by name, best first.
        refits: the cutoffs at which the model was trained.
        stamps: number and time stamp of the cutoffs that are named.
        log: whether the error axis is logarithmic.
    """

    title: str
    caption: str
    metric: str
    model: Points
    baselines: Mapping[str, Points]
    refits: tuple[int, ...]
    stamps: tuple[tuple[int, str], ...]
    log: bool


def describe_cutoffs(document: Mapping[str, Any]) -> CutoffFigure:
    """Return what to draw of backtest.json."""
    test, rows = document["test"], document["by_cutoff"]
    metric, names = test["skill"]["metric"], rank_baselines(document["test"])
    errors = [errors_at(row, metric, names) for row in rows]
    lines = [
        tuple(
            (row["cutoff"], error[at]) for row, error in zip(rows, errors, strict=True)
        )
        for at in range(len(names) + 1)
    ]
    unit = "in the unit of the data" if metric == "mae" else "mean over series"
    refits = tuple(row["cutoff"] for row in rows if row["is_refit"])
    longest = max(len(elide(say_when(row), 24)) for row in rows)
    spacing = -(-len(rows) // min(MOST_STAMPS, max(STAMP_LETTERS // longest, 1)))
    return CutoffFigure(
        title=f"{_finding(errors, names, test['skill']['against'])}; {_overall(test)}",
        caption=f"{NAMES[metric]} of the {document['horizon']} steps after each "
        f"cutoff, {unit}; triangles: the model was trained {_times(refits, rows)}",
        metric=NAMES[metric],
        model=lines[0],
        baselines=dict(zip(names, lines[1:], strict=True)),
        refits=refits,
        stamps=tuple(
            (row["cutoff"], elide(say_when(row), 24)) for row in rows[::spacing]
        ),
        log=axis_scales.needs_log(error for row in errors for error in row),
    )


def draw_cutoffs(figure: CutoffFigure, path: Path) -> None:
    """Draw a line a forecaster, and triangles below the cutoffs of refits.

    Raises:
        RunError: the file cannot be written.
    """
    with style.drawing(path, HEIGHT) as canvas:
        style.put_header(canvas, figure.title, figure.caption)
        wide = style.WIDTH - style.LEFT - style.LABELS
        high = HEIGHT - style.HEADER - style.BOTTOM - 0.1
        axes = style.place(canvas, (style.LEFT, style.BOTTOM, wide, high))
        _set_axes(axes, figure)
        ends = []
        for name, points, line_style in _lines(figure):
            axes.plot(*style.columns(points), **line_style)
            known = values_of(points)
            if known:
                ends.append((known[-1], name, line_style["color"]))
        for at in figure.refits:
            where = {"transform": axes.get_xaxis_transform(), "clip_on": False}
            axes.plot([at], [0.0], "^", color=style.MODEL, markersize=7, **where)
        style.put_end_labels(axes, ends)


def _set_axes(axes: Axes, figure: CutoffFigure) -> None:
    values = [
        value
        for line in (figure.model, *figure.baselines.values())
        for value in values_of(line)
    ]
    axis_scales.set_fitting(
        axes, values if figure.log else [0, *values], log=figure.log
    )
    axes.set_ylabel(f"{figure.metric}, log scale" if figure.log else figure.metric)
    room = max(len(figure.model) * 0.03, 0.1)
    axes.set_xlim(1 - room, len(figure.model) + room)
    axes.set_xticks(
        [at for at, _ in figure.stamps], [text for _, text in figure.stamps]
    )
    axes.set_xlabel("cutoff")


def _lines(figure: CutoffFigure) -> list[tuple[str, Points, dict[str, Any]]]:
    """Return name, points and style of each line; the model's is drawn last."""
    marker = {"marker": "o" if len(figure.model) <= FEW else "", "markersize": 4}
    best = next(iter(figure.baselines))
    lines = []
    for at, (name, points) in enumerate(figure.baselines.items()):
        color, dash = OTHERS[at % len(OTHERS)]
        if name == NAIVE:
            color, dash = style.NAIVE, "--"
        elif name == best:
            color, dash = style.BEST, "-"
        line_style = {"color": color, "linestyle": dash, "linewidth": 1.4, **marker}
        lines.append(("naive forecast" if name == NAIVE else name, points, line_style))
    lines.append(
        ("model", figure.model, {"color": style.MODEL, "linewidth": 2.2, **marker})
    )
    return lines


def _times(refits: Sequence[int], rows: Sequence[Any]) -> str:
    """Return how often the model was trained, as it follows a triangle."""
    if len(rows) == 1 or len(refits) == 1:
        return "there"
    return "anew at each" if len(refits) == len(rows) else f"{len(refits)} times"


def _overall(test: Mapping[str, Any]) -> str:
    """Return both errors over all cutoffs."""
    skill = test["skill"]
    forecasters = (test["model"], test["baselines"][skill["against"]])
    ours, theirs = told_apart(
        [forecaster[skill["metric"]] for forecaster in forecasters]
    )
    return f"over all {ours} against {theirs}"


def _finding(
    errors: Sequence[Sequence[float | None]], names: Sequence[str], against: str
) -> str:
    """Say at how many cutoffs the model beats the baseline that is best over all."""
    at = 1 + list(names).index(against)
    pairs = []
    for row in errors:
        ours, theirs = row[0], row[at]
        if ours is not None and theirs is not None:
            pairs.append((ours, theirs))
    whose = "the naive forecast" if against == NAIVE else against
    if len(pairs) == 1:
        return f"Model against {whose} at one cutoff"
    below = sum(mine < best for mine, best in pairs)
    share = (
        f"each of {len(pairs)}" if below == len(pairs) else f"{below} of {len(pairs)}"
    )
    return f"Model error below {whose}'s at {share} cutoffs"
