"""Training of a run: epochs, what was kept, validation, time and memory by stage."""

from collections.abc import Mapping
from typing import Any

from seqforecast.reporting.numbers import significant
from seqforecast.reporting.plan import duration
from seqforecast.reporting.verdict import NAMES

Rows = list[tuple[str, ...]]
MIB = 2**20


def tabulate_training(metrics: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return facts of the training, name and value."""
    training, validation = metrics["training"], metrics["validation"]["model"]
    members = training.get("members") or []
    facts: list[tuple[str, str]] = [("parameters", f"{training['parameters']:,}")]
    if len(members) > 1:
        facts.append(("members", f"{len(members)}, the median is the forecast"))
    facts.append(("epochs", f"{training['epochs']:,}"))
    if training.get("best_epoch") is not None:
        facts.append(("kept epoch", f"{training['best_epoch']:,}"))
    if len(members) == 1:
        loss = significant(members[0]["val_loss"])
        naive = training.get("naive_loss")
        beside = "" if naive is None else f", naive forecast {significant(naive)}"
        facts.append(("validation loss", f"{loss}{beside}"))
    facts += [
        (f"validation {NAMES[name]}", significant(validation[name]))
        for name in ("mae", "mase")
        if name in validation
    ]
    facts.append(("time in training", duration(training["seconds"])))
    rate = training["windows_per_second"]
    return [*facts, ("training windows a second", f"{rate:,.0f}")]


def tabulate_members(metrics: Mapping[str, Any]) -> Rows:
    """Return epochs and kept epoch of each member; empty for one alone."""
    members = metrics["training"].get("members") or []
    if len(members) < 2:
        return []
    rows = [
        (
            str(number),
            str(of["epochs"]),
            str(of["best_epoch"]),
            significant(of["val_loss"]),
        )
        for number, of in enumerate(members, start=1)
    ]
    return [("member", "epochs", "kept epoch", "its validation loss"), *rows]


def tabulate_stages(metrics: Mapping[str, Any]) -> Rows:
    """Return seconds and peak memory of each stage; empty where they are not known."""
    stages = metrics.get("stages") or ()
    rows = [(of["name"], f"{of['seconds']:.2f}", _mib(of["memory"])) for of in stages]
    total = sum(of["seconds"] for of in stages)
    header = ("stage", "seconds", "peak memory by then")
    return [header, *rows, ("all", f"{total:.2f}", "")] if rows else []


def _mib(size: int | None) -> str:
    return "-" if size is None else f"{size / MIB:,.0f} MiB"
