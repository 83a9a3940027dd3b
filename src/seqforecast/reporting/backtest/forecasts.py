"""The forecasts at the cutoffs, drawn over some of the series."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from seqforecast.reporting import scales, style
from seqforecast.reporting.backtest.rolled import RolledFigure, Row
from seqforecast.reporting.bands import Band, band_entries, draw_bands
from seqforecast.reporting.lettering import drawable
from seqforecast.reporting.style import Axes, Figure

ROW, GAP, LEGEND = 1.75, 0.5, 0.18  # inches
LINES = ("truth", "naive forecast", "model")


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
    scales.set_linear(axes, "y", scales.limits(row.values), most=4)
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
            look = {"color": color, "linewidth": width, "linestyle": dash}
            axes.plot(*style.columns(points), marker=dots, markersize=4, **look)
    text, fonts = drawable(row.title)
    axes.set_title(text, fontfamily=fonts)


def _put_legend(canvas: Figure, bands: Sequence[Band]) -> None:
    """Name the lines and bands once, below the caption."""
    from matplotlib.lines import Line2D

    looks: Any = zip(
        LINES, (style.TRUTH, style.NAIVE, style.MODEL), ("-", "--", "-"), strict=True
    )
    canvas.legend(
        handles=[
            Line2D([], [], color=color, linestyle=dash, label=name)
            for name, color, dash in looks
        ]
        + band_entries(bands),
        loc="upper left",
        ncols=6,
        bbox_to_anchor=(0.13 / style.WIDTH, 1 - 0.6 / canvas.get_size_inches()[1]),
        borderaxespad=0,
        handlelength=1.8,
        columnspacing=2.0,
    )
