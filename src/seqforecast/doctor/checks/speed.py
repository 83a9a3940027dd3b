"""The check of what a step costs on each device, and which one to take."""

import math
from collections.abc import Mapping

from seqforecast.doctor.checks.failure_signatures import judge_ending
from seqforecast.doctor.checks.finding import Finding, ok, skip
from seqforecast.doctor.facts.machine import Machine


def recommend(machine: Machine) -> Finding:
    """Name the device whose step takes the least time."""
    probe = machine.probes["speed"]
    broken = judge_ending(machine, probe, "measuring the speed")
    if broken:
        return broken
    times = milliseconds(machine)
    if not times:
        return skip("nothing was measured")
    fastest = min(times, key=lambda name: times[name])
    evidence = {"shape": shape_of(machine), "CPU": rates_of(machine)}
    evidence = {name: value for name, value in evidence.items() if value}
    return ok(f"{fastest}: {told(times)}", **evidence)


def told(times: Mapping[str, float]) -> str:
    """Return the time of the fastest device, and how the next compares, in words."""
    ranked = sorted(times, key=lambda name: times[name])
    first = f"{times[ranked[0]]:.3g} ms a step"
    if len(ranked) == 1:
        return first
    second = ranked[1]
    ratio = times[second] / times[ranked[0]]
    return f"{first}; {second}: {times[second]:.3g} ms, {ratio:.1f} times as long"


def shape_of(machine: Machine) -> str:
    """Return at which shape the speed was measured; "" when it was not."""
    probe = machine.probes.get("speed")
    shape = dict(probe.data.get("shape") or {}) if probe else {}
    named = [str(shape.pop("cell"))] if "cell" in shape else []
    return ", ".join([*named, *(f"{k} {v}" for k, v in shape.items() if v)])


def rates_of(machine: Machine) -> str:
    """Return what the CPU can do with each cell; "" when it was not measured."""
    probe = machine.probes.get("speed")
    rates = dict(probe.data.get("windows_per_second") or {}) if probe else {}
    return ", ".join(f"{cell} {rate:,.0f}" for cell, rate in rates.items())


def milliseconds(machine: Machine) -> dict[str, float]:
    """Return what a step took, by device; empty when nothing was measured."""
    probe = machine.probes.get("speed")
    if probe is None or probe.outcome != "ok":
        return {}
    times = dict(probe.data.get("milliseconds") or {})
    return {
        str(name): float(value)
        for name, value in times.items()
        if isinstance(value, int | float) and math.isfinite(value) and value > 0
    }
