"""The page of a comparison, and what its statistics mean for readers."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from seqforecast.reporting.compare.table import describe_columns, tabulate_comparison
from seqforecast.reporting.compare.verdict import (
    is_silent,
    listed,
    names_of,
    say_comparison,
    say_test,
    sentence,
)
from seqforecast.reporting.page import render_page, show
from seqforecast.reporting.settings_text import split_by_member
from seqforecast.reporting.text_format import decimal, plural, significant
from seqforecast.reporting.verdict import NAMES

MOST_NAMES = 4  # in a title

# What each picture is called on the page, and how to read it.
READING = {
    "ranks": (
        "Who is significantly apart",
        (
            "Every name hangs from its average rank: further left is better. A thick "
            "bar joins names that are not significantly apart; dots mark who belongs "
            "to it."
        ),
    ),
    "seeds": (
        "Every seed",
        (
            "Each point is one training. Where the points of two members mix, the "
            "choice between them is smaller than the luck of the seed."
        ),
    ),
    "loss": (
        "Learning curves",
        (
            "The validation loss after every epoch. A curve that still falls at its "
            "end could have trained longer; a wide band means that seeds matter."
        ),
    ),
    "forecasts": (
        "Forecasts of the same windows",
        (
            "What each member saw in grey, then what came, and what it forecast in "
            "its colour; dashed is the best baseline."
        ),
    ),
    "error_by_step": (
        "Error by step",
        "How large the error is at each step of the forecast, however far ahead.",
    ),
    "memory": (
        "Memory",
        (
            "How strongly the last step of the forecast depends on each step of the "
            "lookback. Below the dotted line a step no longer counts."
        ),
    ),
}

# What each test asks of the units it is made on.
QUESTIONS = {
    "Diebold-Mariano": "At each of {count} the errors of two members are subtracted; "
    "the test asks whether these differences could be zero on average.",
    "Wilcoxon signed-rank": "For each of {count} the errors of two members are "
    "subtracted; the test asks whether one side is ahead more often, and by more, than "
    "luck would have it.",
}
NOTHING = "-"


def render_comparison_page(
    comparison: Mapping[str, Any],
    pictures: Mapping[str, Path],
    details: Mapping[str, Any],
) -> str:
    """Return the page as HTML, pictures inside.

    Args:
        comparison: the document, comparison.json.
        pictures: PNG files by name, some of those in `READING`, in the order of the
            page.
        details: what the document does not say: `settings`, every setting in force
            by member, sections nested; `environment`, versions and machine by name;
            `command`, which makes the comparison again.

    Raises:
        OSError: a picture cannot be read.
    """
    names = names_of(comparison)
    equal, different = split_by_member(details["settings"])
    metric = NAMES[comparison["metric"]]
    ranked_by = NAMES[comparison.get("ranked_by", comparison["metric"])]
    return render_page(
        "comparison.html",
        comparison=comparison,
        title=f"{_short(names)} on {comparison['name']}",
        about=_about(comparison),
        verdict=[sentence(clause) for clause in say_comparison(comparison)],
        columns=(
            *("rank", "name", "group", f"validation {ranked_by}", f"test {metric}"),
            *("skill", "parameters", "training", "windows/s", "epochs"),
        ),
        rows=tabulate_comparison(comparison),
        legend=describe_columns(comparison),
        figures=show(pictures, READING),
        paragraphs=explain(comparison),
        tested=say_test(comparison),
        pairs=tabulate_pairs(comparison),
        equal=equal,
        different=[("setting", *details["settings"])]
        + [(name, *values) for name, values in different.items()],
        environment=details["environment"],
        command=details["command"],
    )


def _short(names: Sequence[str]) -> str:
    many = len(names) > MOST_NAMES
    return f"{len(names)} members" if many else listed(names)


def _about(comparison: Mapping[str, Any]) -> str:
    counts = (
        (len(comparison["seeds"]), "seed"),
        (comparison["windows"], "test window"),
        (comparison["horizon"], "step"),
    )
    seeds, windows, steps = (f"{n:,} {plural(noun, n)}" for n, noun in counts)
    matched = ""
    if comparison["match"]:
        sizes = [member["parameters"] for member in comparison["members"]]
        is_close = max(sizes) <= 1.05 * min(sizes)
        whole = "parameters matched as closely as whole units allow"
        matched = f", {'equal numbers of parameters' if is_close else whole}"
    return f"{seeds} each, {windows}, {steps} ahead{matched}"


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
    if named := [each["name"] for each in comparison.get("forecasters", ())]:
        first.append(
            f"{listed(named)} {'was' if len(named) == 1 else 'were'} named to stand "
            "beside the members before anything was scored: the same windows, the same "
            "tests. No seed changes such a forecast, so that its error has no spread; "
            "what the tests allow for is how it varies with the windows."
        )
    return [*first, *(_silent if is_silent(comparison) else _tested)(comparison)]


def tabulate_pairs(comparison: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Return each pair: names, difference, interval, p, adjusted p, and who is better.

    The first row is the header. A difference is the first name's mean error less
    the second's.
    """
    difference = f"difference in {NAMES[comparison['metric']]}"
    header = ("first", "second", difference, "95 % interval", "p", "p, corrected")
    rows = [
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
    return [(*header, "finding"), *rows]


def _tested(comparison: Mapping[str, Any]) -> list[str]:
    about, pairs = comparison["significance"], len(comparison["pairs"])
    count, apart = about["count"], about["independent"]
    question = QUESTIONS[about["test"]].format(count=f"{count:,} {about['unit']}")
    if apart != count:
        question += (
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
    return [question, several, unknown]


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
