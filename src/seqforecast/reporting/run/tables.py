"""Tables of the page of a run: data, machine, training, series, intervals."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from seqforecast.reporting.terminal import duration
from seqforecast.reporting.text import mib, significant
from seqforecast.reporting.verdict import NAIVE, NAMES

Rows = list[tuple[str, ...]]
PROGRAMS = ("seqforecast", "seqforecast.exe", "__main__.py")
Pairs = list[tuple[str, str]]
MOST = 5  # at either end

# Quantiles are off where their share is this far from what was asked for.
OFF = 0.02


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
    rows = [(of["name"], f"{of['seconds']:.2f}", mib(of["memory"])) for of in stages]
    total = sum(of["seconds"] for of in stages)
    header = ("stage", "seconds", "peak memory by then")
    return [header, *rows, ("all", f"{total:.2f}", "")] if rows else []


def tabulate_data(manifest: Mapping[str, Any]) -> Pairs:
    """Return facts of the data, name and value."""
    data, windows = manifest.get("data", {}), manifest.get("windows", {})
    season = data.get("season")
    facts = {
        "series": _count(data.get("series")),
        "values": _count(data.get("values")),
        "frequency": data.get("frequency"),
        "season": "none" if season is None else f"{season} steps",
        "windows": ", ".join(f"{count:,} {part}" for part, count in windows.items()),
        "SHA-256": data.get("sha256"),
    }
    return _known(facts)


def tabulate_environment(manifest: Mapping[str, Any]) -> Pairs:
    """Return versions, device, machine, commit, times and seeds, name and value."""
    device, seeds = manifest.get("device", {}), manifest.get("seeds", {})
    facts = {
        "device": f"{device.get('name')} ({device.get('why')})" if device else None,
        "program": manifest.get("kernel"),
        **manifest.get("versions", {}),
        "platform": manifest.get("platform"),
        "git commit": manifest.get("git"),
        "seeds": ", ".join(
            f"{seed} for the {what}" for what, seed in seeds.items() if seed is not None
        ),
        "started": _time(manifest.get("started")),
        "resumed": ", ".join(map(_time, manifest.get("resumed", []))),
        "ended": _time(manifest.get("ended")),
    }
    return _known(facts)


def name_command(manifest: Mapping[str, Any]) -> str | None:
    """Return the command that made the run, wherever its program was then."""
    command = manifest.get("command")
    try:
        program, *words = shlex.split(command or "")
    except ValueError:
        return command
    is_ours = Path(program).name in PROGRAMS
    return shlex.join(["seqforecast", *words]) if is_ours else command


def _known(facts: Mapping[str, Any]) -> Pairs:
    return [(name, str(of)) for name, of in facts.items() if of not in (None, "")]


def _count(number: int | None) -> str | None:
    return None if number is None else f"{number:,}"


def _time(stamp: str | None) -> str:
    """Write an ISO time as a person reads it; all of a manifest's are in UTC."""
    return "" if stamp is None else f"{stamp[:19].replace('T', ' ')} UTC"


def tabulate_series(
    series: Sequence[Mapping[str, Any]], skill: Mapping[str, Any]
) -> tuple[str, list[tuple[str, ...]]]:
    """Return on how many series the model is better, and the rows of a table.

    Rows, the header first, are sorted by the model's error relative to the best
    baseline's, the largest first: five at each end, or all where there are no more.
    Both are empty where one series is all there is, or no ratio is defined.

    Args:
        series: rows of series.csv, NaN where a metric is undefined.
        skill: of metrics.json: the metric, and the best baseline.
    """
    metric, against = skill["metric"], skill["against"]
    theirs = f"best_{metric}"
    if series and theirs not in series[0]:  # runs of older versions
        theirs, against = f"naive_{metric}", NAIVE
    found = [
        (row[metric] / row[theirs], row)
        for row in series
        if row[theirs] > 0 and row[metric] >= 0
    ]
    if len(series) < 2 or not found:
        return "", []
    found.sort(key=lambda pair: -pair[0])
    better = sum(ratio < 1 for ratio, _ in found)
    said = (
        f"Better than {against} on {better:,} of {len(found):,} series, by "
        f"{NAMES[metric]}"
    )
    ends = found
    if len(found) > 2 * MOST:
        ends = [*found[:MOST], *found[-MOST:]]
        said += f"; the {MOST} worst and the {MOST} best"
    has_group = "group" in series[0]
    header = ("series", *(["group"] if has_group else []))
    rows = [
        (
            row["unique_id"],
            *([row["group"]] if has_group else []),
            *(significant(each) for each in (ratio, row[metric], row[theirs])),
        )
        for ratio, row in ends
    ]
    return f"{said}.", [(*header, "ratio", f"model {NAMES[metric]}", against), *rows]


def say_coverage(test: Mapping[str, Any]) -> list[str]:
    """Return what intervals and outer quantiles hold, and whether that is far off.

    Args:
        test: the `test` object of metrics.json.
    """
    told = []
    intervals = test.get("intervals") or ()
    for interval in intervals:
        what, held = f"The {interval['level']:g} % intervals", interval["coverage"]
        if held is not None:
            is_off = interval.get("misses", False)  # not told by older versions
            told.append(_say(what, interval["level"] / 100, held, is_off=is_off))
    quantiles = test.get("quantiles") or {}
    levels = {float(name.removeprefix("q_")): name for name in quantiles}
    said = {round(interval["level"], 9) for interval in intervals}
    for low, name in levels.items():
        high = next((level for level in levels if abs(low + level - 100) < 1e-9), low)
        if low < high and round(high - low, 9) not in said:
            other, asked = levels[high], (high - low) / 100
            held = quantiles[other]["coverage"] - quantiles[name]["coverage"]
            is_off = abs(held - asked) > OFF
            told.append(_say(f"{name} to {other}", asked, held, is_off=is_off))
    return told


def _say(what: str, asked: float, held: float, *, is_off: bool) -> str:
    said = f"{what} hold {100 * held:.1f} % of the truths, {100 * asked:g} % were asked"
    if not is_off:
        return f"{said} for."
    return f"{said} for: {'too narrow' if held < asked else 'wider than need be'}."


def tabulate_intervals(test: Mapping[str, Any]) -> Rows:
    """Return asked and reached coverage and mean width by level; empty without."""
    found = test.get("intervals") or ()
    rows = [
        (f"{each['level']:g} %", _share(each["coverage"]), significant(each["width"]))
        for each in found
    ]
    return [("interval", "coverage", "mean width"), *rows] if rows else []


def tabulate_interval_steps(test: Mapping[str, Any]) -> Rows:
    """Return coverage and mean width by step, two columns a level; empty without."""
    found = [each for each in test.get("intervals") or () if each.get("by_step")]
    if not found:
        return []
    names = [f"{each['level']:g} %" for each in found]
    header = (
        "step",
        *(f"{of} {name}" for name in names for of in ("coverage", "width")),
    )
    steps = zip(*(each["by_step"] for each in found), strict=False)
    return [
        header,
        *(
            (
                str(row[0]["step"]),
                *(
                    text
                    for of in row
                    for text in (_share(of["coverage"]), significant(of["width"]))
                ),
            )
            for row in steps
        ),
    ]


def tabulate_quantiles(test: Mapping[str, Any]) -> Rows:
    """Return asked and reached shares and losses of quantiles; empty without."""
    rows = [
        (
            name,
            f"{name.removeprefix('q_')} %",
            _share(each["coverage"]),
            significant(each["pinball"]),
        )
        for name, each in (test.get("quantiles") or {}).items()
    ]
    header = ("quantile", "asked", "truths at or below", "pinball loss")
    return [header, *rows] if rows else []


def tabulate_losses(test: Mapping[str, Any]) -> Rows:
    """Return what is known of whole distributions: WQL and CRPS; empty without."""
    names = {"wql": "WQL, weighted quantile loss", "crps": "CRPS, approximated"}
    rows = [
        (name, significant(test["model"][key]))
        for key, name in names.items()
        if key in test["model"]
    ]
    return [("", "model"), *rows] if rows else []


def _share(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"
