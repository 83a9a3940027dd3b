"""The best trials of a search as text, and what the best one is worth."""

from collections.abc import Mapping
from typing import Any

from seqforecast.reporting.settings_text import setting_text
from seqforecast.reporting.tables import render_scores
from seqforecast.reporting.text_format import (
    align_names,
    align_numbers,
    join,
    percent,
    plural,
    significant,
    wrap,
)
from seqforecast.reporting.verdict import NAMES

AS_GIVEN = "as given"  # trial 0: the experiment itself
MOST = 10  # trials in the table
# Settings that are among the best tenth are met by 14 random trials in three of four
# searches: 1 - 0.9 ** 14 = 0.77.
FEW = 14
STATES = {"complete": "complete", "pruned": "ended early", "failed": "failed"}


def render_tuning(document: Mapping[str, Any]) -> str:
    """Return the best trials, and what the best one is worth on the test part.

    Args:
        document: tune.json.
    """
    metric, trials = NAMES[document["metric"]], ranked(document)
    rows = trials[:MOST] + [trial for trial in trials[MOST:] if not trial["number"]]
    columns = [
        align_names(["trial", *(_label(trial) for trial in rows)]),
        align_numbers(
            [f"validation {metric}", *(significant(trial["value"]) for trial in rows)]
        ),
        *(
            align_names([name, *(_cell(trial, name) for trial in rows)])
            for name in document["searched"]
        ),
    ]
    states = [trial["state"] for trial in document["trials"]]
    counts = [
        f"{states.count(state)} {word}"
        for state, word in STATES.items()
        if state in states
    ]
    count = f"{len(states)} {plural('trial', len(states))}"
    optimistic = f"{say_optimism(document)} The test part was read once, for the best"
    tried = f"{count}: {', '.join(counts)}."
    sentences = [tried, say_gain(document), f"{optimistic} settings:"]
    return "\n".join(
        [*join(columns), "", *wrap(sentences), "", render_scores(document["test"])]
    )


def say_optimism(document: Mapping[str, Any]) -> str:
    """Say why the best trial's error is no estimate."""
    metric, count = NAMES[document["metric"]], len(ranked(document))
    return (
        f"The best validation {metric} of {count} is optimistic: it was chosen for "
        "being low."
    )


def ranked(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the trials that came to an end, lowest validation error first."""
    trials = [trial for trial in document["trials"] if trial["value"] is not None]
    return sorted(trials, key=lambda trial: float(trial["value"]))


def say_gain(document: Mapping[str, Any]) -> str:
    """Say what was found, beside the experiment as given."""
    best, as_given = document["best"], document["trials"][0]
    metric = NAMES[document["metric"]]
    if as_given["value"] is None:
        return f"The experiment as given failed: {as_given['error']}."
    if not best["number"]:
        tried = len(document["trials"]) - 1
        return _say_none_better(tried, len(ranked(document)) - 1)
    lower = (
        percent(1 - best["value"] / as_given["value"]) if as_given["value"] else "0 %"
    )
    return (
        f"Trial {best['number']} has a validation {metric} {lower} below that of the "
        f"experiment as given ({significant(as_given['value'])})."
    )


def _say_none_better(tried: int, others: int) -> str:
    """Say what it means that no other settings were better.

    Args:
        tried: trials beside the experiment as given.
        others: of these, how many have an error to compare.
    """
    if tried and not others:
        return "No trial but the experiment as given came to an end."
    if not others:
        return (
            "Nothing was tried beside the experiment as given: this says nothing of "
            "other settings."
        )
    none = f"None of {others} other {plural('trial', others)}"
    better = f"{none} is better than the experiment as given"
    if others < FEW:
        return f"{better}: too few to say that no others are; --trials sets how many."
    return f"{better}: keep it, as far as this search has looked."


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
