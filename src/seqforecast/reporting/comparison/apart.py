"""Who is told apart from whom, from `pairs` of comparison.json."""

from collections.abc import Mapping, Sequence, Set
from typing import Any

Pairs = Sequence[Mapping[str, Any]]


def names_of(comparison: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the members, best first by validation."""
    return tuple(member["name"] for member in comparison["members"])


def tested(pairs: Pairs) -> Pairs:
    """Return the pairs that a test was made on."""
    return [pair for pair in pairs if pair["p_adjusted"] is not None]


def beaten_by(name: str, pairs: Pairs) -> frozenset[str]:
    """Return whom a name beats significantly: its mean error is lower."""
    lower = {pair["b"] for pair in _significant(pairs, name, "a", -1)}
    return frozenset(lower | {pair["a"] for pair in _significant(pairs, name, "b", 1)})


def _significant(pairs: Pairs, name: str, side: str, sign: int) -> Pairs:
    """Return pairs with a name on one side and a difference of that sign."""
    return [
        pair
        for pair in pairs
        if pair["significant"] and pair[side] == name and sign * pair["difference"] > 0
    ]


def cliques(names: Sequence[str], pairs: Pairs) -> tuple[tuple[str, ...], ...]:
    """Return the largest sets of names no two of which are told apart.

    Sets of one are left out, and so is a pair that was not compared at all. Sets and
    names in them keep the order of `names`. (Bron and Kerbosch, Algorithm 457: finding
    all cliques of an undirected graph, 1973.)
    """
    alike: dict[str, set[str]] = {name: set() for name in names}
    for pair in pairs:
        a, b = pair["a"], pair["b"]
        if not pair["significant"] and a in alike and b in alike:
            alike[a].add(b)
            alike[b].add(a)
    found: list[frozenset[str]] = []

    def extend(clique: Set[str], candidates: Set[str], done: Set[str]) -> None:
        if not candidates and not done:
            found.append(frozenset(clique))
        for name in [each for each in names if each in candidates]:
            extend(clique | {name}, candidates & alike[name], done & alike[name])
            candidates, done = candidates - {name}, done | {name}

    extend(set(), set(names), set())
    ordered = [tuple(name for name in names if name in clique) for clique in found]
    at = {name: number for number, name in enumerate(names)}
    several = [clique for clique in ordered if len(clique) > 1]
    return tuple(sorted(several, key=lambda clique: [at[name] for name in clique]))
