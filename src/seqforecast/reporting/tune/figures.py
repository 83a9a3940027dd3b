"""Figures of a search: trial by trial, and what each value of a setting was worth."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

from seqforecast.reporting.figures import axis_scales, style
from seqforecast.reporting.figures.labels import elide
from seqforecast.reporting.figures.style import Axes
from seqforecast.reporting.text_format import significant
from seqforecast.reporting.tune.table import ranked, say_settings, short
from seqforecast.reporting.verdict import NAMES

MOST = 9  # settings that are drawn
ACROSS = 3  # panels in a row
NAMED = 6  # values that stand side by side; more numbers make an axis
LETTERS = {1: 100, 2: 60, 3: 36}  # of a setting's name, by panels in a row
ROW = 2.35  # inches, of which the axes take all but GAP
GAP = 0.75
BETWEEN = 0.3
HEIGHT = 3.6


@dataclass(frozen=True, slots=True)
class SettingAxes:
    """One setting; points are (value or its place, validation error).

    Attributes:
        name: the setting.
        points: a point a trial.
        best: the value or place of the best trial.
        values: what stands at places 0, 1, 2, ...; empty: points lie on an axis.
        log: whether that axis is logarithmic.
    """

    name: str
    points: tuple[tuple[float, float], ...]
    best: tuple[float, float]
    values: tuple[str, ...]
    log: bool


@dataclass(frozen=True, slots=True)
class SettingsFigure:
    """What to draw.

    Attributes:
        title: the finding.
        caption: what is shown.
        metric: of the errors, as the field writes it.
        panels: one a setting, as they were written.
        given: error of the experiment as given; None: it failed.
        log: whether the error axes are logarithmic.
    """

    title: str
    caption: str
    metric: str
    panels: tuple[SettingAxes, ...]
    given: float | None
    log: bool


def describe_settings(document: Mapping[str, Any]) -> SettingsFigure | None:
    """Return what to draw of tune.json; None when no trial with settings ended."""
    trials = ranked(document)
    with_settings = [trial for trial in trials if trial["settings"]]
    if not with_settings:
        return None
    metric, searched = NAMES[document["metric"]], document["searched"]
    given_error = document["trials"][0]["value"]
    caption = f"Each point is a trial that came to an end; filled: {_which(trials)}"
    if given_error is not None:
        caption += "; dashed: the experiment as given"
    if len(searched) > MOST:
        caption += f"; the first {MOST} of {len(searched)} settings"
    return SettingsFigure(
        title=_finding(trials[0], metric),
        caption=caption,
        metric=metric,
        panels=tuple(_panel(with_settings, name) for name in searched[:MOST]),
        given=given_error,
        log=axis_scales.needs_log(trial["value"] for trial in trials),
    )


def _which(trials: Sequence[Mapping[str, Any]]) -> str:
    """Return what the filled point is, when the best of all may have no settings."""
    return "the best" if trials[0]["settings"] else "the best beside that as given"


def _finding(best: Mapping[str, Any], metric: str) -> str:
    value = significant(best["value"], 3)
    if not best["settings"]:
        return f"Best validation {metric} {value}, with the experiment as given"
    names = {
        name.rpartition(".")[2]: setting for name, setting in best["settings"].items()
    }
    return elide(f"Best validation {metric} {value}: {say_settings(names)}", 150)


def _panel(trials: Sequence[Mapping[str, Any]], name: str) -> SettingAxes:
    """Return the panel of one setting; the first trial is the best."""
    values = [trial["settings"][name] for trial in trials]
    errors = [float(trial["value"]) for trial in trials]
    distinct = sorted(
        {json.dumps(value): value for value in values}.values(), key=_order
    )
    numbers = [value for value in values if _is_number(value)]
    on_axis = len(numbers) == len(values) and len(distinct) > NAMED
    places = numbers if on_axis else [distinct.index(value) for value in values]
    points = tuple(zip(map(float, places), errors, strict=True))
    return SettingAxes(
        name=name,
        points=points,
        best=points[0],
        values=() if on_axis else tuple(elide(short(value), 14) for value in distinct),
        log=on_axis and axis_scales.needs_log(numbers),
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _order(value: Any) -> tuple[bool, float, str]:
    """Sort numbers by size, lists of one number alike, and before all else."""
    only = value[0] if isinstance(value, list) and len(value) == 1 else value
    if _is_number(only):
        return False, float(only), ""
    return True, 0.0, json.dumps(value)


def draw_settings(figure: SettingsFigure, path: Path) -> None:
    """Draw a panel a setting, with the error as given as a line across.

    Raises:
        RunError: the file cannot be written.
    """
    across = min(ACROSS, len(figure.panels))
    rows = -(-len(figure.panels) // across)
    height = style.HEADER + rows * ROW + 0.1
    wide = style.WIDTH - style.LEFT - style.RIGHT
    step = (wide + BETWEEN) / across
    with style.drawing(path, height) as canvas:
        style.put_header(canvas, figure.title, figure.caption)
        for number, panel in enumerate(figure.panels):
            row, column = divmod(number, across)
            bottom = height - style.HEADER - (row + 1) * ROW + GAP
            left = style.LEFT + column * step
            box = (left, bottom, step - BETWEEN, ROW - GAP)
            axes = style.place(canvas, box)
            _draw_panel(axes, panel, figure)
            axes.set_xlabel(elide(panel.name, LETTERS[across]))
            if column:
                axes.set_yticklabels([])
            else:
                axes.set_ylabel(f"validation {figure.metric}")


def _draw_panel(axes: Axes, panel: SettingAxes, figure: SettingsFigure) -> None:
    errors = [error for _, error in panel.points]
    known = errors if figure.given is None else [*errors, figure.given]
    axis_scales.set_fitting(axes, known, log=figure.log, most=5)
    places = [place for place, _ in panel.points]
    if panel.values:
        axes.set_xlim(-0.5, len(panel.values) - 0.5)
        axes.set_xticks(range(len(panel.values)), panel.values)
    elif panel.log:
        axis_scales.set_log(axes, axis_scales.log_limits(places), 4, which="x")
    else:
        axis_scales.set_linear(axes, "x", axis_scales.limits(places), 4)
    if figure.given is not None:
        axes.axhline(figure.given, color=style.NAIVE, linestyle="--", linewidth=1.3)
    faint = {"markersize": 5, "color": style.PAST, "markerfacecolor": "none"}
    axes.plot(places, errors, "o", **faint)
    axes.plot(*panel.best, "o", color=style.MODEL, markersize=7)


def draw_trials(document: Mapping[str, Any], path: Path) -> None:
    """Draw the validation error of every trial, and the best so far.

    Raises:
        RunError: the file cannot be written.
    """
    trials = [trial for trial in document["trials"] if trial["value"] is not None]
    numbers = [trial["number"] for trial in trials]
    values = [float(trial["value"]) for trial in trials]
    with style.drawing(path, HEIGHT) as canvas:
        style.put_header(canvas, *_words(document))
        wide = style.WIDTH - style.LEFT - style.RIGHT
        high = HEIGHT - style.HEADER - style.BOTTOM
        axes = style.place(canvas, (style.LEFT, style.BOTTOM, wide, high))
        axis_scales.set_fitting(axes, values, log=axis_scales.needs_log(values))
        last = len(document["trials"]) - 1
        axis_scales.set_epochs(axes, (0, last))
        axes.plot(numbers, values, "o", color=style.PAST, markersize=5)
        lowest = list(accumulate(values, min))
        axes.plot(
            [*numbers, last],
            [*lowest, lowest[-1]],
            color=style.MODEL,
            drawstyle="steps-post",
        )
        if numbers[0] == 0:
            axes.axhline(values[0], color=style.NAIVE, linestyle="--", linewidth=1.3)
            at = (axes.get_xlim()[1], values[0])
            where = {"xytext": (-4, 7), "ha": "right"}
            style.put_label(axes, at, "as given", style.NAIVE, **where)
        axes.set_xlabel("trial")
        axes.set_ylabel(f"validation {NAMES[document['metric']]}")


def _words(document: Mapping[str, Any]) -> tuple[str, str]:
    """Return title and caption of the figure of all trials."""
    best, metric = document["best"], NAMES[document["metric"]]
    which = f"trial {best['number']} of {len(document['trials']) - 1}"
    title = f"Best validation {metric} {significant(best['value'], 3)}, " + (
        which if best["number"] else "the experiment as given"
    )
    states: Sequence[str] = [trial["state"] for trial in document["trials"]]
    missing = len(states) - states.count("complete")
    caption = "Each point is a trial; the line is the best so far"
    if missing:
        caption += f"; without {missing} that failed or ended early"
    return title, caption
