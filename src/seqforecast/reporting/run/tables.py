"""Tables of the page of a run: data, machine, training, series, intervals."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from seqforecast.reporting.terminal import duration
from seqforecast.reporting.text_format import mib, significant
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
            str(member["epochs"]),
            str(member["best_epoch"]),
            significant(member["val_loss"]),
        )
        for number, member in enumerate(members, start=1)
    ]
    return [("member", "epochs", "kept epoch", "its validation loss"), *rows]


def tabulate_stages(metrics: Mapping[str, Any]) -> Rows:
    """Return seconds and peak memory of each stage; empty where they are not known."""
    stages = metrics.get("stages") or ()
    rows = [
        (stage["name"], f"{stage['seconds']:.2f}", mib(stage["memory"]))
        for stage in stages
    ]
    total = sum(stage["seconds"] for stage in stages)
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
        **{
            "from the first to the last" if part == "data" else f"targets, {part}": span
            for part, span in _ranges(data).items()
        },
        "SHA-256": data.get("sha256"),
    }
    return _known(facts)


def _ranges(data: Mapping[str, Any]) -> dict[str, str]:
    """Return from when to when the data and their parts go; older runs do not say."""
    return {
        "data" if part == "all" else part: f"{ends['first']} to {ends['last']}"
        for part, ends in (data.get("range") or {}).items()
        if ends
    }


def say_ranges(manifest: Mapping[str, Any]) -> str:
    """Return the same in one line; empty where it is not known."""
    ranges = _ranges(manifest.get("data", {}))
    return "; ".join(f"{part} {span}" for part, span in ranges.items()).capitalize()


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
    return [
        (name, str(value)) for name, value in facts.items() if value not in (None, "")
    ]


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
    ratios = [
        (row[metric] / row[theirs], row)
        for row in series
        if row[theirs] > 0 and row[metric] >= 0
    ]
    if len(series) < 2 or not ratios:
        return "", []
    ratios.sort(key=lambda pair: -pair[0])
    better = sum(ratio < 1 for ratio, _ in ratios)
    finding = (
        f"Better than {against} on {better:,} of {len(ratios):,} series, by "
        f"{NAMES[metric]}"
    )
    ends = ratios
    if len(ratios) > 2 * MOST:
        ends = [*ratios[:MOST], *ratios[-MOST:]]
        finding += f"; the {MOST} worst and the {MOST} best"
    has_group = "group" in series[0]
    header = ("series", *(["group"] if has_group else []))
    rows = [
        (
            row["unique_id"],
            *([row["group"]] if has_group else []),
            *(significant(number) for number in (ratio, row[metric], row[theirs])),
        )
        for ratio, row in ends
    ]
    return f"{finding}.", [(*header, "ratio", f"model {NAMES[metric]}", against), *rows]


def tabulate_future(
    rows: Sequence[Mapping[str, Any]], facts: Mapping[str, Any] | None
) -> tuple[str, Rows]:
    """Return where the forecasts are, and the first of them; empty without.

    Args:
        rows: columns unique_id, ds, step, y_hat and those of quantiles.
        facts: `future` of metrics.json; None in runs of older versions.
    """
    if not facts or facts["file"] is None or not rows:
        return "", []
    names = [name for name in rows[0] if name != "step"]
    said = f"The first rows of {facts['file']}, {facts['first']} to {facts['last']}."
    body = [
        tuple(
            str(row[name]) if name in ("unique_id", "ds") else significant(row[name])
            for name in names
        )
        for row in rows
    ]
    return said, [tuple(names), *body]


def judge_coverage(test: Mapping[str, Any]) -> list[str]:
    """Return what intervals and outer quantiles hold, and whether that is far off.

    Args:
        test: the `test` object of metrics.json.
    """
    sentences = []
    intervals = test.get("intervals") or ()
    for interval in intervals:
        what, coverage = f"The {interval['level']:g} % intervals", interval["coverage"]
        if coverage is not None:
            is_off = interval.get("misses", False)  # not told by older versions
            sentences.append(
                _say(what, interval["level"] / 100, coverage, is_off=is_off)
            )
    quantiles = test.get("quantiles") or {}
    levels = {float(name.removeprefix("q_")): name for name in quantiles}
    interval_levels = {round(interval["level"], 9) for interval in intervals}
    for low, name in levels.items():
        high = next((level for level in levels if abs(low + level - 100) < 1e-9), low)
        if low < high and round(high - low, 9) not in interval_levels:
            other, nominal = levels[high], (high - low) / 100
            shares = quantiles[other]["coverage"], quantiles[name]["coverage"]
            if None in shares:
                continue
            coverage = shares[0] - shares[1]
            is_off = abs(coverage - nominal) > OFF
            sentences.append(
                _say(f"{name} to {other}", nominal, coverage, is_off=is_off)
            )
    return sentences


def _say(what: str, nominal: float, coverage: float, *, is_off: bool) -> str:
    share = f"{100 * coverage:.1f} % of the truths"
    sentence = f"{what} hold {share}, {100 * nominal:g} % were asked for"
    if not is_off:
        return f"{sentence}."
    verdict = "too narrow" if coverage < nominal else "wider than need be"
    return f"{sentence}: {verdict}."


def tabulate_spreads(test: Mapping[str, Any]) -> dict[str, Rows]:
    """Return what intervals and quantiles are worth, by heading; empty without."""
    return {
        "Intervals": tabulate_intervals(test),
        "Quantiles": tabulate_quantiles(test),
        "Loss of the whole forecast": tabulate_losses(test),
    }


def tabulate_intervals(test: Mapping[str, Any]) -> Rows:
    """Return asked and reached coverage and mean width by level; empty without."""
    intervals = test.get("intervals") or ()
    rows = [
        (
            f"{interval['level']:g} %",
            _share(interval["coverage"]),
            significant(interval["width"]),
        )
        for interval in intervals
    ]
    return [("interval", "coverage", "mean width"), *rows] if rows else []


def tabulate_interval_steps(test: Mapping[str, Any]) -> Rows:
    """Return coverage and mean width by step, two columns a level; empty without."""
    intervals = [
        interval for interval in test.get("intervals") or () if interval.get("by_step")
    ]
    if not intervals:
        return []
    names = [f"{interval['level']:g} %" for interval in intervals]
    header = (
        "step",
        *(f"{column} {name}" for name in names for column in ("coverage", "width")),
    )
    steps = zip(*(interval["by_step"] for interval in intervals), strict=False)
    return [
        header,
        *(
            (
                str(row[0]["step"]),
                *(
                    text
                    for step in row
                    for text in (_share(step["coverage"]), significant(step["width"]))
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
            _share(scores["coverage"]),
            significant(scores["pinball"]),
        )
        for name, scores in (test.get("quantiles") or {}).items()
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
