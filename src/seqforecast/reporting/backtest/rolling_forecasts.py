"""The forecasts at the cutoffs, drawn over some of the series."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from seqforecast.reporting.figures import axis_scales, date_axis, style
from seqforecast.reporting.figures.forecasts import legend_name
from seqforecast.reporting.figures.labels import drawable, elide
from seqforecast.reporting.figures.style import (
    Axes,
    Band,
    Figure,
    band_entries,
    draw_bands,
)
from seqforecast.reporting.figures.thinning import Points, points_of, values_of
from seqforecast.reporting.text_format import plural
from seqforecast.reporting.verdict import say_errors

MOST_SERIES = 4
MOST_POINTS = 200
NAME_WIDTH = 60
ROW, GAP, LEGEND = 1.75, 0.78, 0.18  # inches
TITLE = 0.27  # of the gap, above each row


@dataclass(frozen=True, slots=True, eq=False)
class SeriesPicture:
    """One series to show.

    Attributes:
        series: the id.
        stamps: shape (steps,), datetime64 or whole numbers.
        truth: shape (steps,), NaN where nothing is known.
        cutoffs: shape (cutoffs,), places of the last observed steps among the steps.
        model: shape (cutoffs, horizon).
        baseline: forecasts of the best baseline, the same shape.
        bands: lower and upper ends of intervals, same shape each, by level in percent.
    """

    series: str
    stamps: npt.NDArray[Any]
    truth: npt.NDArray[Any]
    cutoffs: npt.NDArray[np.int64]
    model: npt.NDArray[Any]
    baseline: npt.NDArray[Any]
    bands: Mapping[float, tuple[npt.NDArray[Any], npt.NDArray[Any]]] = field(
        default_factory=dict
    )


@dataclass(frozen=True, slots=True)
class Row:
    """One series as drawn; points are (place of the stamp, value), as of `date_axis`.

    Attributes:
        title: the series.
        truth: what came.
        model: a line a cutoff.
        baseline: a line a cutoff.
        refits: the places after which the model was trained.
        bands: intervals at each cutoff, the widest first.
    """

    title: str
    truth: Points
    model: tuple[Points, ...]
    baseline: tuple[Points, ...]
    refits: tuple[float, ...]
    bands: tuple[Band, ...] = ()

    @property
    def values(self) -> list[float]:
        """Every value the axis must show."""
        ends = [points for _, *both in self.bands for points in both]
        lines = (self.truth, *self.model, *self.baseline, *ends)
        return [value for line in lines for value in values_of(line)]


@dataclass(frozen=True, slots=True)
class RolledFigure:
    """What to draw.

    Attributes:
        title: the finding.
        caption: which series are shown, and how they were chosen.
        rows: one a series.
        baseline: what the best baseline is called.
        dated: whether places are dates; else whole numbers.
    """

    title: str
    caption: str
    rows: tuple[Row, ...]
    baseline: str
    dated: bool


def describe_rolled(
    pictures: Sequence[SeriesPicture], document: Mapping[str, Any]
) -> RolledFigure:
    """Return what to draw of some series.

    Args:
        pictures: at least one, chosen evenly.
        document: backtest.json.
    """
    total, count = document["series"], len(pictures)
    horizon = document["horizon"]
    which = f"{count} of {total:,} series, evenly spaced; " if count < total else ""
    refits = [row["cutoff"] - 1 for row in document["by_cutoff"] if row["is_refit"]]
    cutoffs, test = document["cutoffs"], document["test"]
    caption = (
        f"{which}the {horizon} {plural('step', horizon)} after each of {cutoffs} "
        f"{plural('cutoff', cutoffs)}; dotted: trained on what lies before"
    )
    return RolledFigure(
        title=f"Backtest: {say_errors(test)}",
        caption=caption[0].upper() + caption[1:],
        rows=tuple(_row(picture, refits) for picture in pictures),
        baseline=legend_name(test["skill"]["against"], test.get("repeated", {})),
        dated=date_axis.are_dates(pictures[0].stamps),
    )


def _row(picture: SeriesPicture, refits: Sequence[int]) -> Row:
    horizon = picture.model.shape[1]
    places = date_axis.places_of(picture.stamps)
    ahead = np.arange(1, horizon + 1)
    cutoffs = picture.cutoffs.tolist()

    def lines(forecasts: npt.NDArray[Any]) -> tuple[Points, ...]:
        return tuple(
            points_of(places[at + ahead], forecast, MOST_POINTS)
            for at, forecast in zip(cutoffs, forecasts, strict=True)
        )

    return Row(
        title=elide(picture.series, NAME_WIDTH),
        truth=points_of(places, picture.truth),
        model=lines(picture.model),
        baseline=lines(picture.baseline),
        # Between the last step that was trained on and the first forecast.
        refits=tuple(
            float(places[cutoffs[at]] + places[cutoffs[at] + 1]) / 2 for at in refits
        ),
        bands=tuple(
            band
            for level in sorted(picture.bands, reverse=True)
            for band in zip(
                [level] * len(cutoffs), *map(lines, picture.bands[level]), strict=True
            )
        ),
    )


def draw_rolled(figure: RolledFigure, path: Path) -> None:
    """Draw a row a series.

    Raises:
        RunError: the file cannot be written.
    """
    top = style.HEADER + LEGEND
    height = top + len(figure.rows) * (ROW + GAP) + TITLE
    width = style.WIDTH - style.LEFT - style.RIGHT
    with style.drawing(path, height) as canvas:
        style.put_header(canvas, figure.title, figure.caption)
        for number, row in enumerate(figure.rows):
            bottom = height - top - (number + 1) * (ROW + GAP) + GAP - TITLE
            axes = style.place(canvas, (style.LEFT, bottom, width, ROW))
            _draw_row(axes, row, figure)
        _put_legend(canvas, figure)


def _draw_row(axes: Axes, row: Row, figure: RolledFigure) -> None:
    axis_scales.set_linear(axes, "y", axis_scales.limits(row.values), most=4)
    first, last = row.truth[0][0], row.truth[-1][0]
    room = (last - first) * 0.015
    date_axis.set_times(axes, (first - room, last + room), dated=figure.dated, most=9)
    for at in row.refits:
        axes.axvline(at, color=style.PAST, linewidth=1.0, linestyle=":", zorder=0.5)
    draw_bands(axes, row.bands, style.MODEL)
    marker = "o" if len(row.model[0]) == 1 else ""
    for lines, color, width, dash in (
        ((row.truth,), style.TRUTH, 1.2, "-"),
        (row.baseline, style.baseline_color(figure.baseline), 1.2, "--"),
        (row.model, style.MODEL, 2.0, "-"),
    ):
        for points in lines:
            dots = marker if color != style.TRUTH else ""
            line_style = {"color": color, "linewidth": width, "linestyle": dash}
            axes.plot(*style.columns(points), marker=dots, markersize=4, **line_style)
    text, fonts = drawable(row.title)
    axes.set_title(text, fontfamily=fonts)


def _put_legend(canvas: Figure, figure: RolledFigure) -> None:
    """Name the lines and bands once, below the caption."""
    from matplotlib.lines import Line2D

    entries: Any = (
        ("truth", style.TRUTH, "-"),
        (figure.baseline, style.baseline_color(figure.baseline), "--"),
        ("model", style.MODEL, "-"),
    )
    lines = [
        Line2D([], [], color=color, linestyle=dash, label=name)
        for name, color, dash in entries
    ]
    style.put_legend(canvas, [*lines, *band_entries(figure.rows[0].bands)])
