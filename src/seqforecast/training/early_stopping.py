"""Early stopping: which epoch is best and kept, and when training ends early."""

import math
from collections.abc import Sequence

from seqforecast.training.history import EpochRecord


def best_epoch(history: Sequence[EpochRecord]) -> int:
    """Return the first epoch with the lowest validation loss, 0 before any."""
    best, lowest = 0, math.inf
    for record in history:
        if record.val_loss is not None and record.val_loss < lowest:
            best, lowest = record.epoch, record.val_loss
    return best


def kept_epoch(history: Sequence[EpochRecord], keep: str) -> int:
    """Return the epoch whose weights are kept: `best` or `last`; 0 before any."""
    if keep == "last":
        return history[-1].epoch if history else 0
    return best_epoch(history)


def should_stop(history: Sequence[EpochRecord], patience: int | None) -> bool:
    """Return whether so many epochs have passed without improvement."""
    if patience is None or not history:
        return False
    return history[-1].epoch - best_epoch(history) >= patience
