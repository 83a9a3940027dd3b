"""Which procedures differ significantly after many tests, and who shares a letter."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from string import ascii_letters
from typing import Any

import numpy as np
from scipy import stats

from seqforecast.evaluation.accuracy_tests import (
    ALPHA,
    CUTOFFS,
    SERIES,
    Difference,
    Units,
    compare_cutoffs,
    compare_series,
)
from seqforecast.evaluation.metrics import Doubles

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
    CUTOFFS: (STATIONARY, DEPENDENT, SEEDS),
    SERIES: (INDEPENDENT, SYMMETRIC, SEEDS),
}
Names = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Significance:
    """What was tested and how: the object `significance` of comparison.json.

    Attributes:
        test: its name; None where nothing was tested.
        unit: cutoffs or series.
        count: how many units there are.
        independent: how many of them share no target with each other.
        seeds: the fewest seeds of a member.
        level: significance level (alpha) of the tests, after correction.
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
class Pair:
    """Two members, or a member and the best baseline: one of `pairs`.

    Attributes:
        a: a name.
        b: another.
        difference: mean loss of a less that of b; negative where a is better.
        low: lower end of its 95 % interval; None where there is none.
        high: upper end of it.
        p: of this test alone; None where there is none.
        p_adjusted: corrected for all pairs that were tested.
        significant: whether a claim is made.
        reason: why there is no p, or why no claim is made in spite of it.
    """

    a: str
    b: str
    difference: float
    low: float | None
    high: float | None
    p: float | None
    p_adjusted: float | None
    significant: bool
    reason: str | None

    def as_json(self) -> dict[str, Any]:
        """Return one of `pairs` of comparison.json."""
        return asdict(self)


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
    losses: Mapping[str, Doubles],
    baselines: Collection[str],
    units: Units,
    named: Collection[str] = (),
) -> Comparison:
    """Test every pair of members, and each member with the best baseline.

    Baselines that were named before anything was scored are tested as members are.

    Args:
        losses: shape (seeds, units) by name, from `Units.losses`; members may have
            different numbers of seeds, a baseline has one row. At least one member.
        baselines: which of the names are baselines.
        units: what the losses are compared over.
        named: which of the baselines stand beside the members.
    """
    means = {name: float(loss.mean()) for name, loss in losses.items()}
    members = [name for name in losses if name not in baselines or name in named]
    candidates = [name for name in losses if name in baselines]
    best = min(candidates, key=lambda name: means[name]) if candidates else None
    is_chosen = best is not None and best not in named
    names = [*members, str(best)] if is_chosen else members
    chosen = list(combinations(members, 2))
    chosen += [(name, str(best)) for name in members if is_chosen]
    pairs = tuple(compare_pairs(losses, baselines, chosen, units))
    apart = [(pair.a, pair.b) for pair in pairs if pair.significant]
    averages = np.stack([losses[name].mean(axis=0) for name in names])
    ranks = stats.rankdata(averages, axis=0).mean(axis=1).tolist()
    return Comparison(
        _describe(
            units,
            min(len(losses[name]) for name in members if name not in baselines),
            pairs,
            (*_no_seeds(named), *(CHOSEN for _ in range(is_chosen))),
        ),
        pairs,
        best,
        assign_letters(sorted(names, key=lambda name: means[name]), apart),
        dict(zip(names, ranks, strict=True)),
    )


def _no_seeds(named: Collection[str]) -> tuple[str, ...]:
    """Say what no seed changes; nothing where nobody was named."""
    *first, last = [*named] or [""]
    if first:
        listed = f"{', '.join(first)} and {last}"
        return (f"{listed} depend on no seed, and stand for themselves alone.",)
    return (f"{last} depends on no seed, and stands for itself alone.",) * bool(last)


def _describe(
    units: Units, seeds: int, pairs: Sequence[Pair], besides: tuple[str, ...]
) -> Significance:
    """Say what was tested and how, or why nothing was."""
    tested = any(pair.p is not None for pair in pairs)
    reasons = [pair.reason for pair in pairs] or ["there is nothing to compare with"]
    return Significance(
        test=TESTS[units.kind] if tested else None,
        unit=units.kind,
        count=units.count,
        independent=units.independent,
        seeds=seeds,
        level=ALPHA,
        correction="Holm",
        assumptions=(*ASSUMED[units.kind], *besides) if tested else (),
        reason=None if tested else reasons[0],
    )


def compare_pairs(
    losses: Mapping[str, Doubles],
    baselines: Collection[str],
    pairs: Iterable[Names],
    units: Units,
) -> Iterator[Pair]:
    """Yield the pairs in order, tested and corrected for their number by Holm.

    Args:
        losses: shape (seeds, units) by name; one row of a baseline.
        baselines: the names that need no second seed.
        pairs: names of two, each pair once.
        units: what the losses are compared over.
    """
    single = [
        name
        for name, loss in losses.items()
        if len(loss) == 1 and name not in baselines
    ]
    differences = {
        (a, b): _unless(_reason((a, b), single, units), losses[a], losses[b], units)
        for a, b in pairs
    }
    tested = {
        names: difference.p
        for names, difference in differences.items()
        if difference.p is not None
    }
    corrected = dict(zip(tested, correct(list(tested.values())), strict=True))
    for (a, b), difference in differences.items():
        adjusted = corrected.get((a, b))
        small = adjusted is not None and adjusted < ALPHA
        # What speaks against a claim is no news where there would be none anyway.
        reason = difference.reason if small or adjusted is None else ""
        yield Pair(
            a,
            b,
            difference=difference.mean,
            low=difference.low,
            high=difference.high,
            p=difference.p,
            p_adjusted=adjusted,
            significant=small and not reason,
            reason=reason or None,
        )


def _reason(names: Names, single: Iterable[str], units: Units) -> str:
    """Say why a pair cannot be tested; empty where it can."""
    if units.reason:
        return units.reason
    whose = " and ".join(name for name in single if name in names)
    if whose:
        return f"one seed of {whose}: how errors vary with the seed is not known"
    return ""


def _unless(reason: str, a: Doubles, b: Doubles, units: Units) -> Difference:
    """Test a pair unless there is a reason not to."""
    if reason:
        return Difference(float(a.mean() - b.mean()), reason=reason)
    if units.kind == CUTOFFS:
        return compare_cutoffs(a, b, units.overlap)
    return compare_series(a, b)


def correct(probabilities: Sequence[float]) -> list[float]:
    """Return probabilities corrected for how many there are, in the same order.

    At most the chance of one false claim among all of them (Holm, A Simple
    Sequentially Rejective Multiple Test Procedure, 1979).
    """
    order = sorted(range(len(probabilities)), key=lambda i: probabilities[i])
    corrected, largest = [0.0] * len(order), 0.0
    for rank, i in enumerate(order):
        largest = max(largest, min(1.0, probabilities[i] * (len(order) - rank)))
        corrected[i] = largest
    return corrected


def assign_letters(
    names: Sequence[str], apart: Iterable[tuple[str, str]]
) -> dict[str, str]:
    """Return letters by name: two share one exactly where they are not apart.

    By insertion and absorption (Piepho, An Algorithm for a Letter-Based Representation
    of All-Pairwise Comparisons, 2004).

    Args:
        names: letters are given in this order, the best first.
        apart: pairs of names that differ significantly, in any order.
    """
    groups = [frozenset(names)]
    for a, b in apart:
        split: list[frozenset[str]] = []
        for group in groups:
            both = a in group and b in group
            split += [group - {a}, group - {b}] if both else [group]
        groups = [
            group
            for i, group in enumerate(split)
            if not any(group < other for other in split) and group not in split[:i]
        ]
    groups.sort(key=lambda group: [name not in group for name in names])
    letters = {group: _letter(i) for i, group in enumerate(groups)}
    return {
        name: "".join(letter for group, letter in letters.items() if name in group)
        for name in names
    }


def _letter(number: int) -> str:
    """Return a, b, ..., Z, a', b', ..."""
    return ascii_letters[number % 52] + "'" * (number // 52)
