"""The verdict of a comparison in words: who is told apart from whom."""

from collections.abc import Mapping, Sequence, Set
from typing import Any

from seqforecast.reporting.text_format import decimal, plural
from seqforecast.reporting.verdict import NAMES, told_apart

# Words that begin a clause where no name does.
OPENERS = ("all", "both", "neither", "no", "none", "nothing", "test", "validation")
FAR_BELOW = -10
ONE = {"cutoffs": "cutoff", "series": "series"}
Pairs = Sequence[Mapping[str, Any]]


def is_silent(comparison: Mapping[str, Any]) -> bool:
    """Return whether nothing is claimed about significance."""
    significance = comparison["significance"]
    return significance["test"] is None or significance["reason"] is not None


def say_comparison(comparison: Mapping[str, Any]) -> list[str]:
    """Return the verdict: on the members, on the best baseline, on the choice.

    Forecasters that were named to stand beside the members are spoken of as these are.
    Each begins small and has no full stop: see `sentence`. Where nothing is claimed
    the first says why.

    Args:
        comparison: the document, comparison.json, with at least one member.
    """
    if is_silent(comparison):
        why = comparison["significance"]["reason"]
        return [f"nothing is claimed: {why}", *_say_choice(comparison)]
    clauses = [say_members(comparison), _say_baseline(comparison)]
    return [
        *filter(None, clauses),
        *_say_choice(comparison),
        *_say_reasons(comparison["pairs"]),
    ]


def say_members(comparison: Mapping[str, Any]) -> str:
    """Return which members are better than which, and which are not apart.

    Empty for one member, or where no pair of members was tested.
    """
    names, pairs = names_of(comparison), tested(comparison["pairs"])
    alike = cliques(names, pairs)
    if alike == (names,):
        return f"no significant difference between {listed(names)}"
    better: dict[frozenset[str], list[str]] = {}
    for name in names:
        beaten = beaten_by(name, pairs) & set(names)
        if beaten:
            better.setdefault(beaten, []).append(name)
    clauses = [
        f"{listed(winners)} {_is(winners)} significantly better than "
        f"{listed([name for name in names if name in beaten])}"
        for beaten, winners in better.items()
    ]
    clauses += [
        f"no significant difference between {listed(clique)}" for clique in alike
    ]
    return "; ".join(clauses)


def sentence(clause: str) -> str:
    """Return a clause as a sentence; a name at its beginning stays as it is."""
    opens = clause.partition(" ")[0] in OPENERS
    return f"{clause[0].upper() if opens else clause[0]}{clause[1:]}."


def listed(names: Sequence[str]) -> str:
    """Return names as a sentence lists them."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def say_test(comparison: Mapping[str, Any]) -> list[str]:
    """Return the test, its sample size and correction, then what it assumes."""
    about = comparison["significance"]
    if about["test"] is None:
        return []
    unit, count, apart = about["unit"], about["count"], about["independent"]
    overlap = "" if apart == count else f", {apart:,} of which do not overlap"
    seeds = about["seeds"]
    description = (
        f"{about['test']} test on {count:,} {ONE[unit] if count == 1 else unit}"
        f"{overlap}, and {seeds} {plural('seed', seeds)}; significant at "
        f"{100 * about['level']:g} % over all pairs together "
        f"({about['correction']} correction)."
    )
    return [description, *about["assumptions"]]


def _say_baseline(comparison: Mapping[str, Any]) -> str:
    """Return how the members stand to the best baseline."""
    pairs, best = tested(comparison["pairs"]), comparison["best_baseline"]
    if best in names_of(comparison):  # it was named, and is spoken of among them
        return ""
    against = [{pair["a"], pair["b"]} for pair in pairs]
    names = [name for name in names_of(comparison) if {name, best} in against]
    stronger = beaten_by(best, pairs)
    kinds: dict[str, list[str]] = {}
    for name in names:
        kind = "not significantly apart from"
        if best in beaten_by(name, pairs):
            kind = "significantly better than"
        elif name in stronger:
            kind = "significantly worse than"
        kinds.setdefault(kind, []).append(name)
    baseline = f"{best}, the best baseline"
    if len(kinds) == 1 and len(names_of(comparison)) == len(names) > 1:
        kind = next(iter(kinds))
        none, every = (
            ("neither is", "both are") if len(names) == 2 else ("none is", "all are")
        )
        which = none if kind.startswith("not ") else every
        return f"{which} {kind.removeprefix('not ')} {baseline}"
    return "; ".join(
        f"{listed(who)} {_is(who)} {kind} {'it' if number else baseline}"
        for number, (kind, who) in enumerate(kinds.items())
    )


def _say_reasons(pairs: Pairs) -> list[str]:
    """Return each reason for which no claim is made once, with its pairs."""
    about: dict[str, list[str]] = {}
    for pair in pairs:
        if pair["reason"]:
            which = f"{pair['a']} against {pair['b']}"
            about.setdefault(pair["reason"], []).append(which)
    return [f"no claim on {listed(which)}: {why}" for why, which in about.items()]


def _say_choice(comparison: Mapping[str, Any]) -> list[str]:
    """Return what validation chooses, and whether the test part likes another more."""
    first, *others = ranked(comparison)
    best, metric = comparison["best_baseline"], NAMES[comparison["metric"]]
    lowest = min(others, key=lambda member: member["test"]["mean"], default=first)
    errors = [first["test"]["mean"], comparison["baselines"][best]["test"]]
    if lowest["test"]["mean"] < errors[0]:
        errors.append(lowest["test"]["mean"])
    ours, baseline, *theirs = told_apart(errors)
    least = first["validation"]["mean"]
    ties = [other["name"] for other in others if other["validation"]["mean"] == least]
    clause = f"validation chooses {first['name']}: " if others else ""
    if ties:
        clause = f"validation does not tell {listed([first['name'], *ties])} apart: "
    clause += f"test {metric} {ours}"
    if first["name"] != best:
        clause += f", {best} {baseline}"
        if first["skill"]["value"] is not None:
            clause += f", skill {skill_text(first['skill']['value'])}"
    if theirs:
        clause += (
            f"; {lowest['name']} has {theirs[0]}, but the test part chooses nothing"
        )
    return [clause]


def skill_text(skill: float) -> str:
    """Write a skill with three decimals, one far below 0 as a whole number."""
    return decimal(skill, 3) if skill > FAR_BELOW else f"{skill:,.0f}"


def _is(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def say_no_seeds(comparison: Mapping[str, Any]) -> list[str]:
    """Return what forecasters beside the members are; empty where there are none."""
    names = [each["name"] for each in comparison.get("forecasters", ())]
    if not names:
        return []
    verb = "depends" if len(names) == 1 else "depend"
    return [f"{listed(names)} {verb} on no seed: one forecast of each window."]


def names_of(comparison: Mapping[str, Any]) -> tuple[str, ...]:
    """Return who is ranked, best first by validation."""
    return tuple(each["name"] for each in ranked(comparison))


def ranked(comparison: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return members and forecasters named beside them, best first by validation.

    All have `name`, `validation`, `test`, `skill`, `group` and `seconds`; forecasters
    have one value in the place of one a seed.
    """
    everyone = [*comparison["members"], *comparison.get("forecasters", ())]
    return sorted(everyone, key=lambda each: float(each["validation"]["mean"]))


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
    maximal: list[frozenset[str]] = []

    def extend(clique: Set[str], candidates: Set[str], excluded: Set[str]) -> None:
        if not candidates and not excluded:
            maximal.append(frozenset(clique))
        for name in [candidate for candidate in names if candidate in candidates]:
            extend(clique | {name}, candidates & alike[name], excluded & alike[name])
            candidates, excluded = candidates - {name}, excluded | {name}

    extend(set(), set(names), set())
    ordered = [tuple(name for name in names if name in clique) for clique in maximal]
    at = {name: number for number, name in enumerate(names)}
    several = [clique for clique in ordered if len(clique) > 1]
    return tuple(sorted(several, key=lambda clique: [at[name] for name in clique]))
