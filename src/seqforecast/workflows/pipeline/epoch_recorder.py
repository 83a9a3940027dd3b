"""What happens when an epoch ends: history, checkpoint, a line, the display."""

import logging
from dataclasses import dataclass

from seqforecast.runs.records import append_history, start_history, write_arrays
from seqforecast.runs.run_files import RunDirectory
from seqforecast.training.checkpoints import Checkpoint
from seqforecast.training.early_stopping import best_epoch
from seqforecast.training.history import EpochRecord, epochs_of
from seqforecast.training.section import TrainingSection

LOGGER = logging.getLogger("seqforecast.progress")


class NoDisplay:
    """A display that shows nothing."""

    def begin(self, epochs: int, done: int, fits: int) -> None:
        """Training begins after `done` epochs; each of `fits` has at most `epochs`."""

    def fit_began(self, fit: int, name: str) -> None:
        """One of several fits begins, the `fit`-th, counted from 0."""

    def stepped(self, epoch: int, done: int, total: int, loss: float) -> None:
        """So many windows of the epoch are done."""

    def ended(self, record: EpochRecord, *, is_best: bool) -> None:
        """An epoch ended."""

    def close(self) -> None:
        """Training is over, or broke off."""


@dataclass(frozen=True, slots=True)
class Recorder:
    """Writes each epoch into the run as it ends, and tells the display."""

    run: RunDirectory
    section: TrainingSection
    display: NoDisplay

    def begin(self, resume: Checkpoint | None) -> None:
        """Bring history.csv to where training begins."""
        rows = [] if resume is None else [row.values() for row in resume.history]
        start_history(self.run, rows, EpochRecord.names())
        self.display.begin(self.section.epochs, len(rows), self._fits)

    @property
    def _fits(self) -> int:
        return self.section.ensemble * (2 if self.section.refit else 1)

    def fit_began(self, fit: int, member: int, *, refit: bool) -> None:
        """Say which fit it is, when there are several."""
        if self._fits == 1:
            return
        several = self.section.ensemble > 1
        words = [f"member {member} of {self.section.ensemble}"] if several else []
        name = ", ".join([*words, "refit on train and validation"] if refit else words)
        LOGGER.info("%s", name or "selection by validation")
        self.display.fit_began(fit, name)

    def stepped(self, epoch: int, done: int, total: int, loss: float) -> None:
        """Pass it on."""
        self.display.stepped(epoch, done, total, loss)

    def epoch_ended(self, checkpoint: Checkpoint) -> None:
        """Put the epoch on disk: first the state, then the line that tells of it."""
        record = checkpoint.history[-1]
        write_arrays(self.run.checkpoint, checkpoint.arrays())
        append_history(self.run, record.values())
        mine = epochs_of(checkpoint.history, record.member, refit=record.refit)
        is_best = best_epoch(mine) == record.epoch
        validated = ""
        if record.val_loss is not None:
            best = ", best so far" if is_best else ""
            validated = f"  validation {record.val_loss:.6g}{best}"
        LOGGER.info(
            "epoch %d/%d  loss %.6g%s  (%.0f windows/s)",
            record.epoch,
            self.section.epochs,
            record.loss,
            validated,
            record.windows_per_second,
        )
        self.display.ended(record, is_best=is_best)
