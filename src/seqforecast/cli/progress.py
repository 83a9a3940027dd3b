"""Progress displays of a terminal: of one training, and of many fits."""

import sys
from typing import TextIO, cast

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from seqforecast.cli.terminal import (
    PrintableStream,
    display_stream,
    has_terminal,
)
from seqforecast.errors import one_line
from seqforecast.execution.fit import Ended, Fit, Watcher
from seqforecast.training.history import EpochRecord
from seqforecast.workflows.pipeline.epoch_recorder import NoDisplay


def _start(progress: Progress) -> None:
    """Draw from now on; what is printed meanwhile is printable, and goes above it."""
    before = sys.stderr
    progress.start()
    if sys.stderr is not before:
        sys.stderr = cast(TextIO, PrintableStream(sys.stderr))


class LiveProgress(NoDisplay):
    """One line that is redrawn; lines printed meanwhile appear above it."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("{task.fields[fit]}epoch {task.fields[epoch]}", markup=False),
            BarColumn(bar_width=16),
            TextColumn("loss {task.fields[loss]}"),
            TextColumn("validation {task.fields[val]}"),
            TextColumn("{task.fields[rate]}"),
            TextColumn("time left"),
            TimeRemainingColumn(),
            console=Console(file=display_stream()),
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
        _start(self._progress)

    def fit_began(self, fit: int, name: str) -> None:
        """Go on where the fits before it would have ended at the latest."""
        self._before = fit * self._epochs
        self._progress.update(self._task, fit=f"{one_line(name)}, ")

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


def live_display(*, quiet: bool) -> LiveProgress | None:
    """Return what shows epochs as they end, where somebody looks and wants it."""
    return None if quiet or not has_terminal() else LiveProgress()


class LiveFits(Watcher):
    """Lines that are redrawn; lines printed meanwhile appear above them.

    Args:
        console: where it is drawn; default stderr.
    """

    def __init__(self, console: Console | None = None) -> None:
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[told]}"),
            TextColumn("time taken"),
            TimeElapsedColumn(),
            console=console or Console(file=display_stream()),
            redirect_stdout=False,
            transient=True,
        )
        self._fits = self._epochs = self._done = self._failed = 0
        self._lines: dict[Fit, TaskID] = {}

    def begin(self, fits: int, epochs: int) -> None:
        """Show the line for all of them."""
        self._fits, self._epochs = fits, epochs
        self._all = self._progress.add_task(
            "all fits", total=fits * epochs, told=self._count()
        )
        _start(self._progress)

    def close(self) -> None:
        """Take the lines away."""
        self._progress.stop()

    def started(self, fit: Fit) -> None:
        """Show a line for it; one that starts over has an empty bar again."""
        if fit not in self._lines:
            self._lines[fit] = self._progress.add_task(
                one_line(fit.name), total=self._epochs, told="starting"
            )
        self._progress.reset(self._lines[fit], told="starting")

    def progressed(self, fit: Fit, epochs: int) -> None:
        """Move its bar, and the one of all."""
        if fit not in self._lines:  # it ended before this news came
            return
        text = f"epoch {epochs} of {self._epochs}"
        self._progress.update(self._lines[fit], completed=epochs, told=text)
        self._count_all()

    def ended(self, ended: Ended) -> None:
        """Take its line away, and count it."""
        if ended.fit in self._lines:
            self._progress.remove_task(self._lines.pop(ended.fit))
        self._done += 1
        self._failed += ended.status == "failed"
        self._count_all()

    def _count_all(self) -> None:
        """A fit that ended counts whole, however many epochs it took."""
        tasks = {task.id: task for task in self._progress.tasks}
        partly = sum(tasks[line].completed for line in self._lines.values())
        completed = self._done * self._epochs + partly
        self._progress.update(self._all, completed=completed, told=self._count())

    def _count(self) -> str:
        failed = f", {self._failed} failed" if self._failed else ""
        return f"{self._done} of {self._fits} ended{failed}"
