"""Mirrors: a run's epochs, scores and end told to TensorBoard or MLflow as well.

They replace nothing: the run directory is the same with and without them, and one that
fails is left alone with a warning.
"""

import importlib
import io
import logging
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from itertools import islice
from math import isnan
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from seqforecast.backend import load_tensorflow
from seqforecast.config.defaults import read_settings
from seqforecast.errors import BackendError
from seqforecast.reporting.settings_text import flatten_settings
from seqforecast.runs.records import read_history
from seqforecast.runs.run_files import RunDirectory
from seqforecast.training.history import EpochRecord
from seqforecast.workflows.pipeline.epoch_recorder import NoDisplay

LOGGER = logging.getLogger("seqforecast")
TOLD = ("loss", "val_loss", "learning_rate", "windows_per_second")
LONGEST = 500  # letters of a parameter, as MLflow allows
AT_ONCE = 100  # parameters, as MLflow allows

# MLflow would wait for a server that is gone for minutes, at every epoch.
PATIENCE = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2", "MLFLOW_HTTP_REQUEST_TIMEOUT": "10"}


class Mirror(Protocol):
    """Is told of a run, from its first epoch on also where it is resumed."""

    def epoch(self, step: int, numbers: Mapping[str, float]) -> None:
        """Take an epoch, the `step`-th of all fits, counted from 1."""

    def end(self, scores: Mapping[str, float], pictures: Sequence[Path]) -> None:
        """Take the scores and figures of a complete run."""

    def stop(self, *, failed: bool) -> None:
        """Hear that the run failed, or was interrupted."""


Maker = Callable[[RunDirectory], Mirror]


class TensorBoard:
    """Writes event files into the run's folder `tensorboard`."""

    def __init__(self, run: RunDirectory) -> None:
        self._tf = load_tensorflow()
        folder = run.path / "tensorboard"
        shutil.rmtree(folder, ignore_errors=True)  # of a run that is resumed
        self._writer = self._tf.summary.create_file_writer(str(folder))
        settings = flatten_settings(read_settings(run.resolved))
        lines = ["| setting | value |", "| --- | --- |"]
        lines += [f"| {name} | {value} |" for name, value in settings]
        with self._writer.as_default(step=0):
            self._tf.summary.text("settings", "\n".join(lines))

    def epoch(self, step: int, numbers: Mapping[str, float]) -> None:
        """Write losses, rate and speed."""
        with self._writer.as_default(step=step):
            for name, value in numbers.items():
                self._tf.summary.scalar(name, value)
        self._writer.flush()

    def end(self, scores: Mapping[str, float], pictures: Sequence[Path]) -> None:
        """Write scores and figures."""
        with self._writer.as_default(step=0):
            for name, value in scores.items():
                self._tf.summary.scalar(name, value)
            for path in pictures:
                image = self._tf.io.decode_png(path.read_bytes(), channels=3)
                # A tag holds one kind: `loss` is the numbers.
                self._tf.summary.image(f"plots/{path.stem}", image[None])
        self._writer.close()

    def stop(self, *, failed: bool) -> None:  # noqa: ARG002 - event files have no status
        """Close the file."""
        self._writer.close()


class MLflow:
    """Writes a run to the server or folder that MLFLOW_TRACKING_URI names.

    Nothing of MLflow's state in this process is used or changed: a Python user's own
    run goes on. A run that is resumed is a new one there, with all its epochs.
    """

    def __init__(self, run: RunDirectory) -> None:
        for name, value in PATIENCE.items():
            os.environ.setdefault(name, value)
        mlflow = importlib.import_module("mlflow")
        self._client = mlflow.MlflowClient()
        settings = dict(flatten_settings(read_settings(run.resolved)))
        name = settings["name"]
        existing = self._client.get_experiment_by_name(name)
        experiment = (
            existing.experiment_id if existing else self._client.create_experiment(name)
        )
        self._run = self._client.create_run(
            experiment,
            run_name=run.path.name,
            tags={"run_directory": str(run.path.resolve())},
        ).info.run_id
        parameters = iter(
            mlflow.entities.Param(name, value[:LONGEST])
            for name, value in settings.items()
        )
        while some := [*islice(parameters, AT_ONCE)]:
            self._client.log_batch(self._run, params=some)

    def epoch(self, step: int, numbers: Mapping[str, float]) -> None:
        """Log losses, rate and speed."""
        for name, value in numbers.items():
            self._client.log_metric(self._run, name, value, step=step)

    def end(self, scores: Mapping[str, float], pictures: Sequence[Path]) -> None:
        """Log scores and figures, and end the run."""
        for name, value in scores.items():
            self._client.log_metric(self._run, name.replace("/", "."), value)
        for path in pictures:
            self._client.log_artifact(self._run, str(path), "plots")
        self._client.set_terminated(self._run, "FINISHED")

    def stop(self, *, failed: bool) -> None:
        """End the run, and say that it is not complete."""
        self._client.set_terminated(self._run, "FAILED" if failed else "KILLED")


MIRRORS: Mapping[str, tuple[str, Maker]] = MappingProxyType(
    {"tensorboard": ("tensorboard", TensorBoard), "mlflow": ("mlflow", MLflow)}
)


def check_mirrors(names: Sequence[str]) -> None:
    """Refuse mirrors whose packages are not here, before anything is trained.

    Raises:
        BackendError: a package is missing.
    """
    for name in names:
        module, _ = MIRRORS[name]
        try:
            importlib.import_module(module)
        except Exception as error:
            raise BackendError(
                f"{module} does not load: {error}",
                hint=f"pip install 'seqforecast[{name}]'",
            ) from error


class Mirrored(NoDisplay):
    """A display that tells mirrors too.

    Args:
        display: goes on as without them.
        run: whose settings are there already.
        names: of the mirrors.
    """

    def __init__(
        self, display: NoDisplay, run: RunDirectory, names: Sequence[str]
    ) -> None:
        self._display, self._run, self._step = display, run, 0
        self._mirrors: dict[str, Mirror] = {}
        for name in names:
            with self._unless_it_fails(name):
                self._mirrors[name] = MIRRORS[name][1](run)

    def begin(self, epochs: int, done: int, fits: int) -> None:
        """Pass it on, and mirror the epochs of a run that is resumed."""
        self._display.begin(epochs, done, fits)
        for row in read_history(self._run) if self._mirrors else ():
            self._tell(row)

    def fit_began(self, fit: int, name: str) -> None:
        """Pass it on."""
        self._display.fit_began(fit, name)

    def stepped(self, epoch: int, done: int, total: int, loss: float) -> None:
        """Pass it on."""
        self._display.stepped(epoch, done, total, loss)

    def ended(self, record: EpochRecord, *, is_best: bool) -> None:
        """Pass it on, and mirror the epoch."""
        self._display.ended(record, is_best=is_best)
        self._tell(record.values())

    def close(self) -> None:
        """Pass it on."""
        self._display.close()

    def complete(self) -> None:
        """Mirror the scores and figures of the run, which is complete."""
        metrics = self._run.read_json(self._run.metrics)
        scores = {
            f"{part}/{name}": float(value)
            for part in ("test", "validation")
            for name, value in metrics[part]["model"].items()
            if isinstance(value, int | float)
        }
        pictures = sorted(self._run.plots.glob("*.png"))
        for name in [*self._mirrors]:
            with self._unless_it_fails(name):
                self._mirrors[name].end(scores, pictures)

    def stop(self, *, failed: bool) -> None:
        """Tell mirrors that the run is not complete."""
        for name in [*self._mirrors]:
            with self._unless_it_fails(name):
                self._mirrors[name].stop(failed=failed)

    def _tell(self, row: Mapping[str, float | None]) -> None:
        self._step += 1
        given = ((name, row[name]) for name in TOLD)
        numbers = {name: n for name, n in given if n is not None and not isnan(n)}
        for name in [*self._mirrors]:
            with self._unless_it_fails(name):
                self._mirrors[name].epoch(self._step, numbers)

    @contextmanager
    def _unless_it_fails(self, name: str) -> Iterator[None]:
        """Leave a mirror that fails alone; stdout belongs to the results."""
        printed = io.StringIO()
        try:
            with redirect_stdout(printed):
                yield
        except Exception as error:
            self._mirrors.pop(name, None)
            LOGGER.warning(
                "%s is left alone: %s: %s", name, type(error).__name__, error
            )
        for line in printed.getvalue().splitlines():
            LOGGER.info("%s: %s", name, line)


@contextmanager
def mirrored(
    display: NoDisplay, run: RunDirectory, names: Sequence[str]
) -> Iterator[Mirrored]:
    """Tell mirrors of a run, and at last how it ended."""
    mirror = Mirrored(display, run, names)
    try:
        yield mirror
    except BaseException as error:
        mirror.stop(failed=not isinstance(error, KeyboardInterrupt))
        raise
    mirror.complete()
