"""Intervals and quantiles of a run: asked for, and reached on the test part."""

from collections.abc import Mapping
from typing import Any

from seqforecast.reporting.numbers import significant

Rows = list[tuple[str, ...]]
# Quantiles are off where their share is this far from what was asked for.
OFF = 0.02


def say_coverage(test: Mapping[str, Any]) -> list[str]:
    """Return what intervals and outer quantiles hold, and whether that is far off.

    Args:
        test: the `test` object of metrics.json.
    """
    told = []
    intervals = test.get("intervals") or ()
    for each in intervals:
        what, held = f"The {each['level']:g} % intervals", each["coverage"]
        if held is not None:
            is_off = each.get("misses", False)  # not told by older versions
            told.append(_say(what, each["level"] / 100, held, is_off=is_off))
    quantiles = test.get("quantiles") or {}
    levels = {float(name.removeprefix("q_")): name for name in quantiles}
    said = {round(each["level"], 9) for each in intervals}
    for low, name in levels.items():
        high = next((each for each in levels if abs(low + each - 100) < 1e-9), low)
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
