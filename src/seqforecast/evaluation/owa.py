"""OWA: how the M4 Competition ranked, sMAPE and MASE relative to those of Naive2."""

from collections.abc import Mapping
from typing import Any

from seqforecast.evaluation.metrics import Score

NAIVE2 = "naive2"
NAMES = {"smape": "sMAPE", "mase": "MASE"}


def owa(scores: Mapping[str, Any], naive2: Mapping[str, Any]) -> Score:
    """Return the mean of sMAPE and MASE, each divided by that of Naive2.

    Source: Makridakis, Spiliotis and Assimakopoulos, The M4 Competition, 2020.

    Args:
        scores: of a forecaster, by metric.
        naive2: of Naive2, on the same windows.
    """
    for name, title in NAMES.items():
        if scores[name] is None or naive2[name] is None:
            return Score(None, f"{title} is undefined")
        if naive2[name] == 0:
            return Score(None, f"{title} of naive2 is 0: there is no ratio to it")
    ratios = [scores[name] / naive2[name] for name in NAMES]
    return Score(sum(ratios) / len(ratios))


def add_owa(scores: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return metrics by forecaster, `owa` among them where Naive2 is one of them."""
    if NAIVE2 not in scores:
        return dict(scores)
    return {name: _with_owa(of, scores[NAIVE2]) for name, of in scores.items()}


def _with_owa(scores: dict[str, Any], naive2: Mapping[str, Any]) -> dict[str, Any]:
    found, values = owa(scores, naive2), dict(scores)
    reasons = values.pop("reasons", {}) | (
        {"owa": found.reason} if found.reason else {}
    )
    values["owa"] = found.value
    return values | {"reasons": reasons} if reasons else values
