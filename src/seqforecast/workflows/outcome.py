"""What came of training: which epoch was kept, and `training` of metrics.json."""

import logging
from collections.abc import Mapping
from typing import Any

from seqforecast.training.epoch import Engine
from seqforecast.training.history import History, best_epoch

LOGGER = logging.getLogger("seqforecast")


def say_what_was_kept(history: History, engine: Engine) -> None:
    """Say which epoch is scored, and why training ended."""
    best, patience = best_epoch(history), engine.section.patience
    early = len(history) < engine.section.epochs
    why = f", stopped after {patience} epochs without improvement" if early else ""
    LOGGER.info(
        "kept epoch %d of %d: validation loss %.4g%s",
        best,
        len(history),
        history[best - 1].val_loss,
        why,
    )


def describe_training(
    history: History, engine: Engine, facts: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the `training` object of metrics.json."""
    seconds = sum(record.seconds for record in history)
    rates = [record.windows_per_second for record in history]
    return {
        "epochs": len(history),
        "best_epoch": best_epoch(history),
        "parameters": engine.forecaster.core.count_params(),
        "seconds": seconds,
        "windows_per_second": sorted(rates)[len(rates) // 2],
        "device": facts["device"]["name"],
    }
