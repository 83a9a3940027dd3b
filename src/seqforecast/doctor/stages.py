"""The stages that need child processes: import, numeric, speed; one child a trial."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from seqforecast.doctor.children import run_child
from seqforecast.doctor.facts import ProbeResult
from seqforecast.models.section import ModelSection
from seqforecast.training.section import TrainingSection

Run = Callable[[str, Mapping[str, Any], float], ProbeResult]

# Seconds. The first import of a fresh install reads more than a gigabyte.
LIBRARY_LIMIT, IMPORT_LIMIT, TRIAL_LIMIT = 30.0, 180.0, 120.0


@dataclass(frozen=True, slots=True)
class Workload:
    """What the speed stage trains; the defaults are those of an experiment.

    Attributes:
        model: the `model:` section.
        training: the `training:` section.
        lookback: steps the model sees.
        horizon: steps it predicts.
        experiment: its name, for the report.
    """

    model: ModelSection = field(default_factory=ModelSection)
    training: TrainingSection = field(default_factory=TrainingSection)
    lookback: int = 48
    horizon: int = 12
    experiment: str = ""


def run_driver(run: Run = run_child) -> ProbeResult:
    """Ask NVIDIA's driver what it sees."""
    return run("driver", {}, LIBRARY_LIMIT)


def run_libraries(run: Run = run_child) -> ProbeResult:
    """Load CUDA's libraries, without TensorFlow."""
    return run("libraries", {}, LIBRARY_LIMIT)


def run_import(run: Run = run_child) -> ProbeResult:
    """Import TensorFlow and ask it what it sees."""
    return run("import", {}, IMPORT_LIMIT)


def run_numeric(device: str, run: Run = run_child) -> dict[str, ProbeResult]:
    """Try whether a device computes rightly, by probe: canary, parity, ...

    Args:
        device: cpu or gpu:N; with a GPU the training is also done on the CPU.
        run: how a child is run.
    """
    names = ("canary", "parity", "training", "saving")
    found = {name: _on(device, run, name) for name in names}
    if device != "cpu" and found["training"].outcome == "ok":
        other = _on("cpu", run, "training").data.get("losses", {})
        losses = {**other, **found["training"].data["losses"]}
        told = {**found["training"].data, "losses": losses}
        found["training"] = replace(found["training"], data=told)
    return found


def run_speed(
    devices: Sequence[str], workload: Workload, run: Run = run_child
) -> ProbeResult:
    """Measure a training step on each device, each in a process of its own.

    A GPU must be hidden before the first layer is built, so one process can measure
    only one device.

    Returns:
        Of the devices together; the first that failed, when one did. `recommended`
        is the fastest, `ratio` how many times as fast it is as the next.
    """
    arguments = {
        "model": workload.model.model_dump(mode="json"),
        "training": workload.training.model_dump(mode="json"),
        "lookback": workload.lookback,
        "horizon": workload.horizon,
    }
    results = [_on(device, run, "speed", arguments) for device in devices]
    seconds = sum(result.seconds for result in results)
    for result in results:
        if result.outcome != "ok":
            return replace(result, seconds=seconds)
    told: dict[str, Any] = {}
    for result in results:
        times = {**told.get("milliseconds", {}), **result.data["milliseconds"]}
        told = {**told, **result.data, "milliseconds": times}
    told |= _recommendation(told["milliseconds"])
    told["experiment"] = workload.experiment
    del told["device"]
    return replace(results[0], data=told, seconds=seconds)


def _recommendation(milliseconds: Mapping[str, float]) -> dict[str, Any]:
    ranked = sorted(milliseconds, key=lambda device: milliseconds[device])
    times = [milliseconds[device] for device in ranked[:2]]
    return {"recommended": ranked[0], "ratio": times[-1] / times[0]}


def _on(
    device: str, run: Run, name: str, arguments: Mapping[str, Any] | None = None
) -> ProbeResult:
    """Run a probe on a device, which is told even when the child cannot tell."""
    result = run(name, {"device": device, **(arguments or {})}, TRIAL_LIMIT)
    return replace(result, data={"device": device, **result.data})
