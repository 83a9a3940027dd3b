"""The progress display of a terminal: epoch, loss, speed, time left."""

import sys

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from seqforecast.training.history import EpochRecord
from seqforecast.workflows.watching import Silent


class LiveProgress(Silent):
    """One line that is redrawn; lines printed meanwhile appear above it."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("{task.fields[fit]}epoch {task.fields[epoch]}"),
            BarColumn(bar_width=24),
            TextColumn("loss {task.fields[loss]}"),
            TextColumn("validation {task.fields[val]}"),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=Console(file=sys.stderr),
            redirect_stdout=False,
            transient=True,
        )
        self._epochs = 0
        self._before = 0

    def begin(self, epochs: int, done: int, fits: int) -> None:
        """Show an empty bar."""
        self._epochs = epochs
        self._task = self._progress.add_task(
            "",
            total=epochs * fits,
            fit="",
            completed=done,
            epoch=f"{done + 1 if fits == 1 else 1}/{epochs}",
            loss="-",
            val="-",
            rate="compiling",
        )
        self._progress.start()

    def fit_began(self, fit: int, name: str) -> None:
        """Go on where the fits before it would have ended at the latest."""
        self._before = fit * self._epochs
        self._progress.update(self._task, fit=f"{name}, ")

    def stepped(self, epoch: int, done: int, total: int, loss: float) -> None:
        """Move the bar within the epoch."""
        self._progress.update(
            self._task,
            completed=self._before + epoch - 1 + done / total,
            epoch=f"{epoch}/{self._epochs}",
            loss=f"{loss:.4g}",
        )

    def ended(self, record: EpochRecord, *, is_best: bool) -> None:
        """Show what the epoch ended with."""
        star = " (best)" if is_best else ""
        self._progress.update(
            self._task,
            completed=self._before + record.epoch,
            val="-" if record.val_loss is None else f"{record.val_loss:.4g}{star}",
            rate=f"{record.windows_per_second:,.0f} windows/s",
        )

    def close(self) -> None:
        """Take the bar away."""
        self._progress.stop()
