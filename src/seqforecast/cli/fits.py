"""The display of many fits in a terminal: one line for all, one for each that runs."""

import sys

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from seqforecast.execution.fits import Ended, Fit, Watcher


class LiveFits(Watcher):
    """Lines that are redrawn; lines printed meanwhile appear above them.

    Args:
        console: where it is drawn; default stderr.
    """

    def __init__(self, console: Console | None = None) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[told]}"),
            TimeElapsedColumn(),
            console=console or Console(file=sys.stderr),
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
        self._progress.start()

    def close(self) -> None:
        """Take the lines away."""
        self._progress.stop()

    def started(self, fit: Fit) -> None:
        """Show a line for it; one that starts over has an empty bar again."""
        if fit not in self._lines:
            self._lines[fit] = self._progress.add_task(
                fit.name, total=self._epochs, told="starting"
            )
        self._progress.reset(self._lines[fit], told="starting")

    def progressed(self, fit: Fit, epochs: int) -> None:
        """Move its bar, and the one of all."""
        if fit not in self._lines:  # it ended before this news came
            return
        told = f"epoch {epochs} of {self._epochs}"
        self._progress.update(self._lines[fit], completed=epochs, told=told)
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
