"""Breakdown: the same errors by step, group and series: a mean hides which fail."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqforecast.evaluation.metrics import measure
from seqforecast.evaluation.owa import add_owa
from seqforecast.evaluation.totals import Doubles, ErrorTotals, InSample


def by_step(
    totals: Mapping[str, ErrorTotals], points: NDArray[np.int64]
) -> list[dict[str, Any]]:
    """Return the mean absolute errors at each step, None where none is scored.

    Args:
        totals: by key of the errors, such as `naive_mae`.
        points: shape (horizon,), how many points each step has.
    """
    return [
        {"step": i + 1}
        | {key: float(of.by_step[i]) / n if n else None for key, of in totals.items()}
        for i, n in enumerate(points.tolist())
    ]


def score_groups(
    groups: Sequence[str],
    totals: Mapping[str, ErrorTotals],
    in_sample: InSample,
    model: str,
) -> dict[str, Any]:
    """Return the `groups` object of metrics.json, in the order groups occur.

    Args:
        groups: the group of each series; those without a scored series are left out.
        totals: by forecaster.
        in_sample: what MASE and RMSSE divide by.
        model: which forecaster is no baseline.
    """
    members: dict[str, list[int]] = {}
    for i in np.flatnonzero(totals[model].points).tolist():
        members.setdefault(groups[i], []).append(i)
    scored = {}
    for group in (each for each in dict.fromkeys(groups) if each in members):
        which = np.array(members[group], dtype=np.int64)
        mine = in_sample.only(which)
        of = add_owa(
            {name: measure(each.only(which), mine) for name, each in totals.items()}
        )
        scored[group] = {
            "series": len(which),
            "points": int(totals[model].points[which].sum()),
            "model": of.pop(model),
            "baselines": of,
        }
    return scored


def score_series(
    groups: Sequence[str] | None,
    totals: Mapping[str, ErrorTotals],
    in_sample: InSample,
) -> dict[str, NDArray[Any]]:
    """Return the columns of series.csv, one row a scored series.

    A metric that is undefined is NaN.

    Args:
        groups: the group of each series, or None.
        totals: by what is put in front of the metrics' names, such as `naive_`.
        in_sample: what MASE and RMSSE divide by.
    """
    which = np.flatnonzero(next(iter(totals.values())).points)
    mine = in_sample.only(which)
    columns: dict[str, NDArray[Any]] = {"unique_id": np.array(mine.ids, dtype=object)}
    if groups is not None:
        columns["group"] = np.array(groups, dtype=object)[which]
    columns["points"] = next(iter(totals.values())).points[which]
    for prefix, each in totals.items():
        found = _metrics_by_series(each.only(which), mine)
        columns |= {f"{prefix}{name}": values for name, values in found.items()}
    return columns


def _metrics_by_series(totals: ErrorTotals, in_sample: InSample) -> dict[str, Doubles]:
    """Return the metrics of each series alone, shape (series,) each."""
    mae, mse = totals.absolute / totals.points, totals.squared / totals.points
    return {
        "mae": mae,
        "mase": _ratio(mae, in_sample.absolute),
        "rmsse": np.sqrt(_ratio(mse, in_sample.squared)),
        "smape": _ratio(totals.percent, totals.percent_points),
    }


def _ratio(above: Doubles, below: NDArray[Any]) -> Doubles:
    """Return above / below, NaN where that is not defined."""
    ratio = np.full(len(above), np.nan)
    np.divide(above, below, out=ratio, where=below > 0)
    return ratio
