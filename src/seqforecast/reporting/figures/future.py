"""The figure of the future: the end of the data, the forecast, its intervals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy.typing as npt

from seqforecast.reporting.figures import axis_scales, date_axis, style
from seqforecast.reporting.figures.labels import drawable, elide, stamp_texts
from seqforecast.reporting.figures.style import (
    Axes,
    Band,
    band_entries,
    draw_bands,
)
from seqforecast.reporting.figures.thinning import Points, points_of, values_of
from seqforecast.reporting.text_format import plural, significant

MOST_SERIES = 6
MOST_POINTS = 600
POINTED = 14  # horizons up to here are drawn as points too
NAME_WIDTH = 44  # letters of a series name
# Inches: a panel alone, one of few below each other, one of many in two columns.
ALONE, FEW, MANY = 3.4, 2.0, 1.75
MOST_ROWS = 3  # full-width panels below each other; more go in two columns
GAP, LEGEND, NUMBER = 0.8, 0.18, 0.6  # inches; the last for the number at the right


@dataclass(frozen=True, slots=True, eq=False)
class FuturePicture:
    """One series to show.

    Attributes:
        series: the id.
        past_stamps: shape (steps,), datetime64 or whole numbers, ascending.
        past: the values there, in the unit of the data, NaN where one is missing; as
            many as there are, of which the end is shown.
        stamps: shape (horizon,), of the kind of `past_stamps`.
        y_hat: the forecast, shape (horizon,).
        bands: lower and upper ends of intervals, shape (horizon,) each, by level in
            percent; empty without intervals.
    """

    series: str
    past_stamps: npt.NDArray[Any]
    past: npt.NDArray[Any]
    stamps: npt.NDArray[Any]
    y_hat: npt.NDArray[Any]
    bands: Mapping[float, tuple[npt.NDArray[Any], npt.NDArray[Any]]] = field(
        default_factory=dict
    )


@dataclass(frozen=True, slots=True)
class FutureAxes:
    """One series as drawn; points are (place of the stamp, value), as of `date_axis`.

    Attributes:
        title: the series.
        past: the end of the data.
        y_hat: the forecast.
        end: where the data end: the place of the last stamp, and its text.
        bands: the widest first.
    """

    title: str
    past: Points
    y_hat: Points
    end: tuple[float, str]
    bands: tuple[Band, ...] = ()

    @property
    def values(self) -> list[float]:
        """Every value the axis must show."""
        ends = [points for _, *both in self.bands for points in both]
        return [v for line in (self.past, self.y_hat, *ends) for v in values_of(line)]

    @property
    def places(self) -> tuple[float, float]:
        """The first and the last place."""
        return min(self.past[0][0], self.end[0]), self.y_hat[-1][0]


@dataclass(frozen=True, slots=True)
class FutureFigure:
    """What to draw.

    Attributes:
        title: what is forecast, and from when to when.
        caption: what is shown, and how it was chosen.
        panels: one a series, at most six.
        forecaster: whose forecast it is.
        dated: whether places are dates; else whole numbers.
    """

    title: str
    caption: str
    panels: tuple[FutureAxes, ...]
    forecaster: str
    dated: bool


def describe_future(
    pictures: Sequence[FuturePicture],
    *,
    total: int,
    forecaster: str = "model",
    season: int | None = None,
) -> FutureFigure:
    """Return what to draw of some series.

    Of the data the end is shown: four horizons, or three seasons where these are no
    more than eight; at least 24 steps.

    Args:
        pictures: at least one, all of one horizon; the first six are shown.
        total: how many series there are.
        forecaster: whose forecast it is, as the table of scores names it.
        season: steps in one season, or None.
    """
    shown = pictures[:MOST_SERIES]
    horizon, count = len(shown[0].y_hat), len(shown)
    steps = max(4 * horizon, min(3 * (season or 0), 8 * horizon), 24)
    levels = sorted(shown[0].bands)
    which = f"{count} of {total:,} series, evenly spaced; " if count < total else ""
    fan = f"; shaded: {_listed(levels)} % intervals" if levels else ""
    past = min(steps, max(len(picture.past) for picture in shown))
    caption = f"{which}the last {past:,} {plural('step', past)} of the data{fan}"
    first, last = _ends(shown)
    ahead = f"the next {horizon:,} steps" if horizon > 1 else "the next step"
    when = f"{first} to {last}" if first != last else first
    return FutureFigure(
        title=f"Forecast of {ahead}, {when}, by {forecaster}",
        caption=f"{caption[0].upper()}{caption[1:]}; in the unit of the data",
        panels=tuple(_panel(picture, steps) for picture in shown),
        forecaster=forecaster,
        dated=date_axis.are_dates(shown[0].stamps),
    )


def _ends(pictures: Sequence[FuturePicture]) -> list[str]:
    """Return the first and the last stamp of all forecasts, written alike."""
    firsts = [picture.stamps[0] for picture in pictures]
    lasts = [picture.stamps[-1] for picture in pictures]
    return stamp_texts([min(firsts), max(lasts)])


def _listed(levels: Sequence[float]) -> str:
    """Return levels as a sentence has them: `80 and 95`."""
    *others, last = [f"{level:g}" for level in levels]
    return f"{', '.join(others)} and {last}" if others else last


def _panel(picture: FuturePicture, steps: int) -> FutureAxes:
    past, future = picture.past[-steps:], date_axis.places_of(picture.stamps)
    places = date_axis.places_of(picture.past_stamps[-steps:])
    return FutureAxes(
        title=elide(picture.series, NAME_WIDTH),
        past=points_of(places, past, MOST_POINTS),
        y_hat=points_of(future, picture.y_hat, MOST_POINTS),
        end=(float(places[-1]), stamp_texts([picture.past_stamps[-1]])[0]),
        bands=tuple(
            (
                level,
                points_of(future, picture.bands[level][0], MOST_POINTS),
                points_of(future, picture.bands[level][1], MOST_POINTS),
            )
            for level in sorted(picture.bands, reverse=True)
        ),
    )


def draw_future(figure: FutureFigure, path: Path) -> None:
    """Draw a panel a series: up to three below each other, more in two columns.

    Raises:
        RunError: the file cannot be written.
    """
    count = len(figure.panels)
    wide = 1 if count <= MOST_ROWS else 2
    tall = ALONE if count == 1 else FEW if wide == 1 else MANY
    rows = -(-count // wide)
    top = style.HEADER + LEGEND
    height = top + rows * (tall + GAP)
    width = (style.WIDTH - wide * (style.LEFT + NUMBER)) / wide
    with style.drawing(path, height) as canvas:
        style.put_header(canvas, figure.title, figure.caption)
        for number, panel in enumerate(figure.panels):
            row, column = divmod(number, wide)
            left = style.LEFT + column * (width + style.LEFT + NUMBER)
            bottom = height - top - (row + 1) * (tall + GAP) + GAP - 0.25
            axes = style.place(canvas, (left, bottom, width, tall))
            _draw_panel(axes, panel, figure, most=8 if wide == 1 else 7)
        bands = band_entries(figure.panels[0].bands)
        style.put_legend(canvas, [*axes.get_lines()[1:], *bands])


def _draw_panel(
    axes: Axes, panel: FutureAxes, figure: FutureFigure, *, most: int
) -> None:
    first, last = panel.places
    room = (last - first or 1.0) * 0.015
    date_axis.set_times(
        axes, (first - room, last + room), dated=figure.dated, most=most
    )
    low, high = axis_scales.limits(panel.values)
    # The mark of the end is written above all lines.
    axis_scales.set_linear(axes, "y", (low, high + (high - low) * 0.1), most=5)
    end, text = panel.end
    axes.axvspan(end, last + room, color=style.SHADE, zorder=0)
    axes.axvline(end, color=style.PAST, linewidth=0.9, zorder=0.5)
    draw_bands(axes, panel.bands, style.MODEL)
    axes.plot(
        *style.columns(panel.past), color=style.TRUTH, linewidth=1.3, label="data"
    )
    few = len(panel.y_hat) <= POINTED and len(figure.panels) <= MOST_ROWS
    axes.plot(
        *style.columns(_joined(panel)),
        color=style.MODEL,
        linewidth=2.0,
        label=f"forecast of {figure.forecaster}",
        marker="o" if few else "",
        markersize=4,
        markevery=slice(len(_joined(panel)) - len(panel.y_hat), None),
    )
    mark = {"transform": axes.get_xaxis_transform(), "fontsize": 9, "va": "top"}
    label = axes.text(end, 0.98, f"data end {text} ", ha="right", **mark)
    label.set(color=style.FAINT_INK, path_effects=style.rim())
    if (value := panel.y_hat[-1][1]) is not None:
        style.put_end_labels(axes, [(value, significant(value, 3), style.MODEL)])
    name, fonts = drawable(panel.title)
    axes.set_title(name, fontfamily=fonts)


def _joined(panel: FutureAxes) -> Points:
    """Return the forecast's line from the last value of the data on, where it is known.

    A value that is missing at the end leaves a gap.
    """
    last = panel.past[-1]
    return panel.y_hat if last[1] is None else (last, *panel.y_hat)
