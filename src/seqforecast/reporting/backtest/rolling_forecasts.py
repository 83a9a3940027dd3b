"""The forecasts at the cutoffs, drawn over some of the series."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from seqforecast.reporting.figures import axis_scales, style
from seqforecast.reporting.figures.labels import drawable, elide, stamp_texts
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
STAMPS = 5
ROW, GAP, LEGEND = 1.75, 0.5, 0.18  # inches
LINES = ("truth", "naive forecast", "model")


@dataclass(frozen=True, slots=True, eq=False)
class SeriesPicture:
    """One series to show.

    Attributes:
        series: the id.
        stamps: shape (steps,), datetime64 or whole numbers.
        truth: shape (steps,), NaN where nothing is known.
        cutoffs: shape (cutoffs,), places of the last observed steps among the steps.
        model: shape (cutoffs, horizon).
        naive: the same shape.
        bands: lower and upper ends of intervals, same shape each, by level in percent.
    """

    series: str
    stamps: npt.NDArray[Any]
    truth: npt.NDArray[Any]
    cutoffs: npt.NDArray[np.int64]
    model: npt.NDArray[Any]
    naive: npt.NDArray[Any]
    bands: Mapping[float, tuple[npt.NDArray[Any], npt.NDArray[Any]]] = field(
        default_factory=dict
    )


@dataclass(frozen=True, slots=True)
class Row:
    """One series as drawn; points are (step shown, value).

    Attributes:
        title: the series.
        truth: what came.
        model: a line a cutoff.
        naive: a line a cutoff.
        refits: the steps after which the model was trained.
        ticks: steps and their time stamps.
        steps: how many are shown.
        bands: intervals at each cutoff, the widest first.
    """

    title: str
    truth: Points
    model: tuple[Points, ...]
    naive: tuple[Points, ...]
    refits: tuple[float, ...]
    ticks: tuple[tuple[float, str], ...]
    steps: int
    bands: tuple[Band, ...] = ()

    @property
    def values(self) -> list[float]:
        """Every value the axis must show."""
        ends = [points for _, *both in self.bands for points in both]
        lines = (self.truth, *self.model, *self.naive, *ends)
        return [value for line in lines for value in values_of(line)]


@dataclass(frozen=True, slots=True)
class RolledFigure:
    """What to draw.

    Attributes:
        title: the finding.
        caption: which series are shown, and how they were chosen.
        rows: one a series.
    """

    title: str
    caption: str
    rows: tuple[Row, ...]


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
    cutoffs = document["cutoffs"]
    caption = (
        f"{which}the {horizon} {plural('step', horizon)} after each of {cutoffs} "
        f"{plural('cutoff', cutoffs)}; dotted: trained on what lies before"
    )
    return RolledFigure(
        title=f"Backtest: {say_errors(document['test'])}",
        caption=caption[0].upper() + caption[1:],
        rows=tuple(_row(picture, refits) for picture in pictures),
    )


def _row(picture: SeriesPicture, refits: Sequence[int]) -> Row:
    steps, horizon = len(picture.truth), picture.model.shape[1]
    ahead = np.arange(1, horizon + 1)
    # In the middle of equal shares: no text leaves the picture.
    tick_steps = (
        (np.arange(min(STAMPS, steps)) + 0.5) * steps / min(STAMPS, steps)
    ).astype(np.int64)
    texts = stamp_texts([*picture.stamps[tick_steps]])
    places = picture.cutoffs.tolist()

    def lines(forecasts: npt.NDArray[Any]) -> tuple[Points, ...]:
        return tuple(
            points_of(at + ahead, forecast, MOST_POINTS)
            for at, forecast in zip(places, forecasts, strict=True)
        )

    return Row(
        title=elide(picture.series, NAME_WIDTH),
        truth=points_of(np.arange(steps), picture.truth),
        model=lines(picture.model),
        naive=lines(picture.naive),
        refits=tuple(places[at] + 0.5 for at in refits),
        ticks=tuple(zip(tick_steps.astype(float).tolist(), texts, strict=True)),
        steps=steps,
        bands=tuple(
            band
            for level in sorted(picture.bands, reverse=True)
            for band in zip(
                [level] * len(places), *map(lines, picture.bands[level]), strict=True
            )
        ),
    )


def draw_rolled(figure: RolledFigure, path: Path) -> None:
    """Draw a row a series.

    Raises:
        RunError: the file cannot be written.
    """
    top = style.HEADER + LEGEND
    height = top + len(figure.rows) * (ROW + GAP) + 0.25
    width = style.WIDTH - style.LEFT - style.RIGHT
    with style.drawing(path, height) as canvas:
        style.put_header(canvas, figure.title, figure.caption)
        for number, row in enumerate(figure.rows):
            bottom = height - top - (number + 1) * (ROW + GAP) + 0.25
            axes = style.place(canvas, (style.LEFT, bottom, width, ROW))
            _draw_row(axes, row)
        _put_legend(canvas, figure.rows[0].bands)


def _draw_row(axes: Axes, row: Row) -> None:
    axis_scales.set_linear(axes, "y", axis_scales.limits(row.values), most=4)
    room = max(row.steps * 0.01, 0.5)
    axes.set_xlim(-room, row.steps - 1 + room)
    axes.set_xticks([at for at, _ in row.ticks], [text for _, text in row.ticks])
    for at in row.refits:
        axes.axvline(at, color=style.PAST, linewidth=1.0, linestyle=":", zorder=0.5)
    draw_bands(axes, row.bands, style.MODEL)
    marker = "o" if len(row.model[0]) == 1 else ""
    for lines, color, width, dash in (
        ((row.truth,), style.TRUTH, 1.2, "-"),
        (row.naive, style.NAIVE, 1.2, "--"),
        (row.model, style.MODEL, 2.0, "-"),
    ):
        for points in lines:
            dots = marker if color != style.TRUTH else ""
            line_style = {"color": color, "linewidth": width, "linestyle": dash}
            axes.plot(*style.columns(points), marker=dots, markersize=4, **line_style)
    text, fonts = drawable(row.title)
    axes.set_title(text, fontfamily=fonts)


def _put_legend(canvas: Figure, bands: Sequence[Band]) -> None:
    """Name the lines and bands once, below the caption."""
    from matplotlib.lines import Line2D

    entries: Any = zip(
        LINES, (style.TRUTH, style.NAIVE, style.MODEL), ("-", "--", "-"), strict=True
    )
    canvas.legend(
        handles=[
            Line2D([], [], color=color, linestyle=dash, label=name)
            for name, color, dash in entries
        ]
        + band_entries(bands),
        loc="upper left",
        ncols=6,
        bbox_to_anchor=(0.13 / style.WIDTH, 1 - 0.6 / canvas.get_size_inches()[1]),
        borderaxespad=0,
        handlelength=1.8,
        columnspacing=2.0,
    )
