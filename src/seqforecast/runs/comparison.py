"""One comparison on disk: its files."""

from pathlib import Path

from seqforecast.runs.directory import RunDirectory
from seqforecast.runs.requests import RequestDirectory


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

    def experiment_of(self, member: str, seed: int) -> Path:
        """Return the experiment file of one fit."""
        return self.path / "members" / member / f"seed-{seed}.yaml"

    def run_of(self, member: str, seed: int) -> RunDirectory:
        """Return the run directory of one fit."""
        return RunDirectory(self.path / "members" / member / f"seed-{seed}")
