"""Metrics: from sums of errors to one number each, or to the reason for none."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from seqforecast.evaluation.totals import Doubles, ErrorTotals, InSample


class Score(NamedTuple):
    """A value, or None; and why it is None or leaves something out."""

    value: float | None
    reason: str = ""


def mae(totals: ErrorTotals, _in_sample: InSample) -> Score:
    """Return the mean absolute error over all points, in the unit of the data."""
    return Score(float(totals.absolute.sum() / totals.points.sum()))


def mse(totals: ErrorTotals, _in_sample: InSample) -> Score:
    """Return the mean squared error over all points."""
    return Score(float(totals.squared.sum() / totals.points.sum()))


def rmse(totals: ErrorTotals, _in_sample: InSample) -> Score:
    """Return the root of the mean squared error over all points."""
    return Score(float(np.sqrt(totals.squared.sum() / totals.points.sum())))


def smape(totals: ErrorTotals, _in_sample: InSample) -> Score:
    """Return the mean of 200 |y - f| / (|y| + |f|), in percent, at most 200.

    Points at which both are 0 are undefined and left out (definition: Makridakis,
    Spiliotis and Assimakopoulos, The M4 Competition, 2020).
    """
    points, defined = int(totals.points.sum()), int(totals.percent_points.sum())
    reason = ""
    if defined < points:
        reason = (
            f"left out {points - defined} of {points} points: actual and forecast are "
            "both 0 there"
        )
    if not defined:
        return Score(None, reason)
    return Score(float(totals.percent.sum()) / defined, reason)


def mase(totals: ErrorTotals, in_sample: InSample) -> Score:
    """Return the mean over series of MAE / in-sample seasonal naive MAE.

    Source: Hyndman and Koehler, Another look at measures of forecast accuracy, 2006.
    """
    return _over_series(totals.absolute, totals, in_sample.absolute, in_sample)


def rmsse(totals: ErrorTotals, in_sample: InSample) -> Score:
    """Return the mean over series of RMSE / in-sample seasonal naive RMSE.

    Source: Makridakis, Spiliotis and Assimakopoulos, The M5 Competition, 2022.
    """
    return _over_series(totals.squared, totals, in_sample.squared, in_sample, root=True)


METRICS: Mapping[str, Callable[[ErrorTotals, InSample], Score]] = {
    "mae": mae,
    "mse": mse,
    "rmse": rmse,
    "smape": smape,
    "mase": mase,
    "rmsse": rmsse,
}


def measure(totals: ErrorTotals, in_sample: InSample) -> dict[str, Any]:
    """Return every metric by name; `reasons` beside them where there are any."""
    return scored({name: of(totals, in_sample) for name, of in METRICS.items()})


def standardised(
    totals: ErrorTotals, deviation: Doubles, ids: Sequence[str]
) -> dict[str, Any]:
    """Return MSE and MAE of the errors in standard deviations of each series.

    Args:
        totals: of one forecaster.
        deviation: shape (series,), of the train part of each series; series where it
            is 0 are left out.
        ids: one name a series.
    """
    present = totals.points > 0
    used = present & (deviation > 0)
    reason = left_out(used, present, ids, "constant in the train part")
    if not used.any():
        return scored({"mse": Score(None, reason), "mae": Score(None, reason)})
    unit, points = deviation[used], totals.points[used].sum()
    return scored(
        {
            "mse": Score(
                float(np.sum(totals.squared[used] / unit**2) / points), reason
            ),
            "mae": Score(float(np.sum(totals.absolute[used] / unit) / points), reason),
        }
    )


def scored(scores: Mapping[str, Score]) -> dict[str, Any]:
    """Return values by name, and `reasons` by name only if there are any."""
    values: dict[str, Any] = {name: score.value for name, score in scores.items()}
    reasons = {name: score.reason for name, score in scores.items() if score.reason}
    return values | {"reasons": reasons} if reasons else values


def has_scale(in_sample: InSample) -> NDArray[np.bool_]:
    """Return which series have an in-sample error to divide by, shape (series,)."""
    return in_sample.absolute > 0


def without_scale(in_sample: InSample, present: NDArray[np.bool_]) -> str:
    """Say which of the present series have no in-sample error to divide by."""
    earlier = f"{in_sample.lag} steps" if in_sample.lag > 1 else "a step"
    return left_out(
        has_scale(in_sample),
        present,
        in_sample.ids,
        f"no value before the scored part differs from the one {earlier} earlier, so "
        "there is no in-sample error to divide by",
    )


def left_out(
    used: NDArray[np.bool_], present: NDArray[np.bool_], ids: Sequence[str], why: str
) -> str:
    """Say how many series are left out, which (at most five), and why."""
    missing = np.flatnonzero(present & ~used)
    if not len(missing):
        return ""
    which = ", ".join(ids[i] for i in missing[:5])
    more = ", ..." if len(missing) > 5 else ""
    return (
        f"left out {len(missing)} of {int(present.sum())} series ({which}{more}): {why}"
    )


def _over_series(
    sums: Doubles,
    totals: ErrorTotals,
    scale: Doubles,
    in_sample: InSample,
    *,
    root: bool = False,
) -> Score:
    """Average sums / points / scale, or its root, over the series with a scale."""
    present = totals.points > 0
    used = present & has_scale(in_sample)
    reason = without_scale(in_sample, present)
    if not used.any():
        return Score(None, reason)
    ratio = sums[used] / totals.points[used] / scale[used]
    return Score(float(np.mean(np.sqrt(ratio) if root else ratio)), reason)
