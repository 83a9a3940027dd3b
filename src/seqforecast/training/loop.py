"""The training loop: members of an ensemble, fits, epochs, validation."""

import math
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from seqforecast.data.panel import Panel
from seqforecast.data.windows import WindowIndex
from seqforecast.training.checkpoints import Arrays, Checkpoint, assign, averaged
from seqforecast.training.early_stopping import kept_epoch, should_stop
from seqforecast.training.engine import Engine
from seqforecast.training.history import (
    EpochRecord,
    History,
    epochs_of,
    validation_losses,
)
from seqforecast.training.non_finite import examine
from seqforecast.training.planned_fits import PlannedFit, plan_fits
from seqforecast.training.schedules import learning_rate
from seqforecast.training.window_order import Order, epoch_generator, order_windows

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


@dataclass(frozen=True, slots=True, eq=False)
class Learner:
    """A model of one lookback, and what it learns from."""

    engine: Engine
    data: TrainingData


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """What came of all fits.

    Attributes:
        history: every epoch of every fit.
        selected: the weights that validation chose, one list a member.
        final: the weights that forecast: the same, or those of the refits.
    """

    history: History
    selected: list[Arrays]
    final: list[Arrays]


def learner_of(learners: Sequence[Learner], member: int) -> Learner:
    """Return the learner of a member: they take the lookbacks in turn."""
    return learners[(member - 1) % len(learners)]


class Callback(Protocol):
    """Is told how training goes."""

    def fit_began(self, fit: int, member: int, *, refit: bool) -> None:
        """Hear that a fit begins, the `fit`-th of all, counted from 0."""

    def stepped(self, epoch: int, done: int, total: int, loss: float) -> None:
        """Hear that `done` of `total` windows were trained on; the loss so far."""

    def epoch_ended(self, checkpoint: Checkpoint) -> None:
        """Hear that an epoch ended, and all that is needed to go on from there."""


def fit_members(
    learners: Sequence[Learner],
    seed: int,
    watcher: Callback,
    resume: Checkpoint | None = None,
    start: Sequence[Arrays] = (),
) -> Trained:
    """Train every member; what a checkpoint holds is not trained again.

    Changes the models of the learners: afterwards that of the first one has the
    weights of the first member.

    Args:
        learners: one for each lookback.
        seed: of the run.
        watcher: is told how it goes.
        resume: the state after an epoch.
        start: weights that the core of each member begins with; default drawn ones.

    Raises:
        NotFiniteError: a loss or a gradient was not finite.
    """
    section = learners[0].engine.section
    plan = plan_fits(section, seed)
    kept = list(resume.kept) if resume else []
    history = resume.history if resume else ()
    for number, planned in enumerate(plan):
        if number < len(kept):
            continue
        learner = learner_of(learners, planned.member)
        engine = learner.engine
        watcher.fit_began(number, planned.member, refit=planned.is_refit)
        mine = epochs_of(history, planned.member, refit=int(planned.is_refit))
        before = history[: len(history) - len(mine)]
        state = replace(resume, history=mine) if resume and mine else None
        if state is None and number:
            engine.restart(planned.seed)
        if state is None and start:
            assign(engine.forecaster.core.weights, start[planned.member - 1])
        watching = _Onward(watcher, before, tuple(kept))
        epochs = _run_fit(learner, planned, watching, before=before, resume=state)
        history = (*before, *epochs)
        kept.append(values_of(engine.forecaster.model.variables))
    step = 2 if section.refit else 1
    assign(learners[0].engine.forecaster.model.variables, kept[step - 1])
    return Trained(history, kept[::step], kept[step - 1 :: step])


def _run_fit(
    learner: Learner,
    planned: PlannedFit,
    watcher: Callback,
    *,
    before: History,
    resume: Checkpoint | None,
) -> History:
    """Run one fit, or the rest of it."""
    engine, data = learner.engine, learner.data
    if not planned.is_refit:
        return fit(engine, data, planned.seed, watcher, resume, member=planned.member)
    selection = epochs_of(before, planned.member, refit=0)
    return refit(engine, data, planned.seed, watcher, selection, resume=resume)


@dataclass(frozen=True, slots=True)
class _Onward:
    """Passes on what a fit tells, with what earlier fits left.

    Attributes:
        watcher: who is told.
        before: the epochs of earlier fits.
        kept: the weights they ended with.
    """

    watcher: Callback
    before: tuple[EpochRecord, ...]
    kept: tuple[Arrays, ...]

    def fit_began(self, fit: int, member: int, *, refit: bool) -> None:
        self.watcher.fit_began(fit, member, refit=refit)

    def stepped(self, epoch: int, done: int, total: int, loss: float) -> None:
        self.watcher.stepped(epoch, done, total, loss)

    def epoch_ended(self, checkpoint: Checkpoint) -> None:
        history = (*self.before, *checkpoint.history)
        self.watcher.epoch_ended(replace(checkpoint, history=history, kept=self.kept))


def fit(
    engine: Engine,
    data: TrainingData,
    seed: int,
    watcher: Callback,
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
    history, best, mean = resume_from(engine, resume)
    while len(history) < section.epochs and not should_stop(history, section.patience):
        epoch = Epoch(len(history) + 1, member, seed, validation_losses(history))
        record, judged = run_epoch(engine, data, epoch, watcher, mean)
        history = (*history, record)
        mean = judged if section.average > 1 else []
        if kept_epoch(history, section.keep) == record.epoch:
            best = judged
        current = values_of(engine.variables)
        watcher.epoch_ended(Checkpoint(history, current, best, mean=mean))
    assign(engine.forecaster.model.variables, best)
    return history


def refit(
    engine: Engine,
    data: TrainingData,
    seed: int,
    watcher: Callback,
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
    history, _, mean = resume_from(engine, resume)
    losses = validation_losses(selection)
    while len(history) < kept_epoch(selection, engine.section.keep):
        known = losses[: len(history)]
        member = selection[0].member
        epoch = Epoch(len(history) + 1, member, seed, known, is_refit=True)
        record, judged = run_epoch(engine, data, epoch, watcher, mean)
        history = (*history, record)
        mean = judged if engine.section.average > 1 else []
        current = values_of(engine.variables)
        watcher.epoch_ended(Checkpoint(history, current, [], mean=mean))
    if mean:
        assign(engine.forecaster.model.variables, mean)
    return history


def resume_from(
    engine: Engine, resume: Checkpoint | None
) -> tuple[History, Arrays, Arrays]:
    """Put the engine where the checkpoint was made; return what is kept beside it."""
    if resume is None:
        return (), [], []
    assign(engine.variables, resume.current)
    return resume.history, resume.best, resume.mean


def values_of(variables: Iterable[Any]) -> Arrays:
    """Return the values of some variables."""
    # A copy: TensorFlow may hand out the memory that the next step writes to.
    return [np.array(variable.value.numpy()) for variable in variables]


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
    engine: Engine, data: TrainingData, epoch: Epoch, watcher: Callback, mean: Arrays
) -> tuple[EpochRecord, Arrays]:
    """Train one epoch, then validate, if a part was kept back for it.

    Args:
        engine: has the weights that the epoch before ended with, and afterwards those
            that this one ended with.
        data: what to learn from.
        epoch: which.
        watcher: is told how it goes.
        mean: of the weights of the epochs before; empty where there is none.

    Returns:
        What is recorded, and the weights that were judged.

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
        steps = engine.train(windows)
        if not steps.is_finite:
            first = (len(steps.losses) - 1) * section.batch_size
            bad = windows.take(slice(first, first + section.batch_size))
            raise examine(engine, data.panel, bad, epoch.number)
        losses.append(steps.losses)
        norms.append(steps.norms)
        weights.append(steps.windows)
        done += len(windows)
        watcher.stepped(epoch.number, done, len(order), _mean(losses, weights))
    trained = time.perf_counter()
    val_loss, judged = _judge(engine, data, epoch, mean)
    record = EpochRecord(
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
    return record, judged


def _judge(
    engine: Engine, data: TrainingData, epoch: Epoch, mean: Arrays
) -> tuple[float | None, Arrays]:
    """Return the validation loss, and the weights it is that of: a mean, or the own."""
    variables = engine.forecaster.model.variables
    own, average = values_of(variables), engine.section.average
    judged = averaged(mean, own, min(epoch.number, average)) if average > 1 else own
    if judged is not own:
        assign(variables, judged)
    val_loss = None if epoch.is_refit else _validate(engine, data, epoch.number)
    if judged is not own:
        assign(variables, own)
    return val_loss, judged


def _chunks(order: Order, engine: Engine) -> Iterator[WindowIndex]:
    """Yield the windows of an epoch, as many steps as fit into a chunk at a time.

    The first chunk is one step: it measures how long a step takes.
    """
    batch = engine.section.batch_size
    start, steps = 0, 1
    while start < len(order):
        started = time.perf_counter()
        yield order.part(start, start + steps * batch)
        seconds = (time.perf_counter() - started) / steps
        start += steps * batch
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
