"""The picture of growth: time and memory against data, straight lines beside them."""

from pathlib import Path
from typing import Any

from seqforecast.reporting.figures import style

HEIGHT = 6.6  # inches
GAP, BETWEEN = 0.75, 0.95  # inches between columns and between rows
ABOVE = 0.15  # inches kept for the titles of the upper panels
COLORS = {"series": style.MODEL, "steps": style.NAIVE}
COLUMNS = {
    "series": "number of series, 200 steps each",
    "steps": "number of steps of one series",
}
TIME_LIMITS = (0.1, 1000)  # seconds
VALUE = 4e-9  # gigabytes
DASHES = {"linestyle": (0, (4, 3)), "linewidth": 1.2}


def draw(results: dict[str, Any], path: Path) -> None:
    """Draw two columns, series and steps, of two rows, seconds and gigabytes."""
    title = "Time of an epoch and memory against the amount of data"
    caption = (
        "whole runs of seqforecast train, one full epoch each: SimpleRNN of 16 units, "
        "batch 256, lookback 20, on CPU"
    )
    every = [*results["series"], *results["steps"]]
    largest = max(each["peak"] for each in every) / 1e9
    wide = (style.WIDTH - style.LEFT - style.RIGHT - GAP) / 2
    high = (HEIGHT - style.HEADER - style.BOTTOM - ABOVE - BETWEEN) / 2
    with style.drawing(path, HEIGHT) as figure:
        style.put_header(figure, title, caption)
        for column, (name, label) in enumerate(COLUMNS.items()):
            left, found = style.LEFT + column * (wide + GAP), results[name]
            upper = style.BOTTOM + high + BETWEEN
            axes = style.place(figure, (left, upper, wide, high))
            axes.set_yscale("log")
            _line(axes, [(each[name], each["epoch_seconds"]) for each in found], name)
            axes.set_ylim(TIME_LIMITS)
            axes.set_title("seconds of the epoch")
            axes.set_xlabel(label)
            _straight(axes, found[-1][name], found[-1]["epoch_seconds"])

            axes = style.place(figure, (left, style.BOTTOM, wide, high))
            _line(axes, [(each[name], each["peak"] / 1e9) for each in found], name)
            axes.set_ylim(0, 1.3 * largest)
            axes.set_title("largest resident size, GB")
            axes.set_xlabel(label)
            _values_alone(axes, found, name)


def _line(axes: Any, points: list[tuple[float, float]], name: str) -> None:
    """Draw the points and write their values."""
    from matplotlib.ticker import FuncFormatter

    axes.set_xscale("log")
    color = COLORS[name]
    axes.plot(*zip(*points, strict=True), color=color, marker="o", markersize=4.5)
    axes.set_xlim(points[0][0] / 2, points[-1][0] * 3)
    for x, y in points:
        digits = f"{y:.2f}" if y < 10 else f"{y:.0f}"
        above = {"xytext": (-7, 9), "ha": "center", "fontsize": 9}
        style.put_label(axes, (x, y), digits, color, **above)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    axes.tick_params(which="minor", length=0)


def _straight(axes: Any, x: float, y: float) -> None:
    """Draw a line of slope 1 through the last point."""
    ends = axes.get_xlim()
    axes.plot(ends, [y * each / x for each in ends], color=style.PAST, **DASHES)
    words = "twice the data,\ntwice the time"
    beside = {"xytext": (-12, 6), "fontsize": 9, "ha": "right", "va": "bottom"}
    style.put_label(axes, (2 * x, 2 * y), words, style.FAINT_INK, **beside)


def _values_alone(axes: Any, found: list[dict[str, float]], name: str) -> None:
    """Draw what the values of the data take, four bytes each."""
    points = [(each[name], each["series"] * each["steps"] * VALUE) for each in found]
    axes.plot(*zip(*points, strict=True), color=style.PAST, **DASHES)
    above = {"xytext": (0, 9), "fontsize": 9, "ha": "left"}
    style.put_label(axes, points[0], "the values alone", style.FAINT_INK, **above)
