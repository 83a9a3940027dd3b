"""The results of a comparison: losses, tests, comparison.json and comparison.csv."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from seqforecast.config.experiment import Experiment
from seqforecast.data.windows import WindowIndex, mark_observed
from seqforecast.errors import DataError
from seqforecast.evaluation.accuracy_tests import Units, plan_units
from seqforecast.evaluation.baselines.registry import (
    BaselineName,
    baselines_on,
)
from seqforecast.evaluation.metrics import Doubles, in_sample_errors
from seqforecast.evaluation.significance import Comparison, compare_losses
from seqforecast.runs.documents import read_trained
from seqforecast.runs.forecasts import read_y_hat
from seqforecast.runs.multi_fit_directories import ComparisonDirectory
from seqforecast.runs.run_files import RunDirectory
from seqforecast.runs.score_documents import read_metrics
from seqforecast.workflows.compare.members import Member
from seqforecast.workflows.pipeline.baselines import fit_baseline, fit_baselines
from seqforecast.workflows.pipeline.prepare import Prepared, history_stops
from seqforecast.workflows.pipeline.scores import score_baselines

if TYPE_CHECKING:
    pass

WINDOWS_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True, eq=False)
class Finished:
    """What a member's finished fits left.

    Attributes:
        member: whose they are.
        seeds: of the fits.
        runs: their directories, in the same order.
        metrics: the content of their metrics.json.
    """

    member: Member
    seeds: tuple[int, ...]
    runs: tuple[RunDirectory, ...]
    metrics: tuple[Mapping[str, Any], ...]

    @property
    def name(self) -> str:
        """The member's."""
        return self.member.name

    @property
    def experiment(self) -> Experiment:
        """What the member trains."""
        return self.member.experiment

    def scores(self, part: str, metric: str) -> list[float]:
        """Return a score of every seed on the validation or the test part."""
        return [float(metrics[part]["model"][metric]) for metrics in self.metrics]

    def is_scored(self, part: str, metric: str) -> bool:
        """Return whether the score is defined for every seed."""
        return all(
            metrics[part]["model"][metric] is not None for metrics in self.metrics
        )

    def training(self, name: str) -> list[Any]:
        """Return a fact about the training of every seed."""
        return [metric["training"][name] for metric in self.metrics]


def find_finished(
    directory: ComparisonDirectory,
    members: Sequence[Member],
    seeds: Sequence[int],
    sha256: str,
) -> list[Finished]:
    """Return what every member has finished; those with nothing are left out.

    Raises:
        DataError: a fit was trained on other data than those of this checksum.
    """
    finished = []
    for member in members:
        runs = {seed: directory.run_of(member.name, seed) for seed in seeds}
        done = {seed: run for seed, run in runs.items() if run.is_complete}
        for run in done.values():
            trained_on = read_trained(run)[1]["sha256"]
            if trained_on != sha256:
                raise DataError(
                    f"the data changed while the fits ran: {run.path} was trained on "
                    f"SHA-256 {trained_on[:12]}..., not {sha256[:12]}...",
                    hint="the same command begins anew with the data as they are now",
                )
        metrics = tuple(read_metrics(run) for run in done.values())
        if done:
            runs_of = tuple(done.values())
            finished.append(Finished(member, tuple(done), runs_of, metrics))
    return finished


@dataclass(frozen=True, slots=True)
class NamedForecaster:
    """A baseline that is ranked beside the members.

    Attributes:
        name: of the baseline.
        validation: its error on the validation part, in the metric of the ranks.
        seconds: that its forecasts of that part took.
    """

    name: str
    validation: float
    seconds: float


@dataclass(frozen=True, slots=True, eq=False)
class ComparedMembers:
    """What all fits say together.

    Attributes:
        members: best first, by their mean error on the validation part.
        ranked_by: the metric of that error: MAE, where MASE is not defined there.
        units: what losses were compared over.
        comparison: the tests.
        baselines: test error by name.
        named: those of them that are ranked beside the members.
        notes: what is to be said of baselines that could not be had.
    """

    members: tuple[Finished, ...]
    ranked_by: str
    units: Units
    comparison: Comparison
    baselines: Mapping[str, float]
    named: tuple[NamedForecaster, ...] = ()
    notes: tuple[str, ...] = ()


def compare_members(
    prepared: Prepared, finished: Sequence[Finished], forecasters: Sequence[str] = ()
) -> ComparedMembers:
    """Rank by validation, and test on the losses of the test part.

    Args:
        prepared: the data that all of them share.
        finished: at least one.
        forecasters: baselines that are ranked beside them.

    Raises:
        DataError: a run's forecasts are of other windows.
    """
    test, panel = prepared.test, prepared.panel
    stops = history_stops(prepared, prepared.parts.test)
    present = np.bincount(test.series, minlength=len(panel.ids)) > 0
    in_sample = in_sample_errors(panel, np.where(present, stops, 0), panel.season)
    units = plan_units(panel, test, in_sample)
    is_scored = all(member.is_scored("validation", units.metric) for member in finished)
    by = units.metric if is_scored else "mae"
    ranked = sorted(finished, key=lambda member: mean(member.scores("validation", by)))
    losses = {
        member.name: np.stack(
            [losses_of_run(prepared, units, run) for run in member.runs]
        )
        for member in ranked
    }
    named, notes = _named(prepared, forecasters, by)
    reported = baselines_on(panel, [*baselines_of(finished), *forecasters])
    fitted, left_out = fit_baselines(prepared, [test], reported)
    named = tuple(each for each in named if each.name in fitted)
    baselines: dict[str, Doubles] = {
        name: losses_of(prepared, units, predict)[None]
        for name, predict in fitted.items()
    }
    order = {each.name: mean(each.scores("validation", by)) for each in ranked}
    order |= {each.name: each.validation for each in named}
    everyone = {**losses, **baselines}
    comparison = compare_losses(
        {
            name: everyone[name]
            for name in (*sorted(order, key=order.__getitem__), *everyone)
        },
        set(baselines),
        units,
        [each.name for each in named],
    )
    errors: dict[str, float] = {
        name: float(baseline.mean()) for name, baseline in baselines.items()
    }
    said = tuple(dict.fromkeys([*notes, *left_out]))
    return ComparedMembers(tuple(ranked), by, units, comparison, errors, named, said)


def _named(
    prepared: Prepared, names: Sequence[str], metric: str
) -> tuple[tuple[NamedForecaster, ...], list[str]]:
    """Return validation error and time of baselines, and notes on those left out."""
    found, notes = [], []
    for name in names:
        began = time.monotonic()
        scores, said = score_baselines(prepared, [name])
        notes += said
        seconds = time.monotonic() - began
        found += [
            NamedForecaster(name, float(of[metric]), seconds)
            for name, of in scores.items()
        ]
    return tuple(found), notes


def baselines_of(finished: Sequence[Finished]) -> list[BaselineName]:
    """Return every baseline that any of them reports, each once."""
    sections = [member.experiment.evaluation for member in finished]
    return [*dict.fromkeys(name for section in sections for name in section.reported)]


def losses_of_run(prepared: Prepared, units: Units, run: RunDirectory) -> Doubles:
    """Return a run's loss of each unit, (units,)."""
    y_hat = read_y_hat(run, prepared.test.horizon)
    if len(y_hat) != len(prepared.test):
        raise DataError(
            f"{run.path} forecast {len(y_hat)} windows, and there are "
            f"{len(prepared.test)}",
            hint="the data have changed meanwhile: begin anew in another --runs",
        )
    begun = iter(range(0, len(y_hat), WINDOWS_AT_ONCE))
    return losses_of(
        prepared,
        units,
        lambda chunk: y_hat[(start := next(begun)) : start + len(chunk)],
    )


def losses_of(
    prepared: Prepared,
    units: Units,
    predict: Callable[[WindowIndex], npt.NDArray[Any]],
) -> Doubles:
    """Return the loss of each unit, (units,); windows are asked for in order."""
    losses = np.zeros(units.count, np.float64)
    for chunk, error, _ in _errors(prepared, predict):
        losses += units.losses(prepared.panel, chunk, error.sum(axis=1))
    return losses


def errors_by_step(prepared: Prepared, name: str) -> Doubles:
    """Return a baseline's mean absolute error at each step; NaN where nothing is known.

    Returns:
        Shape (horizon,), over the test part.
    """
    sums, points = np.zeros((2, prepared.test.horizon))
    for _, error, observed in _errors(prepared, fit_baseline(prepared, name)):
        sums += error.sum(axis=0)
        points += observed.sum(axis=0)
    mean_error: Doubles = np.divide(
        sums, points, out=np.full_like(sums, np.nan), where=points > 0
    )
    return mean_error


def _errors(
    prepared: Prepared, predict: Callable[[WindowIndex], npt.NDArray[Any]]
) -> Iterator[tuple[WindowIndex, Doubles, npt.NDArray[np.bool_]]]:
    """Yield test windows in order, |errors|, 0 where nothing is known, and where."""
    panel = prepared.panel
    for chunk in prepared.test.chunks(WINDOWS_AT_ONCE):
        truth = chunk.targets(panel.values)
        error = np.abs(np.subtract(predict(chunk), truth, dtype=np.float64))
        marked = mark_observed(panel, chunk)
        observed = np.ones(error.shape, bool) if marked is None else marked
        yield chunk, np.where(observed, error, 0.0), observed
