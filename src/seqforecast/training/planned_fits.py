"""The fits of a run, in order: members of an ensemble, selections and refits."""

from dataclasses import dataclass

import numpy as np

from seqforecast.training.section import TrainingSection


@dataclass(frozen=True, slots=True)
class PlannedFit:
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


def plan_fits(section: TrainingSection, seed: int) -> list[PlannedFit]:
    """Return every fit in order: each member is chosen, then trained on both parts."""
    kinds = (False, True) if section.refit else (False,)
    return [
        PlannedFit(member, member_seed(seed, member), kind)
        for member in range(1, section.ensemble + 1)
        for kind in kinds
    ]
