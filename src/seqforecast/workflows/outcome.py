"""What came of training: which epoch was kept, and `training` of metrics.json."""

import logging
from collections.abc import Mapping
from typing import Any

from seqforecast.training.epoch import Engine
from seqforecast.training.history import History, kept_epoch, selections

LOGGER = logging.getLogger("seqforecast")


def say_what_was_kept(history: History, engine: Engine) -> None:
    """Say which epoch is scored, and why training ended."""
    patience = engine.section.patience
    for selection in selections(history):
        best = kept_epoch(selection, engine.section.keep)
        early = len(selection) < engine.section.epochs
        why = f", stopped after {patience} epochs without improvement" if early else ""
        several = engine.section.ensemble > 1
        who = f"member {selection[0].member}: " if several else ""
        LOGGER.info(
            "%skept epoch %d of %d: validation loss %.4g%s",
            who,
            best,
            len(selection),
            selection[best - 1].val_loss,
            why,
        )


def describe_training(
    history: History, engine: Engine, facts: Mapping[str, Any], *, parameters: int
) -> dict[str, Any]:
    """Return the `training` object of metrics.json."""
    seconds = sum(record.seconds for record in history)
    rates = [record.windows_per_second for record in history]
    members = []
    for selection in selections(history):
        kept = kept_epoch(selection, engine.section.keep)
        loss = selection[kept - 1].val_loss
        members.append({"epochs": len(selection), "best_epoch": kept, "val_loss": loss})
    alone = len(members) == 1
    told: dict[str, Any] = {
        "epochs": len(history),
        "best_epoch": members[0]["best_epoch"] if alone else None,
        "parameters": parameters,
        "seconds": seconds,
        "windows_per_second": sorted(rates)[len(rates) // 2],
        "device": facts["device"]["name"],
        "members": members,
    }
    why = {"best_epoch": "every member has its own"}
    return told if alone else {**told, "reasons": why}
