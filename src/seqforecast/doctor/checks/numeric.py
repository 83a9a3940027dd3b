"""Checks of what comes out: activations, recurrent layers, training, saving."""

import math
from collections.abc import Callable
from dataclasses import replace

from seqforecast.doctor.checks.failure_signatures import judge_ending
from seqforecast.doctor.checks.finding import (
    Finding,
    Fix,
    command,
    fail,
    ok,
    pip,
    skip,
)
from seqforecast.doctor.checks.install_recipes import reinstall_tensorflow
from seqforecast.doctor.facts.machine import Machine

# CPU and GPU sum in different orders; a wrong layer is off by far more.
LARGEST_DIFFERENCE = 1e-3
SMALLEST_COSINE = 0.999
LARGEST_AFTER_SAVING = 1e-5
ON_CPU = command("seqforecast train EXPERIMENT --device cpu", "the CPU computes right")

OLDER_KERAS = pip(
    ("install", "keras>=3.5,<3.7"),
    why="does not build the pattern that is fused wrongly; has known weaknesses when "
    "it loads models of strangers",
)


def gpu(machine: Machine) -> Finding:
    """Judge whether the GPU that TensorFlow sees survives a computation."""
    probe = machine.probes.get("gpu")
    if probe is not None:
        broken = judge_ending(machine, probe, "computing on the GPU")
        if broken and broken.status == "fail":
            return replace(broken, spares_cpu=True, fixes=_with_cpu(broken))
    device = str(machine.probes["canary"].data.get("device", "cpu"))
    if device.lower().startswith("cpu"):
        return skip("no GPU was tried")
    return ok(f"{device} computes")


def _with_cpu(finding: Finding) -> tuple[Fix, ...]:
    others = tuple(fix for fix in finding.fixes if fix.cmd != ON_CPU.cmd)
    return (*others, ON_CPU)


def relu(machine: Machine) -> Finding:
    """Judge whether a Dense layer keeps its ReLU in graph mode."""
    probe = machine.probes["canary"]
    broken = judge_ending(machine, probe, "a ReLU in graph mode")
    if broken:
        return broken
    device = probe.data.get("device", "cpu")
    tries = list(probe.data.get("tries") or ({"minimum": probe.data.get("minimum")},))
    bare, last = (_number(one.get("minimum")) for one in (tries[0], tries[-1]))
    if bare >= 0:
        return ok(f"no output of a ReLU is negative on {device}")
    helps = str(probe.data.get("works_with", ""))
    if last >= 0:
        return ok(f"right with {helps}, which seqforecast sets itself")
    return fail(
        f"{device} drops activations: a ReLU gave {last:.3g}",
        ON_CPU,
        OLDER_KERAS,
        detail="The Metal plug-in fuses MatMul, BiasAdd and ReLU into one operation "
        "that leaves the ReLU out, and none of the known switches stops it here.",
        switches_tried=", ".join(str(one.get("switches")) for one in tries[1:]),
    )


def parity(cell: str) -> Callable[[Machine], Finding]:
    """Return the check that a recurrent layer computes what it should.

    A GPU is compared with the CPU, a CPU with a reference in NumPy.
    """

    def judge(machine: Machine) -> Finding:
        probe = machine.probes["parity"]
        broken = judge_ending(machine, probe, "recurrent layers")
        if broken:
            return broken
        comparison = dict(probe.data.get("cells") or {}).get(cell)
        if not comparison:
            return skip("this cell was not tried")
        device = str(probe.data.get("device", "cpu"))
        other = "NumPy" if device.lower().startswith("cpu") else "the CPU"
        forward = _number(comparison.get("forward"))
        cosine = _number(comparison.get("gradient"), missing=1.0)
        seen = {"largest difference": f"{forward:.2g}", "cosine": f"{cosine:.6f}"}
        if forward <= LARGEST_DIFFERENCE and cosine >= SMALLEST_COSINE:
            return ok(f"{device} agrees with {other}", **seen)
        wrong = "values" if forward > LARGEST_DIFFERENCE else "gradients"
        if not (forward > LARGEST_DIFFERENCE or cosine < SMALLEST_COSINE):
            wrong = "numbers that are not finite"
        return fail(
            f"{device} and {other} disagree on the {wrong} of {cell}",
            *_other_device(machine, device),
            **seen,
        )

    return judge


def training(machine: Machine) -> Finding:
    """Judge whether the loss falls in a short training."""
    probe = machine.probes["training"]
    broken = judge_ending(machine, probe, "a short training")
    if broken:
        return broken
    losses = {
        str(name): [_number(value) for value in values]
        for name, values in dict(probe.data.get("losses") or {}).items()
    }
    for device, curve in losses.items():
        if curve and (not all(map(math.isfinite, curve)) or curve[-1] >= curve[0]):
            return fail(
                f"training on {device} does not lower the loss",
                *_other_device(machine, device),
                first=f"{curve[0]:.4g}",
                last=f"{curve[-1]:.4g}",
            )
    curves = [f"{name}: {c[0]:.3g} to {c[-1]:.3g}" for name, c in losses.items() if c]
    return ok("the loss falls, " + "; ".join(curves)) if curves else skip("not tried")


def saving(machine: Machine) -> Finding:
    """Judge whether a model forecasts the same after saving and loading."""
    probe = machine.probes["saving"]
    broken = judge_ending(machine, probe, "saving a model")
    if broken:
        return broken
    difference = _number(probe.data.get("difference", 0.0))
    if difference <= LARGEST_AFTER_SAVING:
        return ok("a model that was saved forecasts the same")
    return fail(
        "a model forecasts differently after saving and loading",
        pip(("install", "--upgrade", "keras"), why="a newer Keras"),
        largest_difference=f"{difference:.2g}",
    )


def _other_device(machine: Machine, device: str) -> tuple[Fix, ...]:
    if device.lower().startswith("cpu"):
        return (reinstall_tensorflow(machine),)
    return (ON_CPU,)


def _number(value: object, *, missing: float = math.nan) -> float:
    if value is None:
        return missing
    return float(value) if isinstance(value, int | float) else math.nan
