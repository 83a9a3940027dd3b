"""The page of a search: what it found, what that is worth, and every trial."""

import shlex
from collections.abc import Mapping
from typing import Any

from seqforecast.reporting.several_fits import (
    Part,
    SeveralDocuments,
    interval_parts,
    render_several,
    score_part,
)
from seqforecast.reporting.terminal import duration
from seqforecast.reporting.text_format import plural, significant
from seqforecast.reporting.tune.table import (
    AS_GIVEN,
    STATES,
    ranked,
    say_gain,
    say_optimism,
    short,
)
from seqforecast.reporting.verdict import NAMES

# What each picture is called on the page, and how to read it; in the page's order.
READING = {
    "trials": (
        "The search as it went",
        (
            "One point a trial, in their order. While the line of the best still "
            "falls at its end, more trials may find better settings."
        ),
    ),
    "settings": (
        "What each setting was worth",
        (
            "The same trials by the value of each setting. A setting whose points "
            "show no slope hardly matters within what was searched."
        ),
    ),
}


def render_tuning_page(tuning: SeveralDocuments) -> str:
    """Return the page as HTML, pictures inside.

    Raises:
        OSError: a picture cannot be read.
    """
    document = tuning.document
    trials = Part("Trials", tabulate_trials(document), (say_optimism(document),))
    return render_several(
        tuning,
        about=(f"{document['name']}: search", _about(document)),
        verdict=[say_gain(document)],
        parts=[
            score_part(document["test"], "the same windows of the test part"),
            trials,
            *interval_parts(document["test"]),
        ],
        reading=READING,
        commands=list_commands(tuning.path),
    )


def _about(document: Mapping[str, Any]) -> str:
    states = [trial["state"] for trial in document["trials"]]
    counts = ", ".join(
        f"{states.count(state)} {word}"
        for state, word in STATES.items()
        if state in states
    )
    searched, count = document["searched"], len(states)
    over = f"{len(searched)} {plural('setting', len(searched))}"
    return f"{count} {plural('trial', count)} over {over}: {counts}"


def tabulate_trials(document: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Return every trial, lowest validation error first, those without one last."""
    metric, names = NAMES[document["metric"]], document["searched"]
    without = [trial for trial in document["trials"] if trial["value"] is None]
    header = ("trial", f"validation {metric}", *names, "epochs", "time", "state")
    rows = [
        (
            str(trial["number"]) if trial["number"] else AS_GIVEN,
            significant(trial["value"]),
            *(_cell(trial, name) for name in names),
            str(trial["epochs"]),
            "-" if trial["seconds"] is None else duration(trial["seconds"]),
            STATES.get(trial["state"], trial["state"]),
        )
        for trial in [*ranked(document), *without]
    ]
    return [header, *rows]


def _cell(trial: Mapping[str, Any], name: str) -> str:
    return short(trial["settings"][name]) if name in trial["settings"] else "-"


def list_commands(path: str) -> list[tuple[str, str]]:
    """Return what may be wanted of a search, and the command that does it."""
    at = shlex.quote(path)
    return [
        ("Forecast with the best settings", f"seqforecast predict {at}/best"),
        ("Train them anew", f"seqforecast train {at}/best.yaml"),
        ("Show it in a terminal", f"seqforecast runs show {at}"),
    ]
