"""Metrics: sums of errors by series and step, and one number from them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from seqforecast.data.panel import FloatArray, IntArray, Panel
from seqforecast.errors import name_first

STEPS_AT_ONCE = 1_000_000
NAIVE2 = "naive2"
NAMES = {"smape": "sMAPE", "mase": "MASE"}


class Score(NamedTuple):
    """A value, or None; and why it is None or leaves something out."""

    value: float | None
    reason: str = ""


Doubles = NDArray[np.float64]


class ErrorTotals:
    """Sums over the (window, step) points of one forecaster, in float64.

    Attributes:
        points: shape (series,), how many points each series has.
        absolute: shape (series,), sums of |error|, in the unit of the data.
        squared: shape (series,), sums of squared errors.
        percent: shape (series,), sums of 200 |error| / (|actual| + |forecast|), 0
            where both are 0.
        by_step: shape (horizon,), sums of |error| at each step.
        step_points: shape (horizon,), how many points each step has.
    """

    def __init__(self, series: int, horizon: int) -> None:
        self.points = np.zeros(series, dtype=np.int64)
        self.absolute, self.squared, self.percent = np.zeros((3, series))
        self.by_step = np.zeros(horizon)
        self.step_points = np.zeros(horizon, dtype=np.int64)

    def add(
        self,
        series: NDArray[np.int32],
        actual: FloatArray,
        forecast: FloatArray,
        counted: NDArray[np.bool_] | None = None,
    ) -> Doubles:
        """Add windows and return the sum of |error| of each, shape (windows,).

        Args:
            series: shape (windows,), which series each window belongs to.
            actual: shape (windows, horizon), finite.
            forecast: shape (windows, horizon), finite.
            counted: shape (windows, horizon), the points that count; None for all.
        """
        error = np.abs(np.subtract(forecast, actual, dtype=np.float64))
        if counted is None:
            points = np.full(len(error), error.shape[1])
            self.step_points += len(error)
        else:
            error[~counted] = 0.0
            points = counted.sum(axis=1)
            self.step_points += counted.sum(axis=0)
        absolute: Doubles = error.sum(axis=1)
        self.points += self._sum(series, points)
        self.absolute += self._sum(series, absolute)
        self.squared += self._sum(series, np.einsum("ij,ij->i", error, error))
        self.by_step += error.sum(axis=0)
        size = np.abs(actual, dtype=np.float64) + np.abs(forecast, dtype=np.float64)
        shares = np.divide(error, size, out=np.zeros_like(error), where=size > 0)
        self.percent += 200 * self._sum(series, shares.sum(axis=1))
        return absolute

    def only(self, which: IntArray) -> "ErrorTotals":
        """Return the sums of some series; their sums by step are not known."""
        some = ErrorTotals(len(which), 0)
        for name in ("points", "absolute", "squared", "percent"):
            setattr(some, name, getattr(self, name)[which])
        return some

    def _sum(self, series: NDArray[np.int32], values: NDArray[Any]) -> NDArray[Any]:
        """Return sums a series; whole numbers stay whole up to 2^53."""
        sums = np.bincount(series, values, minlength=len(self.points))
        return sums.astype(values.dtype)


@dataclass(frozen=True, slots=True, eq=False)
class InSample:
    """The one-season-ago errors inside the history of each series.

    Attributes:
        ids: one name a series.
        lag: steps of one season, 1 without one.
        absolute: shape (series,), mean |value - value `lag` steps earlier|; 0 where
            the history is constant or not longer than `lag`.
        squared: shape (series,), mean of the squares of the same differences.
        filled: how many values of all histories the data did not have.
    """

    ids: tuple[str, ...]
    lag: int
    absolute: Doubles
    squared: Doubles
    filled: int = 0

    def only(self, which: IntArray) -> "InSample":
        """Return the errors of some series."""
        ids = tuple(self.ids[i] for i in which.tolist())
        return InSample(ids, self.lag, self.absolute[which], self.squared[which])


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

    Definition: Makridakis, Spiliotis and Assimakopoulos, The M4 Competition, 2020;
    its series have no zeros. Where both are 0 the forecast is exact and counts as 0:
    were the point left out, as many points would count as a forecaster has no zeros,
    and an exact one could stand behind a wrong one.
    """
    return Score(float(totals.percent.sum() / totals.points.sum()))


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
    which = name_first([ids[i] for i in missing.tolist()], rest=", ...")
    return f"left out {len(missing)} of {int(present.sum())} series ({which}): {why}"


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


def in_sample_errors(panel: Panel, stops: IntArray, season: int | None) -> InSample:
    """Return the in-sample errors of the seasonal naive forecast.

    Args:
        panel: the series.
        stops: shape (series,), local steps at which the histories end; what lies at
            or after them is not read.
        season: steps in one season; None counts as 1.
    """
    lag = season or 1
    sums = np.zeros((len(panel.ids), 2))
    for i, stop in enumerate(stops):
        values = panel.series(i)[: max(int(stop), 0)]
        for start in range(lag, len(values), STEPS_AT_ONCE):
            later = values[start : start + STEPS_AT_ONCE].astype(np.float64)
            change = later - values[start - lag : start - lag + len(later)]
            sums[i] += np.abs(change).sum(), change @ change
    known = np.minimum(stops, panel.lengths)
    count = np.maximum(known - lag, 1)[:, np.newaxis]
    absolute, squared = (sums / count).T
    ends = np.searchsorted(panel.filled, panel.offsets[:-1] + np.maximum(known, 0))
    filled = int((ends - np.searchsorted(panel.filled, panel.offsets[:-1])).sum())
    return InSample(panel.ids, lag, absolute, squared, filled)


def owa(scores: Mapping[str, Any], naive2: Mapping[str, Any]) -> Score:
    """Return the mean of sMAPE and MASE, each divided by that of Naive2.

    Source: Makridakis, Spiliotis and Assimakopoulos, The M4 Competition, 2020.

    Args:
        scores: of a forecaster, by metric.
        naive2: of Naive2, on the same windows.
    """
    for name, title in NAMES.items():
        if scores[name] is None or naive2[name] is None:
            return Score(None, f"{title} is undefined")
        if naive2[name] == 0:
            return Score(None, f"{title} of naive2 is 0: there is no ratio to it")
    ratios = [scores[name] / naive2[name] for name in NAMES]
    return Score(sum(ratios) / len(ratios))


def add_owa(scores: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return metrics by forecaster, `owa` among them where Naive2 is one of them."""
    if NAIVE2 not in scores:
        return dict(scores)
    return {name: _with_owa(of, scores[NAIVE2]) for name, of in scores.items()}


def _with_owa(scores: dict[str, Any], naive2: Mapping[str, Any]) -> dict[str, Any]:
    relative, values = owa(scores, naive2), dict(scores)
    reasons = values.pop("reasons", {}) | (
        {"owa": relative.reason} if relative.reason else {}
    )
    values["owa"] = relative.value
    return values | {"reasons": reasons} if reasons else values
