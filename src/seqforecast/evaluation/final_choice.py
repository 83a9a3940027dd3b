"""Which forecast is final: the network, a baseline, or a mean of few of them.

Choosing the one with the least error on few validation windows mostly chooses by
chance. Each candidate gets a weight that falls with the fourth power of its error
instead, from where all are alike; weights too small to matter are dropped. What this
gains over any single forecaster is measured by benchmarks/final_choice.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from seqforecast.data.panel import FloatArray, IntArray, Panel
from seqforecast.data.windows import WindowIndex, count_windows
from seqforecast.errors import ConfigError, DataError
from seqforecast.evaluation.baselines.maker import Doubles

NETWORK = "network"
AUTO = "auto"
COMBINATION = "combination"
TRUSTED = ("theta", "ets")  # seldom far off, so that little evidence is enough
BELIEFS = {"theta": 1.0, "ets": 1.0, "drift": 0.3}  # before any error is seen
BELIEF = 0.5  # in every other one
POWER = 4.0
LEAST_WEIGHT = 0.1
ORIGINS = 5  # of a series, in the train part
FEWEST_STEPS = 5
TINY = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class FinalChoice:
    """What the final forecast is made of.

    Attributes:
        weights: by candidate, above 0, largest first; their sum is 1.
        reason: one sentence.
        errors: of every candidate that could be judged, in units of the series.
    """

    weights: Mapping[str, float]
    reason: str
    errors: Mapping[str, float]

    @property
    def name(self) -> str:
        """`combination`, or the only candidate."""
        return COMBINATION if len(self.weights) > 1 else next(iter(self.weights))

    def combine(self, forecasts: Mapping[str, FloatArray]) -> Doubles:
        """Return the final forecast of any windows, shape (windows, horizon).

        Args:
            forecasts: by candidate, same shape; all that have a weight.
        """
        parts = [
            weight * np.asarray(forecasts[name], dtype=np.float64)
            for name, weight in self.weights.items()
        ]
        final: Doubles = np.sum(parts, axis=0)
        return final


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Windows on which candidates are judged.

    Attributes:
        forecasts: by candidate, shape (windows, horizon).
        actual: shape (windows, horizon), NaN where unknown.
        series: shape (windows,); each series counts alike.
        unit: shape (series,), positive: what MASE divides by.
    """

    forecasts: Mapping[str, FloatArray]
    actual: FloatArray
    series: IntArray
    unit: FloatArray

    def error(self, name: str) -> float:
        """Return a candidate's mean absolute error in units; NaN if not all finite."""
        return self._mean(np.asarray(self.forecasts[name], dtype=np.float64))

    def error_of(self, choice: Mapping[str, float]) -> float:
        """Return the error of a mean of candidates, by their weights."""
        mean = FinalChoice(choice, "", {}).combine(self.forecasts)
        return self._mean(mean)

    def _mean(self, forecasts: Doubles) -> float:
        known = np.isfinite(self.actual)
        distance = np.where(known, np.abs(forecasts - self.actual), 0.0)
        size = known.sum(axis=1)
        scored = size > 0
        if not scored.any():
            return np.nan
        each = distance.sum(axis=1)[scored] / size[scored]
        each = each / self.unit[self.series[scored]]
        count = np.bincount(self.series[scored])
        totals = np.bincount(self.series[scored], each)
        return float(np.mean(totals[count > 0] / count[count > 0]))

    @property
    def windows(self) -> int:
        """How many of them have anything to be judged by."""
        return int(np.isfinite(self.actual).any(axis=1).sum())


def name_final(weights: Mapping[str, float]) -> str:
    """Return what tables call the final forecast: `model` where that is the network.

    Args:
        weights: `final` of the scores; empty where there is none.
    """
    if not weights or [*weights] == [NETWORK]:
        return "model"
    return next(iter(weights)) if len(weights) == 1 else COMBINATION


def mean_weights(choices: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the mean weight of each candidate over several choices; {} of none."""
    names = dict.fromkeys(name for choice in choices for name in choice)
    return {
        name: sum(choice.get(name, 0.0) for choice in choices) / len(choices)
        for name in names
    }


def choose_final(
    asked: str, validation: Judged, earlier: Judged | None = None
) -> FinalChoice:
    """Choose what the final forecast is; nothing of the test part may be given.

    Candidates that learn nothing from the train part are judged by rolling origins in
    it too. Those that do are judged by validation alone, relative to the others there.

    Args:
        asked: auto, network, combination, or the name of a baseline.
        validation: the windows of the validation part, all candidates.
        earlier: origins in the train part, of the candidates that need no training.

    Raises:
        ConfigError: what is asked is no candidate.
        DataError: no candidate has a finite forecast.
    """
    if asked not in {AUTO, COMBINATION}:
        return _as_asked(asked, validation)
    errors = _errors(validation, earlier)
    if not errors:
        return _unjudged(asked, validation)
    weights = _weights(errors)
    kept = {name: weight for name, weight in weights.items() if weight >= LEAST_WEIGHT}
    kept = kept or _first(weights, 1)
    if asked == COMBINATION and len(kept) == 1:
        kept = _first(weights, 2)
    kept = _share(kept)
    return FinalChoice(kept, _reason(asked, kept, validation, errors), errors)


def two_seasons(panel: Panel) -> int:
    """Return the steps of history that show a season, and two more."""
    return 2 * (panel.season or 1) + 2


def rolling_windows(panel: Panel, stops: IntArray, horizon: int) -> WindowIndex:
    """Return windows at up to five origins of each series, half a horizon apart.

    Args:
        panel: where they lie; its season is read.
        stops: shape (series,), local end of each train part: of all targets.
        horizon: steps of each.
    """
    apart = max(horizon // 2, 1)
    least = max(FEWEST_STEPS, two_seasons(panel))
    counts = np.clip((stops - horizon - least) // apart + 1, 0, ORIGINS)
    first = stops - horizon - (counts - 1) * apart - 1
    return count_windows(panel.offsets[:-1] + first, counts, (1, horizon), stride=apart)


def _as_asked(asked: str, validation: Judged) -> FinalChoice:
    """Return one candidate, whatever its errors are."""
    if asked not in validation.forecasts:
        raise ConfigError(
            f"final: {asked} is not among the forecasts that can be final",
            hint=f"auto, combination, {', '.join(validation.forecasts)}",
        )
    error = validation.error(asked)
    errors = {asked: error} if np.isfinite(error) else {}
    return FinalChoice({asked: 1.0}, f"{asked} is the final forecast, as asked", errors)


def _errors(validation: Judged, earlier: Judged | None) -> dict[str, float]:
    """Return the error of each candidate that can be judged, none of them twice."""
    on_validation = {
        name: error
        for name in _distinct(validation.forecasts)
        if np.isfinite(error := validation.error(name))
    }
    if earlier is None or not earlier.windows:
        return on_validation
    before = {
        name: error
        for name in earlier.forecasts
        if (name in on_validation or not on_validation)
        and np.isfinite(error := earlier.error(name))
    }
    share = validation.windows / (validation.windows + earlier.windows)
    both = {
        name: share * on_validation.get(name, 0.0) + (1 - share) * error
        for name, error in before.items()
    }
    reference = [name for name in TRUSTED if name in both] or [*both]
    there = sum(on_validation.get(name, 0.0) for name in reference)
    ratio = sum(both[name] for name in reference) / there if there > 0 else 1.0
    return {name: error * ratio for name, error in on_validation.items()} | both


def _distinct(forecasts: Mapping[str, FloatArray]) -> list[str]:
    """Return the candidates, each forecast once, by its first name."""
    found: list[str] = []
    for name, values in forecasts.items():
        if not any(np.array_equal(values, forecasts[other]) for other in found):
            found.append(name)
    return found


def _weights(errors: Mapping[str, float]) -> dict[str, float]:
    """Return the weight of each candidate, largest first; their sum is 1."""
    least = max(min(errors.values()), TINY)
    weights = {
        name: BELIEFS.get(name, BELIEF) * (max(error, TINY) / least) ** -POWER
        for name, error in errors.items()
    }
    return _share(weights)


def _share(weights: Mapping[str, float]) -> dict[str, float]:
    """Return weights with a sum of 1, largest first."""
    total = sum(weights.values())
    ranked = sorted(weights, key=lambda name: -weights[name])
    return {name: weights[name] / total for name in ranked}


def _first(weights: Mapping[str, float], count: int) -> dict[str, float]:
    """Return the largest weights."""
    return dict(list(weights.items())[:count])


def _unjudged(asked: str, validation: Judged) -> FinalChoice:
    """Return equal parts of what is seldom far off, where nothing can be judged."""
    finite = [
        name for name, each in validation.forecasts.items() if np.isfinite(each).all()
    ]
    trusted = [name for name in TRUSTED if name in finite] or finite
    if not trusted:
        raise DataError(
            "no forecast is made of finite numbers, and one is to be final",
            hint="lower training.learning_rate or set training.clip_norm",
        )
    if asked == COMBINATION and len(trusted) == 1:
        trusted = [*trusted, *(name for name in finite if name not in trusted)][:2]
    weights = {name: 1 / len(trusted) for name in trusted}
    reason = f"no window to judge by: equal parts of {' and '.join(trusted)}"
    return FinalChoice(weights, reason, {})


def _reason(
    asked: str,
    weights: Mapping[str, float],
    validation: Judged,
    errors: Mapping[str, float],
) -> str:
    """Return one sentence that says what was chosen, and by which errors."""
    parts = " + ".join(f"{weight:.0%} {name}" for name, weight in weights.items())
    what = f"{parts}, as asked" if asked == COMBINATION else parts
    if not validation.windows:
        return f"{what}: by errors at earlier origins, for want of validation windows"
    windows = f"{validation.windows:,} validation window" + "s" * (
        validation.windows != 1
    )
    said = f"{what}: MASE {validation.error_of(weights):.3g} on {windows}"
    others = [name for name in errors if name not in weights]
    if NETWORK in others:
        return f"{said}, against {validation.error(NETWORK):.3g} of the network alone"
    if len(weights) == 1 and others:
        next_best = min(others, key=lambda name: errors[name])
        return f"{said}, against {validation.error(next_best):.3g} of {next_best}"
    return said
