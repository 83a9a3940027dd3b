"""What the statistics of a comparison mean, for readers who are no statisticians."""

from collections.abc import Mapping
from typing import Any

from seqforecast.reporting.comparison.verdict import is_silent
from seqforecast.reporting.numbers import decimal, plural, significant

# What each test asks of the units it is made on.
ASKED = {
    "Diebold-Mariano": "At each of {count} the errors of two members are subtracted; "
    "the test asks whether these differences could be zero on average.",
    "Wilcoxon signed-rank": "For each of {count} the errors of two members are "
    "subtracted; the test asks whether one side is ahead more often, and by more, than "
    "luck would have it.",
}
NOTHING = "-"


def explain(comparison: Mapping[str, Any]) -> list[str]:
    """Return paragraphs on seeds, ranking, test and what it cannot say."""
    seeds = len(comparison["seeds"])
    several = (
        f"Every member was trained {seeds} times, each time from another seed, and all "
        "members with the same seeds on the same windows. How far the seeds of one "
        "member lie apart is how much luck in training alone changes its error."
    )
    ranked = (
        "Members are ranked by their error on the validation part. The errors on the "
        "test part, by which no member was chosen, are what to expect on new data."
    )
    first = [several, ranked] if seeds > 1 else [ranked]
    return [*first, *(_silent if is_silent(comparison) else _tested)(comparison)]


def tabulate_pairs(comparison: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Return each pair: names, difference, interval, p, adjusted p, and who is better.

    The difference is the first name's mean error less the second's.
    """
    return [
        (
            pair["a"],
            pair["b"],
            significant(pair["difference"], 3),
            _interval(pair["low"], pair["high"]),
            _probability(pair["p"]),
            _probability(pair["p_adjusted"]),
            _who(pair),
        )
        for pair in comparison["pairs"]
    ]


def _tested(comparison: Mapping[str, Any]) -> list[str]:
    about, pairs = comparison["significance"], len(comparison["pairs"])
    count, apart = about["count"], about["independent"]
    asked = ASKED[about["test"]].format(count=f"{count:,} {about['unit']}")
    if apart != count:
        asked += (
            f" Windows of neighbouring {about['unit']} overlap, and only {apart:,} do "
            "not: the test allows for that, or it would take the same evidence for new "
            "many times over."
        )
    level = f"{100 * about['level']:g} %"
    several = (
        f"{pairs} {plural('pair', pairs)} {'is' if pairs == 1 else 'are'} compared at "
        f"once. The {about['correction']} correction keeps the chance of even one "
        f"false finding among all of them at {level}."
    )
    unknown = (
        "Not significantly apart does not mean equal: a difference may be too small "
        "for these data to show. The intervals below say how large it could be."
    )
    return [asked, several, unknown]


def _silent(comparison: Mapping[str, Any]) -> list[str]:
    why = comparison["significance"]["reason"]
    return [
        f"Nothing is claimed about significance: {why}.",
        (
            "The order in the table is what these fits gave; another seed or another "
            "stretch of time may turn it around."
        ),
    ]


def _interval(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return NOTHING
    return f"[{significant(low, 3)}, {significant(high, 3)}]"


def _probability(p: float | None) -> str:
    if p is None:
        return NOTHING
    return "< 0.001" if p < 0.001 else decimal(p, 3)


def _who(pair: Mapping[str, Any]) -> str:
    if pair["significant"]:
        return f"{'first' if pair['difference'] < 0 else 'second'} is better"
    apart = "not significantly apart"
    return f"{apart}: {pair['reason']}" if pair["reason"] else apart
