"""An evaluation as text: what was scored, the scores, what the audit found."""

from collections.abc import Mapping
from typing import Any

from seqforecast.reporting.aligning import wrap
from seqforecast.reporting.tables import render_scores


def render_evaluation(told: Mapping[str, Any]) -> str:
    """Return what `evaluate` prints, from its document; lines of 80 letters."""
    scored, test = told["scored"], told["test"]
    path = told["data"]["path"]
    what = "the test part of the run's data" if path is None else path
    counts = f"{test['windows']:,} windows of {scored['series']:,} series"
    span = f"targets from {scored['first']} to {scored['last']}"
    lines = [*wrap([f"Scored: {what}, {counts}, {span}."]), "", render_scores(test)]
    if told["recorded"] is not None:
        same = "These are" if told["recorded"] else "These are NOT"
        lines += wrap([f"{same} the scores in metrics.json."])
    if told["audit"] is not None:
        lines += ["", *wrap(say_audit(told["audit"]))]
    return "\n".join(lines)


def say_audit(audit: Mapping[str, Any]) -> list[str]:
    """Return in sentences whether the audit passed, and what differed first."""
    made = (
        f"{audit['windows']:,} forecasts ({audit['points']:,} numbers) at up to "
        f"{audit['cutoffs_a_series']} cutoffs of each series"
    )
    if audit["passed"]:
        passed = (
            f"Leak audit: passed. {made} are the same bits when everything after the "
            "cutoff but data.future is scrambled and the preprocessing learnt again."
        )
        return [passed]
    lines = [f"Leak audit: FAILED. Of {made}, something after a cutoff was known:"]
    for each in audit["differences"]:
        pair = f"{each['kept']}, scrambled {each['scrambled']}"
        lines.append(f"- {each['what']} ({each['where']}): {pair}")
    more = audit["count"] - len(audit["differences"])
    lines += [f"- and {more:,} more"] * (more > 0)
    return [*lines, audit["why"]] if audit["why"] else lines
