"""An examination: stage after stage, each only as far as the one before allows."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from seqforecast.doctor.checks.table import BY_ID
from seqforecast.doctor.facts import Machine, ProbeResult
from seqforecast.doctor.judging import Result, judge, roots_of, usable_gpu
from seqforecast.doctor.machine import Required, gather
from seqforecast.doctor.report import Diagnosis
from seqforecast.doctor.system import System

if TYPE_CHECKING:
    from seqforecast.doctor.stages import Workload

LOGGER = logging.getLogger("seqforecast.doctor")
STAGES = ("static", "import", "numeric", "speed")
NUMERIC = ("canary", "parity", "training", "saving")

Run = Callable[[str, Mapping[str, Any], float], ProbeResult]


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
    workload: "Workload | None" = None


def examine(system: System, request: Request, run: Run | None = None) -> Diagnosis:
    """Return what is found, having gone as far as asked and as far as possible.

    TensorFlow is started in child processes only, and not at all when the static
    stage has found why it cannot be imported.

    Args:
        system: the machine.
        request: what was asked.
        run: how a child is run; by default for real.
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
    asked = {result.check.id: result for result in judge(machine)}
    needs = [asked[need] for need in BY_ID[name].needs]
    absent = {need.check.probe for need in needs} - {"", *machine.probes}
    return not absent and not any(need.stops for need in needs)


def _import(machine: Machine, run: Run | None) -> Machine:
    from seqforecast.doctor import stages

    LOGGER.info("importing TensorFlow in a process of its own")
    found = stages.run_import(run) if run else stages.run_import()
    return replace(machine, probes={**machine.probes, "import": found})


def _compute(machine: Machine, run: Run | None) -> Machine:
    """Try the GPU; when it breaks, and when there is none, try the CPU."""
    gpu = usable_gpu(judge(machine))
    found: dict[str, ProbeResult] = {}
    if gpu:
        LOGGER.info("computing on %s", gpu)
        found = _numeric(gpu, run)
        broken = next((one for one in found.values() if one.outcome != "ok"), None)
        if broken:
            found = {"gpu": broken}
    if "canary" not in found:
        LOGGER.info("computing on the CPU")
        found |= _numeric("cpu", run)
    return replace(machine, probes={**machine.probes, **found})


def _numeric(device: str, run: Run | None) -> dict[str, ProbeResult]:
    """Run the numeric probes; after one that broke the others are not started."""
    from seqforecast.doctor import stages
    from seqforecast.doctor.children import run_child

    ask, broken = run or run_child, False

    def impatient(
        name: str, arguments: Mapping[str, Any], timeout: float
    ) -> ProbeResult:
        nonlocal broken
        if broken:
            return ProbeResult(name, "not_run")
        result = ask(name, arguments, timeout)
        broken = result.outcome != "ok"
        return result

    return dict(stages.run_numeric(device, impatient))


def _measure(machine: Machine, workload: "Workload | None", run: Run | None) -> Machine:
    from seqforecast.doctor import stages

    gpu = usable_gpu(judge(machine))
    devices = ("cpu", gpu) if gpu else ("cpu",)
    LOGGER.info("measuring the speed on %s", " and ".join(devices))
    wanted = workload or stages.Workload()
    found = stages.run_speed(devices, wanted, *((run,) if run else ()))
    return replace(machine, probes={**machine.probes, "speed": found})


def _keep(machine: Machine) -> None:
    """Leave what was measured where `device: auto` finds it."""
    measured = [
        machine.probes[name]
        for name in ("gpu", *NUMERIC, "speed")
        if name in machine.probes
    ]
    if measured:
        from seqforecast.doctor.evidence import remember

        remember(measured)


def _shown(machine: Machine, request: Request) -> tuple[Result, ...]:
    """Return every result, or the one asked for with what stands in its way."""
    results = judge(machine)
    if not request.only:
        return results
    wanted = next(one for one in results if one.check.id == request.only)
    names = set(roots_of(request.only)) & {wanted.blocked_by, request.only}
    return tuple(one for one in results if one.check.id in names)
