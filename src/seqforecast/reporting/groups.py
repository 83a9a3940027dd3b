"""The scores of groups as text, worst first: a mean over all hides which fail."""

from collections.abc import Mapping
from typing import Any

from seqforecast.reporting.numbers import significant
from seqforecast.reporting.verdict import NAMES

MOST = 12


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
    found = []
    for name, group in test["groups"].items():
        ours, theirs = group["model"][metric], group["baselines"][against][metric]
        ratio = ours / theirs if ours is not None and theirs else None
        found.append((name, group["series"], ours, theirs, ratio))
    found.sort(key=lambda row: float("inf") if row[4] is None else -row[4])
    header = ("group", "series", f"model {NAMES[metric]}", against, "ratio")
    rows = [
        (name, str(series), *(significant(each) for each in numbers))
        for name, series, *numbers in found[:MOST]
    ]
    more = len(found) - MOST
    return [header, *rows], (f"and {more:,} more in metrics.json",) * (more > 0)
