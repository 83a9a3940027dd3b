"""The plan of a run as plain text, from the document of `train --dry-run`."""

from collections.abc import Mapping
from typing import Any

from seqforecast.reporting.numbers import plural, significant

SIZES = ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"))
POWERS = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))


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
    width = max(map(len, facts))
    return "\n".join(f"{name:<{width}}  {fact}" for name, fact in facts.items())


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
