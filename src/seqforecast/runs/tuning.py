"""One search on disk: its files."""

from pathlib import Path

from seqforecast.runs.directory import RunDirectory
from seqforecast.runs.requests import RequestDirectory


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
