"""The picture of an ablation: the same windows, forecast at both of its ends."""

from pathlib import Path
from typing import Any

import numpy as np

from seqforecast.api import load_run
from seqforecast.reporting.figures import axis_scales, style

WINDOWS, BEFORE = 3, 48  # shown, and hours of each that came before
HIGH, GAP = 1.55, 0.5  # inches
LINES = (
    ("truth", style.TRUTH, "-"),
    ("naive", style.NAIVE, "--"),
    ("model", style.MODEL, "-"),
)


def look(run: Path) -> dict[str, Any]:
    """Return a few windows of the first series, spread evenly over the test part."""
    frame = load_run(run).forecasts()
    frame = frame[frame["unique_id"] == frame["unique_id"].iloc[0]]
    values = frame.drop_duplicates("ds").set_index("ds")["y"].sort_index()
    cutoffs = frame["cutoff"].drop_duplicates().sort_values()
    cutoffs = cutoffs[cutoffs > values.index[BEFORE]]
    places = np.linspace(0, len(cutoffs) - 1, WINDOWS + 2)[1:-1].astype(int)
    shown = []
    for cutoff in cutoffs.iloc[places]:
        window = frame[frame["cutoff"] == cutoff].sort_values("step")
        past = values[:cutoff].iloc[-BEFORE:]
        parts = {"past": past, "truth": window["y"], "model": window["y_hat"]}
        texts = {"series": window["unique_id"].iloc[0], "cutoff": str(cutoff)}
        lists = {name: [round(v, 4) for v in part] for name, part in parts.items()}
        shown.append({**texts, **lists, "naive": [lists["past"][-1]] * len(window)})
    return {"shown": shown}


def draw(first: dict[str, Any], last: dict[str, Any], path: Path) -> None:
    """Draw the first run's windows at the left, the last one's at the right."""
    height = style.HEADER + WINDOWS * (HIGH + GAP) + style.BOTTOM
    wide = (style.WIDTH - style.LEFT - style.RIGHT - GAP) / 2
    errors = [run["test"]["scaled"]["mse"] for run in (first, last)]
    title = f"One GRU layer each: test MSE {errors[0]:.3f} and {errors[1]:.3f}"
    caption = (
        "Left the tutorial's GRU, right the recipe; black: what came, blue: forecast, "
        "dashed: the last value repeated"
    )
    with style.drawing(path, height) as figure:
        style.put_header(figure, title, caption)
        for row in range(WINDOWS):
            bottom = height - style.HEADER - (row + 1) * (HIGH + GAP) + 0.2
            pair = [run["shown"][row] for run in (first, last)]
            ends = axis_scales.limits([v for each in pair for v in _values(each)])
            for column, window in enumerate(pair):
                left = style.LEFT + column * (wide + GAP)
                axes = style.place(figure, (left, bottom, wide, HIGH))
                _draw_window(axes, window, ends)
                if row == WINDOWS - 1:
                    axes.set_xlabel("hours after the cutoff")
                if column == 0:
                    after = f"{window['series']} after {window['cutoff'][:16]}"
                    axes.set_title(after)


def _draw_window(axes: Any, window: dict[str, Any], ends: tuple[float, float]) -> None:
    past = window["past"]
    axes.plot(range(1 - len(past), 1), past, color=style.PAST, linewidth=1.2)
    steps = range(1, len(window["truth"]) + 1)
    for name, color, dash in LINES:
        axes.plot(steps, window[name], color=color, linestyle=dash, linewidth=1.5)
    axes.axvline(0, color=style.PAST, linewidth=0.9)
    axis_scales.set_linear(axes, "y", ends, most=4)
    axis_scales.set_steps(axes, (-len(past), len(steps) + 1), 24)


def _values(window: dict[str, Any]) -> list[float]:
    return [value for name in ("past", "truth", "model") for value in window[name]]
