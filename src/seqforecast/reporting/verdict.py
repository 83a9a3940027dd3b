"""The verdict of a run in words, from the `test` object of metrics.json."""

from collections.abc import Mapping, Sequence
from typing import Any

from seqforecast.evaluation.final_choice import name_final
from seqforecast.reporting.text_format import decimal, percent, plural, significant

# Metrics as the field writes them.
NAMES = {
    "mae": "MAE",
    "rmse": "RMSE",
    "smape": "sMAPE",
    "mase": "MASE",
    "mse": "MSE",
    "rmsse": "RMSSE",
    "owa": "OWA",
}
MODEL = "model"
NAIVE = "naive"

# What each verdict means; `{best}` is the best baseline.
MEANING = {
    "better": "The difference is more than chance: the whole 95 % interval of the "
    "skill lies above zero.",
    "worse": "The difference is more than chance. As it stands, use {best}: it "
    "forecasts these data better.",
    "no better": "The difference may be chance. As it stands, nothing here says that "
    "the model is worth more than {best}, which costs next to nothing.",
}


def name_baseline(name: str, repeated: Mapping[str, int]) -> str:
    """Return a baseline as its row names it: `seasonal_naive (12 steps)`.

    Args:
        name: as in the documents.
        repeated: of the documents, the season of each seasonal naive forecast; empty
            in those of older versions.
    """
    season = repeated.get(name)
    if season is None:
        return name
    return f"{name.removesuffix(f'_{season}')} ({season} steps)"


def group_equals(scores: Mapping[str, Any], first: str) -> dict[str, list[str]]:
    """Return the baselines that differ, each with the names of its equals.

    Args:
        scores: all there is of each baseline, by name.
        first: the best one; it, then the naive forecast, stands for its equals.
    """
    ranked = sorted(scores, key=lambda name: (name != first, name != NAIVE))
    shown: dict[str, list[str]] = {}
    for name in ranked:
        same = next((other for other in shown if scores[other] == scores[name]), None)
        if same is None:
            shown[name] = []
        else:
            shown[same].append(name)
    return {name: shown[name] for name in scores if name in shown}


def say_equals(
    shown: Mapping[str, Sequence[str]], repeated: Mapping[str, int]
) -> list[str]:
    """Return which baselines are left out of a table, and whose equals they are.

    Args:
        shown: as of `group_equals`.
        repeated: as for `name_baseline`.
    """
    return [
        f"{name_baseline(name, repeated)}: the same forecasts as {other}"
        for other, names in shown.items()
        for name in names
    ]


def weights_of(test: Mapping[str, Any]) -> Mapping[str, float]:
    """Return what the final forecast is a mean of; empty where it is the network's.

    Args:
        test: the `test` object of metrics.json.
    """
    weights: Mapping[str, float] = test.get("final", {}).get("weights", {})
    return weights


def say_reason(test: Mapping[str, Any]) -> list[str]:
    """Return why the final forecast is what it is; nothing for the network's."""
    reason = test.get("final", {}).get("reason")
    return [f"Final forecast: {reason}."] if reason else []


def say_final(test: Mapping[str, Any]) -> str:
    """Return the name of the first row: `model`, or `final: theta`.

    Args:
        test: the `test` object of metrics.json.
    """
    name = name_final(weights_of(test))
    return name if name == MODEL else f"final: {name}"


def say_errors(test: Mapping[str, Any]) -> str:
    """Return the model's error beside the naive forecast's and the best baseline's.

    As in "test MAE 0.310, naive forecast 0.450, linear 0.280".
    """
    metric, against = test["skill"]["metric"], test["skill"]["against"]
    names = [NAIVE] if against == NAIVE else [NAIVE, against]
    forecasters = [test["model"], *(test["baselines"][name] for name in names)]
    ours, naive, *best = told_apart([forecaster[metric] for forecaster in forecasters])
    errors = f"test {NAMES[metric]} {ours}, naive forecast {naive}"
    return f"{errors}, {against} {best[0]}" if best else errors


def say_verdict(test: Mapping[str, Any]) -> str:
    """Return in a sentence whether the model beats the best baseline, and how surely.

    Without an interval the sentence says why nothing can be told.
    """
    skill = test["skill"]
    value, low, high = (skill[name] for name in ("value", "low", "high"))
    against, metric = skill["against"], skill["metric"]
    forecasters = (test["model"], test["baselines"][against])
    ours, theirs = told_apart([forecaster[metric] for forecaster in forecasters])
    errors = f"{NAMES[metric]} {ours} against {theirs}"
    reasons = skill.get("reasons", {})
    if value is None:
        return f"no skill against {against} ({errors}): {reasons['value']}"
    if low is None or high is None:
        why = reasons.get("low") or reasons["high"]
        return f"no telling whether it beats {against} ({errors}): {why}"
    if test["verdict"] == "better":
        interval = f"[{percent(low)}, {percent(high)}]"
        return f"better than {against} by {percent(value)} {interval}: {errors}"
    interval = f"[{decimal(low, 3)}, {decimal(high, 3)}]"
    verdict = f"{test['verdict']} than {against}: {errors}, skill {decimal(value, 3)}"
    if test["verdict"] == "worse":
        return f"{verdict} {interval}"
    return f"{verdict}, its 95 % interval {interval} contains zero"


def say_coverage(test: Mapping[str, Any]) -> list[str]:
    """Return what intervals with a value to count cover; nothing without them."""
    clauses = [
        f"{interval['level']:g} % intervals cover {percent(interval['coverage'])} of "
        f"the truths, {significant(interval['width'], 3)} wide"
        for interval in test.get("intervals", [])
        if interval["coverage"] is not None and interval["width"] is not None
    ]
    return [f"{'; '.join(clauses)} on average."] if clauses else []


def told_apart(errors: Sequence[float | None]) -> list[str]:
    """Write errors with three digits, with four where two would look equal."""
    short = [significant(error, 3) for error in errors]
    if len(set(short)) == len(short):
        return short
    return [significant(error) for error in errors]


def say_run(test: Mapping[str, Any]) -> list[str]:
    """Return the verdict, what it means, and how far the naive forecast is.

    Args:
        test: the `test` object of metrics.json.
    """
    skill = test["skill"]
    count = len(group_equals(test["baselines"], skill["against"]))
    best = "The only baseline" if count == 1 else f"The best of {count} baselines"
    sentences = [
        say_sentence(test),
        *say_reason(test),
        f"{best} is {skill['against']}. {_say_meaning(test)}",
    ]
    if skill["against"] != NAIVE:
        sentences.append(_say_naive(test, skill["metric"]))
    return [sentence.strip() for sentence in sentences if sentence]


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


def say_sentence(test: Mapping[str, Any]) -> str:
    """Return the verdict as a sentence; of what, where that is not the network."""
    verdict, name = say_verdict(test), name_final(weights_of(test))
    if name != MODEL:
        return f"The final forecast, {name}: {verdict}."
    return f"{verdict[0].upper()}{verdict[1:]}."
