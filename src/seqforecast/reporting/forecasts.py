"""The forecast figure: truth beside model and naive forecast in a few windows."""

from collections.abc import Sequence
from pathlib import Path

from seqforecast.reporting import scales, style
from seqforecast.reporting.bands import Band, band_entries, draw_bands
from seqforecast.reporting.lettering import drawable
from seqforecast.reporting.style import Axes, Figure
from seqforecast.reporting.windows import ForecastFigure, Panel

PANEL, GAP, LEGEND = 1.75, 0.42, 0.18  # inches
MIDDLE = 0.75  # inches between the two columns, for tick labels
POINTED = 8  # horizons up to here are drawn as points too
DENSE = 200  # horizons above are drawn with thinner lines


def draw_forecasts(figure: ForecastFigure, path: Path) -> None:
    """Draw the windows in two columns; one alone has the whole width.

    Raises:
        RunError: the file cannot be written.
    """
    wide = 1 if len(figure.panels) == 1 else 2
    rows = -(-len(figure.panels) // wide)
    top = style.HEADER + LEGEND
    height = top + rows * (PANEL + GAP) + style.BOTTOM - 0.15
    room = style.WIDTH - style.LEFT - style.RIGHT - (wide - 1) * MIDDLE
    width = room / wide
    with style.drawing(path, height) as canvas:
        style.put_header(canvas, figure.title, figure.caption)
        for number, panel in enumerate(figure.panels):
            row, column = divmod(number, wide)
            left = style.LEFT + column * (width + MIDDLE)
            bottom = height - top - (row + 1) * (PANEL + GAP) + 0.15
            axes = style.place(canvas, (left, bottom, width, PANEL))
            draw_panel(axes, panel, figure.steps, figure.season)
            text, fonts = drawable(panel.title)
            axes.set_title(text, fontfamily=fonts)
            if number + wide < len(figure.panels):
                axes.tick_params(labelbottom=False)
            else:
                axes.set_xlabel("steps after the cutoff")
        _put_legend(canvas, axes, figure.panels[-1].bands)


def draw_panel(
    axes: Axes,
    panel: Panel,
    steps: tuple[int, int],
    season: int | None,
    *,
    model: str = style.MODEL,
    most: int = 8,
) -> None:
    """Draw the lines of one window.

    Args:
        axes: to draw into.
        panel: the lines.
        steps: the first step shown, at most 0, and the horizon.
        season: steps in one season, or None; ticks are whole seasons.
        model: colour of its forecast.
        most: ticks of the steps.
    """
    first, horizon = steps
    room = max((horizon - first) * 0.015, 0.6)
    scales.set_steps(axes, (first - room, horizon + room), season, most)
    scales.set_linear(axes, "y", scales.limits(panel.values), most=4)
    axes.axvspan(0, horizon + room, color=style.SHADE, zorder=0)
    axes.axvline(0, color=style.PAST, linewidth=0.9, zorder=0.5)
    draw_bands(axes, panel.bands, model)
    many, few = horizon > DENSE, horizon <= POINTED
    bold = 0.6 if many else 1.0
    for points, name, color, (width, dash, marker) in (
        (panel.past, "lookback", style.PAST, (1.3, "-", "")),
        (panel.truth, "truth", style.TRUTH, (1.5, "-", "o")),
        (panel.naive, "naive forecast", style.NAIVE, (1.4, "--", "D")),
        (panel.model, "model", model, (2.0, "-", "s")),
    ):
        axes.plot(
            *style.columns(points),
            color=color,
            label=name,
            linewidth=width * bold,
            linestyle=dash,
            marker=marker if few else "",
            markersize=5,
            # The truth begins with the last observed value, which is no forecast's.
            markevery=slice(1 if name == "truth" else 0, None),
        )


def _put_legend(canvas: Figure, axes: Axes, bands: Sequence[Band]) -> None:
    """Name the lines and bands once, below the caption."""
    height = canvas.get_size_inches()[1]
    canvas.legend(
        handles=[*axes.get_lines()[1:], *band_entries(bands)],
        loc="upper left",
        ncols=6,
        bbox_to_anchor=(0.13 / style.WIDTH, 1 - 0.6 / height),
        borderaxespad=0,
        handlelength=1.8,
        columnspacing=2.0,
    )
