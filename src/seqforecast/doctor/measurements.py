"""Evidence is written here: what the probes found, for `training` to read."""

import logging
import math
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from seqforecast.doctor.facts.machine import ProbeResult
from seqforecast.errors import RunError
from seqforecast.files import write_json
from seqforecast.training.measured_devices import (
    Evidence,
    MeasuredNumbers,
    Speed,
    environment,
    evidence_file,
    key_of,
    read_all,
)

LOGGER = logging.getLogger("seqforecast.evidence")

# Of float32 against float64: the largest difference, as a share of the largest value,
# and the cosine between gradients.
FORWARD_TOLERANCE = 1e-3
GRADIENT_COSINE = 0.999

NUMERIC = ("canary", "parity", "training", "saving")
GRAVITY = {"right": 0, "unusable": 1, "wrong": 2}

# Measurements kept in one environment, and environments kept.
KEPT = 20


def remember(probes: Iterable[ProbeResult]) -> Path | None:
    """Add what was measured to the file that `training.devices` reads.

    Results of other probes are passed over; so are measurements that failed, unless
    they say that a device cannot be used.

    Returns:
        The file, or None when it cannot be written, which is warned about.
    """
    facts, results = environment(), list(probes)
    key, known = key_of(facts), read_all()
    before = known.pop(key, Evidence())
    now = datetime.now(timezone.utc).date().isoformat()
    known[key] = Evidence(
        environment=facts,
        measured=now,
        numbers={**before.numbers, **judge_numbers(results)},
        speed=[*before.speed, *_speeds(results)][-KEPT:],
    )
    kept = {name: known[name].model_dump() for name in list(known)[-KEPT:]}
    path = evidence_file()
    if path is None:
        LOGGER.warning(
            "what was measured cannot be kept: there is no home folder; "
            "SEQFORECAST_CACHE names another"
        )
        return None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_json(path, {"schema": 1, "environments": kept})
    except (OSError, RunError) as error:
        LOGGER.warning("what was measured cannot be kept: %s", error)
        return None
    return path


def judge_numbers(probes: Iterable[ProbeResult]) -> dict[str, MeasuredNumbers]:
    """Return whether each device computes rightly: its gravest verdict.

    Probes that say nothing about a device's numbers, or were not run, are passed over.
    """
    judged: dict[str, MeasuredNumbers] = {}
    for probe in probes:
        device = probe.data.get("device")
        is_numeric = probe.name in NUMERIC and probe.outcome != "not_run"
        if not is_numeric or not isinstance(device, str):
            continue
        numbers = judge_probe(probe)
        known = judged.get(device, numbers)
        judged[device] = max(
            known, numbers, key=lambda candidate: GRAVITY[candidate.verdict]
        )
    return judged


def judge_probe(probe: ProbeResult) -> MeasuredNumbers:
    """Return the verdict of one numeric probe on its device."""
    if probe.outcome != "ok":
        how = {"signal": f"was killed by {probe.signal}", "timeout": "hung"}
        ended = how.get(probe.outcome, "failed")
        return MeasuredNumbers(
            verdict="unusable", because=f"the {probe.name} probe {ended}"
        )
    match probe.name:
        case "canary":
            return _judge_canary(probe.data)
        case "parity":
            return _judge_parity(probe.data)
        case "training":
            return _judge_training(probe.data)
    return MeasuredNumbers(verdict="right")


def _judge_canary(data: Mapping[str, Any]) -> MeasuredNumbers:
    """Judge the try with all the switches that seqforecast itself sets."""
    lowest = float(data["tries"][-1]["minimum"])
    if lowest >= 0:
        return MeasuredNumbers(verdict="right")
    return MeasuredNumbers(verdict="wrong", because=f"a ReLU returned {lowest:.3g}")


def _judge_parity(data: Mapping[str, Any]) -> MeasuredNumbers:
    for cell, differences in data["cells"].items():
        if not differences["forward"] <= FORWARD_TOLERANCE:
            share = differences["forward"]
            because = f"the outputs of {cell} are off by {share:.2g} of their size"
            return MeasuredNumbers(verdict="wrong", because=because)
        if not differences["gradient"] >= GRADIENT_COSINE:
            cosine = differences["gradient"]
            because = f"the gradient of {cell} points elsewhere (cosine {cosine:.3g})"
            return MeasuredNumbers(verdict="wrong", because=because)
    return MeasuredNumbers(verdict="right")


def _judge_training(data: Mapping[str, Any]) -> MeasuredNumbers:
    losses = data["losses"][data["device"]]
    if all(map(math.isfinite, losses)) and losses[-1] < losses[0]:
        return MeasuredNumbers(verdict="right")
    return MeasuredNumbers(verdict="wrong", because="training does not lower the loss")


def _speeds(probes: Iterable[ProbeResult]) -> list[Speed]:
    return [
        Speed(shape=dict(probe.data["shape"]), milliseconds=times)
        for probe in probes
        if probe.name == "speed" and probe.outcome == "ok"
        if (times := _finite(probe.data["milliseconds"]))
    ]


def _finite(milliseconds: Mapping[str, Any]) -> dict[str, float]:
    return {
        name: float(value)
        for name, value in milliseconds.items()
        if math.isfinite(value) and value > 0
    }
