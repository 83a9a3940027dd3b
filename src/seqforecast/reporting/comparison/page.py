"""The page of a comparison: one HTML file that needs no network and no other file."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from seqforecast.reporting.comparison.apart import names_of
from seqforecast.reporting.comparison.explaining import explain, tabulate_pairs
from seqforecast.reporting.comparison.settings import split_settings
from seqforecast.reporting.comparison.table import describe_columns, tabulate_comparison
from seqforecast.reporting.comparison.verdict import (
    listed,
    say_comparison,
    say_test,
    sentence,
)
from seqforecast.reporting.numbers import plural
from seqforecast.reporting.page import render_page
from seqforecast.reporting.pictures import show
from seqforecast.reporting.verdict import NAMES

MOST_NAMES = 4  # in a title
# What each picture is called on the page, and how to read it.
READING = {
    "ranks": (
        "Who is significantly apart",
        (
            "Every name hangs from its average rank: further left is better. A thick "
            "bar joins names that are not significantly apart; dots mark who belongs "
            "to it."
        ),
    ),
    "seeds": (
        "Every seed",
        (
            "Each point is one training. Where the points of two members mix, the "
            "choice between them is smaller than the luck of the seed."
        ),
    ),
    "loss": (
        "Learning curves",
        (
            "The validation loss after every epoch. A curve that still falls at its "
            "end could have trained longer; a wide band means that seeds matter."
        ),
    ),
    "forecasts": (
        "Forecasts of the same windows",
        (
            "What each member saw in grey, what came in black, what it forecast in "
            "its colour; dashed is the naive forecast, which repeats the last value."
        ),
    ),
    "error_by_step": (
        "Error by step",
        "How large the error is at each step of the forecast, however far ahead.",
    ),
    "memory": (
        "Memory",
        (
            "How strongly the last step of the forecast depends on each step of the "
            "lookback. Below the dotted line a step no longer counts."
        ),
    ),
}


def render_comparison_page(
    comparison: Mapping[str, Any],
    pictures: Mapping[str, Path],
    details: Mapping[str, Any],
) -> str:
    """Return the page as HTML, pictures inside.

    Args:
        comparison: the document, comparison.json.
        pictures: PNG files by name, some of those in `READING`, in the order of the
            page.
        details: what the document does not say: `settings`, every setting in force
            by member, sections nested; `environment`, versions and machine by name;
            `command`, which makes the comparison again.

    Raises:
        OSError: a picture cannot be read.
    """
    names = names_of(comparison)
    equal, different = split_settings(details["settings"])
    return render_page(
        "comparison.html",
        comparison=comparison,
        title=f"{_short(names)} on {comparison['name']}",
        about=_about(comparison),
        verdict=[sentence(said) for said in say_comparison(comparison)],
        metric=NAMES[comparison["metric"]],
        ranked_by=NAMES[comparison.get("ranked_by", comparison["metric"])],
        rows=tabulate_comparison(comparison),
        legend=describe_columns(comparison),
        figures=show(pictures, READING),
        paragraphs=explain(comparison),
        tested=say_test(comparison),
        pairs=tabulate_pairs(comparison),
        members=tuple(details["settings"]),
        equal=equal,
        different=different,
        environment=details["environment"],
        command=details["command"],
    )


def _short(names: Sequence[str]) -> str:
    many = len(names) > MOST_NAMES
    return f"{len(names)} members" if many else listed(names)


def _about(comparison: Mapping[str, Any]) -> str:
    counts = (
        (len(comparison["seeds"]), "seed"),
        (comparison["windows"], "test window"),
        (comparison["horizon"], "step"),
    )
    seeds, windows, steps = (f"{n:,} {plural(noun, n)}" for n, noun in counts)
    matched = ""
    if comparison["match"]:
        sizes = [member["parameters"] for member in comparison["members"]]
        is_close = max(sizes) <= 1.05 * min(sizes)
        whole = "parameters matched as closely as whole units allow"
        matched = f", {'equal numbers of parameters' if is_close else whole}"
    return f"{seeds} each, {windows}, {steps} ahead{matched}"
