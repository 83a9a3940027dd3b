"""One run on disk: where it is, what its files are called, when it is complete."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import filelock

from seqforecast.errors import RunError, as_command
from seqforecast.files import reading

NEWEST = 2  # of the forms that a JSON file can have and be read
# Only directories of several fits have one.
REQUEST = "request.json"


@dataclass(frozen=True, slots=True)
class RunDirectory:
    """The files of one run; it is complete once `metrics` exists: written last."""

    path: Path

    @property
    def config(self) -> Path:
        """The experiment file as given."""
        return self.path / "config.yaml"

    @property
    def resolved(self) -> Path:
        """Every setting in force; trains again as it is."""
        return self.path / "resolved.yaml"

    @property
    def manifest(self) -> Path:
        """Status, command line, versions, device, data, seeds, times."""
        return self.path / "manifest.json"

    @property
    def history(self) -> Path:
        """One line an epoch."""
        return self.path / "history.csv"

    @property
    def forecasts(self) -> Path:
        """Test forecasts of a run small enough for CSV."""
        return self.path / "forecasts.csv"

    @property
    def many_forecasts(self) -> Path:
        """Test forecasts above a million rows."""
        return self.path / "forecasts.parquet"

    @property
    def series(self) -> Path:
        """Scores of each series of the test part."""
        return self.path / "series.csv"

    @property
    def metrics(self) -> Path:
        """Scores; its presence means complete."""
        return self.path / "metrics.json"

    @property
    def model(self) -> Path:
        """Raw values in, raw values out."""
        return self.path / "model.keras"

    @property
    def summary(self) -> Path:
        """The layers of the model, as Keras prints them."""
        return self.path / "model.txt"

    @property
    def preprocess(self) -> Path:
        """Scales and column roles."""
        return self.path / "preprocess.json"

    @property
    def seen(self) -> Path:
        """How far into each series it learnt from, or chose by."""
        return self.path / "seen.json"

    @property
    def intervals(self) -> Path:
        """How wide the intervals of forecasts are."""
        return self.path / "intervals.json"

    @property
    def final(self) -> Path:
        """What is forecast in the end, where that is more than the network."""
        return self.path / "final.json"

    @property
    def future(self) -> Path:
        """Forecasts of the steps after the end of the data."""
        return self.path / "future.csv"

    @property
    def gradient_profile(self) -> Path:
        """How much the loss depends on each step of the lookback."""
        return self.path / "memory.csv"

    @property
    def checkpoint(self) -> Path:
        """The state at the end of the last epoch."""
        return self.path / "checkpoint.npz"

    @property
    def start(self) -> Path:
        """The weights it began with, where these are those of another run."""
        return self.path / "start.npz"

    @property
    def bad_batch(self) -> Path:
        """The batch that broke training."""
        return self.path / "bad_batch.npz"

    @property
    def log(self) -> Path:
        """Everything said on stderr."""
        return self.path / "run.log"

    @property
    def plots(self) -> Path:
        """The folder of the figures."""
        return self.path / "plots"

    @property
    def exports(self) -> Path:
        """The folder of the model in the forms of other programs."""
        return self.path / "export"

    @property
    def report(self) -> Path:
        """One self-contained page."""
        return self.path / "report.html"

    @property
    def lock(self) -> Path:
        """Held by the process that writes here."""
        return self.path / ".lock"

    @property
    def is_complete(self) -> bool:
        """Whether the scores have been written."""
        return self.metrics.is_file()

    @property
    def way_on(self) -> str:
        """What completes a run that was stopped, as a clause."""
        if not self.preprocess.is_file():  # written when all settings are
            return "the same command begins anew, in another directory"
        return f"{as_command('train', '--resume', self.path)} goes on"

    def check_records(self, *paths: Path) -> None:
        """Refuse to complete a run whose records are gone.

        Raises:
            RunError: one of these was deleted since it was written.
        """
        for path in paths:
            if not path.exists():
                raise RunError(
                    f"{path} was deleted while the run went on",
                    hint="a run without it would not be whole: train again",
                )

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the run against other processes; the lock dies with this one.

        Raises:
            RunError: another process trains this run.
        """
        lock = filelock.FileLock(self.lock)
        try:
            lock.acquire(blocking=False)
        except filelock.Timeout:
            raise RunError(
                f"{self.path} is in use by another process",
                hint="wait until it ends, or stop it",
            ) from None
        except OSError as error:
            raise RunError(f"{self.path} cannot be locked: {error}") from error
        try:
            yield
        finally:
            lock.release()

    def read_json(self, path: Path) -> dict[str, Any]:
        """Read one of the run's JSON files.

        Raises:
            RunError: the file is missing, broken, or of a newer version.
        """
        with reading(path, self.how_to_mend):
            content = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(content, dict):
            raise self.not_as_written(path, "it does not hold a JSON object")
        schema = content.get("schema")
        if isinstance(schema, int) and schema > NEWEST:
            raise RunError(
                f"{path} is of schema {schema}, this seqforecast reads up to {NEWEST}",
                hint="it was written by a newer version: pip install -U seqforecast",
            )
        return content

    def not_as_written(self, path: Path, why: str) -> RunError:
        """Return the error for a file of the run that someone changed."""
        return RunError(
            f"{path} is not as seqforecast writes it: {why}", hint=self.how_to_mend
        )

    @property
    def how_to_mend(self) -> str:
        """What makes again what is here."""
        if (self.path / REQUEST).is_file() or not self.resolved.is_file():
            return "the command that made it makes it again, in another directory"
        return f"{as_command('train', self.resolved)} makes the run again"
