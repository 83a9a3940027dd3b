"""Bands: intervals around forecasts, shaded, and their entries in a legend."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from seqforecast.reporting import style
from seqforecast.reporting.style import Axes
from seqforecast.reporting.thinning import Points

COVER = 0.18  # how much an interval covers what is below it

# Level in percent, lower and upper ends.
Band = tuple[float, Points, Points]


def draw_bands(axes: Axes, bands: Sequence[Band], color: str) -> None:
    """Shade intervals, the widest first, so that narrow ones are darker.

    One step has no area: there they are lines.
    """
    for _, low, high in bands:
        (steps, lows), (others, highs) = map(style.columns, (low, high))
        if len(steps) == 1:
            axes.vlines(steps, lows, highs, color, linewidth=7, alpha=COVER)
            continue
        highs = np.interp(steps, others, highs)
        axes.fill_between(steps, lows, highs, color=color, alpha=COVER, linewidth=0)


def band_entries(bands: Sequence[Band]) -> list[Any]:
    """Return an entry of a legend for each level, as dark as it is drawn."""
    from matplotlib.patches import Patch

    levels = dict.fromkeys(level for level, *_ in bands)
    return [
        Patch(
            color=style.MODEL,
            alpha=1 - (1 - COVER) ** number,
            linewidth=0,
            label=f"{level:g} % interval",
        )
        for number, level in enumerate(levels, start=1)
    ]
