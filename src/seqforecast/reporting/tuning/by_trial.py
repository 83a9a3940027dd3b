"""The figure of a search trial by trial: every error, and the best so far."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

from seqforecast.reporting import scales, style
from seqforecast.reporting.numbers import significant
from seqforecast.reporting.verdict import NAMES

HEIGHT = 3.6


def draw_trials(document: Mapping[str, Any], path: Path) -> None:
    """Draw the validation error of every trial, and the best so far.

    Raises:
        RunError: the file cannot be written.
    """
    done = [each for each in document["trials"] if each["value"] is not None]
    numbers = [each["number"] for each in done]
    values = [float(each["value"]) for each in done]
    with style.drawing(path, HEIGHT) as canvas:
        style.put_header(canvas, *_words(document))
        wide = style.WIDTH - style.LEFT - style.RIGHT
        high = HEIGHT - style.HEADER - style.BOTTOM
        axes = style.place(canvas, (style.LEFT, style.BOTTOM, wide, high))
        scales.set_fitting(axes, values, log=scales.needs_log(values))
        last = len(document["trials"]) - 1
        scales.set_epochs(axes, (0, last))
        axes.plot(numbers, values, "o", color=style.PAST, markersize=5)
        lowest = list(accumulate(values, min))
        axes.plot(
            [*numbers, last],
            [*lowest, lowest[-1]],
            color=style.MODEL,
            drawstyle="steps-post",
        )
        if numbers[0] == 0:
            axes.axhline(values[0], color=style.NAIVE, linestyle="--", linewidth=1.3)
            at = (axes.get_xlim()[1], values[0])
            where = {"xytext": (-4, 7), "ha": "right"}
            style.put_label(axes, at, "as given", style.NAIVE, **where)
        axes.set_xlabel("trial")
        axes.set_ylabel(f"validation {NAMES[document['metric']]}")


def _words(document: Mapping[str, Any]) -> tuple[str, str]:
    """Return title and caption of the figure of all trials."""
    best, metric = document["best"], NAMES[document["metric"]]
    of = f"trial {best['number']} of {len(document['trials']) - 1}"
    title = f"Best validation {metric} {significant(best['value'], 3)}, " + (
        of if best["number"] else "the experiment as given"
    )
    left: Sequence[str] = [each["state"] for each in document["trials"]]
    missing = len(left) - left.count("complete")
    caption = "Each point is a trial; the line is the best so far"
    if missing:
        caption += f"; without {missing} that failed or ended early"
    return title, caption
