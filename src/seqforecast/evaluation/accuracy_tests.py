"""Tests of equal accuracy: over cutoffs or series, which procedure is better.

What is compared are procedures, not one trained network of each. The difference of two
mean losses differs from one test part to the next, and from one set of seeds to the
next; its variance is the sum of both. A test of one network each, or of the means over
seeds alone, would call two copies of one procedure different if only the test part is
long enough.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import fft, stats

from seqforecast.data.panel import IntArray, Panel
from seqforecast.data.windows import WindowIndex, count_filled
from seqforecast.evaluation.bootstrap import series_weights
from seqforecast.evaluation.metrics import Doubles, InSample

ALPHA = 0.05
Part = tuple[float, float]  # a variance, and how many degrees of freedom it has
CUTOFFS, SERIES = "cutoffs", "series"
FEWEST_BLOCKS = 5
FEWEST_SERIES = 6


@dataclass(frozen=True, slots=True)
class Difference:
    """The mean loss of one less that of another, and how sure one can be of it.

    Attributes:
        mean: negative where the first is better.
        low: lower end of its 95 % interval; None where there is none.
        high: upper end of it.
        p: probability of a difference as large or larger between two that are equally
            good, not corrected for other tests; None where there is no test.
        reason: why there is no p, or no claim; empty otherwise.
    """

    mean: float
    low: float | None = None
    high: float | None = None
    p: float | None = None
    reason: str = ""


def compare_cutoffs(a: Doubles, b: Doubles, overlap: int) -> Difference:
    """Test by Diebold and Mariano's statistic over cutoffs, with the seeds' variance.

    Args:
        a: shape (seeds, cutoffs), losses in the order of time; one row, if they depend
            on no seed.
        b: the same of the other; it may have other seeds.
        overlap: cutoffs nearer than this to each other share targets.
    """
    differential = a.mean(axis=0) - b.mean(axis=0)
    mean = float(differential.mean())
    parts = [variance_over_time(differential, overlap), *_seed_parts(a, b)]
    low, high = _interval(mean, parts)
    return Difference(mean, low, high, _p_value(mean, parts))


def compare_series(a: Doubles, b: Doubles) -> Difference:
    """Test by Wilcoxon's signed ranks over series, with the seeds' variance.

    Twice, and the larger p counts; where the seeds do not vary, both are Wilcoxon's.

    In the unit of the losses, ranks give the standard error of the mean: the mean over
    the normal deviate z of the ranks (test-based, as Miettinen, Estimability and
    Estimation in Case-Referent Studies, 1976). The variance of the seeds is added.
    Alone it claims too much where few series make up most of the mean: a seed that
    moves all of them a little hardly moves the mean, and all ranks.

    In the unit of the ranks, z has a variance of 1, and to that is added how z varies
    with the seed of the one and of the other. Alone it would know nothing of seeds
    that differ on few series only.

    The interval is that of the mean over series, by Student's t; it may contain 0 where
    p is small, and the other way round. Where mean and ranks point in opposite
    directions, nothing is claimed.

    Args:
        a: shape (seeds, series), losses; one row, if they depend on no seed.
        b: the same of the other; it may have other seeds.
    """
    differences = a.mean(axis=0) - b.mean(axis=0)
    count, mean = len(differences), float(differences.mean())
    seeds = _seed_parts(a, b)
    over_series = float(differences.var(ddof=1)) / count
    low, high = _interval(mean, [(over_series, count - 1.0), *seeds])
    unequal = int(np.count_nonzero(differences))
    if 0 < unequal < FEWEST_SERIES:
        few = f"only {unequal} series have different errors, {FEWEST_SERIES} are needed"
        return Difference(mean, low, high, reason=few)
    z = signed_rank_deviate(differences)
    if z == 0 or mean == 0:
        return Difference(mean, low, high, p=1.0)
    p = max(
        _p_value(mean, [((mean / z) ** 2, math.inf), *seeds]),
        _p_value(z, [(1.0, math.inf), *_deviate_parts(a, b)]),
    )
    opposite = "" if z * mean > 0 else "ranks and mean point in opposite directions"
    return Difference(mean, low, high, p, opposite)


def variance_over_time(differential: Doubles, overlap: int) -> Part:
    """Return the variance of the mean of a series, and its degrees of freedom.

    The larger of two estimates. The first is that of Diebold and Mariano (Comparing
    Predictive Accuracy, 1995): the autocovariances at lags at which cutoffs share
    targets, with the correction for few cutoffs of Harvey, Leybourne and Newbold
    (Testing the equality of prediction mean squared errors, 1997); where their sum is
    not positive, weighted as Bartlett does. With few blocks of one horizon, or with
    losses that stay alike for longer, it alone rejects up to 19 % at the 5 % level.
    The second holds its level there: equally weighted squared cosines (Lazarus, Lewis,
    Stock and Watson, HAR Inference: Recommendations for Practice, 2018), one for two
    blocks and at most .4 n^(2/3). Their number is the degrees of freedom.

    Args:
        differential: shape (cutoffs,), in the order of time; more cutoffs than
            `overlap`.
        overlap: cutoffs nearer than this to each other share targets.
    """
    count, h = len(differential), overlap
    centred = differential - differential.mean()
    lags = range(1, h)
    covariances = np.array([centred[k:] @ centred[:-k] for k in lags]) / count
    at_once = float(centred @ centred) / count
    total = at_once + 2 * float(covariances.sum())
    if total <= 0:
        total = at_once + 2 * float((1 - np.arange(1, h) / h) @ covariances)
    correction = (count + 1 - 2 * h + h * (h - 1) / count) / count
    cosines = int(max(2, min(count / (2 * h), 0.4 * count ** (2 / 3))))
    # SciPy's DCT is twice the sum; times sqrt(1 / 2n), squares are variances.
    weights = fft.dct(centred, type=2)[1 : cosines + 1] / math.sqrt(2 * count)
    second = float(weights @ weights) / cosines
    return max(total / correction, second) / count, float(cosines)


def _seed_parts(a: Doubles, b: Doubles) -> list[Part]:
    """Return what the seeds of each add to the variance of the mean difference.

    As in Welch's test: seeds are not paired, for the same number starts different
    weights in different cells. What depends on no seed has one row and adds nothing.
    """
    return _variances(a.mean(axis=1), b.mean(axis=1))


def _deviate_parts(a: Doubles, b: Doubles) -> list[Part]:
    """Return what the seeds of each add to the variance of the deviate of the ranks.

    Each network of the one against the mean of the other. What exceeds all ranks does
    so with every seed: there they add nothing.
    """
    of_a = [signed_rank_deviate(row - b.mean(axis=0)) for row in a]
    of_b = [signed_rank_deviate(a.mean(axis=0) - row) for row in b]
    return _variances(np.array(of_a), np.array(of_b))


def _variances(*over_seeds: Doubles) -> list[Part]:
    """Return the variance of the mean of each over its seeds; one seed has none."""
    several = [values for values in over_seeds if len(values) > 1]
    return [
        (float(values.var(ddof=1)) / len(values), len(values) - 1.0)
        for values in several
    ]


def _p_value(value: float, parts: Sequence[Part]) -> float:
    """Return how likely a value as far from 0 is; both sides."""
    if value == 0:
        return 1.0
    error, freedom = _standard_error(parts)
    if error == 0:
        return 0.0
    return float(2 * stats.t.sf(abs(value) / error, freedom))


def _interval(mean: float, parts: Sequence[Part]) -> tuple[float, float]:
    """Return the 95 % interval about a mean."""
    error, freedom = _standard_error(parts)
    width = error * float(stats.t.ppf(1 - ALPHA / 2, freedom))
    return mean - width, mean + width


def _standard_error(parts: Sequence[Part]) -> tuple[float, float]:
    """Return the root of the sum of variances, and its degrees of freedom.

    By Satterthwaite (An Approximate Distribution of Estimates of Variance Components,
    1946) and Welch (The Generalization of Student's Problem, 1947).
    """
    total = sum(variance for variance, _ in parts)
    if total == 0:
        return 0.0, math.inf
    spent = sum((variance / total) ** 2 / freedom for variance, freedom in parts)
    return math.sqrt(total), 1 / spent if spent > 0 else math.inf


def signed_rank_deviate(differences: Doubles) -> float:
    """Return the normal deviate of Wilcoxon's signed ranks; 0 where all are 0.

    The sum of the ranks of |differences|, with the signs of these, over the root of the
    variance that it has if every sign is the toss of a coin (Wilcoxon, Individual
    Comparisons by Ranking Methods, 1945); not corrected for continuity. Ties share
    their mean rank. Zeros are ranked and then left out (Pratt, Remarks on Zeros and
    Ties in the Wilcoxon Signed Rank Procedures, 1959), so that many series on which
    nothing differs do not make a few look like all.

    Args:
        differences: shape (series,).
    """
    ranks = stats.rankdata(np.abs(differences)) * np.sign(differences)
    if not ranks.any():
        return 0.0
    return float(ranks.sum() / math.sqrt(ranks @ ranks))


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """Cutoffs in the order of time, each with all its series; or series.

    Attributes:
        kind: cutoffs or series.
        places: shape (units,), increasing: the cutoffs, in steps from the origin, or
            the numbers of the series.
        overlap: cutoffs nearer than this to each other share targets, counted in
            cutoffs; 1 where none do, and for series.
        independent: how many units share no target with each other.
        reason: why no test is possible; empty where one is.
        metric: mae or mase, what the mean over the units is.
        metric_reason: why the metric is not the usual one, or what it leaves out.
        weights: shape (series,); 0 where a series does not count.
    """

    kind: str
    places: IntArray
    overlap: int
    independent: int
    reason: str
    metric: str
    metric_reason: str
    weights: Doubles

    @property
    def count(self) -> int:
        """How many units there are."""
        return len(self.places)

    def losses(self, panel: Panel, windows: WindowIndex, absolute: Doubles) -> Doubles:
        """Return what windows add to the loss of each unit, shape (units,).

        Summed over all windows, the mean over the units is the metric.

        Args:
            panel: where the windows lie.
            windows: some of the windows that were planned for.
            absolute: shape (windows,), the sum of |error| of each over the points
                that are scored.
        """
        weighted = self.weights[windows.series] * absolute * self.count
        unit = np.searchsorted(self.places, _place(self.kind, panel, windows))
        # Windows that do not count add 0; their cutoff may be no unit.
        unit = np.minimum(unit, self.count - 1)
        sums: Doubles = np.bincount(unit, weighted, minlength=self.count).astype(float)
        return sums


def plan_units(panel: Panel, windows: WindowIndex, in_sample: InSample) -> Units:
    """Decide what losses are compared over, from all windows that will be scored.

    Cutoffs, where the time from the first to the last of them makes at least five
    blocks of one horizon. Otherwise series, where there are at least six. Cutoffs are
    no units where no series has more than one of them.

    Args:
        panel: where the windows lie.
        windows: all of them, at least one.
        in_sample: what MASE divides by; panels of one series use MAE.

    Raises:
        DataError: every target was filled.
    """
    metric, metric_reason, weights = series_weights(panel, windows, in_sample)
    counts = weights[windows.series] > 0
    if len(panel.filled):
        counts &= count_filled(panel, windows) < windows.horizon
    counted = windows.take(np.flatnonzero(counts))
    series, times = np.unique(counted.series, return_counts=True)
    cutoffs = np.unique(counted.cutoffs(panel))
    blocks = _blocks(cutoffs, windows.horizon) if times.max() > 1 else 0
    rest = (metric, metric_reason, weights)
    if blocks < FEWEST_BLOCKS <= FEWEST_SERIES <= len(series):
        return Units(SERIES, series.astype(np.int64), 1, len(series), "", *rest)
    reason = "" if blocks >= FEWEST_BLOCKS else _too_few(blocks, len(series))
    ends = np.searchsorted(cutoffs, cutoffs + windows.horizon)
    overlap = int((ends - np.arange(len(cutoffs))).max())
    return Units(CUTOFFS, cutoffs, overlap, blocks, reason, *rest)


def _blocks(cutoffs: IntArray, horizon: int) -> int:
    """Return how many blocks of one horizon cutoffs make, empty time left out."""
    # Without the last gap, n cutoffs a horizon apart would make n - 1 blocks.
    span = int(cutoffs[-1] - cutoffs[0]) + int(np.diff(cutoffs).min())
    apart, last = 0, int(cutoffs[0]) - horizon
    for cutoff in cutoffs.tolist():
        if cutoff >= last + horizon:
            apart, last = apart + 1, cutoff
    return min(span // horizon, apart)


def _too_few(blocks: int, series: int) -> str:
    """Say what is missing for a test."""
    return (
        f"too little to judge by: blocks of cutoffs as long as the horizon: {blocks}, "
        f"at least {FEWEST_BLOCKS} are needed; or series: {series}, at least "
        f"{FEWEST_SERIES}"
    )


def _place(kind: str, panel: Panel, windows: WindowIndex) -> IntArray:
    """Return the cutoff or the number of the series of each window."""
    if kind == CUTOFFS:
        return windows.cutoffs(panel)
    return windows.series.astype(np.int64)
