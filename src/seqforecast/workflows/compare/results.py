"""The results of a comparison: losses, tests, comparison.json and comparison.csv."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean, stdev
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
    repeated,
)
from seqforecast.evaluation.metrics import Doubles, in_sample_errors
from seqforecast.evaluation.significance import Comparison, compare_losses
from seqforecast.reporting.text_format import plural
from seqforecast.runs.documents import read_trained
from seqforecast.runs.forecasts import read_y_hat
from seqforecast.runs.multi_fit_directories import ComparisonDirectory
from seqforecast.runs.run_files import RunDirectory
from seqforecast.runs.score_documents import read_metrics
from seqforecast.workflows.compare.members import Member
from seqforecast.workflows.compare.plan import ComparisonPlan
from seqforecast.workflows.pipeline.final_forecast import fit_baseline
from seqforecast.workflows.pipeline.prepare import Prepared, history_stops

if TYPE_CHECKING:
    import pandas as pd

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


@dataclass(frozen=True, slots=True, eq=False)
class ComparedMembers:
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


def compare_members(
    prepared: Prepared, finished: Sequence[Finished]
) -> ComparedMembers:
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
    is_scored = all(member.is_scored("validation", units.metric) for member in finished)
    by = units.metric if is_scored else "mae"
    ranked = sorted(finished, key=lambda member: mean(member.scores("validation", by)))
    losses = {
        member.name: np.stack(
            [losses_of_run(prepared, units, run) for run in member.runs]
        )
        for member in ranked
    }
    baselines: dict[str, Doubles] = {
        name: losses_of(prepared, units, fit_baseline(prepared, name))[None]
        for name in baselines_on(panel, baselines_of(finished))
    }
    comparison = compare_losses({**losses, **baselines}, set(baselines), units)
    errors: dict[str, float] = {
        name: float(baseline.mean()) for name, baseline in baselines.items()
    }
    return ComparedMembers(tuple(ranked), by, units, comparison, errors)


def baselines_of(finished: Sequence[Finished]) -> list[BaselineName]:
    """Return every baseline that any of them reports, each once."""
    sections = [member.experiment.evaluation for member in finished]
    return [*dict.fromkeys(name for section in sections for name in section.reported)]


def spread(values: Sequence[float]) -> dict[str, Any]:
    """Return mean and standard deviation over seeds; of one there is no deviation."""
    deviation = stdev(values) if len(values) > 1 else None
    return {"mean": mean(values), "sd": deviation, "values": list(values)}


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


def describe_comparison(
    directory: ComparisonDirectory,
    plan: ComparisonPlan,
    compared: ComparedMembers,
    failed: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Return comparison.json.

    Args:
        directory: runs are named relative to it.
        plan: what was compared.
        compared: members, baselines and tests.
        failed: name, seed and error of fits that have no result.
    """
    prepared = plan.prepared
    comparison = compared.comparison
    notes = [*plan.notes, *_notes(compared), *_left_out(compared, failed)]
    return {
        "schema": 1,
        "name": prepared.experiment.name,
        "metric": compared.units.metric,
        "ranked_by": compared.ranked_by,
        "seeds": list(plan.seeds),
        "match": plan.budget.match,
        "windows": len(prepared.test),
        "cutoffs": len(set(prepared.test.cutoffs(prepared.panel).tolist())),
        "series": len(set(prepared.test.series.tolist())),
        "horizon": prepared.test.horizon,
        "members": [
            _member(directory, compared, member) for member in compared.members
        ],
        "baselines": {
            name: {"test": error, "group": _group(compared, name)}
            for name, error in compared.baselines.items()
        },
        "repeated": repeated(
            baselines_on(prepared.panel, baselines_of(compared.members))
        ),
        "best_baseline": comparison.best_baseline,
        "significance": comparison.significance.as_json(),
        "pairs": [pair.as_json() for pair in comparison.pairs],
        "ranks": comparison.ranks,
        "failed": list(failed),
        "notes": notes,
    }


def _notes(compared: ComparedMembers) -> list[str]:
    """Say what of the scores is not as usual, and which devices were used."""
    notes = []
    if compared.units.metric_reason:
        notes.append(compared.units.metric_reason)
    if compared.ranked_by != compared.units.metric:
        notes.append(
            "MASE is not defined on the validation part: validation errors are MAE."
        )
    devices = {member.name: _devices(member) for member in compared.members}
    if len(set(devices.values())) > 1:
        listed = ", ".join(f"{device} for {name}" for name, device in devices.items())
        notes.append(f"they were trained on different devices: {listed}.")
    return notes


def _left_out(
    compared: ComparedMembers, failed: Sequence[Mapping[str, Any]]
) -> Iterator[str]:
    """Say whose seeds failed: those that did not may be the lucky ones."""
    for member in compared.members:
        count = sum(failure["name"] == member.name for failure in failed)
        if count:
            yield (
                f"the errors of {member.name} leave out {count} failed "
                f"{plural('seed', count)}, and may be too low."
            )


def _devices(member: Finished) -> str:
    return " and ".join(sorted(set(member.training("device"))))


def _member(
    directory: ComparisonDirectory, compared: ComparedMembers, member: Finished
) -> dict[str, Any]:
    """Return one of `members`."""
    metric, model = compared.units.metric, member.experiment.model
    test = spread(member.scores("test", metric))
    best = str(compared.comparison.best_baseline)
    error = compared.baselines[best]
    epochs = member.training("epochs")
    return {
        "name": member.name,
        "cell": model.cell.value,
        "units": model.units,
        "parameters": member.metrics[0]["training"]["parameters"],
        "seeds": list(member.seeds),
        "validation": spread(member.scores("validation", compared.ranked_by)),
        "test": test,
        "skill": {
            "against": best,
            "value": 1 - test["mean"] / error if error > 0 else None,
        },
        "seconds": mean(member.training("seconds")),
        "windows_per_second": mean(member.training("windows_per_second")),
        "epochs": {"mean": mean(epochs), "values": epochs},
        "device": _devices(member),
        "group": compared.comparison.groups[member.name],
        "runs": [
            run.path.relative_to(directory.path).as_posix() for run in member.runs
        ],
    }


def _group(compared: ComparedMembers, baseline: str) -> str | None:
    """Return the letters of the best baseline; the others are not tested."""
    comparison = compared.comparison
    if baseline != comparison.best_baseline:
        return None
    return comparison.groups[baseline]


def tabulate(document: Mapping[str, Any]) -> "pd.DataFrame":
    """Return comparison.csv: the members by rank, then the baselines."""
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for rank, member in enumerate(document["members"], start=1):
        parts = {
            f"{part}_{name}": member[part][name]
            for part in ("validation", "test")
            for name in ("mean", "sd")
        }
        rows.append(
            {
                "rank": rank,
                **{name: member[name] for name in ("name", "cell", "group")},
                **parts,
                "skill": member["skill"]["value"],
                "parameters": member["parameters"],
                "seeds": len(member["seeds"]),
                "seconds": member["seconds"],
                "windows_per_second": member["windows_per_second"],
                "epochs": member["epochs"]["mean"],
            }
        )
    rows += [
        {"name": name, "group": baseline["group"], "test_mean": baseline["test"]}
        for name, baseline in document["baselines"].items()
    ]
    return pd.DataFrame(rows).astype({"rank": "Int64", "parameters": "Int64"})
