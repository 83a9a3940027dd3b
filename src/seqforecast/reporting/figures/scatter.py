"""The scatter figure: forecasts against truth, by level and by change."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from seqforecast.reporting.figures import axis_scales, style
from seqforecast.reporting.figures.style import Axes
from seqforecast.reporting.figures.thinning import Doubles
from seqforecast.reporting.text_format import percent

MOST_POINTS = 2000
SEED = 0
HEIGHT = 5.4  # inches
SIDE = 3.75  # inches, of a panel

Pairs = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class ScatterFigure:
    """What to draw; points are (truth, forecast), in the unit of the data.

    Attributes:
        title: the finding.
        caption: what the points are.
        level: truth and the model's forecast.
        naive: truth and the naive forecast.
        change: the same less the last observed value: true and predicted change.
        level_note: how close levels lie to the line, for model and naive forecast.
        change_note: the same of the changes.
    """

    title: str
    caption: str
    level: Pairs
    naive: Pairs
    change: Pairs
    level_note: str
    change_note: str


def describe_scatter(
    truth: npt.ArrayLike, model: npt.ArrayLike, last: npt.ArrayLike
) -> ScatterFigure:
    """Return what to draw of all forecasts of the test part.

    Levels alone deceive: of a random walk any forecast that starts from the last value
    lies close to the line. What a model knows shows in the change it predicts. The
    share it explains is 1 - squared error / squared change, which is also 1 - MSE /
    MSE of the naive forecast.

    Args:
        truth: shape (windows, horizon), at least one; NaN where it is missing.
        model: the forecasts, same shape.
        last: the last observed value of each window, shape (windows,).
    """
    y, y_hat = (np.asarray(values, dtype=np.float64) for values in (truth, model))
    naive = np.broadcast_to(np.asarray(last, dtype=np.float64)[:, np.newaxis], y.shape)
    known = np.isfinite(y)
    y, y_hat, naive = y[known], y_hat[known], naive[known]
    sample, points = np.arange(len(y)), f"All {len(y):,} points of the test part"
    if len(y) > MOST_POINTS:
        random = np.random.default_rng(SEED)
        sample = random.choice(len(y), MOST_POINTS, replace=False, shuffle=False)
        points = f"{MOST_POINTS:,} of {len(y):,} points of the test part, at random"
    level, theirs = (_say_correlation(y, forecast) for forecast in (y_hat, naive))
    return ScatterFigure(
        title=_finding(y - naive, y_hat - naive),
        caption=f"{points}; in the unit of the data",
        level=_pairs(y[sample], y_hat[sample]),
        naive=_pairs(y[sample], naive[sample]),
        change=_pairs((y - naive)[sample], (y_hat - naive)[sample]),
        level_note=f"correlation {level}, naive forecast {theirs}",
        change_note=f"correlation {_say_correlation(y - naive, y_hat - naive)}",
    )


def draw_scatter(figure: ScatterFigure, path: Path) -> None:
    """Draw levels at the left, changes at the right.

    Raises:
        RunError: the file cannot be written.
    """
    with style.drawing(path, HEIGHT) as canvas:
        style.put_header(canvas, figure.title, figure.caption)
        right = style.WIDTH - style.RIGHT - SIDE
        axes = style.place(canvas, (style.LEFT, style.BOTTOM, SIDE, SIDE))
        _draw_panel(axes, (figure.naive, style.NAIVE), (figure.level, style.MODEL))
        axes.set_title(f"Level: {figure.level_note}")
        axes.set_xlabel("truth")
        axes.set_ylabel("forecast")
        _name_clouds(axes)
        axes = style.place(canvas, (right, style.BOTTOM, SIDE, SIDE))
        _draw_panel(axes, (figure.change, style.MODEL))
        axes.axhline(0, color=style.NAIVE, linewidth=1.3, linestyle="--")
        axes.set_title(f"Change from the last value: {figure.change_note}")
        axes.set_xlabel("true change")
        axes.set_ylabel("predicted change")


def _draw_panel(axes: Axes, *clouds: tuple[Pairs, str]) -> None:
    """Draw clouds of points over the line on which a forecast is exact."""
    ends = axis_scales.limits(
        [value for pairs, _ in clouds for xy in pairs for value in xy]
    )
    axis_scales.set_linear(axes, "x", ends)
    axis_scales.set_linear(axes, "y", ends)
    axes.plot(ends, ends, color=style.PAST, linewidth=1.0, zorder=1)
    for pairs, color in clouds:
        many = len(pairs) > 300
        points = {"markersize": 3.2 if many else 4.5, "alpha": 0.35 if many else 0.6}
        # Thousands of points are smaller as pixels, in SVG too.
        plain = {"mew": 0, "rasterized": many}
        axes.plot(*style.columns(pairs), "o", color=color, **plain, **points)


def _name_clouds(axes: Axes) -> None:
    """Name the clouds in the corner that the line leaves free."""
    names = (("model", style.MODEL, 0.95), ("naive forecast", style.NAIVE, 0.89))
    for name, color, height in names:
        at = {"xycoords": "axes fraction", "xytext": (0, 0)}
        style.put_label(axes, (0.03, height), f"● {name}", color, **at)


def _finding(change: Doubles, predicted: Doubles) -> str:
    moved = float(np.mean(change**2))
    if moved == 0:
        return "The truth never leaves the last value: there is no change to predict"
    explained = 1 - float(np.mean((change - predicted) ** 2)) / moved
    if explained <= 0:
        return "The predicted changes explain nothing: no change is as good a forecast"
    return f"The predicted changes explain {percent(explained)} of the true ones"


def _say_correlation(truth: Doubles, forecast: Doubles) -> str:
    """Return Pearson's correlation as text, "none" where one side is constant."""
    x, y = truth - truth.mean(), forecast - forecast.mean()
    size = float(np.sqrt(np.sum(x**2) * np.sum(y**2)))
    smallest = 1e-12 * len(x) * float(np.max(np.abs(truth)) * np.max(np.abs(forecast)))
    if size <= smallest:
        return "none"
    return f"{float(np.sum(x * y)) / size:.3f}"


def _pairs(x: Doubles, y: Doubles) -> Pairs:
    return tuple(zip(x.tolist(), y.tolist(), strict=True))
