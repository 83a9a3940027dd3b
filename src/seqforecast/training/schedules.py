"""Learning rates: one for each epoch, from the settings and the losses so far."""

import math
from collections.abc import Callable, Sequence

from seqforecast.training.section import TrainingSection

Losses = Sequence[float]

# Every schedule takes (settings, epoch, losses so far), whatever it needs of them.
# ruff: noqa: ARG001


def _constant(section: TrainingSection, epoch: int, losses: Losses) -> float:
    return 1.0


def _exponential(section: TrainingSection, epoch: int, losses: Losses) -> float:
    return section.decay ** (epoch - 1)


def _cosine(section: TrainingSection, epoch: int, losses: Losses) -> float:
    # Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm
    # Restarts", 2017, without the restarts; the last epoch still learns.
    return (1 + math.cos(math.pi * (epoch - 1) / section.epochs)) / 2


def _step(section: TrainingSection, epoch: int, losses: Losses) -> float:
    return section.decay ** ((epoch - 1) // section.decay_every)


def _plateau(section: TrainingSection, epoch: int, losses: Losses) -> float:
    best, waited, drops = math.inf, 0, 0
    for loss in losses:
        waited = 0 if loss < best else waited + 1
        best = min(best, loss)
        if waited == section.decay_every:
            drops, waited = drops + 1, 0
    return section.decay**drops


SCHEDULES: dict[str, Callable[[TrainingSection, int, Losses], float]] = {
    "constant": _constant,
    "exponential": _exponential,
    "cosine": _cosine,
    "step": _step,
    "plateau": _plateau,
}


def learning_rate(section: TrainingSection, epoch: int, losses: Losses) -> float:
    """Return the learning rate of an epoch.

    Args:
        section: the settings.
        epoch: counted from 1.
        losses: validation losses of the epochs before this one.
    """
    return section.learning_rate * SCHEDULES[section.schedule](section, epoch, losses)
