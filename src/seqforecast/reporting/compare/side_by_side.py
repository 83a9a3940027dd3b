"""Forecasts side by side: the same windows of the test part, a column a member."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from seqforecast.reporting.compare.colors import (
    MemberStyle,
    columns_for,
    fitting,
    styles_of,
)
from seqforecast.reporting.compare.verdict import names_of
from seqforecast.reporting.figures import axis_scales, date_axis, style
from seqforecast.reporting.figures.forecasts import (
    ForecastAxes,
    WindowPicture,
    choose_windows,
    draw_panel,
    legend_name,
    panels_of,
)
from seqforecast.reporting.figures.labels import drawable
from seqforecast.reporting.figures.style import Axes
from seqforecast.reporting.text_format import plural, significant

MOST_COLUMNS, MOST_ROWS = 4, 3
FEWEST = 60  # steps of the lookback that are shown, or one horizon
# Inches of a panel, of the two lines above it and those of the time below it.
PANEL, TITLE, TIMES = 1.1, 0.52, 0.31
NAMES_ROW, LEGEND, GAP = 0.24, 0.22, 0.28  # inches
NUMBERS = 0.72  # inches for the ticks at the left


@dataclass(frozen=True, slots=True)
class Column:
    """The windows as one member forecasts them.

    Attributes:
        style: how the member is drawn.
        panels: one a window.
        errors: mean absolute error in each window; None where no truth is known.
    """

    style: MemberStyle
    panels: tuple[ForecastAxes, ...]
    errors: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class SideBySide:
    """What to draw.

    Attributes:
        title: the finding in these windows.
        caption: what is shown, and how it was chosen.
        columns: one a member, in the order of the comparison.
        ends: of the value axis of each window, the same for all members.
        baseline: what the best baseline is called.
        dated: whether places are dates; else whole numbers.
    """

    title: str
    caption: str
    columns: tuple[Column, ...]
    ends: tuple[tuple[float, float], ...]
    baseline: str
    dated: bool


def describe_side_by_side(
    comparison: Mapping[str, Any],
    windows: Mapping[str, Sequence[WindowPicture]],
    baseline: str,
) -> SideBySide:
    """Return what to draw of the same windows for every member.

    Args:
        comparison: the document, comparison.json.
        windows: by member, at least one; all have the same, with forecasts of their
            own (of the first seed). Of more than three, three are shown.
        baseline: the best one, whose forecasts the windows have.
    """
    styles = styles_of(comparison)
    rows = choose_windows(len(windows[comparison["members"][0]["name"]]), MOST_ROWS)
    windows = {name: [window[row] for row in rows] for name, window in windows.items()}
    some = windows[comparison["members"][0]["name"]]
    past_steps = min(len(some[0].lookback), max(len(some[0].truth), FEWEST))
    columns = tuple(
        _column(styles[name], windows[name], past_steps)
        for name in names_of(comparison)
        if name in windows
    )
    horizon = len(some[0].truth)
    total, count = comparison["windows"], len(some)
    which = f"{count} of {total:,} test windows, spread evenly"
    if count == total:
        which = "the only test window" if total == 1 else f"all {total} test windows"
    return SideBySide(
        title=_title(columns, horizon),
        caption=f"{which[0].upper()}{which[1:]}; forecasts of each member's first "
        "seed, in the unit of the data",
        columns=columns,
        ends=tuple(
            axis_scales.limits([value for panel in panels for value in panel.values])
            for panels in zip(*(column.panels for column in columns), strict=True)
        ),
        baseline=legend_name(baseline, comparison.get("repeated", {})),
        dated=date_axis.are_dates(some[0].stamps),
    )


def draw_side_by_side(figure: SideBySide, path: Path) -> None:
    """Draw up to four members beside each other, more in blocks below.

    Raises:
        RunError: the file cannot be written.
    """
    count = len(figure.columns)
    across = columns_for(count, MOST_COLUMNS)
    blocks = [figure.columns[at : at + across] for at in range(0, count, across)]
    rows = len(figure.ends)
    block = NAMES_ROW + rows * (PANEL + TITLE + TIMES) + 0.26
    top = style.HEADER + LEGEND
    height = top + len(blocks) * block
    wide = (style.WIDTH - NUMBERS - style.RIGHT + GAP) / across
    with style.drawing(path, height) as canvas:
        style.put_header(canvas, figure.title, figure.caption)
        for number, columns in enumerate(blocks):
            upper = height - top - number * block - NAMES_ROW
            for at, column in enumerate(columns):
                for row in range(rows):
                    lower = upper - (row + 1) * (PANEL + TITLE) - row * TIMES
                    box = (NUMBERS + at * wide, lower, wide - GAP, PANEL)
                    axes = style.place(canvas, box)
                    _draw(axes, figure, column, row)
                    axes.tick_params(labelleft=at == 0)
                    _put_titles(axes, column, (at, row), wide)
        # The model's line is named above its column.
        style.put_legend(canvas, axes.get_lines()[1:4])


def _draw(axes: Axes, figure: SideBySide, column: Column, row: int) -> None:
    most = 4 if len(figure.columns) > 2 else 7
    drawn = (axes, column.panels[row], figure.baseline)
    # Members have the colours that a baseline has elsewhere.
    naive = figure.baseline == style.NAIVE_NAME
    colors = (column.style.color, style.NAIVE if naive else style.FAINT_INK)
    draw_panel(*drawn, dated=figure.dated, colors=colors, most=most)
    axis_scales.set_linear(axes, "y", figure.ends[row], most=4)


def _put_titles(axes: Axes, column: Column, cell: tuple[int, int], wide: float) -> None:
    """Write the error above a panel, the window above a row, the name above all."""
    at, row = cell
    over = {"xycoords": "axes fraction", "textcoords": "offset points", "va": "bottom"}
    error = f"MAE {significant(column.errors[row], 3)}"
    small = over | {"fontsize": 9.5, "color": column.style.ink}
    axes.annotate(error, (0, 1), xytext=(0, 3), **small)
    if at == 0:
        text, fonts = drawable(column.panels[row].title)
        window = over | {"fontfamily": fonts, "fontsize": 10, "color": style.INK}
        axes.annotate(text, (0, 1), xytext=(0, 16), **window)
    if row == 0:
        # Of the same height in all columns: above the name of the window.
        text, fonts = drawable(fitting(column.style.label, wide - GAP))
        name = over | {"fontfamily": fonts, "fontsize": 11, "fontweight": "bold"}
        axes.annotate(text, (0, 1), xytext=(0, 33), color=column.style.ink, **name)


def _column(
    member_style: MemberStyle, windows: Sequence[WindowPicture], past_steps: int
) -> Column:
    errors = tuple(_error(window) for window in windows)
    return Column(member_style, panels_of(windows, past_steps), errors)


def _error(window: WindowPicture) -> float | None:
    misses = np.abs(np.asarray(window.model, float) - np.asarray(window.truth, float))
    known = misses[np.isfinite(misses)]
    return float(known.mean()) if len(known) else None


def _title(columns: Sequence[Column], horizon: int) -> str:
    """Say who comes closest in each of these windows."""
    ahead = f"{horizon} {plural('step', horizon)} ahead"
    wins: dict[str, int] = {}
    for errors in zip(*(column.errors for column in columns), strict=True):
        pairs = zip(errors, columns, strict=True)
        known = [
            (error, column.style.label) for error, column in pairs if error is not None
        ]
        if known:
            nearest = min(known)[1]
            wins[nearest] = wins.get(nearest, 0) + 1
    rows = len(columns[0].errors)
    windows = f"{rows} {plural('window', rows)}"
    if len(columns) == 1 or not wins:
        return f"{ahead.capitalize()}: {columns[0].style.label} in {windows}"
    counts = ", ".join(f"{name} in {count}" for name, count in wins.items())
    return f"{ahead.capitalize()}, closest in these windows: {counts} of {rows}"
