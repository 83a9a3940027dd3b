"""Mirroring: a run's epochs, scores and end, passed on to mirrors.

The run directory is the same with and without them.
"""

import io
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from math import isnan

from seqforecast.runs.directory import RunDirectory
from seqforecast.runs.records import read_history
from seqforecast.training.history import EpochRecord
from seqforecast.workflows.mirrors import MIRRORS, Mirror
from seqforecast.workflows.watching import Silent

LOGGER = logging.getLogger("seqforecast")
TOLD = ("loss", "val_loss", "learning_rate", "windows_per_second")


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
        said = io.StringIO()
        try:
            with redirect_stdout(said):
                yield
        except Exception as error:
            self._mirrors.pop(name, None)
            LOGGER.warning(
                "%s is left alone: %s: %s", name, type(error).__name__, error
            )
        for line in said.getvalue().splitlines():
            LOGGER.info("%s: %s", name, line)


@contextmanager
def mirrored(
    display: Silent, run: RunDirectory, names: Sequence[str]
) -> Iterator[Mirrored]:
    """Tell mirrors of a run, and at last how it ended."""
    told = Mirrored(display, run, names)
    try:
        yield told
    except BaseException as error:
        told.stop(failed=not isinstance(error, KeyboardInterrupt))
        raise
    told.complete()
