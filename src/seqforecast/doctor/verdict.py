"""Facts judged: each check asked or skipped, the verdict, the device to take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from seqforecast.doctor.checks.all_checks import BY_ID, CHECKS
from seqforecast.doctor.checks.finding import Check, Finding, Fix
from seqforecast.doctor.checks.speed import milliseconds, told
from seqforecast.doctor.facts.machine import Machine


@dataclass(frozen=True, slots=True)
class Result:
    """A check with its answer.

    Attributes:
        check: the question.
        finding: the answer; what loses the GPU only is a warning here, unless the
            GPU is required.
        blocked_by: the failed check because of which it was not asked, or "".
        stops: what needs this check is not asked.
    """

    check: Check
    finding: Finding
    blocked_by: str = ""
    stops: bool = False


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What to train on.

    Attributes:
        device: cpu, gpu:N, or "" while TensorFlow cannot be used.
        why: half a sentence.
        environ: what seqforecast sets by itself; other programs need it too.
        install: commands that mend what failed, one for each root cause.
    """

    device: str
    why: str
    environ: Mapping[str, str] = field(default_factory=dict)
    install: tuple[str, ...] = ()


def judge(machine: Machine, checks: Sequence[Check] = CHECKS) -> tuple[Result, ...]:
    """Return the answer of each check, in the order of the table.

    A check whose prerequisite failed is skipped, and names the root cause.
    """
    results: dict[str, Result] = {}
    for check in checks:
        results[check.id] = _ask(check, machine, results)
    return tuple(results.values())


def _ask(check: Check, machine: Machine, before: Mapping[str, Result]) -> Result:
    known = [before[name] for name in check.needs if name in before]
    for need in known:
        if need.stops:
            aside = None if check.probe else check.judge(machine)
            if aside and aside.status == "skip":
                return Result(check, aside)
            root = need.blocked_by or need.check.id
            return Result(
                check,
                Finding("skip", f"because of {root}"),
                blocked_by=root,
                stops=True,
            )
    if check.probe and check.probe not in machine.probes:
        return Result(check, Finding("skip", "TensorFlow was not started"))
    finding = check.judge(machine)
    stops = finding.status == "fail"
    finding = replace(
        finding, fixes=tuple(_spoken(fix, machine) for fix in finding.fixes)
    )
    if stops and finding.spares_cpu and not machine.required:
        finding = replace(finding, status="warn")
    return Result(check, finding, stops=stops)


def _spoken(fix: Fix, machine: Machine) -> Fix:
    """Return the fix in the words of the installer that made the environment."""
    if (
        not fix.pip
        or "pip" in machine.packages.versions
        or not machine.packages.versions
    ):
        return fix
    spoken = fix.cmd.replace("python -m pip uninstall -y", "uv pip uninstall")
    spoken = spoken.replace("python -m pip", "uv pip")
    return replace(fix, cmd=spoken)


def roots_of(name: str) -> tuple[str, ...]:
    """Return a check and everything it needs, in the order of the table."""
    waiting, known = [name], {name}
    while waiting:
        for need in BY_ID[waiting.pop()].needs:
            if need not in known:
                known.add(need)
                waiting.append(need)
    return tuple(check.id for check in CHECKS if check.id in known)


def problems(results: Sequence[Result], status: str) -> list[Result]:
    """Return the results of one status."""
    return [result for result in results if result.finding.status == status]


def exit_code(results: Sequence[Result], *, strict: bool) -> int:
    """Return 0 for usable, 1 when a check failed, or strictly when one warned."""
    return int(
        bool(problems(results, "fail") or (strict and problems(results, "warn")))
    )


def usable_gpu(results: Sequence[Result]) -> str:
    """Return the GPU that TensorFlow sees and nothing speaks against, or ""."""
    by_id = {result.check.id: result for result in results}
    seen = by_id.get("import.gpu")
    if seen is None or seen.finding.status != "ok":
        return ""
    tried = [by_id[name] for name in by_id if name.startswith("numeric.")]
    if any(result.finding.status == "fail" or result.stops for result in tried):
        return ""
    return "gpu:0"


def recommend(machine: Machine, results: Sequence[Result]) -> Recommendation:
    """Return the device to train on: the fastest that computes right."""
    install = tuple(
        dict.fromkeys(
            result.finding.fixes[0].cmd
            for result in problems(results, "fail")
            if result.finding.fixes and result.finding.fixes[0].cmd
        )
    )
    imported = next((r for r in results if r.check.id == "import.tensorflow"), None)
    metal = machine.host.system == "Darwin" and bool(machine.plugins)
    environ = {"TURN_OFF_REMAPPER": "1"} if metal else {}
    if imported is not None and imported.stops:
        return Recommendation("", "nothing, before this is mended", environ, install)
    device, why = _device(machine, results)
    return Recommendation(device, why, environ, install)


def _device(machine: Machine, results: Sequence[Result]) -> tuple[str, str]:
    times = milliseconds(machine)
    gpu = usable_gpu(results)
    if times:
        right = {name: times[name] for name in times if name == "cpu" or gpu}
        return min(right or times, key=lambda name: times[name]), told(times)
    if not gpu:
        seen = any(
            r.check.id == "import.gpu" and r.finding.status == "ok" for r in results
        )
        return "cpu", "the GPU failed a check" if seen else "no GPU can be used"
    if machine.host.system == "Darwin":
        return "cpu", "recurrent layers are often slower on Metal; not measured"
    return gpu, "not measured"
