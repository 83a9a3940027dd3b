"""History: what steps report, and what is recorded when an epoch ends."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """What some training steps reported.

    Attributes:
        losses: shape (steps done,); the last one is not finite when training broke.
        norms: gradient norms before clipping, same shape.
        windows: how many windows each step was taken on, same shape.
    """

    losses: npt.NDArray[np.float32]
    norms: npt.NDArray[np.float32]
    windows: npt.NDArray[np.int64]

    @property
    def is_finite(self) -> bool:
        """Whether every loss and every gradient is a number."""
        return bool(np.isfinite(self.losses).all() and np.isfinite(self.norms).all())


@dataclass(frozen=True, slots=True)
class EpochRecord:
    """One epoch; the names are the columns of history.csv.

    Attributes:
        epoch: counted from 1.
        loss: mean over the windows trained on, in the unit of the loss.
        val_loss: mean over all validation windows, same unit; None in a refit.
        learning_rate: in force during the epoch.
        seconds: training and validation together.
        windows_per_second: training windows over training seconds.
        gradient_norm: mean over steps, before clipping.
        gradient_norm_max: the largest one.
        member: of the ensemble, counted from 1.
        refit: 1 where validation was trained on too, and nothing is left to
            validate by, else 0.
    """

    epoch: int
    loss: float
    val_loss: float | None
    learning_rate: float
    seconds: float
    windows_per_second: float
    gradient_norm: float
    gradient_norm_max: float
    member: int = 1
    refit: int = 0

    @classmethod
    def names(cls) -> list[str]:
        """Return the column names, in order."""
        return [field.name for field in fields(cls)]

    def values(self) -> dict[str, Any]:
        """Return name and value of each column."""
        return asdict(self)


History = tuple[EpochRecord, ...]


def selections(history: Sequence[EpochRecord]) -> list[History]:
    """Return the epochs that validation judged, one history a member."""
    members = dict.fromkeys(record.member for record in history)
    return [epochs_of(history, member, refit=0) for member in members]


def epochs_of(history: Sequence[EpochRecord], member: int, *, refit: int) -> History:
    """Return the epochs of one fit of one member."""
    return tuple(
        record
        for record in history
        if record.member == member and record.refit == refit
    )


def validation_losses(history: Sequence[EpochRecord]) -> list[float]:
    """Return the validation loss of each epoch that has one."""
    return [record.val_loss for record in history if record.val_loss is not None]
