"""Tables of scores as text: of all windows, and of groups."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from seqforecast.evaluation.final_choice import NETWORK
from seqforecast.reporting.text_format import align, plural, significant, wrap
from seqforecast.reporting.verdict import (
    NAMES,
    group_equals,
    name_baseline,
    say_coverage,
    say_equals,
    say_final,
    say_reason,
    say_sentence,
    weights_of,
)

SHOWN = ("mae", "rmse", "smape", "mase", "mse", "owa")
UNITS = {"smape": "sMAPE %"}
BEST = "*"
MOST = 12


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """Scores as text.

    Attributes:
        header: empty over the names, then one metric a column.
        rows: name and scores; the model, then the baselines, best first.
        footnotes: whose equals are not shown, and why scores are missing or leave
            something out.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    footnotes: tuple[str, ...]


def tabulate_scores(test: Mapping[str, Any]) -> ScoreTable:
    """Return the scores of the final forecast, the network's, and the baselines'.

    Baselines are sorted by the metric of the skill. The best of each column, and its
    equals, are marked by an asterisk; a missing score is "-". Of baselines with equal
    scores one is shown; what the seasonal naive forecast repeats is said in its row.

    Args:
        test: the `test` object of metrics.json.
    """
    skill, repeated = test["skill"], test.get("repeated", {})
    weights = weights_of(test)
    others = {k: row for k, row in test["baselines"].items() if weights.get(k) != 1}
    shown = group_equals(others, skill["against"])
    ranked = sorted(
        shown, key=lambda name: _or_infinite(test["baselines"][name][skill["metric"]])
    )
    scores = {say_final(test): test["model"]}
    scores |= {NETWORK: test["network"]} if "network" in test else {}
    scores |= {name: test["baselines"][name] for name in ranked}
    metrics = [name for name in SHOWN if name in test["model"]]
    lowest = {
        name: min(_or_infinite(row[name]) for row in scores.values())
        for name in metrics
    }
    rows = [
        (
            name_baseline(forecaster, repeated),
            *(_cell(row[name], lowest[name]) for name in metrics),
        )
        for forecaster, row in scores.items()
    ]
    header = ("", *(UNITS.get(name, NAMES[name]) for name in metrics))
    footnotes = (
        *say_equals(shown, repeated),
        *_say_in_sample(test),
        *_footnotes(scores, metrics),
    )
    return ScoreTable(header, tuple(rows), footnotes)


def render_scores(test: Mapping[str, Any]) -> str:
    """Return tables, footnotes, verdict and notes of the audit as one text.

    No line is longer than 80 letters but those of the table itself; no colours.
    """
    table = tabulate_scores(test)
    marked = any(BEST in cell for row in table.rows for cell in row)
    notes = [f"{BEST} best of its column"] if marked else []
    below = [*notes, *table.footnotes]
    sentences = [say_sentence(test), *say_reason(test), *say_coverage(test)]
    sentences += test.get("notes", [])
    lines = [*align([table.header, *table.rows]), *wrap(below)]
    if "groups" in test:
        rows, more = tabulate_groups(test)
        lines += ["", *align(rows), *more]
    return "\n".join([*lines, "", *wrap(sentences)])


def _cell(score: float | None, lowest: float) -> str:
    text = significant(score)
    return text + BEST if score == lowest else text


def _or_infinite(score: float | None) -> float:
    return float("inf") if score is None else score


def _say_in_sample(test: Mapping[str, Any]) -> tuple[str, ...]:
    """Say what MASE divides by; nothing where there is none, as in older runs."""
    facts = test.get("in_sample")
    if facts is None or test["model"].get("mase") is None:
        return ()
    over = "from step to step" if facts["lag"] == 1 else f"over {facts['lag']:,} steps"
    said = f"MASE: 1 is the mean change {over} in the history"
    if facts["filled"]:
        count = facts["filled"]
        said += f"; filled in there: {count:,} {plural('value', count)}"
    return (said,)


def _footnotes(
    scores: Mapping[str, Mapping[str, Any]], metrics: Sequence[str]
) -> tuple[str, ...]:
    """Return each reason once a metric, with the forecasters it is about."""
    notes = []
    for metric in metrics:
        about: dict[str, list[str]] = {}
        for forecaster, row in scores.items():
            reason = row.get("reasons", {}).get(metric)
            if reason:
                about.setdefault(reason, []).append(forecaster)
        for reason, names in about.items():
            whose = "" if len(names) == len(scores) else f" of {', '.join(names)}"
            notes.append(f"{NAMES[metric]}{whose}: {reason}")
    return tuple(notes)


def tabulate_groups(
    test: Mapping[str, Any],
) -> tuple[list[tuple[str, ...]], tuple[str, ...]]:
    """Return rows, the header first, and what is left out of them.

    The metric and the baseline are those of the skill. Groups are sorted by the
    model's error relative to that baseline's, the largest first, and where there is
    no such ratio last; more than twelve are only counted.

    Args:
        test: the `test` object of metrics.json, with `groups`.
    """
    metric, against = test["skill"]["metric"], test["skill"]["against"]
    groups = []
    for name, group in test["groups"].items():
        ours, theirs = group["model"][metric], group["baselines"][against][metric]
        ratio = ours / theirs if ours is not None and theirs else None
        groups.append((name, group["series"], ours, theirs, ratio))
    groups.sort(key=lambda row: float("inf") if row[4] is None else -row[4])
    header = ("group", "series", f"model {NAMES[metric]}", against, "ratio")
    rows = [
        (name, str(series), *(significant(number) for number in numbers))
        for name, series, *numbers in groups[:MOST]
    ]
    more = len(groups) - MOST
    return [header, *rows], (f"and {more:,} more in metrics.json",) * (more > 0)
