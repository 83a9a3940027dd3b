"""What the fits of a backtest share: the compiled models, and the display."""

from collections.abc import Sequence
from dataclasses import dataclass

from seqforecast.training.checkpoints import Arrays
from seqforecast.training.fit import assign, values_of
from seqforecast.training.history import EpochRecord
from seqforecast.training.members import Learner
from seqforecast.training.seeding import fix_seeds
from seqforecast.workflows.learning import untrained, windows_of
from seqforecast.workflows.prepare import Prepared
from seqforecast.workflows.watching import Silent


class Turn(Silent):
    """The display of one fit among all of them.

    Args:
        display: of all.
        number: of this fit, counted from 1.
        each: fits that it consists of: members of an ensemble, and their refits.
        name: of this fit.
    """

    def __init__(self, display: Silent, number: int, each: int, name: str) -> None:
        self._display, self._name = display, name
        self._before = (number - 1) * each

    def fit_began(self, fit: int, name: str) -> None:
        """Pass it on."""
        self._display.fit_began(self._before + fit, f"{self._name}, {name}")

    def stepped(self, epoch: int, done: int, total: int, loss: float) -> None:
        """Pass it on."""
        self._display.stepped(epoch, done, total, loss)

    def ended(self, record: EpochRecord, *, is_best: bool) -> None:
        """Pass it on."""
        self._display.ended(record, is_best=is_best)


@dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """What all fits are trained with.

    Attributes:
        learners: built for the first fit, one for each lookback.
        initial: the variables of each of their engines before training.
    """

    learners: Sequence[Learner]
    initial: Sequence[Arrays]

    @classmethod
    def of(cls, learners: Sequence[Learner]) -> "Bench":
        """Remember how learners begin."""
        return cls(learners, [values_of(each.engine.variables) for each in learners])

    def begin(self, prepared: Prepared) -> list[Learner]:
        """Return untrained learners of other data, as `build` would make them.

        Weights and scales are put into the models there are: nothing is compiled anew.
        """
        fix_seeds(prepared.experiment.seed)
        fresh = []
        for learner, initial in zip(self.learners, self.initial, strict=True):
            engine = learner.engine
            lookback = engine.forecaster.lookback
            model = untrained(prepared, lookback).model
            assign(engine.variables, initial)
            assign(engine.forecaster.model.variables, values_of(model.variables))
            fresh.append(Learner(engine, windows_of(prepared, lookback)))
        return fresh
