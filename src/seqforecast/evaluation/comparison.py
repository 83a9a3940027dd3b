"""Comparison: which procedures differ significantly, and which share a group."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

import numpy as np
from scipy import stats

from seqforecast.evaluation.accuracy_tests import LEVEL
from seqforecast.evaluation.multiplicity import assign_letters
from seqforecast.evaluation.pairs import Pair, compare_pairs
from seqforecast.evaluation.totals import Doubles
from seqforecast.evaluation.units import CUTOFFS, SERIES, Units

TESTS = {CUTOFFS: "Diebold-Mariano", SERIES: "Wilcoxon signed-rank"}
STATIONARY = (
    "The difference of two errors varies over time about a mean that stays the same "
    "over the test part."
)
DEPENDENT = (
    "Cutoffs whose targets overlap count as dependent, and so do cutoffs farther apart "
    "as far as their differences vary slowly: the variance of the mean is the larger "
    "of Harvey, Leybourne and Newbold's and of one by cosines."
)
INDEPENDENT = (
    "Series are independent of each other: which member is better on one says nothing "
    "about another. What all series share at a cutoff, as a holiday, is not seen."
)
SYMMETRIC = (
    "Where two are equally good, differences are as often and as far above 0 as below; "
    "p is by ranks, the interval of the mean over series by Student's t."
)
SEEDS = (
    "The seeds stand for all seeds, and those of two members are not paired: how much "
    "mean errors vary with them is part of every test."
)
CHOSEN = "The best baseline was chosen on the same windows, which favours it."
ASSUMED = {
    CUTOFFS: (STATIONARY, DEPENDENT, SEEDS, CHOSEN),
    SERIES: (INDEPENDENT, SYMMETRIC, SEEDS, CHOSEN),
}


@dataclass(frozen=True, slots=True)
class Significance:
    """What was tested and how: the object `significance` of comparison.json.

    Attributes:
        test: its name; None where nothing was tested.
        unit: cutoffs or series.
        count: how many units there are.
        independent: how many of them share no target with each other.
        seeds: the fewest seeds of a member.
        level: of the tests, after correction.
        correction: for the number of tests.
        assumptions: of the test, a sentence each.
        reason: why nothing is claimed at all; None where something was tested.
    """

    test: str | None
    unit: str
    count: int
    independent: int
    seeds: int
    level: float
    correction: str
    assumptions: tuple[str, ...]
    reason: str | None

    def as_json(self) -> dict[str, Any]:
        """Return the object `significance` of comparison.json."""
        return asdict(self) | {"assumptions": list(self.assumptions)}


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the losses say of all members and of the best baseline.

    Attributes:
        significance: what was tested and how.
        pairs: all among members, then each member with the best baseline.
        best_baseline: the one with the lowest mean loss; None without baselines.
        groups: letters by name, of members and the best baseline; two that share a
            letter are not significantly apart. The lowest mean loss has an a.
        ranks: mean rank over the units, by the same names; 1 is best in every unit.
    """

    significance: Significance
    pairs: tuple[Pair, ...]
    best_baseline: str | None
    groups: dict[str, str]
    ranks: dict[str, float]


def compare_losses(
    losses: Mapping[str, Doubles], baselines: Collection[str], units: Units
) -> Comparison:
    """Test every pair of members, and each member with the best baseline.

    Args:
        losses: shape (seeds, units) by name, from `Units.losses`; members may have
            different numbers of seeds, a baseline has one row. At least one member.
        baselines: which of the names are baselines.
        units: what the losses are compared over.
    """
    means = {name: float(each.mean()) for name, each in losses.items()}
    members = [name for name in losses if name not in baselines]
    given = [name for name in losses if name in baselines]
    best = min(given, key=lambda name: means[name]) if given else None
    names = members if best is None else [*members, best]
    chosen = list(combinations(members, 2))
    if best is not None:
        chosen += [(name, best) for name in members]
    pairs = tuple(compare_pairs(losses, best, chosen, units))
    apart = [(pair.a, pair.b) for pair in pairs if pair.significant]
    averages = np.stack([losses[name].mean(axis=0) for name in names])
    ranks = stats.rankdata(averages, axis=0).mean(axis=1).tolist()
    return Comparison(
        _describe(units, min(len(losses[name]) for name in members), pairs),
        pairs,
        best,
        assign_letters(sorted(names, key=lambda name: means[name]), apart),
        dict(zip(names, ranks, strict=True)),
    )


def _describe(units: Units, seeds: int, pairs: Sequence[Pair]) -> Significance:
    """Say what was tested and how, or why nothing was."""
    tested = any(pair.p is not None for pair in pairs)
    reasons = [pair.reason for pair in pairs] or ["there is nothing to compare with"]
    return Significance(
        test=TESTS[units.kind] if tested else None,
        unit=units.kind,
        count=units.count,
        independent=units.independent,
        seeds=seeds,
        level=LEVEL,
        correction="Holm",
        assumptions=ASSUMED[units.kind] if tested else (),
        reason=None if tested else reasons[0],
    )
