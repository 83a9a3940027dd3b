"""Skill: how much better than the best baseline, and how sure one can be of it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from seqforecast.evaluation.bootstrap import Bootstrap
from seqforecast.evaluation.metrics import Doubles, Score, scored

DRAWS = 1000
SEED = 0
CONFIDENCE = 0.95
FEWEST = 5
INDICES_AT_ONCE = 1_000_000
BLOCKS_A_COSINE = 3


@dataclass(frozen=True, slots=True)
class Skill:
    """1 - error of the model / error of the best baseline.

    Attributes:
        metric: mae or mase.
        against: the baseline with the lowest error; the first of equals.
        value: positive where the model is better; None against an error of 0.
        low: lower end of the 95 % interval.
        high: upper end of it.
        metric_reason: why the metric is not the usual one, or what it leaves out.
    """

    metric: str
    against: str
    value: Score
    low: Score
    high: Score
    metric_reason: str

    @property
    def verdict(self) -> str:
        """Better or worse only where the whole interval says so; without it nothing."""
        if self.low.value is None or self.high.value is None:
            return "no telling"
        if self.low.value > 0:
            return "better"
        if self.high.value < 0:
            return "worse"
        return "no better"

    def as_json(self) -> dict[str, Any]:
        """Return the `skill` object of metrics.json, with `reasons` for nulls."""
        named = {"value": self.value, "low": self.low, "high": self.high}
        values = {"metric": self.metric, "against": self.against} | scored(named)
        if self.metric_reason:
            values["reasons"] = values.get("reasons", {}) | {
                "metric": self.metric_reason
            }
        return values


def measure_skill(
    model: Doubles, baselines: Mapping[str, Doubles], resampling: Bootstrap
) -> Skill:
    """Compare the model with the best baseline on the same windows.

    The best baseline is chosen once, on all windows, by the metric itself; that it
    was chosen favours the baseline. Its error being 0 leaves no ratio: value and
    interval are then None and the verdict is "no telling".

    Args:
        model: shape (units,), weighted sums of |error| of each unit.
        baselines: the same by name, at least one.
        resampling: what the units are.
    """
    errors = {name: float(sums.sum()) for name, sums in baselines.items()}
    against = min(errors, key=lambda name: errors[name])
    if errors[against] == 0:
        nothing = Score(None, f"the error of {against} is 0: there is no ratio to it")
        value = low = high = nothing
    else:
        value = Score(1 - float(model.sum()) / errors[against])
        low, high = _interval(model, baselines[against], resampling)
    return Skill(resampling.metric, against, value, low, high, resampling.reason)


def _interval(
    model: Doubles, baseline: Doubles, resampling: Bootstrap
) -> tuple[Score, Score]:
    """Return both ends of the 95 % interval, or twice the reason for none."""
    units = resampling.count
    if units < FEWEST:
        few = Score(
            None,
            f"too few {resampling.unit} to draw from: {units}, at least {FEWEST} "
            "are needed",
        )
        return few, few
    drawn = draw_sums(np.stack([model, baseline], axis=1))
    if not np.all(drawn[:, 1] > 0):
        none = Score(None, "the error of the baseline is 0 in some draws")
        return none, none
    tail = tail_probability(units)
    ends = np.quantile(1 - drawn[:, 0] / drawn[:, 1], [tail, 1 - tail])
    if resampling.span:
        ratio = model.sum() / baseline.sum()
        value = 1 - ratio
        ends = value + widening(model - ratio * baseline) * (ends - value)
    return Score(float(ends[0])), Score(float(ends[1]))


def draw_sums(sums: Doubles) -> Doubles:
    """Return sums over units drawn with replacement, shape (draws, columns).

    The same units and the same seed give the same draws.

    Args:
        sums: shape (units, columns).
    """
    random = np.random.default_rng(SEED)
    units = len(sums)
    at_once = max(INDICES_AT_ONCE // units, 1)
    drawn = [
        sums[random.integers(units, size=(min(at_once, DRAWS - start), units))].sum(
            axis=1
        )
        for start in range(0, DRAWS, at_once)
    ]
    return np.concatenate(drawn)


def widening(differences: Doubles) -> float:
    """Return how many times as wide an interval has to be where blocks are alike.

    The bootstrap takes blocks as independent. Errors of forecasts stay alike for
    longer than one horizon: neighbouring blocks of real series correlate by .2 to .4,
    and an interval that does not know it claims a difference in 10 to 19 % of cases
    where there is none, instead of 5 %. The variance of a mean that sees it is that of
    the slow cosines of the differences (Lazarus, Lewis, Stock and Watson, HAR
    Inference: Recommendations for Practice, 2018), one for three blocks; their number
    is the degrees of freedom of Student's t. Never less than 1.

    Args:
        differences: shape (blocks,), in the order of time, of mean 0.
    """
    from scipy import fft, special

    count = len(differences)
    cosines = max(2, count // BLOCKS_A_COSINE)
    weights = fft.dct(differences, type=2)[1 : cosines + 1]
    slow = float(weights @ weights) / (2 * count * cosines)
    plain = float(differences @ differences) / (count - 1)
    if plain == 0:
        return 1.0
    upper = 1 - (1 - CONFIDENCE) / 2
    quantiles = special.stdtrit([cosines, count - 1], upper)
    return max(1.0, math.sqrt(slow / plain) * float(quantiles[0] / quantiles[1]))


def tail_probability(units: int) -> float:
    """Return the share of draws beyond each end of the interval.

    Plain percentiles are too narrow for few units. The expanded percentile interval
    makes up for it: as far out, in normal deviates, as Student's t is for the same
    number, times sqrt(n / (n - 1)) (Hesterberg, What Teachers Should Know About the
    Bootstrap, 2015). Student's t is expanded about the normal (Abramowitz and Stegun,
    Handbook of Mathematical Functions, 1964, 26.7.5), within 0.3 % from five units on.
    `scipy.special.stdtrit` is exact, but would move the ends of intervals over five to
    twelve units by up to 2 % of their width: `reproduce` would find another run.
    """
    free = units - 1
    z = -NormalDist().inv_cdf((1 - CONFIDENCE) / 2)
    t = (
        z
        + (z**3 + z) / (4 * free)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * free**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * free**3)
    )
    return NormalDist().cdf(-t * math.sqrt(units / free))
