"""Scoring: forecasts in chunks of windows in, scores by step, group, series out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqforecast.data.panel import FloatArray, IntArray, Panel
from seqforecast.data.windows import WindowIndex, mark_observed
from seqforecast.errors import DataError
from seqforecast.evaluation.bootstrap import plan_bootstrap
from seqforecast.evaluation.copy_check import CopyCheck
from seqforecast.evaluation.final_choice import NETWORK
from seqforecast.evaluation.metrics import (
    Doubles,
    ErrorTotals,
    InSample,
    add_owa,
    in_sample_errors,
    measure,
    standardised,
)
from seqforecast.evaluation.skill import Skill, measure_skill

MODEL = "model"
NAIVE = "naive"

# Squares and sums of errors up to here stay finite in float64.
LARGEST_ERROR = 1e100


@dataclass(frozen=True, slots=True)
class Origins:
    """Where the forecasts come from that are scored.

    Attributes:
        repeated: the season that each seasonal naive forecast repeats, by name.
        final: the weights of what "model" is made of; the skill is not measured
            against a baseline that is all of it.
        reason: a sentence on why that is made of these.
    """

    repeated: Mapping[str, int] = field(default_factory=dict)
    final: Mapping[str, float] = field(default_factory=lambda: {NETWORK: 1.0})
    reason: str = ""


class Scorer:
    """Scores of the model and of baselines on the same windows.

    Sums are kept a series, a step and a unit of the bootstrap; memory does not grow
    with windows times horizon. Any order and any chunks give the same scores up to
    rounding. Targets that were filled are not scored.
    """

    def __init__(
        self,
        panel: Panel,
        windows: WindowIndex,
        names: Sequence[str],
        *,
        season: int | None,
        in_sample_stops: IntArray,
        train_std: Doubles,
        groups: Sequence[str] | None = None,
        origins: Origins | None = None,
    ) -> None:
        """Prepare for windows.

        Args:
            panel: where the windows lie.
            windows: all that will be added, at least one.
            names: the forecasters: "model", then "network" where that is another one,
                then the baselines.
            season: steps in one season; None counts as 1.
            in_sample_stops: shape (series,), local step at which the history that
                MASE and RMSSE divide by ends; not read where a series has no window.
            train_std: shape (series,), population standard deviation of each series'
                train part; 0 where it is constant.
            groups: the group of each series, for scores of each group; or None.
            origins: of the forecasts; default: "model" is the network.

        Raises:
            DataError: every target was filled.
        """
        present = np.bincount(windows.series, minlength=len(panel.ids)) > 0
        stops = np.where(present, in_sample_stops, 0)
        self._panel = panel
        self._windows = windows
        self._train_std = train_std
        self._groups = groups
        self._origins = origins or Origins()
        self._notes: list[str] = []
        self._in_sample = in_sample_errors(panel, stops, season)
        self._resampling = plan_bootstrap(panel, windows, self._in_sample)
        self._totals = {
            name: ErrorTotals(len(panel.ids), windows.horizon) for name in names
        }
        self._units = {name: np.zeros(self._resampling.count) for name in names}
        self._audit = CopyCheck()
        self._added = 0

    def tell(self, notes: Iterable[str]) -> None:
        """Put notes on the forecasters before those on their scores."""
        self._notes += notes

    def add(
        self,
        windows: WindowIndex,
        actual: FloatArray,
        forecasts: Mapping[str, FloatArray],
    ) -> None:
        """Add some of the windows.

        Args:
            windows: which.
            actual: shape (windows, horizon), in the unit of the data.
            forecasts: one for each name, of the same shape and unit.

        Raises:
            DataError: a forecast is not finite, or beyond any use.
        """
        truth = np.asarray(actual, dtype=np.float64)
        arrays = {
            name: np.asarray(forecasts[name], dtype=np.float64) for name in self._totals
        }
        series, observed = windows.series, mark_observed(self._panel, windows)
        for name, forecast in arrays.items():
            self._check(name, windows, truth, forecast)
            absolute = self._totals[name].add(series, truth, forecast, observed)
            self._units[name] += self._resampling.sums(self._panel, windows, absolute)
        if NAIVE in arrays and MODEL in arrays:
            weights = self._resampling.weights[series]
            if observed is not None:
                weights = np.where(observed.all(axis=1), weights, 0.0)
            model, naive = arrays[MODEL], arrays[NAIVE]
            self._audit.add(weights, truth, model, naive, windows.starts)
        self._added += len(windows)

    @property
    def drawn(self) -> tuple[int, str]:
        """How many units the bootstrap draws from, and what they are."""
        return self._resampling.count, self._resampling.unit

    def metrics_of(self, name: str) -> dict[str, Any]:
        """Return every metric of one forecaster, `reasons` beside them if any."""
        self._be_complete()
        return measure(self._totals[name], self._in_sample)

    def result(self) -> dict[str, Any]:
        """Return the `test` object of metrics.json; needs a naive baseline."""
        model, skill = self._totals[MODEL], self._skill
        scores = add_owa({name: self.metrics_of(name) for name in self._totals})
        scaled = {
            name: standardised(of, self._train_std, self._panel.ids)
            for name, of in self._totals.items()
        }
        network = scores.pop(NETWORK, None)
        final = {"weights": dict(self._origins.final), "reason": self._origins.reason}
        test: dict[str, Any] = {
            "windows": self._added,
            "cutoffs": len(np.unique(self._windows.cutoffs(self._panel))),
            "points": int(model.points.sum()),
            "model": scores.pop(MODEL),
            **({"network": network, "final": final} if network else {}),
            "baselines": scores,
            "repeated": dict(self._origins.repeated),
            "in_sample": {"lag": self._in_sample.lag, "filled": self._in_sample.filled},
            "scaled": scaled.pop(MODEL),
            **({"scaled_network": scaled.pop(NETWORK)} if network else {}),
            "scaled_baselines": scaled,
            "by_step": by_step(
                {
                    "mae": model,
                    "naive_mae": self._totals[NAIVE],
                    "best_mae": self._totals[skill.against],
                },
                model.step_points,
            ),
            "skill": skill.as_json(),
            "verdict": skill.verdict,
            "notes": [*self._notes, *self._not_scored(), *self._audit.notes()],
            "signs": self._audit.signs(),
        }
        if self._groups is not None:
            totals = {k: of for k, of in self._totals.items() if k != NETWORK}
            test["groups"] = score_groups(self._groups, totals, self._in_sample, MODEL)
        return test

    def by_series(self) -> dict[str, NDArray[Any]]:
        """Return the columns of series.csv: model, naive and the best baseline."""
        self._be_complete()
        whose = {"": MODEL, "naive_": NAIVE, "best_": self._skill.against}
        totals = {prefix: self._totals[name] for prefix, name in whose.items()}
        return score_series(self._groups, totals, self._in_sample)

    @cached_property
    def _skill(self) -> Skill:
        units = dict(self._units)
        model = units.pop(MODEL)
        own = {name for name, weight in self._origins.final.items() if weight == 1}
        rivals = {name: units[name] for name in units if name not in {NETWORK, *own}}
        return measure_skill(model, rivals or units, self._resampling)

    def _not_scored(self) -> list[str]:
        """Say how many points were left out because there was no value."""
        points = self._added * self._windows.horizon
        scored = int(self._totals[MODEL].points.sum())
        if scored == points:
            return []
        lacking = f"{points - scored:,} of {points:,} points are not scored"
        return [f"{lacking}: their values are missing in the data."]

    def _be_complete(self) -> None:
        """Refuse to give scores of a part of the windows as those of all."""
        if self._added != len(self._windows):
            raise ValueError(
                f"{self._added} of {len(self._windows)} windows were scored"
            )

    def _check(
        self, name: str, windows: WindowIndex, actual: Doubles, forecast: Doubles
    ) -> None:
        """Refuse errors that would make sums infinite or not a number."""
        if forecast.shape != actual.shape:
            raise ValueError(f"{name}: shape {forecast.shape}, not {actual.shape}")
        bad = np.argwhere(~(np.abs(forecast - actual) < LARGEST_ERROR))
        if not len(bad):
            return
        window, step = bad[0]
        cutoff = windows.cutoffs(self._panel)[window : window + 1]
        raise DataError(
            f"the forecast of {name} for {self._panel.ids[windows.series[window]]} "
            f"after {self._panel.clocks(cutoff)[0]}, step {step + 1}, is "
            f"{forecast[window, step]} where the value is {actual[window, step]}",
            hint="if the model diverged, lower training.learning_rate or set "
            "training.clip_norm",
        )


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
    for group in (name for name in dict.fromkeys(groups) if name in members):
        which = np.array(members[group], dtype=np.int64)
        mine = in_sample.only(which)
        of = add_owa(
            {name: measure(total.only(which), mine) for name, total in totals.items()}
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
    for prefix, total in totals.items():
        metrics = _metrics_by_series(total.only(which), mine)
        columns |= {f"{prefix}{name}": values for name, values in metrics.items()}
    return columns


def _metrics_by_series(totals: ErrorTotals, in_sample: InSample) -> dict[str, Doubles]:
    """Return the metrics of each series alone, shape (series,) each."""
    mae, mse = totals.absolute / totals.points, totals.squared / totals.points
    return {
        "mae": mae,
        "mase": _ratio(mae, in_sample.absolute),
        "rmsse": np.sqrt(_ratio(mse, in_sample.squared)),
        "smape": totals.percent / totals.points,
    }


def _ratio(above: Doubles, below: NDArray[Any]) -> Doubles:
    """Return above / below, NaN where that is not defined."""
    ratio = np.full(len(above), np.nan)
    np.divide(above, below, out=ratio, where=below > 0)
    return ratio
