"""What commands print: lists, plans, evaluations, reproductions."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from seqforecast.errors import one_line
from seqforecast.reporting.tables import render_scores
from seqforecast.reporting.text_format import (
    align_names,
    join,
    plural,
    significant,
    wrap,
)
from seqforecast.reporting.verdict import NAMES

if TYPE_CHECKING:
    import pandas as pd

SIZES = ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"))
POWERS = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))
VERDICTS = {
    "equal": "Equal: the same run again, in everything but times, rates and memory.",
    "within tolerance": "Equal within the tolerance of {tolerance:g}, not bit by bit.",
    "different": "Different: more than the tolerance of {tolerance:g}.",
}


def render_rows(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of texts, columns aligned."""
    columns = zip(header, *rows, strict=True)
    return "\n".join(join([align_names(column) for column in columns]))


def say_score(test: Mapping[str, Any]) -> tuple[str, str]:
    """Return the verdict, and the error beside that of the best baseline."""
    if not test:
        return "-", "-"
    metric, against = test["skill"]["metric"], test["skill"]["against"]
    ours, theirs = (
        significant(scores[metric], 3)
        for scores in (test["model"], test["baselines"][against])
    )
    return str(test["verdict"]), f"{NAMES[metric]} {ours}, {against} {theirs}"


def render_plan(plan: Mapping[str, Any]) -> str:
    """Return the plan, one fact a line; bytes and seconds with what they consist of.

    Args:
        plan: the document.
    """
    device, sizes = plan["device"], plan["bytes"]
    facts = {
        "series": f"{plan['series']:,}",
        "windows": _windows(plan),
        "parameters": f"{plan['parameters']:,}",
        "operations": f"{_count(plan['operations'])} a training window, "
        "forward and backward",
        "steps": _steps(plan["steps"]),
        "device": f"{device['name']} ({device['why']})",
        "speed": f"{plan['windows_per_second']:,.0f} windows/s in training",
        "memory": _memory(sizes["resident"]),
        "  data": _bytes(sizes["data"]),
        "  weights, optimizer": _bytes(sizes["model"]),
        "  one batch": f"about {_bytes(sizes['batch'])}",
        "time": _time(plan),
    }
    facts |= {
        f"  {stage['name']}": f"{stage['seconds']:,.1f} s"
        for stage in plan["seconds"]["stages"]
    }
    return "\n".join(join([align_names([*facts]), [*facts.values()]]))


def _windows(plan: Mapping[str, Any]) -> str:
    parts = ", ".join(f"{count:,} {part}" for part, count in plan["windows"].items())
    return f"{parts}; lookback {plan['lookback']}, horizon {plan['horizon']}"


def _steps(steps: Mapping[str, int]) -> str:
    epochs = f"{steps['epochs']:,} {plural('epoch', steps['epochs'])}"
    return f"{steps['epoch']:,} an epoch, {steps['all']:,} in {epochs}"


def _memory(resident: int | None) -> str:
    if resident is None:
        return "this system does not tell the whole of it"
    return f"about {_bytes(resident)} resident, most of it TensorFlow"


def _time(plan: Mapping[str, Any]) -> str:
    about = f"about {duration(plan['seconds']['all'])} for the whole process"
    if plan["patience"] is None:
        return about
    return f"{about} at most; patience {plan['patience']} may end it earlier"


def duration(seconds: float) -> str:
    """Write seconds as a person says them: 8 s, 2 min 30 s, 3 h 20 min."""
    if seconds < 10:
        return f"{significant(seconds, 2)} s"
    whole = round(seconds)
    if whole < 100:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 100:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def _count(number: int) -> str:
    for size, name in POWERS:
        if number >= size:
            return f"{number / size:.3g} {name}"
    return f"{number:,}"


def _bytes(size: int) -> str:
    for unit, name in SIZES:
        if size >= unit:
            return f"{size / unit:.3g} {name}"
    return f"{size} bytes"


def render_future(first: "pd.DataFrame", facts: Mapping[str, Any]) -> str:
    """Return the first rows of a forecast, and where the rest is.

    Args:
        first: columns unique_id, ds, step, y_hat and those of quantiles.
        facts: `future` of metrics.json.
    """
    names = [name for name in first.columns if name != "step"]
    rows = [
        [
            significant(value) if name not in ("unique_id", "ds") else one_line(value)
            for name, value in zip(names, row, strict=True)
        ]
        for row in first[names].itertuples(index=False)
    ]
    span = f"{facts['first']} to {facts['last']}"
    where = f"The forecast of {span} is in {facts['file']}, the first rows:"
    return "\n".join([*wrap([where]), render_rows(names, rows)])


def render_evaluation(document: Mapping[str, Any]) -> str:
    """Return what `evaluate` prints, from its document; lines of 80 letters."""
    scored, test = document["scored"], document["test"]
    path = document["data"]["path"]
    what = "the test part of the run's data" if path is None else path
    counts = f"{test['windows']:,} windows of {scored['series']:,} series"
    span = f"targets from {scored['first']} to {scored['last']}"
    lines = [*wrap([f"Scored: {what}, {counts}, {span}."]), "", render_scores(test)]
    if document["recorded"] is not None:
        same = "These are" if document["recorded"] else "These are NOT"
        lines += wrap([f"{same} the scores in metrics.json."])
    if document["audit"] is not None:
        lines += ["", *wrap(say_audit(document["audit"]))]
    return "\n".join(lines)


def say_audit(audit: Mapping[str, Any]) -> list[str]:
    """Return in sentences whether the audit passed, and what differed first."""
    forecasts = (
        f"{audit['windows']:,} forecasts ({audit['points']:,} numbers) at up to "
        f"{audit['cutoffs_a_series']} cutoffs of each series"
    )
    if audit["passed"]:
        sentence = (
            f"Leak audit: passed. {forecasts} are the same bits when everything after "
            "the cutoff but data.future is scrambled and the preprocessing learnt "
            "again."
        )
        return [sentence]
    lines = [f"Leak audit: FAILED. Of {forecasts}, something after a cutoff was known:"]
    for difference in audit["differences"]:
        pair = f"{difference['kept']}, scrambled {difference['scrambled']}"
        lines.append(f"- {difference['what']} ({difference['where']}): {pair}")
    more = audit["count"] - len(audit["differences"])
    lines += [f"- and {more:,} more"] * (more > 0)
    return [*lines, audit["why"]] if audit["why"] else lines


def render_reproduction(document: Mapping[str, Any]) -> str:
    """Return what `reproduce` prints, from its document."""
    verdict = VERDICTS[document["result"]].format(tolerance=document["tolerance"])
    rows = [(record["what"], _likeness(record)) for record in document["compared"]]
    lines = [*wrap([verdict]), "", *_columns(rows)]
    if document["surroundings"]:
        changed = [
            (
                surrounding["what"],
                f"{surrounding['recorded']}, now {surrounding['now']}",
            )
            for surrounding in document["surroundings"]
        ]
        lines += ["", "Not as it was:", *_columns(changed)]
    lines += wrap(document["notes"])
    if document["again"]:
        lines += [f"The second run is in {document['again']}"]
    return "\n".join(lines)


def _likeness(record: Mapping[str, Any]) -> str:
    if record["equal"]:
        return "equal"
    values = f"{record['recorded']}, now {record['again']}"
    if record["difference"] is None:
        return f"{record['where']}: {values}"
    return f"differs by up to {record['difference']:.2g}: {record['where']}: {values}"


def _columns(rows: list[tuple[str, str]]) -> list[str]:
    names, texts = zip(*rows, strict=True)
    return join([align_names(names), texts], before="  ")
