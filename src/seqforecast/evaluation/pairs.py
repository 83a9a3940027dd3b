"""Pairs: who is tested against whom, and what remains after so many tests."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from seqforecast.evaluation.accuracy_tests import (
    LEVEL,
    Difference,
    compare_cutoffs,
    compare_series,
)
from seqforecast.evaluation.multiplicity import correct
from seqforecast.evaluation.totals import Doubles
from seqforecast.evaluation.units import CUTOFFS, Units

Names = tuple[str, str]


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


def compare_pairs(
    losses: Mapping[str, Doubles],
    baseline: str | None,
    pairs: Iterable[Names],
    units: Units,
) -> Iterator[Pair]:
    """Yield the pairs in order, tested and corrected for their number by Holm.

    Args:
        losses: shape (seeds, units) by name; one row of the baseline.
        baseline: the name that needs no second seed.
        pairs: names of two, each pair once.
        units: what the losses are compared over.
    """
    single = [
        name for name, each in losses.items() if len(each) == 1 and name != baseline
    ]
    found = {
        (a, b): _unless(_reason((a, b), single, units), losses[a], losses[b], units)
        for a, b in pairs
    }
    tested = {names: each.p for names, each in found.items() if each.p is not None}
    corrected = dict(zip(tested, correct(list(tested.values())), strict=True))
    for (a, b), each in found.items():
        adjusted = corrected.get((a, b))
        small = adjusted is not None and adjusted < LEVEL
        # What speaks against a claim is no news where there would be none anyway.
        reason = each.reason if small or adjusted is None else ""
        yield Pair(
            a,
            b,
            difference=each.mean,
            low=each.low,
            high=each.high,
            p=each.p,
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
