"""Weighing: finished fits become the document comparison.json."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean, stdev
from typing import Any

import numpy as np

from seqforecast.errors import DataError
from seqforecast.evaluation.comparison import Comparison, compare_losses
from seqforecast.evaluation.section import BaselineName
from seqforecast.evaluation.totals import Doubles, in_sample_errors
from seqforecast.evaluation.units import Units, plan_units
from seqforecast.runs.comparison import ComparisonDirectory
from seqforecast.runs.directory import RunDirectory
from seqforecast.workflows.contenders import Contender
from seqforecast.workflows.measuring import losses_of, losses_of_run
from seqforecast.workflows.prepare import Prepared
from seqforecast.workflows.scoring import fit_baseline, history_stops


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

    def is_scored(self, part: str, metric: str) -> bool:
        """Return whether the score is defined for every seed."""
        return all(each[part]["model"][metric] is not None for each in self.metrics)

    def training(self, name: str) -> list[Any]:
        """Return a fact about the training of every seed."""
        return [each["training"][name] for each in self.metrics]


def find_finished(
    directory: ComparisonDirectory,
    contenders: Sequence[Contender],
    seeds: Sequence[int],
    sha256: str,
) -> list[Finished]:
    """Return what every contender has finished; those with nothing are left out.

    Raises:
        DataError: a fit was trained on other data than those of this checksum.
    """
    found = []
    for contender in contenders:
        runs = {seed: directory.run_of(contender.name, seed) for seed in seeds}
        done = {seed: run for seed, run in runs.items() if run.is_complete}
        for run in done.values():
            trained_on = run.read_json(run.manifest)["data"]["sha256"]
            if trained_on != sha256:
                raise DataError(
                    f"the data changed while the fits ran: {run.path} was trained on "
                    f"SHA-256 {trained_on[:12]}..., not {sha256[:12]}...",
                    hint="the same command begins anew with the data as they are now",
                )
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
        ranked_by: the metric of that error: MAE, where MASE is not defined there.
        units: what losses were compared over.
        comparison: the tests.
        baselines: test error by name.
    """

    members: tuple[Finished, ...]
    ranked_by: str
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
    is_scored = all(each.is_scored("validation", units.metric) for each in finished)
    by = units.metric if is_scored else "mae"
    ranked = sorted(finished, key=lambda each: mean(each.scores("validation", by)))
    losses = {
        each.name: np.stack([losses_of_run(prepared, units, run) for run in each.runs])
        for each in ranked
    }
    baselines: dict[str, Doubles] = {
        name: losses_of(prepared, units, fit_baseline(prepared, name))[None]
        for name in baselines_of(finished)
    }
    comparison = compare_losses({**losses, **baselines}, set(baselines), units)
    errors: dict[str, float] = {
        name: float(each.mean()) for name, each in baselines.items()
    }
    return Weighed(tuple(ranked), by, units, comparison, errors)


def baselines_of(finished: Sequence[Finished]) -> list[BaselineName]:
    """Return every baseline that any of them reports, each once."""
    sections = [each.contender.experiment.evaluation for each in finished]
    return [*dict.fromkeys(name for section in sections for name in section.reported)]


def spread(values: Sequence[float]) -> dict[str, Any]:
    """Return mean and standard deviation over seeds; of one there is no deviation."""
    deviation = stdev(values) if len(values) > 1 else None
    return {"mean": mean(values), "sd": deviation, "values": list(values)}
