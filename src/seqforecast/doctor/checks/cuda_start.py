"""Checks of what stands between the driver and the cards: a variable, cuInit."""

from seqforecast.doctor.checks.cuda import ABSENT, ways_to_a_driver
from seqforecast.doctor.checks.finding import (
    Finding,
    Fix,
    advice,
    command,
    lose_gpu,
    ok,
    skip,
)
from seqforecast.doctor.facts import Machine

NO_DEVICE = 100


def visible(machine: Machine) -> Finding:
    """Judge whether an environment variable hides the cards."""
    if not machine.cuda.present:
        return skip(ABSENT)
    value = machine.environ.get("CUDA_VISIBLE_DEVICES")
    if value is None:
        return ok("CUDA_VISIBLE_DEVICES is not set")
    first = value.split(",")[0].strip()
    count = len(machine.cuda.cards)
    beyond = first.isdigit() and 0 < count <= int(first)
    if first and not first.startswith("-") and not beyond:
        return ok(f"CUDA_VISIBLE_DEVICES={value}")
    return lose_gpu(
        f"CUDA_VISIBLE_DEVICES={value or '(empty)'} hides every NVIDIA card",
        command("unset CUDA_VISIBLE_DEVICES", "shows all of them"),
        advice("leave it if the CPU is what you want"),
        cards=count,
    )


def initialised(machine: Machine) -> Finding:
    """Judge whether the driver starts."""
    if not machine.cuda.present:
        return skip(ABSENT)
    probe = machine.probes.get("driver")
    if probe is None or probe.outcome == "not_run":
        return skip("the driver was not asked")
    if probe.outcome != "ok":
        what = {"timeout": "hangs", "signal": f"dies of {probe.signal}"}
        return lose_gpu(
            f"asking the NVIDIA driver {what.get(probe.outcome, 'fails')}",
            command("sudo reboot", "starts the driver again"),
            output=probe.output[-300:].strip() or "none",
        )
    code = int(probe.data.get("code") or 0)
    if code == 0:
        return ok(f"{len(probe.data.get('devices') or ())} devices")
    known = {
        NO_DEVICE: "CUDA_ERROR_NO_DEVICE",
        35: "the driver is too old",
        500: "CUDA_ERROR_NOT_FOUND: named symbol not found",
        303: "no driver in this container",
        999: "CUDA_ERROR_UNKNOWN",
    }
    return lose_gpu(
        f"the NVIDIA driver does not start: {known.get(code, 'cuInit failed')}",
        *_ways_to_start(machine),
        cuInit=code,
    )


def _ways_to_start(machine: Machine) -> tuple[Fix, ...]:
    if machine.host.wsl or machine.host.container:
        return ways_to_a_driver(machine)
    return (
        command("sudo nvidia-smi", "shows what the driver itself says"),
        command("sudo reboot", "starts the driver again"),
    )
