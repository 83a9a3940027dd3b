"""One epoch: steps, a chunk at a time, and then validation."""

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from seqforecast.data.panel import Panel
from seqforecast.data.windows import WindowIndex
from seqforecast.training.autopsy import examine
from seqforecast.training.checkpoints import Checkpoint
from seqforecast.training.epoch import Engine
from seqforecast.training.history import EpochRecord
from seqforecast.training.sampling import Order, order_windows
from seqforecast.training.schedules import learning_rate
from seqforecast.training.seeding import epoch_generator

# Progress, Ctrl-C and the check for NaN come between chunks of about this long.
SECONDS_PER_CHUNK = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class TrainingData:
    """What a fit learns from, and what it chooses by.

    Attributes:
        panel: where the windows lie.
        train: the windows that are learnt from.
        validation: the windows that choose the epoch.
        both: the windows of both parts together, for a refit.
    """

    panel: Panel
    train: WindowIndex
    validation: WindowIndex
    both: WindowIndex


class Watcher(Protocol):
    """Is told how training goes."""

    def fit_began(self, fit: int, member: int, *, refit: bool) -> None:
        """Hear that a fit begins, the `fit`-th of all, counted from 0."""

    def stepped(self, epoch: int, done: int, total: int, loss: float) -> None:
        """Hear that `done` of `total` windows were trained on; the loss so far."""

    def epoch_ended(self, checkpoint: Checkpoint) -> None:
        """Hear that an epoch ended, and all that is needed to go on from there."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """The epoch about to run.

    Attributes:
        number: counted from 1.
        member: of the ensemble.
        seed: of the order of its windows.
        losses: validation losses of the epochs before it.
        is_refit: whether it learns from both parts.
    """

    number: int
    member: int
    seed: int
    losses: Sequence[float]
    is_refit: bool = False


def run_epoch(
    engine: Engine, data: TrainingData, epoch: Epoch, watcher: Watcher
) -> EpochRecord:
    """Train one epoch, then validate, if a part was kept back for it.

    Raises:
        NotFiniteError: a loss or a gradient was not finite.
    """
    section = engine.section
    rate = learning_rate(section, epoch.number, epoch.losses)
    engine.set_learning_rate(rate)
    random = epoch_generator(epoch.seed, epoch.number)
    learnt = data.both if epoch.is_refit else data.train
    order = order_windows(learnt, section, random)

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
    val_loss = None if epoch.is_refit else _validate(engine, data, epoch.number)
    return EpochRecord(
        epoch=epoch.number,
        loss=_mean(losses, weights),
        val_loss=val_loss,
        learning_rate=rate,
        seconds=time.perf_counter() - started,
        windows_per_second=len(order) / (trained - started),
        gradient_norm=float(np.mean(np.concatenate(norms), dtype=np.float64)),
        gradient_norm_max=float(np.max(np.concatenate(norms))),
        member=epoch.member,
        refit=int(epoch.is_refit),
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
