"""An invented machine with one thing changed."""

from dataclasses import replace
from typing import Any

from seqforecast.doctor.facts.machine import Machine, ProbeResult, Unmet
from support.machines.ready import LINUX, numeric


def static(machine: Machine) -> Machine:
    """The machine before TensorFlow was started."""
    kept = {n: p for n, p in machine.probes.items() if n in ("driver", "libraries")}
    return replace(machine, probes=kept)


def having(machine: Machine, /, **versions: str | None) -> Machine:
    """The machine with other versions; None: not installed."""
    named = {name.replace("_", "-"): version for name, version in versions.items()}
    merged = {**machine.packages.versions, **named}
    known = {name: version for name, version in merged.items() if version}
    return replace(machine, packages=replace(machine.packages, versions=known))


def lacking(machine: Machine, *unmet: Unmet) -> Machine:
    return replace(machine, packages=replace(machine.packages, unmet=unmet))


def hosted(machine: Machine, /, **changes: Any) -> Machine:
    return replace(machine, host=replace(machine.host, **changes))


def running(machine: Machine, /, **changes: Any) -> Machine:
    return replace(machine, python=replace(machine.python, **changes))


def driven(machine: Machine, /, **changes: Any) -> Machine:
    return replace(machine, cuda=replace(machine.cuda, **changes))


def tried(machine: Machine, *results: ProbeResult) -> Machine:
    """The machine with other results of children."""
    merged = {**machine.probes, **{result.name: result for result in results}}
    return replace(machine, probes=merged)


def on_cpu(machine: Machine) -> Machine:
    """The machine after the probes were run on the CPU, for want of a GPU."""
    imported = machine.probes["import"]
    seen = replace(imported, data={**imported.data, "gpus": []})
    return tried(machine, seen, *numeric("cpu").values(), CPU_SPEED)


CPU_SPEED = replace(LINUX.probes["speed"])
