"""Fit: epochs, validation, stopping; the best epoch's weights are kept."""

import math
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from seqforecast.data.panel import Panel
from seqforecast.data.windows import WindowIndex
from seqforecast.training.autopsy import examine
from seqforecast.training.checkpoints import Arrays, Checkpoint, check_shapes
from seqforecast.training.epoch import Engine
from seqforecast.training.history import EpochRecord, History, best_epoch, should_stop
from seqforecast.training.sampling import Order, order_windows
from seqforecast.training.schedules import learning_rate
from seqforecast.training.seeding import epoch_generator

# Progress, Ctrl-C and the check for NaN come between chunks of about this long.
SECONDS_PER_CHUNK = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class TrainingData:
    """What a fit learns from, and what it chooses by."""

    panel: Panel
    train: WindowIndex
    validation: WindowIndex


class Watcher(Protocol):
    """Is told how training goes."""

    def stepped(self, epoch: int, done: int, total: int, loss: float) -> None:
        """Hear that `done` of `total` windows were trained on; the loss so far."""

    def epoch_ended(self, checkpoint: Checkpoint) -> None:
        """Hear that an epoch ended, and all that is needed to go on from there."""


def fit(
    engine: Engine,
    data: TrainingData,
    seed: int,
    watcher: Watcher,
    resume: Checkpoint | None = None,
) -> History:
    """Train until the epochs are over or patience ends; keep the best epoch.

    Changes the engine's model: afterwards it has the weights of the epoch with
    the lowest validation loss. Given a checkpoint, the epochs after it are those
    that would have followed without an interruption.

    Raises:
        NotFiniteError: a loss or a gradient was not finite.
    """
    section = engine.section
    history, best = resume_from(engine, resume)
    while len(history) < section.epochs and not should_stop(history, section.patience):
        record = _run_epoch(engine, data, epoch_of(history, seed), watcher)
        history = (*history, record)
        if best_epoch(history) == record.epoch:
            best = _values(engine.forecaster.model.variables)
        watcher.epoch_ended(Checkpoint(history, _values(engine.variables), best))
    _assign(engine.forecaster.model.variables, best)
    return history


def resume_from(engine: Engine, resume: Checkpoint | None) -> tuple[History, Arrays]:
    """Put the engine where the checkpoint was made."""
    if resume is None:
        return (), []
    check_shapes(resume.current, [tuple(each.shape) for each in engine.variables])
    _assign(engine.variables, resume.current)
    return resume.history, resume.best


@dataclass(frozen=True, slots=True)
class Epoch:
    """The epoch about to run: its number, its seed, the losses before it."""

    number: int
    seed: int
    losses: tuple[float, ...]


def epoch_of(history: History, seed: int) -> Epoch:
    """Return the epoch that follows a history."""
    return Epoch(len(history) + 1, seed, tuple(record.val_loss for record in history))


def _run_epoch(
    engine: Engine, data: TrainingData, epoch: Epoch, watcher: Watcher
) -> EpochRecord:
    """Train one epoch, then validate."""
    section = engine.section
    rate = learning_rate(section, epoch.number, epoch.losses)
    engine.set_learning_rate(rate)
    random = epoch_generator(epoch.seed, epoch.number)
    order = order_windows(data.train, section, random)

    started = time.perf_counter()
    losses, norms, weights = [], [], []
    done = 0
    for windows in _chunks(order, engine):
        taken = engine.train(windows)
        if not taken.is_finite:
            first = (len(taken.losses) - 1) * section.batch_size
            bad = windows.take(slice(first, first + section.batch_size))
            raise examine(engine, data.panel, bad, epoch.number)
        losses.append(taken.losses)
        norms.append(taken.norms)
        weights.append(taken.windows)
        done += len(windows)
        watcher.stepped(epoch.number, done, len(order), _mean(losses, weights))
    trained = time.perf_counter()

    return EpochRecord(
        epoch=epoch.number,
        loss=_mean(losses, weights),
        val_loss=_validate(engine, data, epoch.number),
        learning_rate=rate,
        seconds=time.perf_counter() - started,
        windows_per_second=len(order) / (trained - started),
        gradient_norm=float(np.mean(np.concatenate(norms), dtype=np.float64)),
        gradient_norm_max=float(np.max(np.concatenate(norms))),
    )


def _chunks(order: Order, engine: Engine) -> Iterator[WindowIndex]:
    """Yield the windows of an epoch, as many steps as fit into a chunk at a time.

    The first chunk is one step: it measures how long a step takes.
    """
    batch = engine.section.batch_size
    done, steps = 0, 1
    while done < len(order):
        started = time.perf_counter()
        yield order.part(done, done + steps * batch)
        seconds = (time.perf_counter() - started) / steps
        done += steps * batch
        steps = min(int(SECONDS_PER_CHUNK / seconds), 4 * steps + 16, engine.most_steps)
        steps = max(1, steps)


def _validate(engine: Engine, data: TrainingData, epoch: int) -> float:
    """Return the validation loss.

    Raises:
        NotFiniteError: it is not finite.
    """
    loss = engine.objective.loss(data.validation)
    if math.isfinite(loss):
        return loss
    for chunk in data.validation.chunks(engine.section.batch_size):
        if not math.isfinite(engine.objective.loss(chunk)):
            raise examine(engine, data.panel, chunk, epoch)
    return loss


def _mean(values: list[Any], weights: list[Any]) -> float:
    joined = np.concatenate(values).astype(np.float64)
    return float(np.average(joined, weights=np.concatenate(weights)))


def _values(variables: Iterable[Any]) -> Arrays:
    # A copy: TensorFlow may hand out the memory that the next step writes to.
    return [np.array(variable.value.numpy()) for variable in variables]


def _assign(variables: Iterable[Any], values: Arrays) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
