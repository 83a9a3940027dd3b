"""Tables: the scores of a run as plain text, from `test` in metrics.json."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from seqforecast.reporting.groups import tabulate_groups
from seqforecast.reporting.numbers import significant
from seqforecast.reporting.verdict import NAMES, say_verdict

MODEL = "model"
SHOWN = ("mae", "rmse", "smape", "mase", "mse", "owa")
UNITS = {"smape": "sMAPE %"}
BEST = "*"
WIDTH = 80


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """Scores as text.

    Attributes:
        header: empty over the names, then one metric a column.
        rows: name and scores; the model, then the baselines, best first.
        footnotes: why scores are missing or leave something out.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    footnotes: tuple[str, ...]


def tabulate_scores(test: Mapping[str, Any]) -> ScoreTable:
    """Return the model's scores beside the baselines'.

    Baselines are sorted by the metric of the skill. The best of each column, and its
    equals, are marked by an asterisk; a missing score is "-".

    Args:
        test: the `test` object of metrics.json.
    """
    ranked = sorted(
        test["baselines"].items(),
        key=lambda item: _or_infinite(item[1][test["skill"]["metric"]]),
    )
    scores = {MODEL: test["model"], **dict(ranked)}
    metrics = [name for name in SHOWN if name in test["model"]]
    lowest = {
        name: min(_or_infinite(of[name]) for of in scores.values()) for name in metrics
    }
    rows = [
        (who, *(_cell(of[name], lowest[name]) for name in metrics))
        for who, of in scores.items()
    ]
    header = ("", *(UNITS.get(name, NAMES[name]) for name in metrics))
    return ScoreTable(header, tuple(rows), _footnotes(scores, metrics))


def render_scores(test: Mapping[str, Any]) -> str:
    """Return tables, footnotes, verdict and notes of the audit as one text.

    No line is longer than 80 letters but those of the table itself; no colours.
    """
    table = tabulate_scores(test)
    marked = any(BEST in cell for row in table.rows for cell in row)
    notes = [f"{BEST} best of its column"] if marked else []
    verdict = say_verdict(test)
    below = [*notes, *table.footnotes]
    sentences = [f"{verdict[0].upper()}{verdict[1:]}.", *test.get("notes", [])]
    lines = [*_align([table.header, *table.rows]), *_wrapped(below)]
    if "groups" in test:
        rows, more = tabulate_groups(test)
        lines += ["", *_align(rows), *more]
    return "\n".join([*lines, "", *_wrapped(sentences)])


def _cell(score: float | None, lowest: float) -> str:
    text = significant(score)
    return text + BEST if score == lowest else text


def _or_infinite(score: float | None) -> float:
    return float("inf") if score is None else score


def _footnotes(
    scores: Mapping[str, Mapping[str, Any]], metrics: Sequence[str]
) -> tuple[str, ...]:
    """Return each reason once a metric, with the forecasters it is about."""
    notes = []
    for metric in metrics:
        about: dict[str, list[str]] = {}
        for who, of in scores.items():
            reason = of.get("reasons", {}).get(metric)
            if reason:
                about.setdefault(reason, []).append(who)
        for reason, names in about.items():
            whose = "" if len(names) == len(scores) else f" of {', '.join(names)}"
            notes.append(f"{NAMES[metric]}{whose}: {reason}")
    return tuple(notes)


def _align(rows: Sequence[Sequence[str]]) -> list[str]:
    """Align names at the left, numbers at their decimal points."""
    names, *numbers = zip(*rows, strict=True)
    columns = [_align_names(names), *(_align_numbers(column) for column in numbers)]
    return ["  ".join(cells).rstrip() for cells in zip(*columns, strict=True)]


def _align_names(column: Sequence[str]) -> list[str]:
    width = max(map(len, column))
    return [cell.ljust(width) for cell in column]


def _align_numbers(column: Sequence[str]) -> list[str]:
    """Align a header and the numbers below it; the asterisk takes no room of theirs."""
    header, *cells = column
    wholes = [cell.rstrip(BEST).partition(".")[0] for cell in cells]
    before = max(map(len, wholes))
    padded = [
        " " * (before - len(whole)) + cell
        for whole, cell in zip(wholes, cells, strict=True)
    ]
    width = max(len(header), *(len(cell) for cell in padded))
    body = max(len(cell) for cell in padded)
    return [header.rjust(width), *(cell.ljust(body).rjust(width) for cell in padded)]


def _wrapped(sentences: Sequence[str]) -> list[str]:
    wrap = textwrap.TextWrapper(
        WIDTH, break_long_words=False, break_on_hyphens=False, subsequent_indent="  "
    )
    return [line for sentence in sentences for line in wrap.wrap(sentence)]
