"""Fit: epochs, validation, stopping; the best epoch's weights are kept."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from seqforecast.training.checkpoints import Arrays, Checkpoint, check_shapes
from seqforecast.training.epoch import Engine
from seqforecast.training.history import (
    History,
    kept_epoch,
    should_stop,
    validation_losses,
)
from seqforecast.training.running import Epoch, TrainingData, Watcher, run_epoch


def fit(
    engine: Engine,
    data: TrainingData,
    seed: int,
    watcher: Watcher,
    resume: Checkpoint | None = None,
    *,
    member: int = 1,
) -> History:
    """Train until the epochs are over or patience ends; keep one epoch.

    Changes the engine's model: afterwards it has the weights of the epoch with
    the lowest validation loss, or, with `keep: last`, of the last one. Given a
    checkpoint, the epochs after it are those that would have followed without an
    interruption.

    Raises:
        NotFiniteError: a loss or a gradient was not finite.
    """
    section = engine.section
    history, best = resume_from(engine, resume)
    while len(history) < section.epochs and not should_stop(history, section.patience):
        epoch = Epoch(len(history) + 1, member, seed, validation_losses(history))
        record = run_epoch(engine, data, epoch, watcher)
        history = (*history, record)
        if kept_epoch(history, section.keep) == record.epoch:
            best = values_of(engine.forecaster.model.variables)
        watcher.epoch_ended(Checkpoint(history, values_of(engine.variables), best))
    assign(engine.forecaster.model.variables, best)
    return history


def refit(
    engine: Engine,
    data: TrainingData,
    seed: int,
    watcher: Watcher,
    selection: History,
    *,
    resume: Checkpoint | None = None,
) -> History:
    """Train on both parts for as many epochs as the selection found best.

    The learning rates are those of the selection's epochs. Changes the engine's
    model: afterwards it has the weights of the last epoch.

    Args:
        engine: at its start, or where the checkpoint is put back.
        data: what to learn from.
        seed: of the order of windows.
        watcher: is told how it goes.
        selection: the epochs of the fit that chose.
        resume: the state after an epoch of this refit.

    Raises:
        NotFiniteError: a loss or a gradient was not finite.
    """
    history, _ = resume_from(engine, resume)
    losses = validation_losses(selection)
    while len(history) < kept_epoch(selection, engine.section.keep):
        known = losses[: len(history)]
        member = selection[0].member
        epoch = Epoch(len(history) + 1, member, seed, known, is_refit=True)
        history = (*history, run_epoch(engine, data, epoch, watcher))
        watcher.epoch_ended(Checkpoint(history, values_of(engine.variables), []))
    return history


def resume_from(engine: Engine, resume: Checkpoint | None) -> tuple[History, Arrays]:
    """Put the engine where the checkpoint was made."""
    if resume is None:
        return (), []
    check_shapes(resume.current, [tuple(each.shape) for each in engine.variables])
    assign(engine.variables, resume.current)
    return resume.history, resume.best


def values_of(variables: Iterable[Any]) -> Arrays:
    """Return the values of some variables."""
    # A copy: TensorFlow may hand out the memory that the next step writes to.
    return [np.array(variable.value.numpy()) for variable in variables]


def assign(variables: Iterable[Any], values: Arrays) -> None:
    """Give variables, in their order, these values."""
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
