"""Comparisons, backtests and searches on disk: a request goes on where it stopped."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from seqforecast.errors import RunError
from seqforecast.files import write_json
from seqforecast.runs.directory import Destination, Listed, describe_run, open_run
from seqforecast.runs.documents import read_manifest
from seqforecast.runs.latest import is_complete
from seqforecast.runs.run_files import REQUEST, RunDirectory
from seqforecast.runs.score_documents import (
    read_backtest,
    read_comparison,
    read_metrics,
)
from seqforecast.runs.tuning_document import read_tuning

QUANTILES = "quantiles"


class RequestDirectory(RunDirectory):
    """What several fits leave together, and what was asked of them."""

    __slots__ = ()

    @property
    def request(self) -> Path:
        """What is asked: the same request goes on where it stopped."""
        return self.path / REQUEST

    @property
    def is_begun(self) -> bool:
        """Whether a request began here, complete or not."""
        return self.request.is_file()

    @property
    def is_complete(self) -> bool:
        """Whether every fit has a result, and its document is written."""
        if not (self.manifest.is_file() and self.metrics.is_file()):
            return False
        return bool(self.read_json(self.manifest).get("status") == "complete")

    @property
    def way_on(self) -> str:
        """What completes it, as a clause."""
        return "the same command goes on"


Directory = TypeVar("Directory", bound=RequestDirectory)

# The name of what is forecast beside the model's one number a step, and the baselines'.


def check_place(place: Destination) -> None:
    """Refuse a place that cannot be had; one where a request began can be.

    Raises:
        RunError: `exact` is taken, or nothing can be written there.
    """
    if place.exact is None or not RequestDirectory(place.exact).is_begun:
        place.check()


def begin(
    kind: type[Directory], place: Destination, name: str, request: Mapping[str, Any]
) -> tuple[Directory, bool]:
    """Make a new directory for a request, or find the one that it stopped in.

    Args:
        kind: of directory.
        place: where it goes.
        name: of the folder below `place.root`.
        request: plain values that say all that the results depend on.

    Returns:
        The directory, and whether it goes on with an earlier attempt.

    Raises:
        RunError: the directory cannot be made, or holds something else.
    """
    stopped = _stopped(kind, place, name, request)
    if stopped is not None:
        return stopped, True
    if place.exact is not None:
        _refuse_begun(kind(place.exact))
    directory = kind(place.create(name).path)
    # Another process may have claimed the same empty directory: one of them writes.
    with directory.locked():
        _refuse_begun(directory)
        write_json(directory.request, request)
    return directory, False


def _refuse_begun(directory: RequestDirectory) -> None:
    if directory.is_begun:
        raise RunError(
            f"{directory.path} is finished, or holds another request",
            hint="choose another --run-dir, or repeat the command that began it",
        )


def _stopped(
    kind: type[Directory], place: Destination, name: str, request: Mapping[str, Any]
) -> Directory | None:
    """Return the newest unfinished attempt at a request."""
    places = [place.exact] if place.exact else (place.root / name).glob("*")
    for path in sorted(places, reverse=True):
        candidate = kind(path)
        try:
            if not candidate.is_begun or candidate.is_complete:
                continue
            recorded = candidate.read_json(candidate.request)
        except RunError:  # what cannot be read is nobody's to go on with
            continue
        if recorded == json.loads(json.dumps(request)):
            return candidate
    return None


class BacktestFit(RunDirectory):
    """What one fit of a backtest leaves; it is complete once `metrics` exists."""

    __slots__ = ()

    @property
    def metrics(self) -> Path:
        """How it was trained; written last."""
        return self.path / "fit.json"

    @property
    def made(self) -> Path:
        """Its forecasts and those of the baselines at its cutoffs."""
        return self.path / "forecasts.npz"


class BacktestDirectory(RequestDirectory):
    """The files of one backtest; what each fit left is below `fits`."""

    __slots__ = ()

    @property
    def metrics(self) -> Path:
        """The scores, over all cutoffs and by cutoff; written last."""
        return self.path / "backtest.json"

    @property
    def table(self) -> Path:
        """One row a cutoff: the model and every baseline."""
        return self.path / "cutoffs.csv"

    @property
    def fits(self) -> Path:
        """The folder of what each fit left."""
        return self.path / "fits"

    def fit(self, number: int) -> BacktestFit:
        """Return the directory of one fit, counted from 1."""
        return BacktestFit(self.fits / str(number))


class TuningDirectory(RequestDirectory):
    """The files of one search; the run with the best settings is below `best`."""

    __slots__ = ()

    @property
    def metrics(self) -> Path:
        """What was tried, and what the best of it is worth; written last."""
        return self.path / "tune.json"

    @property
    def study(self) -> Path:
        """Every trial, as Optuna keeps it in SQLite."""
        return self.path / "study.db"

    @property
    def table(self) -> Path:
        """One row a trial."""
        return self.path / "trials.csv"

    @property
    def best(self) -> Path:
        """The experiment with the best settings; trains as it is."""
        return self.path / "best.yaml"

    @property
    def run(self) -> RunDirectory:
        """The run with the best settings, scored on the test part."""
        return RunDirectory(self.path / "best")


class ComparisonDirectory(RequestDirectory):
    """The files of one comparison; the runs of its members are below `members`."""

    __slots__ = ()

    @property
    def metrics(self) -> Path:
        """The comparison, written last; fits may have failed."""
        return self.path / "comparison.json"

    @property
    def table(self) -> Path:
        """One row a member and baseline."""
        return self.path / "comparison.csv"

    @property
    def members(self) -> Path:
        """The folder of the experiments and runs of the members."""
        return self.path / "members"

    def experiment_of(self, member: str, seed: int) -> Path:
        """Return the experiment file of one fit."""
        return self.members / member / f"seed-{seed}.yaml"

    def run_of(self, member: str, seed: int) -> RunDirectory:
        """Return the run directory of one fit."""
        return RunDirectory(self.members / member / f"seed-{seed}")


KINDS: dict[str, type[RunDirectory]] = {
    "run": RunDirectory,
    "comparison": ComparisonDirectory,
    "backtest": BacktestDirectory,
    "tuning": TuningDirectory,
}


def open_any(path: Path) -> tuple[RunDirectory, Listed]:
    """Open a run, comparison, backtest or search, complete or not.

    Args:
        path: of one of them, or what `find_run` takes for the newest complete one.

    Returns:
        Its files, and what it says of itself.

    Raises:
        RunError: there is none of them at this path, or its manifest is not as
            seqforecast writes it.
    """
    found = open_run(path, is_complete).path
    read_manifest(RunDirectory(found))
    listed = describe_run(found)
    return KINDS[listed.kind](found), listed


def read_scores(run: RunDirectory) -> Mapping[str, Any]:
    """Read what a run, a comparison, a backtest or a search is worth.

    Raises:
        RunError: as for `read_document`.
    """
    if isinstance(run, ComparisonDirectory):
        return read_comparison(run)
    if isinstance(run, BacktestDirectory):
        return read_backtest(run)
    if isinstance(run, TuningDirectory):
        return read_tuning(run)
    return read_metrics(run)
