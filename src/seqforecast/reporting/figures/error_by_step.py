"""The error figure: how the error grows from step to step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqforecast.reporting.figures import axis_scales, style
from seqforecast.reporting.figures.style import Axes, Figure
from seqforecast.reporting.figures.thinning import Points, points_of, values_of
from seqforecast.reporting.text_format import percent, significant
from seqforecast.reporting.verdict import NAIVE

HEIGHT = 3.9  # inches
BARS_HEIGHT = 2.3  # of two bars
BAR = 0.5  # for one more
FEW = 30  # steps that are drawn as points too
NO_DIFFERENCE = 0.0005  # a share that would read 0.0 %


@dataclass(frozen=True, slots=True)
class ErrorFigure:
    """What to draw; points are (step, MAE in the unit of the data).

    Attributes:
        title: the finding.
        caption: the errors in numbers.
        model: the model's.
        naive: the naive forecast's.
        against: the baseline the model is compared with.
        best: the best baseline's; empty where it is the naive forecast.
        log: whether the error axis is logarithmic.
    """

    title: str
    caption: str
    model: Points
    naive: Points
    against: str
    best: Points
    log: bool

    @property
    def lines(self) -> list[tuple[str, Points, str]]:
        """Name, points and colour of each line; the model's is the last."""
        naive = ("naive forecast", self.naive, style.NAIVE)
        best = (self.against, self.best, style.BEST)
        model = ("model", self.model, style.MODEL)
        return [naive, best, model] if self.best else [naive, model]


def describe_errors(
    by_step: Sequence[Mapping[str, Any]], against: str = NAIVE
) -> ErrorFigure:
    """Return what to draw of `by_step` in metrics.json.

    Args:
        by_step: at least one step; those without an error are left out.
        against: the best baseline, `skill.against`; unless it is the naive forecast,
            each step has its `best_mae`.
    """
    by_step = [row for row in by_step if row["mae"] is not None]
    steps = [int(row["step"]) for row in by_step]
    model = [float(row["mae"]) for row in by_step]
    naive = [float(row["naive_mae"]) for row in by_step]
    best = [] if against == NAIVE else [float(row["best_mae"]) for row in by_step]
    baseline = best or naive
    name = against if best else "the naive forecast"
    return ErrorFigure(
        title=_only_step(model[0], baseline[0], name)
        if len(steps) == 1
        else _finding(model, baseline, name),
        caption=_caption(steps, model, baseline),
        model=points_of(steps, model),
        naive=points_of(steps, naive),
        against=against,
        best=points_of(steps, best) if best else (),
        log=axis_scales.needs_log([*model, *naive, *best]),
    )


def draw_errors(figure: ErrorFigure, path: Path) -> None:
    """Draw lines over the steps; of one step, bars.

    Raises:
        RunError: the file cannot be written.
    """
    one = len(figure.model) == 1
    height = BARS_HEIGHT + BAR * (len(figure.lines) - 2) if one else HEIGHT
    with style.drawing(path, height) as canvas:
        style.put_header(canvas, figure.title, figure.caption)
        (_draw_bars if one else _draw_lines)(canvas, figure)


def _draw_bars(canvas: Figure, figure: ErrorFigure) -> None:
    left = 1.35
    high = canvas.get_size_inches()[1] - style.HEADER - 0.4
    axes = style.place(canvas, (left, 0.3, style.WIDTH - left - 1.2, high))
    names, points, colors = zip(*figure.lines, strict=True)
    values = [value for line in points for value in values_of(line)]
    rows = range(len(values))
    axes.barh(rows, values, height=0.62, color=colors)
    axes.set_yticks(rows, names)
    axes.tick_params(axis="y", labelcolor=style.INK, labelsize=10.5)
    axes.set_xticks([])
    axes.set_xlim(0, max(values) or 1)
    axes.grid(visible=False)
    axes.spines["bottom"].set_visible(False)
    for at, value in enumerate(values):
        style.put_label(axes, (value, at), significant(value), style.INK)


def _draw_lines(canvas: Figure, figure: ErrorFigure) -> None:
    wide = style.WIDTH - style.LEFT - style.LABELS
    high = HEIGHT - style.HEADER - style.BOTTOM
    axes = style.place(canvas, (style.LEFT, style.BOTTOM, wide, high))
    values = [value for _, line, _ in figure.lines for value in values_of(line)]
    axis_scales.set_fitting(
        axes, values if figure.log else [0, *values], log=figure.log
    )
    first, last = figure.model[0][0], figure.model[-1][0]
    room = max((last - first) * 0.02, 0.1)
    axis_scales.set_steps(axes, (first - room, last + room), most=12)
    axes.set_xlabel("steps after the cutoff")
    axes.set_ylabel("MAE, log scale" if figure.log else "MAE")
    _shade(axes, figure)
    ends = []
    for name, points, color in figure.lines:
        marker = "o" if len(points) <= FEW else ""
        axes.plot(*style.columns(points), color=color, marker=marker, markersize=4)
        ends.append((values_of(points)[-1], name, color))
    style.put_end_labels(axes, ends)


def _shade(axes: Axes, figure: ErrorFigure) -> None:
    """Colour what lies between model and best baseline by who is better."""
    _, points, color = figure.lines[-2]
    if [x for x, _ in figure.model] != [x for x, _ in points]:
        return  # thinned differently: there is no common step
    steps, model = style.columns(figure.model)
    baseline = style.columns(points)[1]
    pairs = list(zip(model, baseline, strict=True))
    for where, shade in (
        ([ours <= theirs for ours, theirs in pairs], style.MODEL),
        ([ours >= theirs for ours, theirs in pairs], color),
    ):
        fill = {"interpolate": True, "alpha": 0.1, "linewidth": 0}
        axes.fill_between(steps, model, baseline, where=where, color=shade, **fill)


def _finding(model: Sequence[float], baseline: Sequence[float], name: str) -> str:
    """Say at how many steps the model is better, or worse where that is more."""
    pairs = list(zip(model, baseline, strict=True))
    below = sum(ours < theirs for ours, theirs in pairs)
    above = sum(ours > theirs for ours, theirs in pairs)
    side, count = ("above", above) if above > below else ("below", below)
    share = f"each of {count}" if count == len(pairs) else f"{count} of {len(pairs)}"
    return f"Model error {side} {name}'s at {share} steps"


def _only_step(model: float, baseline: float, name: str) -> str:
    """Compare the errors of a horizon of one step."""
    if baseline == 0:
        error = significant(model, 3)
        return f"One step ahead: error {error}, {name.removeprefix('the ')} 0"
    if model > 2 * baseline:
        times = significant(model / baseline, 3)
        return f"One step ahead: {times} times the error of {name}"
    share = 1 - model / baseline
    if abs(share) < NO_DIFFERENCE:
        return f"One step ahead: error no different from {name}'s"
    side = "lower" if share > 0 else "higher"
    return f"One step ahead: error {percent(abs(share))} {side} than {name}"


def _caption(
    steps: Sequence[int], model: Sequence[float], baseline: Sequence[float]
) -> str:
    """Give the errors of the first step and of the last."""
    errors = [
        f"{significant(model[at], 3)} against {significant(baseline[at], 3)} "
        f"at step {steps[at]}"
        for at in sorted({0, len(steps) - 1})
    ]
    return (
        f"Mean absolute error on the test part, unit of the data: {', '.join(errors)}"
    )
