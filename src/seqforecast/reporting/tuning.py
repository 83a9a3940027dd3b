"""A search: its table and verdict as text, its trials as a picture."""

from collections.abc import Mapping
from itertools import accumulate
from pathlib import Path
from typing import Any

from seqforecast.reporting import scales, style
from seqforecast.reporting.aligning import wrap
from seqforecast.reporting.listing import render_rows
from seqforecast.reporting.numbers import plural, significant
from seqforecast.reporting.settings import setting_text
from seqforecast.reporting.tables import render_scores
from seqforecast.reporting.verdict import NAMES

MOST = 10  # trials in the table
HEIGHT = 3.6


def render_tuning(document: Mapping[str, Any]) -> str:
    """Return the best trials, and what the best one is worth on the test part."""
    metric, trials = NAMES[document["metric"]], document["trials"]
    done = sorted(
        (each for each in trials if each["value"] is not None),
        key=lambda each: float(each["value"]),
    )
    names = list(document["best"]["settings"])
    rows = [
        (
            str(each["number"]),
            significant(each["value"]),
            *(short(each["settings"].get(name)) for name in names),
        )
        for each in done[:MOST]
    ]
    states = [each["state"] for each in trials]
    counts = ", ".join(
        f"{states.count(state)} {word}"
        for state, word in (
            ("complete", "complete"),
            ("pruned", "ended early"),
            ("failed", "failed"),
        )
        if states.count(state)
    )
    of = f"{len(trials)} {plural('trial', len(trials))}: {counts}."
    optimistic = (
        f"The best validation {metric} of {len(done)} is optimistic: it was chosen for "
        "being low. The test part was read once, for the best settings:"
    )
    return "\n".join(
        [
            render_rows(("trial", f"validation {metric}", *names), rows),
            "",
            *wrap([of, optimistic]),
            "",
            render_scores(document["test"]),
        ]
    )


def short(value: Any) -> str:
    """Write a setting with four digits; best.yaml has them all."""
    return f"{value:.4g}" if isinstance(value, float) else setting_text(value)


def draw_trials(document: Mapping[str, Any], path: Path) -> None:
    """Draw the validation error of every trial, and the best so far.

    Raises:
        RunError: the file cannot be written.
    """
    metric = NAMES[document["metric"]]
    done = [each for each in document["trials"] if each["value"] is not None]
    numbers = [each["number"] for each in done]
    values = [float(each["value"]) for each in done]
    best = document["best"]
    with style.drawing(path, HEIGHT) as canvas:
        style.put_header(
            canvas,
            f"Best validation {metric} {significant(best['value'], 3)}, "
            f"trial {best['number']} of {len(document['trials'])}",
            "Each point is a trial; the line is the best so far",
        )
        wide = style.WIDTH - style.LEFT - style.RIGHT
        high = HEIGHT - style.HEADER - style.BOTTOM
        axes = style.place(canvas, (style.LEFT, style.BOTTOM, wide, high))
        log = scales.needs_log(values)
        scales.set_fitting(axes, values, log=log)
        axes.plot(numbers, values, "o", color=style.PAST, markersize=5)
        axes.plot(
            numbers,
            list(accumulate(values, min)),
            color=style.MODEL,
            drawstyle="steps-post",
        )
        axes.set_xlabel("trial")
        axes.set_ylabel(f"validation {metric}")
        axes.set_xlim(0.5, len(document["trials"]) + 0.5)
