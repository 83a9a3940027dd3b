"""The verdict of a run for readers who are no statisticians."""

from collections.abc import Mapping
from typing import Any

from seqforecast.reporting.numbers import percent, plural
from seqforecast.reporting.tables import say_sentence
from seqforecast.reporting.verdict import NAIVE, NAMES, told_apart

# What each verdict means; `{best}` is the best baseline.
MEANING = {
    "better": "The difference is more than chance: the whole 95 % interval of the "
    "skill lies above zero.",
    "worse": "The difference is more than chance. As it stands, use {best}: it "
    "forecasts these data better.",
    "no better": "The difference may be chance. As it stands, nothing here says that "
    "the model is worth more than {best}, which costs next to nothing.",
}


def say_run(test: Mapping[str, Any]) -> list[str]:
    """Return the verdict, what it means, and how far the naive forecast is.

    Args:
        test: the `test` object of metrics.json.
    """
    skill, count = test["skill"], len(test["baselines"])
    best = "The only baseline" if count == 1 else f"The best of {count} baselines"
    told = [say_sentence(test), f"{best} is {skill['against']}. {_say_meaning(test)}"]
    if skill["against"] != NAIVE:
        told.append(_say_naive(test, skill["metric"]))
    return [said.strip() for said in told if said]


def _say_meaning(test: Mapping[str, Any]) -> str:
    skill = test["skill"]
    if skill["value"] is None:
        return ""
    if skill["low"] is not None and skill["high"] is not None:
        return MEANING[test["verdict"]].format(best=skill["against"])
    return (
        f"On these test windows the model's error is {_say_share(skill['value'])}, "
        "which may be chance: a longer test part, or more series, would tell."
    )


def _say_naive(test: Mapping[str, Any], metric: str) -> str:
    """Return how far the model is from repeating the last value."""
    ours, naive = test["model"][metric], test["baselines"][NAIVE][metric]
    if ours is None or not naive:
        return ""
    mine, theirs = told_apart([ours, naive])
    return (
        "Against the naive forecast, which repeats the last value, its error is "
        f"{_say_share(1 - ours / naive)}: {NAMES[metric]} {mine} against {theirs}."
    )


def _say_share(skill: float) -> str:
    side = "lower" if skill > 0 else "higher"
    return f"{percent(abs(skill))} {side}" if skill else "the same"


def say_about(
    test: Mapping[str, Any], preprocess: Mapping[str, Any], parameters: int, cell: str
) -> str:
    """Return in a line what was trained, and what it was tested on."""
    series, windows = len(preprocess["series"]), test["windows"]
    counts = (
        (parameters, "parameter"),
        (windows, "test window"),
        (preprocess["horizon"], "step"),
    )
    weights, tested, steps = (f"{n:,} {plural(noun, n)}" for n, noun in counts)
    return f"{cell} with {weights}; {series:,} series, {tested}, {steps} ahead"
