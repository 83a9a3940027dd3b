"""The forecast figure: truth beside model and best baseline in a few windows."""

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
from seqforecast.reporting.text_format import plural
from seqforecast.reporting.verdict import (
    MODEL,
    NAIVE,
    name_baseline,
    say_errors,
    say_final,
)

PANEL, GAP, LEGEND = 1.75, 0.78, 0.18  # inches
TITLE = 0.27  # of the gap, above each panel
MIDDLE = 0.75  # inches between the two columns, for tick labels
POINTED = 8  # horizons up to here are drawn as points too
DENSE = 200  # horizons above are drawn with thinner lines
MOST_WINDOWS = 6
NAME_WIDTH = 30  # letters of a series name
MOST_POINTS = 600


@dataclass(frozen=True, slots=True)
class ForecastAxes:
    """One window as drawn; points are (place of the stamp, value), as of `date_axis`.

    Attributes:
        title: which series, after which cutoff.
        past: the end of the lookback.
        truth: of the horizon; begins with the last observed value.
        model: forecasts of the model.
        baseline: those of the best baseline.
        bands: ends of intervals by level in percent, the widest first.
    """

    title: str
    past: Points
    truth: Points
    model: Points
    baseline: Points
    bands: tuple[Band, ...] = ()

    @property
    def values(self) -> list[float]:
        """Every value the axis must show."""
        ends = [points for _, *both in self.bands for points in both]
        lines = (self.past, self.truth, self.baseline, self.model, *ends)
        return [value for line in lines for value in values_of(line)]


@dataclass(frozen=True, slots=True)
class ForecastFigure:
    """What to draw.

    Attributes:
        title: the finding over the whole test part.
        caption: what is shown, and how it was chosen.
        panels: one a window, at most six.
        baseline: what the best baseline is called.
        dated: whether places are dates; else whole numbers.
        model: what the forecast is called.
    """

    title: str
    caption: str
    panels: tuple[ForecastAxes, ...]
    baseline: str
    dated: bool
    model: str = MODEL


def draw_forecasts(figure: ForecastFigure, path: Path) -> None:
    """Draw the windows in two columns; one alone has the whole width.

    Raises:
        RunError: the file cannot be written.
    """
    wide = 1 if len(figure.panels) == 1 else 2
    rows = -(-len(figure.panels) // wide)
    top = style.HEADER + LEGEND
    height = top + rows * (PANEL + GAP) + TITLE
    room = style.WIDTH - style.LEFT - style.RIGHT - (wide - 1) * MIDDLE
    width = room / wide
    with style.drawing(path, height) as canvas:
        style.put_header(canvas, figure.title, figure.caption)
        for number, panel in enumerate(figure.panels):
            row, column = divmod(number, wide)
            left = style.LEFT + column * (width + MIDDLE)
            bottom = height - top - (row + 1) * (PANEL + GAP) + GAP - TITLE
            axes = style.place(canvas, (left, bottom, width, PANEL))
            most = 7 if wide == 2 else 9
            draw_panel(axes, panel, figure.baseline, dated=figure.dated, most=most)
            axes.get_lines()[-1].set_label(figure.model)
            text, fonts = drawable(panel.title)
            axes.set_title(text, fontfamily=fonts)
        bands = band_entries(figure.panels[-1].bands)
        style.put_legend(canvas, [*axes.get_lines()[1:], *bands])


def draw_panel(
    axes: Axes,
    panel: ForecastAxes,
    baseline: str,
    *,
    dated: bool,
    colors: tuple[str, str] | None = None,
    most: int = 5,
) -> None:
    """Draw the lines of one window.

    Args:
        axes: to draw into.
        panel: the lines.
        baseline: what the best baseline is called.
        dated: whether places are dates; else whole numbers.
        colors: of the forecasts of the model and of the baseline; default those of
            all figures of one model.
        most: ticks of the time.
    """
    model, other = colors or (style.MODEL, style.baseline_color(baseline))
    first, cutoff, last = panel.past[0][0], panel.truth[0][0], panel.truth[-1][0]
    room = (last - first) * 0.015
    date_axis.set_times(axes, (first - room, last + room), dated=dated, most=most)
    axis_scales.set_linear(axes, "y", axis_scales.limits(panel.values), most=4)
    axes.axvspan(cutoff, last + room, color=style.SHADE, zorder=0)
    axes.axvline(cutoff, color=style.PAST, linewidth=0.9, zorder=0.5)
    draw_bands(axes, panel.bands, model)
    horizon = len(panel.model)
    bold = 0.6 if horizon > DENSE else 1.0
    for points, name, color, (width, dash, marker) in (
        (panel.past, "lookback", style.PAST, (1.3, "-", "")),
        (panel.truth, "truth", style.TRUTH, (1.5, "-", "o")),
        (panel.baseline, baseline, other, (1.4, "--", "D")),
        (panel.model, MODEL, model, (2.0, "-", "s")),
    ):
        axes.plot(
            *style.columns(points),
            color=color,
            label=name,
            linewidth=width * bold,
            linestyle=dash,
            marker=marker if horizon <= POINTED else "",
            markersize=5,
            # The truth begins with the last observed value, which is no forecast's.
            markevery=slice(1 if name == "truth" else 0, None),
        )


@dataclass(frozen=True, slots=True, eq=False)
class WindowPicture:
    """One window to show.

    Attributes:
        series: the id.
        stamps: of the lookback and of the horizon, shape (lookback + horizon,),
            datetime64 or whole numbers.
        lookback: what the model saw, shape (lookback,), in the unit of the data.
        truth: what came, shape (horizon,).
        model: what the model said would come, same shape.
        baseline: what the best baseline said, same shape.
        bands: lower and upper ends of intervals, same shape each, by level in percent.
    """

    series: str
    stamps: npt.NDArray[Any]
    lookback: npt.NDArray[Any]
    truth: npt.NDArray[Any]
    model: npt.NDArray[Any]
    baseline: npt.NDArray[Any]
    bands: Mapping[float, tuple[npt.NDArray[Any], npt.NDArray[Any]]] = field(
        default_factory=dict
    )


def choose_windows(total: int, count: int = MOST_WINDOWS) -> tuple[int, ...]:
    """Return the windows to show: evenly spaced from first to last, not picked.

    Args:
        total: windows of the test part.
        count: how many to show; all where there are fewer.
    """
    if total <= count:
        return tuple(range(total))
    if count == 1:
        return (total // 2,)
    return tuple(i * (total - 1) // (count - 1) for i in range(count))


def describe_forecasts(
    windows: Sequence[WindowPicture], test: Mapping[str, Any]
) -> ForecastFigure:
    """Return what to draw of windows chosen by `choose_windows`.

    Of the lookback its end is shown: three horizons, at most 150 steps or one
    horizon, at least 16 steps.

    Args:
        windows: at least one; all of the same lookback and horizon, with forecasts
            of the baseline that the model is compared with.
        test: the `test` object of metrics.json.
    """
    lookback, horizon = len(windows[0].lookback), len(windows[0].truth)
    past_steps = min(lookback, max(min(3 * horizon, 150), horizon, 16))
    total, count = int(test["windows"]), len(windows)
    which = f"{count} of {total:,} test windows, evenly spaced from first to last"
    if count == total:
        which = "the only test window" if total == 1 else f"all {total} test windows"
    ahead = f"{horizon} {plural('step', horizon)} ahead"
    return ForecastFigure(
        title=f"{ahead.capitalize()}: {say_errors(test)}",
        caption=f"{which[0].upper()}{which[1:]}, in the unit of the data",
        panels=panels_of(windows, past_steps),
        baseline=legend_name(test["skill"]["against"], test.get("repeated", {})),
        dated=date_axis.are_dates(windows[0].stamps),
        model=say_final(test),
    )


def legend_name(baseline: str, repeated: Mapping[str, int]) -> str:
    """Return what a baseline is called beside its line; as for `name_baseline`."""
    if baseline == NAIVE:
        return style.NAIVE_NAME
    return name_baseline(baseline, repeated)


def panels_of(
    windows: Sequence[WindowPicture], past_steps: int
) -> tuple[ForecastAxes, ...]:
    """Return what to draw of each window, so many steps of the lookback."""
    cutoffs = stamp_texts([w.stamps[len(w.lookback) - 1] for w in windows])
    pairs = zip(windows, cutoffs, strict=True)
    return tuple(_panel(window, cutoff, past_steps) for window, cutoff in pairs)


def _panel(window: WindowPicture, cutoff: str, past_steps: int) -> ForecastAxes:
    horizon = len(window.truth)
    places = date_axis.places_of(window.stamps[-past_steps - horizon :])
    future = places[past_steps:]
    past = window.lookback[-past_steps:]
    return ForecastAxes(
        title=f"{elide(window.series, NAME_WIDTH)}, after {cutoff}",
        past=points_of(places[:past_steps], past, MOST_POINTS),
        truth=points_of(
            places[past_steps - 1 :], [past[-1], *window.truth], MOST_POINTS
        ),
        model=points_of(future, window.model, MOST_POINTS),
        baseline=points_of(future, window.baseline, MOST_POINTS),
        bands=tuple(
            (
                level,
                points_of(future, window.bands[level][0], MOST_POINTS),
                points_of(future, window.bands[level][1], MOST_POINTS),
            )
            for level in sorted(window.bands, reverse=True)
        ),
    )
