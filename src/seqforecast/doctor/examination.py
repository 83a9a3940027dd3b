"""An examination: stage after stage, each only as far as the one before allows."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from seqforecast.doctor.checks.all_checks import BY_ID
from seqforecast.doctor.child_processes import run_child
from seqforecast.doctor.facts.gather import Required, gather
from seqforecast.doctor.facts.machine import Machine, ProbeResult
from seqforecast.doctor.report import Diagnosis
from seqforecast.doctor.system_interface import System
from seqforecast.doctor.verdict import Result, judge, roots_of, usable_gpu

if TYPE_CHECKING:
    from seqforecast.models.section import ModelSection
    from seqforecast.training.section import TrainingSection

LOGGER = logging.getLogger("seqforecast.doctor")
STAGES = ("static", "import", "numeric", "speed")
NUMERIC = ("canary", "parity", "training", "saving")
RunChild = Callable[[str, Mapping[str, Any], float], ProbeResult]

# Seconds. The first import of a fresh install reads more than a gigabyte.
IMPORT_LIMIT, TRIAL_LIMIT = 180.0, 120.0


# The sections bring NumPy, which the static stage must not wait for.
def _default_model() -> "ModelSection":
    from seqforecast.models.section import ModelSection

    return ModelSection()


def _default_training() -> "TrainingSection":
    from seqforecast.training.section import TrainingSection

    return TrainingSection()


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

    model: "ModelSection" = field(default_factory=_default_model)
    training: "TrainingSection" = field(default_factory=_default_training)
    lookback: int = 48
    horizon: int = 12
    experiment: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked of the doctor.

    Attributes:
        require: the kind of GPU that must be usable, or "".
        strict: warnings count.
        quick: stop after the static stage.
        only: the one check that is wanted, or "".
        workload: what the speed stage trains; None: usual shapes.
    """

    require: Required = ""
    strict: bool = False
    quick: bool = False
    only: str = ""
    workload: Workload | None = None


def examine(system: System, request: Request, run: RunChild = run_child) -> Diagnosis:
    """Return what is found, having gone as far as asked and as far as possible.

    TensorFlow is started in child processes only, and not at all when the static
    stage has found why it cannot be imported.

    Args:
        system: the machine.
        request: what was asked.
        run: how a child is run.
    """
    machine = gather(system, request.require)
    last = _last_stage(request)
    if last >= STAGES.index("import") and _may(machine, "import.tensorflow"):
        machine = _import(machine, run)
    if last >= STAGES.index("numeric") and _may(machine, "numeric.relu"):
        machine = _compute(machine, run)
    if last >= STAGES.index("speed") and _may(machine, "speed.recommend"):
        machine = _measure(machine, request.workload, run)
    _keep(machine)
    return Diagnosis(machine, _shown(machine, request), request.strict, request.quick)


def _last_stage(request: Request) -> int:
    if request.quick:
        return 0
    return STAGES.index(BY_ID[request.only].stage if request.only else "speed")


def _may(machine: Machine, name: str) -> bool:
    """Return whether nothing found so far stands against asking a check."""
    by_id = {result.check.id: result for result in judge(machine)}
    needs = [by_id[need] for need in BY_ID[name].needs]
    absent = {need.check.probe for need in needs} - {"", *machine.probes}
    return not absent and not any(need.stops for need in needs)


def _import(machine: Machine, run: RunChild) -> Machine:
    LOGGER.info("importing TensorFlow in a process of its own")
    probe = run_import(run)
    return replace(machine, probes={**machine.probes, "import": probe})


def _compute(machine: Machine, run: RunChild) -> Machine:
    """Try the GPU; when it breaks, and when there is none, try the CPU."""
    gpu = usable_gpu(judge(machine))
    probes: dict[str, ProbeResult] = {}
    if gpu:
        LOGGER.info("computing on %s", gpu)
        probes = _numeric(gpu, run)
        broken = next((one for one in probes.values() if one.outcome != "ok"), None)
        if broken:
            probes = {"gpu": broken}
    if "canary" not in probes:
        LOGGER.info("computing on the CPU")
        probes |= _numeric("cpu", run)
    return replace(machine, probes={**machine.probes, **probes})


def _numeric(device: str, run: RunChild) -> dict[str, ProbeResult]:
    """Run the numeric probes; after one that broke the others are not started."""
    broken = False

    def impatient(
        name: str, arguments: Mapping[str, Any], timeout: float
    ) -> ProbeResult:
        nonlocal broken
        if broken:
            return ProbeResult(name, "not_run")
        result = run(name, arguments, timeout)
        broken = result.outcome != "ok"
        return result

    return dict(run_numeric(device, impatient))


def _measure(machine: Machine, workload: Workload | None, run: RunChild) -> Machine:
    gpu = usable_gpu(judge(machine))
    devices = ("cpu", gpu) if gpu else ("cpu",)
    LOGGER.info("measuring the speed on %s", " and ".join(devices))
    probe = run_speed(devices, workload or Workload(), run)
    return replace(machine, probes={**machine.probes, "speed": probe})


def _keep(machine: Machine) -> None:
    """Leave what was measured where `device: auto` finds it."""
    measured = [
        machine.probes[name]
        for name in ("gpu", *NUMERIC, "speed")
        if name in machine.probes
    ]
    if measured:
        from seqforecast.doctor.measurements import remember

        remember(measured)


def _shown(machine: Machine, request: Request) -> tuple[Result, ...]:
    """Return every result, or the one asked for with what stands in its way."""
    results = judge(machine)
    if not request.only:
        return results
    result = next(one for one in results if one.check.id == request.only)
    names = set(roots_of(request.only)) & {result.blocked_by, request.only}
    return tuple(one for one in results if one.check.id in names)


def run_import(run: RunChild = run_child) -> ProbeResult:
    """Import TensorFlow and ask it what it sees."""
    return run("import", {}, IMPORT_LIMIT)


def run_numeric(device: str, run: RunChild = run_child) -> dict[str, ProbeResult]:
    """Try whether a device computes rightly, by probe: canary, parity, ...

    Args:
        device: cpu or gpu:N; with a GPU the training is also done on the CPU.
        run: how a child is run.
    """
    names = ("canary", "parity", "training", "saving")
    probes = {name: _on(device, run, name) for name in names}
    if device != "cpu" and probes["training"].outcome == "ok":
        other = _on("cpu", run, "training").data.get("losses", {})
        losses = {**other, **probes["training"].data["losses"]}
        data = {**probes["training"].data, "losses": losses}
        probes["training"] = replace(probes["training"], data=data)
    return probes


def run_speed(
    devices: Sequence[str], workload: Workload, run: RunChild = run_child
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
    data: dict[str, Any] = {}
    for result in results:
        times = {**data.get("milliseconds", {}), **result.data["milliseconds"]}
        data = {**data, **result.data, "milliseconds": times}
    data |= _recommendation(data["milliseconds"])
    data["experiment"] = workload.experiment
    del data["device"]
    return replace(results[0], data=data, seconds=seconds)


def _recommendation(milliseconds: Mapping[str, float]) -> dict[str, Any]:
    ranked = sorted(milliseconds, key=lambda device: milliseconds[device])
    times = [milliseconds[device] for device in ranked[:2]]
    return {"recommended": ranked[0], "ratio": times[-1] / times[0]}


def _on(
    device: str, run: RunChild, name: str, arguments: Mapping[str, Any] | None = None
) -> ProbeResult:
    """Run a probe on a device, which is told even when the child cannot tell."""
    result = run(name, {"device": device, **(arguments or {})}, TRIAL_LIMIT)
    return replace(result, data={"device": device, **result.data})
