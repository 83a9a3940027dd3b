"""A backtest as text: what it will be, its scores, and the errors by cutoff."""

from collections.abc import Mapping, Sequence
from typing import Any

from seqforecast.data.split import Rolling
from seqforecast.reporting.tables import BEST, render_scores
from seqforecast.reporting.text_format import align, plural, significant, wrap
from seqforecast.reporting.verdict import NAMES, group_equals

MODEL = "model"


def render_backtest(document: Mapping[str, Any]) -> str:
    """Return the scores, the verdict, and a row of errors a cutoff."""
    metric = document["test"]["skill"]["metric"]
    rows = tabulate_by_cutoff(document)
    count = document["cutoffs"]
    fits = len(document["fits"])
    title = (
        f"{NAMES[metric]} at each cutoff, the last observed time stamp before a "
        f"forecast ({count} {plural('cutoff', count)}, {fits} {plural('fit', fits)}):"
    )
    lines = [render_scores(document["test"]), "", *wrap([title]), *align(rows)]
    return "\n".join(lines)


def tabulate_by_cutoff(document: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Return the header and a row a cutoff: when, which fit, and the errors.

    The best of each row is marked by an asterisk. Baselines stand in the order of
    their errors over all cutoffs.
    """
    test = document["test"]
    metric = test["skill"]["metric"]
    names = rank_baselines(test)
    rows = [("cutoff", "fit", MODEL, *names)]
    for record in document["by_cutoff"]:
        errors = errors_at(record, metric, names)
        known = [error for error in errors if error is not None]
        low = min(known, default=None)
        cells = [
            significant(error) + (BEST if error is not None and error == low else "")
            for error in errors
        ]
        rows.append((say_when(record), str(record["fit"]), *cells))
    return rows


def rank_baselines(test: Mapping[str, Any]) -> list[str]:
    """Return the names of the baselines that differ, best first over all cutoffs."""
    metric = test["skill"]["metric"]

    def error(name: str) -> float:
        score = test["baselines"][name][metric]
        return float("inf") if score is None else float(score)

    return sorted(group_equals(test["baselines"], test["skill"]["against"]), key=error)


def errors_at(
    record: Mapping[str, Any], metric: str, baselines: Sequence[str]
) -> list[float | None]:
    """Return the errors at one cutoff: the model's, then those of baselines."""
    forecasters = [record["model"], *(record["baselines"][name] for name in baselines)]
    return [forecaster[metric] for forecaster in forecasters]


def say_when(record: Mapping[str, Any]) -> str:
    """Return the cutoff as a time stamp, or two where series end at different ones."""
    first, last = record["first"], record["last"]
    return str(first) if first == last else f"{first} to {last}"


def say_plan(rolling: Rolling, first: str, last: str) -> str:
    """Return how many cutoffs and fits there will be.

    Args:
        rolling: how the cutoff moves.
        first: time stamp of the first cutoff.
        last: that of the last one.
    """
    where = first if first == last else f"from {first} to {last}"
    cutoffs = f"{rolling.cutoffs} {plural('cutoff', rolling.cutoffs)}, {where}"
    if rolling.cutoffs > 1:
        cutoffs += f", {_apart(rolling)}"
    part = f", {rolling.window} train part" if rolling.fits > 1 else ""
    return f"backtest: {cutoffs}; {rolling.fits} {plural('fit', rolling.fits)}{part}"


def say_overlap(rolling: Rolling, horizon: int) -> list[str]:
    """Say that targets are forecast more than once, where they are."""
    if rolling.cutoffs == 1 or rolling.step >= horizon:
        return []
    times = min(-(-horizon // rolling.step), rolling.cutoffs)
    note = (
        f"Forecasts overlap: cutoffs are {_apart(rolling)} and each forecast has "
        f"{horizon}, so that a target is forecast up to {times} times."
    )
    return [note]


def say_early(early: int, cutoffs: int) -> list[str]:
    """Say that settings may have been chosen on what is forecast.

    Args:
        early: cutoffs before the experiment's test part.
        cutoffs: all of them.
    """
    if not early:
        return []
    lie = "lies" if early == 1 else "lie"
    note = (
        f"{early} of {cutoffs} {plural('cutoff', cutoffs)} {lie} before the test part "
        "of the experiment: settings that were chosen on its validation part know "
        "what is forecast there."
    )
    return [note]


def _apart(rolling: Rolling) -> str:
    return f"{rolling.step} {plural('step', rolling.step)} apart"
