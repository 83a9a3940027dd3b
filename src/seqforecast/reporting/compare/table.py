"""The table of a comparison as plain text, from comparison.json."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from seqforecast.reporting.compare.verdict import (
    is_silent,
    names_of,
    ranked,
    say_comparison,
    say_no_seeds,
    say_test,
    sentence,
    skill_text,
)
from seqforecast.reporting.figures.labels import elide
from seqforecast.reporting.terminal import duration
from seqforecast.reporting.text_format import (
    GAP,
    align_names,
    align_numbers,
    align_right,
    decimal,
    join,
    significant,
    wrap,
)
from seqforecast.reporting.verdict import (
    NAMES,
    group_equals,
    name_baseline,
    say_equals,
)

NAME_WIDTH = 25
SPREAD = "\N{PLUS-MINUS SIGN}"


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """A member or a baseline as text; empty where a baseline has no such value.

    Attributes:
        rank: 1 for the member with the lowest validation error.
        name: in full.
        group: letters shared by those that are not told apart.
        validation: mean error and its standard deviation over seeds.
        test: alike; of a baseline the error alone.
        skill: 1 - mean test error / that of the best baseline.
        parameters: weights that are trained.
        training: mean time of a fit.
        windows: training windows a second, mean.
        epochs: mean over seeds, with the fewest and the most where they differ.
    """

    rank: str
    name: str
    group: str
    validation: tuple[str, str]
    test: tuple[str, str]
    skill: str = ""
    parameters: str = ""
    training: str = ""
    windows: str = ""
    epochs: str = ""


def tabulate_comparison(comparison: Mapping[str, Any]) -> tuple[ComparisonRow, ...]:
    """Return who is ranked, then the other baselines that differ, best first."""
    everyone = ranked(comparison)
    means = [each["validation"]["mean"] for each in everyone]
    # Who is equal shares a rank.
    members = [
        _row(1 + means.index(each["validation"]["mean"]), each) for each in everyone
    ]
    repeated, baselines = comparison.get("repeated", {}), comparison["baselines"]
    others = sorted(
        _tell_baselines_apart(comparison), key=lambda name: baselines[name]["test"]
    )
    rows = [
        ComparisonRow(
            rank="",
            name=name_baseline(name, repeated),
            group=baselines[name]["group"] or "",
            validation=("", ""),
            test=(significant(baselines[name]["test"]), ""),
        )
        for name in others
    ]
    return (*members, *rows)


def _tell_baselines_apart(comparison: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the baselines that have no rank, each with the names of its equals."""
    named = names_of(comparison)
    errors = {
        name: each["test"]
        for name, each in comparison["baselines"].items()
        if name not in named
    }
    return group_equals(errors, comparison["best_baseline"])


def render_comparison(comparison: Mapping[str, Any]) -> str:
    """Return errors, costs, verdict, test, failed fits and notes as one text.

    No line is longer than 80 letters but those with longer names in them; no colours.

    Args:
        comparison: the document, comparison.json.
    """
    rows = tabulate_comparison(comparison)
    first, *others = say_comparison(comparison)
    verdict = " ".join([f"Verdict: {first}.", *(sentence(clause) for clause in others)])
    failed = [
        f"Failed: {fit['name']}, seed {fit['seed']}: {fit['error']}"
        for fit in comparison["failed"]
    ]
    blocks = [
        [*_errors(rows, comparison), *wrap(describe_columns(comparison))],
        _costs([row for row in rows if row.parameters]),
        wrap([verdict]),
        wrap(say_test(comparison)),
        wrap(failed),
        wrap(comparison["notes"]),
    ]
    return "\n\n".join("\n".join(lines) for lines in blocks if lines)


def describe_columns(comparison: Mapping[str, Any]) -> list[str]:
    """Return what mean, spread, rank, group and skill are, as sentences."""
    counts = [len(member["seeds"]) for member in comparison["members"]]
    seeds, fewest = max(counts), min(counts)
    over = str(seeds) if seeds == fewest else f"{fewest} to {seeds}"
    several = f"Mean {SPREAD} standard deviation over {over} seeds"
    groups = "" if is_silent(comparison) else "; same letter: not significantly apart"
    first = several if seeds > 1 else "One seed"
    skill = f"skill: 1 - test error / that of {comparison['best_baseline']}"
    shown = _tell_baselines_apart(comparison)
    equals = say_equals(shown, comparison.get("repeated", {}))
    named = say_no_seeds(comparison)
    return [f"{first}; ranked by validation{groups}; {skill}.", *named, *equals]


def _errors(rows: Sequence[ComparisonRow], comparison: Mapping[str, Any]) -> list[str]:
    metric = NAMES[comparison["metric"]]
    ranked_by = NAMES[comparison.get("ranked_by", comparison["metric"])]
    columns = [
        _ranked_names(rows),
        align_names(["group", *(row.group for row in rows)]),
        _align_spread(f"validation {ranked_by}", [row.validation for row in rows]),
        _align_spread(f"test {metric}", [row.test for row in rows]),
        align_numbers(["skill", *(row.skill for row in rows)]),
    ]
    return join(columns)


def _ranked_names(rows: Sequence[ComparisonRow]) -> list[str]:
    """Return ranks and names as one column, which stands in every block of a table."""
    ranks = align_names(["", *(row.rank for row in rows)])
    names = align_names(["", *(elide(row.name, NAME_WIDTH) for row in rows)])
    return [GAP.join(pair) for pair in zip(ranks, names, strict=True)]


def _costs(rows: Sequence[ComparisonRow]) -> list[str]:
    columns = [
        _ranked_names(rows),
        align_numbers(["parameters", *(row.parameters for row in rows)]),
        align_right(["training", *(row.training for row in rows)]),
        align_numbers(["windows/s", *(row.windows for row in rows)]),
        align_names(["epochs", *(row.epochs for row in rows)]),
    ]
    return join(columns)


def _align_spread(header: str, cells: Sequence[tuple[str, str]]) -> list[str]:
    """Align means at their decimal points, and spreads at theirs, as one column."""
    means = align_numbers(["", *(mean for mean, _ in cells)])
    spreads = align_numbers(["", *(spread for _, spread in cells)])
    body = [
        f"{mean} {SPREAD if cell[1] else ' '} {spread}".rstrip()
        for mean, spread, cell in zip(means[1:], spreads[1:], cells, strict=True)
    ]
    return align_names([header, *body])


def _row(rank: int, member: Mapping[str, Any]) -> ComparisonRow:
    """Return the row of a member; a forecaster is not trained, and has no costs."""
    skill, epochs = member["skill"]["value"], member.get("epochs")
    costs = {}
    if epochs is not None:
        costs = {
            "parameters": f"{member['parameters']:,}",
            "training": duration(member["seconds"]),
            "windows": f"{member['windows_per_second']:,.0f}",
            "epochs": _epochs(epochs["mean"], epochs["values"]),
        }
    return ComparisonRow(
        rank=str(rank),
        name=member["name"],
        group=member["group"] or "",
        validation=spread_texts(member["validation"]),
        test=spread_texts(member["test"]),
        skill="-" if skill is None else skill_text(skill),
        **costs,
    )


def spread_texts(errors: Mapping[str, Any]) -> tuple[str, str]:
    """Return a mean and its standard deviation with the same decimals.

    The standard deviation has more where these would make it 0, and is empty for one
    seed.
    """
    mean = significant(errors["mean"])
    if errors["sd"] is None:
        return mean, ""
    if "e" in mean:
        return mean, significant(errors["sd"], 2)
    return mean, decimal(errors["sd"], len(mean.partition(".")[2]))


def _epochs(mean: float, values: Sequence[float]) -> str:
    fewest, most = min(values), max(values)
    if fewest == most:
        return f"{fewest:g}"
    return f"{mean:.1f} ({fewest:g} to {most:g})"
