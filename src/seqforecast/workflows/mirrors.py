"""Mirrors: what a run records, told to TensorBoard or MLflow as well.

They replace nothing: the run directory is the same with and without them, and one that
fails is left alone with a warning.
"""

import importlib
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from seqforecast.backend import load_tensorflow
from seqforecast.config.defaults import read_settings
from seqforecast.errors import BackendError
from seqforecast.reporting.settings import flatten_settings
from seqforecast.runs.directory import RunDirectory
from seqforecast.training.history import EpochRecord
from seqforecast.workflows.watching import Silent

LOGGER = logging.getLogger("seqforecast")
LONGEST = 500  # letters of a parameter, as MLflow allows


class Mirror(Protocol):
    """Is told of a run."""

    def epoch(self, step: int, record: EpochRecord) -> None:
        """Take an epoch, the `step`-th of all fits, counted from 1."""

    def end(self, scores: Mapping[str, float], pictures: Sequence[Path]) -> None:
        """Take the scores and figures of a complete run."""


class TensorBoard:
    """Writes event files into the run's folder `tensorboard`."""

    def __init__(self, run: RunDirectory) -> None:
        self._tf = load_tensorflow()
        folder = str(run.path / "tensorboard")
        self._writer = self._tf.summary.create_file_writer(folder)
        settings = flatten_settings(read_settings(run.resolved))
        lines = ["| setting | value |", "| --- | --- |"]
        lines += [f"| {name} | {value} |" for name, value in settings]
        with self._writer.as_default(step=0):
            self._tf.summary.text("settings", "\n".join(lines))

    def epoch(self, step: int, record: EpochRecord) -> None:
        """Write losses, rate and speed."""
        with self._writer.as_default(step=step):
            for name, value in _numbers(record):
                self._tf.summary.scalar(name, value)
        self._writer.flush()

    def end(self, scores: Mapping[str, float], pictures: Sequence[Path]) -> None:
        """Write scores and figures."""
        with self._writer.as_default(step=0):
            for name, value in scores.items():
                self._tf.summary.scalar(name, value)
            for path in pictures:
                image = self._tf.io.decode_png(path.read_bytes(), channels=3)
                self._tf.summary.image(path.stem, image[None])
        self._writer.close()


class MLflow:
    """Writes a run to the server or folder that MLFLOW_TRACKING_URI names."""

    def __init__(self, run: RunDirectory) -> None:
        self._mlflow = importlib.import_module("mlflow")
        settings = dict(flatten_settings(read_settings(run.resolved)))
        self._mlflow.set_experiment(settings["name"])
        self._mlflow.start_run(run_name=run.path.name)
        self._mlflow.set_tag("run_directory", str(run.path.resolve()))
        short = {name: value[:LONGEST] for name, value in settings.items()}
        self._mlflow.log_params(short)

    def epoch(self, step: int, record: EpochRecord) -> None:
        """Log losses, rate and speed."""
        self._mlflow.log_metrics(dict(_numbers(record)), step=step)

    def end(self, scores: Mapping[str, float], pictures: Sequence[Path]) -> None:
        """Log scores and figures, and end the run."""
        self._mlflow.log_metrics({k.replace("/", "."): v for k, v in scores.items()})
        for path in pictures:
            self._mlflow.log_artifact(str(path), "plots")
        self._mlflow.end_run()


Maker = Callable[[RunDirectory], Mirror]
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


class Mirrored(Silent):
    """A display that tells mirrors too.

    Args:
        display: goes on as without them.
        run: whose settings are there already.
        names: of the mirrors.
    """

    def __init__(
        self, display: Silent, run: RunDirectory, names: Sequence[str]
    ) -> None:
        self._display, self._run, self._step = display, run, 0
        self._mirrors: dict[str, Mirror] = {}
        for name in names:
            with self._unless_it_fails(name):
                self._mirrors[name] = MIRRORS[name][1](run)

    def begin(self, epochs: int, done: int, fits: int) -> None:
        """Pass it on."""
        self._display.begin(epochs, done, fits)

    def fit_began(self, fit: int, name: str) -> None:
        """Pass it on."""
        self._display.fit_began(fit, name)

    def stepped(self, epoch: int, done: int, total: int, loss: float) -> None:
        """Pass it on."""
        self._display.stepped(epoch, done, total, loss)

    def ended(self, record: EpochRecord, *, is_best: bool) -> None:
        """Pass it on, and mirror the epoch."""
        self._display.ended(record, is_best=is_best)
        self._step += 1
        for name in [*self._mirrors]:
            with self._unless_it_fails(name):
                self._mirrors[name].epoch(self._step, record)

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

    @contextmanager
    def _unless_it_fails(self, name: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            self._mirrors.pop(name, None)
            LOGGER.warning(
                "%s is left alone: %s: %s", name, type(error).__name__, error
            )


def _numbers(record: EpochRecord) -> Iterator[tuple[str, float]]:
    """Yield the numbers of an epoch by the names of their columns."""
    for name in ("loss", "val_loss", "learning_rate", "windows_per_second"):
        value = record.values()[name]
        if value not in (None, ""):
            yield name, float(value)
