"""A search: its table and verdict as text, its trials as a picture."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

from seqforecast.reporting import scales, style
from seqforecast.reporting.aligning import align_names, align_numbers, join, wrap
from seqforecast.reporting.numbers import percent, plural, significant
from seqforecast.reporting.settings import setting_text
from seqforecast.reporting.tables import render_scores
from seqforecast.reporting.verdict import NAMES

AS_GIVEN = "as given"  # trial 0: the experiment itself
MOST = 10  # trials in the table
HEIGHT = 3.6
STATES = {"complete": "complete", "pruned": "ended early", "failed": "failed"}


def render_tuning(document: Mapping[str, Any]) -> str:
    """Return the best trials, and what the best one is worth on the test part.

    Args:
        document: tune.json.
    """
    metric, done = NAMES[document["metric"]], ranked(document)
    shown = done[:MOST] + [each for each in done[MOST:] if not each["number"]]
    columns = [
        align_names(["trial", *(_label(each) for each in shown)]),
        align_numbers(
            [f"validation {metric}", *(significant(each["value"]) for each in shown)]
        ),
        *(
            align_names([name, *(_cell(each, name) for each in shown)])
            for name in document["searched"]
        ),
    ]
    states = [each["state"] for each in document["trials"]]
    counts = [
        f"{states.count(state)} {word}"
        for state, word in STATES.items()
        if state in states
    ]
    trials = f"{len(states)} {plural('trial', len(states))}"
    optimistic = (
        f"The best validation {metric} of {len(done)} is optimistic: it was chosen for "
        "being low. The test part was read once, for the best settings:"
    )
    said = [f"{trials}: {', '.join(counts)}.", say_gain(document), optimistic]
    return "\n".join(
        [*join(columns), "", *wrap(said), "", render_scores(document["test"])]
    )


def ranked(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the trials that came to an end, lowest validation error first."""
    done = [each for each in document["trials"] if each["value"] is not None]
    return sorted(done, key=lambda each: float(each["value"]))


def say_gain(document: Mapping[str, Any]) -> str:
    """Say what was found, beside the experiment as given."""
    best, given = document["best"], document["trials"][0]
    metric = NAMES[document["metric"]]
    if given["value"] is None:
        return f"The experiment as given failed: {given['error']}."
    if not best["number"]:
        return "No trial is better than the experiment as given: keep it."
    lower = percent(1 - best["value"] / given["value"]) if given["value"] else "0 %"
    return (
        f"Trial {best['number']} has a validation {metric} {lower} below that of the "
        f"experiment as given ({significant(given['value'])})."
    )


def say_settings(values: Mapping[str, Any]) -> str:
    """Return settings as a list in one line."""
    return ", ".join(f"{name} {short(value)}" for name, value in values.items())


def short(value: Any) -> str:
    """Write a setting with four digits; best.yaml has them all."""
    return f"{value:.4g}" if isinstance(value, float) else setting_text(value)


def _label(trial: Mapping[str, Any]) -> str:
    return str(trial["number"]) if trial["number"] else AS_GIVEN


def _cell(trial: Mapping[str, Any], name: str) -> str:
    return short(trial["settings"][name]) if trial["settings"] else "-"


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
