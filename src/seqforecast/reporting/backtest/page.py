"""The page of a backtest: the verdict over all cutoffs, then each of them."""

import shlex
from collections.abc import Mapping
from typing import Any

from seqforecast.reporting.backtest.text import tabulate_by_cutoff
from seqforecast.reporting.several_fits import (
    Part,
    SeveralDocuments,
    interval_parts,
    render_several,
    score_part,
)
from seqforecast.reporting.terminal import duration
from seqforecast.reporting.text_format import plural
from seqforecast.reporting.verdict import NAMES

# What each picture is called on the page, and how to read it; in the page's order.
READING = {
    "forecasts": (
        "Forecasts at the cutoffs",
        (
            "What came, and over it the forecasts after each cutoff in blue; dashed "
            "is the best baseline. At a dotted line the model was trained anew, on "
            "what lies before it alone."
        ),
    ),
    "error_by_cutoff": (
        "Error by cutoff",
        (
            "A model that is worth its training lies below the best baseline at most "
            "cutoffs, not at one of them."
        ),
    ),
}


def render_backtest_page(backtest: SeveralDocuments) -> str:
    """Return the page as HTML, pictures inside.

    Raises:
        OSError: a picture cannot be read.
    """
    document = backtest.document
    metric = NAMES[document["test"]["skill"]["metric"]]
    by_cutoff = Part(
        "Each cutoff",
        tabulate_by_cutoff(document),
        (f"{metric} of the steps after each cutoff. * lowest of its row.",),
    )
    return render_several(
        backtest,
        about=(f"{document['name']}: backtest", _about(document)),
        verdict=(),
        parts=[
            score_part(document["test"], "the same windows of all cutoffs"),
            by_cutoff,
            *interval_parts(document["test"]),
            Part("Fits", tabulate_fits(document)),
        ],
        reading=READING,
        commands=list_commands(backtest.path),
    )


def _about(document: Mapping[str, Any]) -> str:
    counts = (
        (document["cutoffs"], "cutoff"),
        (len(document["fits"]), "fit"),
        (document["series"], "series"),
        (document["horizon"], "step"),
    )
    cutoffs, fits, series, steps = (
        f"{n:,} {noun if noun == 'series' else plural(noun, n)}" for n, noun in counts
    )
    rows = document["by_cutoff"]
    when = f"from {rows[0]['first']} to {rows[-1]['last']}"
    window = f"{document['window']} train part"
    return f"{cutoffs} {when}, {fits}, {window}; {series}, {steps} ahead"


def tabulate_fits(document: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Return how each fit was trained, the header first."""
    header = ("fit", "cutoffs", "train steps", "epochs", "kept epoch", "training")
    return [
        header,
        *(
            (
                str(fit["fit"]),
                _between(fit["cutoffs"][0], fit["cutoffs"][1]),
                _between(fit["train_steps"]["least"], fit["train_steps"]["most"]),
                str(fit["epochs"]),
                str(fit["best_epoch"] or "-"),
                duration(fit["seconds"]),
            )
            for fit in document["fits"]
        ),
    ]


def _between(first: int, last: int) -> str:
    return f"{first:,}" if first == last else f"{first:,} to {last:,}"


def list_commands(path: str) -> list[tuple[str, str]]:
    """Return what may be wanted of a backtest, and the command that does it."""
    at = shlex.quote(path)
    return [
        (
            "Train a run with these settings, which forecasts",
            f"seqforecast train {at}/config.yaml",
        ),
        ("Show it in a terminal", f"seqforecast runs show {at}"),
    ]
