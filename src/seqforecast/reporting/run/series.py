"""Series of a run: on which the model is worst, and on which best."""

from collections.abc import Mapping, Sequence
from typing import Any

from seqforecast.reporting.numbers import significant
from seqforecast.reporting.verdict import NAIVE, NAMES

MOST = 5  # at either end


def tabulate_series(
    series: Sequence[Mapping[str, Any]], skill: Mapping[str, Any]
) -> tuple[str, list[tuple[str, ...]]]:
    """Return on how many series the model is better, and the rows of a table.

    Rows, the header first, are sorted by the model's error relative to the best
    baseline's, the largest first: five at each end, or all where there are no more.
    Both are empty where one series is all there is, or no ratio is defined.

    Args:
        series: rows of series.csv, NaN where a metric is undefined.
        skill: of metrics.json: the metric, and the best baseline.
    """
    metric, against = skill["metric"], skill["against"]
    theirs = f"best_{metric}"
    if series and theirs not in series[0]:  # runs of older versions
        theirs, against = f"naive_{metric}", NAIVE
    found = [
        (row[metric] / row[theirs], row)
        for row in series
        if row[theirs] > 0 and row[metric] >= 0
    ]
    if len(series) < 2 or not found:
        return "", []
    found.sort(key=lambda pair: -pair[0])
    better = sum(ratio < 1 for ratio, _ in found)
    said = (
        f"Better than {against} on {better:,} of {len(found):,} series, by "
        f"{NAMES[metric]}"
    )
    ends = found
    if len(found) > 2 * MOST:
        ends = [*found[:MOST], *found[-MOST:]]
        said += f"; the {MOST} worst and the {MOST} best"
    has_group = "group" in series[0]
    header = ("series", *(["group"] if has_group else []))
    rows = [
        (
            row["unique_id"],
            *([row["group"]] if has_group else []),
            *(significant(each) for each in (ratio, row[metric], row[theirs])),
        )
        for ratio, row in ends
    ]
    return f"{said}.", [(*header, "ratio", f"model {NAMES[metric]}", against), *rows]
