"""The members of an ensemble: one fit after another, each from its own seed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from seqforecast.training.checkpoints import Arrays, Checkpoint
from seqforecast.training.epoch import Engine
from seqforecast.training.fit import assign, fit, refit, values_of
from seqforecast.training.history import EpochRecord, History, epochs_of
from seqforecast.training.running import TrainingData, Watcher
from seqforecast.training.section import TrainingSection


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


@dataclass(frozen=True, slots=True)
class Fit:
    """One fit of the plan: whose, from which seed, and what it learns from."""

    member: int
    seed: int
    is_refit: bool


def member_seed(seed: int, member: int) -> int:
    """Return the seed of a member; the first one has that of the run.

    Members of runs with neighbouring seeds share none.
    """
    if member == 1:
        return seed
    return int(np.random.SeedSequence([seed, member]).generate_state(1)[0])


def plan_fits(section: TrainingSection, seed: int) -> list[Fit]:
    """Return every fit in order: each member is chosen, then trained on both parts."""
    kinds = (False, True) if section.refit else (False,)
    return [
        Fit(member, member_seed(seed, member), kind)
        for member in range(1, section.ensemble + 1)
        for kind in kinds
    ]


def learner_of(learners: Sequence[Learner], member: int) -> Learner:
    """Return the learner of a member: they take the lookbacks in turn."""
    return learners[(member - 1) % len(learners)]


def fit_members(
    learners: Sequence[Learner],
    seed: int,
    watcher: Watcher,
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
    for number, each in enumerate(plan):
        if number < len(kept):
            continue
        learner = learner_of(learners, each.member)
        engine = learner.engine
        watcher.fit_began(number, each.member, refit=each.is_refit)
        mine = epochs_of(history, each.member, refit=int(each.is_refit))
        before = history[: len(history) - len(mine)]
        state = replace(resume, history=mine) if resume and mine else None
        if state is None and number:
            engine.restart(each.seed)
        if state is None and start:
            assign(engine.forecaster.core.weights, start[each.member - 1])
        watching = _Onward(watcher, before, tuple(kept))
        made = _run_fit(learner, each, watching, before=before, resume=state)
        history = (*before, *made)
        kept.append(values_of(engine.forecaster.model.variables))
    step = 2 if section.refit else 1
    assign(learners[0].engine.forecaster.model.variables, kept[step - 1])
    return Trained(history, kept[::step], kept[step - 1 :: step])


def _run_fit(
    learner: Learner,
    each: Fit,
    watcher: Watcher,
    *,
    before: History,
    resume: Checkpoint | None,
) -> History:
    """Run one fit, or the rest of it."""
    engine, data = learner.engine, learner.data
    if not each.is_refit:
        return fit(engine, data, each.seed, watcher, resume, member=each.member)
    selection = epochs_of(before, each.member, refit=0)
    return refit(engine, data, each.seed, watcher, selection, resume=resume)


@dataclass(frozen=True, slots=True)
class _Onward:
    """Passes on what a fit tells, with what earlier fits left.

    Attributes:
        watcher: who is told.
        before: the epochs of earlier fits.
        kept: the weights they ended with.
    """

    watcher: Watcher
    before: tuple[EpochRecord, ...]
    kept: tuple[Arrays, ...]

    def fit_began(self, fit: int, member: int, *, refit: bool) -> None:
        self.watcher.fit_began(fit, member, refit=refit)

    def stepped(self, epoch: int, done: int, total: int, loss: float) -> None:
        self.watcher.stepped(epoch, done, total, loss)

    def epoch_ended(self, checkpoint: Checkpoint) -> None:
        history = (*self.before, *checkpoint.history)
        self.watcher.epoch_ended(replace(checkpoint, history=history, kept=self.kept))
