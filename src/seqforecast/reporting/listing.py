"""Lists of runs and of shipped experiments, as text for the terminal."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from seqforecast.reporting.numbers import significant
from seqforecast.reporting.verdict import NAMES


def render_rows(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of texts, columns aligned."""
    texts = [tuple(header), *(tuple(row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    return "\n".join(
        "  ".join(
            text.ljust(width) for text, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in texts
    )


def say_score(test: Mapping[str, Any]) -> tuple[str, str]:
    """Return the verdict, and the error beside that of the best baseline."""
    if not test:
        return "-", "-"
    metric, against = test["skill"]["metric"], test["skill"]["against"]
    ours, theirs = (
        significant(of[metric], 3) for of in (test["model"], test["baselines"][against])
    )
    return str(test["verdict"]), f"{NAMES[metric]} {ours}, {against} {theirs}"
