"""Weighing: finished fits become the document comparison.json."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean, stdev
from typing import Any

import numpy as np
import numpy.typing as npt

from seqforecast.data.filled import mark_observed
from seqforecast.data.windows import WindowIndex
from seqforecast.errors import DataError
from seqforecast.evaluation.comparison import Comparison, compare_losses
from seqforecast.evaluation.totals import Doubles, in_sample_errors
from seqforecast.evaluation.units import Units, plan_units
from seqforecast.runs.comparison import ComparisonDirectory
from seqforecast.runs.directory import RunDirectory
from seqforecast.runs.forecasts import read_y_hat
from seqforecast.workflows.contenders import Contender
from seqforecast.workflows.prepare import Prepared
from seqforecast.workflows.scoring import fit_baseline, history_stops

WINDOWS_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True, eq=False)
class Finished:
    """What a contender's finished fits left.

    Attributes:
        contender: whose they are.
        seeds: of the fits.
        runs: their directories, in the same order.
        metrics: the content of their metrics.json.
    """

    contender: Contender
    seeds: tuple[int, ...]
    runs: tuple[RunDirectory, ...]
    metrics: tuple[dict[str, Any], ...]

    @property
    def name(self) -> str:
        """The contender's."""
        return self.contender.name

    def scores(self, part: str, metric: str) -> list[float]:
        """Return a score of every seed on the validation or the test part."""
        return [float(each[part]["model"][metric]) for each in self.metrics]

    def training(self, name: str) -> list[float]:
        """Return a fact about the training of every seed."""
        return [each["training"][name] for each in self.metrics]


def find_finished(
    directory: ComparisonDirectory,
    contenders: Sequence[Contender],
    seeds: Sequence[int],
) -> list[Finished]:
    """Return what every contender has finished; those with nothing are left out."""
    found = []
    for contender in contenders:
        runs = {seed: directory.run_of(contender.name, seed) for seed in seeds}
        done = {seed: run for seed, run in runs.items() if run.is_complete}
        metrics = tuple(run.read_json(run.metrics) for run in done.values())
        if done:
            runs_of = tuple(done.values())
            found.append(Finished(contender, tuple(done), runs_of, metrics))
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """What all fits say together.

    Attributes:
        members: best first, by their mean error on the validation part.
        units: what losses were compared over.
        comparison: the tests.
        baselines: test error by name.
    """

    members: tuple[Finished, ...]
    units: Units
    comparison: Comparison
    baselines: Mapping[str, float]


def weigh(prepared: Prepared, finished: Sequence[Finished]) -> Weighed:
    """Rank by validation, and test on the losses of the test part.

    Args:
        prepared: the data that all of them share.
        finished: at least one.

    Raises:
        DataError: a run's forecasts are of other windows.
    """
    test, panel = prepared.test, prepared.panel
    stops = history_stops(prepared, prepared.parts.test)
    present = np.bincount(test.series, minlength=len(panel.ids)) > 0
    in_sample = in_sample_errors(panel, np.where(present, stops, 0), panel.season)
    units = plan_units(panel, test, in_sample)
    ranked = sorted(
        finished, key=lambda each: mean(each.scores("validation", units.metric))
    )
    losses = {
        each.name: np.stack([_losses_of_run(prepared, units, run) for run in each.runs])
        for each in ranked
    }
    baselines: dict[str, Doubles] = {
        name: _losses(prepared, units, fit_baseline(prepared, name))[None]
        for name in prepared.experiment.evaluation.reported
    }
    comparison = compare_losses({**losses, **baselines}, set(baselines), units)
    errors: dict[str, float] = {
        name: float(each.mean()) for name, each in baselines.items()
    }
    return Weighed(tuple(ranked), units, comparison, errors)


def _losses_of_run(prepared: Prepared, units: Units, run: RunDirectory) -> Doubles:
    """Return a run's loss of each unit, (units,)."""
    y_hat = read_y_hat(run, prepared.test.horizon)
    if len(y_hat) != len(prepared.test):
        raise DataError(
            f"{run.path} forecast {len(y_hat)} windows, and there are "
            f"{len(prepared.test)}",
            hint="the data have changed meanwhile: begin anew in another --runs",
        )
    begun = iter(range(0, len(y_hat), WINDOWS_AT_ONCE))
    return _losses(
        prepared,
        units,
        lambda chunk: y_hat[(start := next(begun)) : start + len(chunk)],
    )


def _losses(
    prepared: Prepared, units: Units, predict: Callable[[WindowIndex], npt.NDArray[Any]]
) -> Doubles:
    """Return the loss of each unit, (units,); windows are asked for in order."""
    panel, losses = prepared.panel, np.zeros(units.count, np.float64)
    for chunk in prepared.test.chunks(WINDOWS_AT_ONCE):
        truth = chunk.targets(panel.values)
        error = np.abs(np.subtract(predict(chunk), truth, dtype=np.float64))
        observed = mark_observed(panel, chunk)
        if observed is not None:
            error[~observed] = 0.0
        losses += units.losses(panel, chunk, error.sum(axis=1))
    return losses


def spread(values: Sequence[float]) -> dict[str, Any]:
    """Return mean and standard deviation over seeds; of one there is no deviation."""
    deviation = stdev(values) if len(values) > 1 else None
    return {"mean": mean(values), "sd": deviation, "values": list(values)}
