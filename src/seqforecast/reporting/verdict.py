"""The verdict in words, from the `test` object of metrics.json."""

from collections.abc import Mapping, Sequence
from typing import Any

from seqforecast.reporting.numbers import decimal, percent, significant

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
NAIVE = "naive"


def say_errors(test: Mapping[str, Any]) -> str:
    """Return the model's error beside the naive forecast's and the best baseline's.

    As in "test MAE 0.310, naive forecast 0.450, linear 0.280".
    """
    metric, against = test["skill"]["metric"], test["skill"]["against"]
    names = [NAIVE] if against == NAIVE else [NAIVE, against]
    scores = [test["model"], *(test["baselines"][name] for name in names)]
    ours, naive, *best = told_apart([of[metric] for of in scores])
    said = f"test {NAMES[metric]} {ours}, naive forecast {naive}"
    return f"{said}, {against} {best[0]}" if best else said


def say_verdict(test: Mapping[str, Any]) -> str:
    """Return in a sentence whether the model beats the best baseline, and how surely.

    Without an interval the sentence says why nothing can be told.
    """
    skill = test["skill"]
    value, low, high = (skill[name] for name in ("value", "low", "high"))
    against, metric = skill["against"], skill["metric"]
    scores = (test["model"], test["baselines"][against])
    ours, theirs = told_apart([of[metric] for of in scores])
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
    said = f"{test['verdict']} than {against}: {errors}, skill {decimal(value, 3)}"
    if test["verdict"] == "worse":
        return f"{said} {interval}"
    return f"{said}, its 95 % interval {interval} contains zero"


def say_coverage(test: Mapping[str, Any]) -> list[str]:
    """Return what the intervals cover, in a sentence; nothing where there are none."""
    said = [
        f"{each['level']:g} % intervals cover {percent(each['coverage'])} of the "
        f"truths, {significant(each['width'], 3)} wide"
        for each in test.get("intervals", [])
    ]
    return [f"{'; '.join(said)} on average."] if said else []


def told_apart(errors: Sequence[float | None]) -> list[str]:
    """Write errors with three digits, with four where two would look equal."""
    short = [significant(error, 3) for error in errors]
    if len(set(short)) == len(short):
        return short
    return [significant(error) for error in errors]
