"""Checks of NVIDIA's driver and cards, before TensorFlow is imported."""

from seqforecast.doctor.checks.finding import (
    Finding,
    Fix,
    advice,
    command,
    lose_gpu,
    ok,
    skip,
)
from seqforecast.doctor.checks.install_recipes import version_of
from seqforecast.doctor.facts.machine import Machine

OLDEST_DRIVER = (525, 60, 13)
OLDEST_CUDA = 12000
ABSENT = "no NVIDIA card"
NO_DEVICE = 100


def platform(machine: Machine) -> Finding:
    """Judge whether TensorFlow can use NVIDIA cards on this system."""
    if not machine.cuda.present:
        return skip(ABSENT)
    if machine.host.system == "Windows":
        return lose_gpu(
            "TensorFlow uses no NVIDIA card on Windows itself since 2.11",
            command(
                "wsl --install",
                "Linux inside Windows; then, there: pip install 'seqforecast[cuda]'. "
                "The driver stays in Windows",
            ),
            command("seqforecast train EXPERIMENT --device cpu", "uses the CPU"),
        )
    if machine.host.machine != "x86_64":
        return lose_gpu(
            f"the CUDA libraries are not published for {machine.host.machine}",
            advice("use the maker's own TensorFlow container for this machine"),
        )
    return ok(f"{machine.host.system} on {machine.host.machine}")


def driver(machine: Machine) -> Finding:
    """Judge whether the driver is installed and answers."""
    cuda = machine.cuda
    if not cuda.present:
        return skip(ABSENT)
    probe = machine.probes.get("driver")
    code = probe.data.get("code") if probe and probe.outcome == "ok" else None
    loaded = bool(probe and probe.outcome == "ok" and probe.data.get("loaded"))
    if cuda.smi_code == 0 and (loaded or probe is None):
        return ok(f"driver {cuda.cards[0].driver if cuda.cards else 'answers'}")
    if loaded and code == 0:
        return ok("libcuda answers")
    if loaded and code not in (None, 0):
        return ok(f"libcuda is there; cuInit says {code}")
    return lose_gpu(
        "the NVIDIA driver is not installed, or does not answer",
        *ways_to_a_driver(machine),
        **{
            "nvidia-smi": _told_by_smi(machine),
            "libcuda": "loads" if loaded else "not found",
        },
    )


def ways_to_a_driver(machine: Machine) -> tuple[Fix, ...]:
    """Return how a driver comes to this kind of machine."""
    host = machine.host
    if host.wsl:
        return (
            advice(
                "install NVIDIA's driver in Windows, none inside Linux, then: "
                "wsl --shutdown"
            ),
            command("wsl --update", "in Windows: brings the part that shares the card"),
        )
    if host.container:
        return (
            command(
                "docker run --gpus all ...",
                "start the container with the card; the host needs NVIDIA's "
                "container toolkit",
            ),
        )
    return (
        command(
            "sudo ubuntu-drivers install",
            "on Ubuntu; elsewhere the distribution's package of the NVIDIA driver, "
            "525.60.13 or newer, then restart",
        ),
    )


def _told_by_smi(machine: Machine) -> str:
    code = machine.cuda.smi_code
    meanings = {9: "driver not loaded", 12: "NVML not found", 15: "card lost"}
    if code is None:
        return "not found"
    return f"exit code {code}" + (f", {meanings[code]}" if code in meanings else "")


def mismatch(machine: Machine) -> Finding:
    """Judge whether the running driver and its libraries are of one version."""
    cuda = machine.cuda
    if not cuda.present or not cuda.kernel_driver:
        return skip("no driver in the kernel" if cuda.present else ABSENT)
    listed = {card.driver for card in cuda.cards if card.driver}
    differs = listed - {cuda.kernel_driver}
    if "mismatch" not in cuda.smi_output.lower() and not differs:
        return ok(f"{cuda.kernel_driver} both")
    return lose_gpu(
        "the driver in the kernel and its libraries are of different versions",
        command("sudo reboot", "starts the driver that was installed last"),
        detail="The driver was updated and not restarted.",
        kernel=cuda.kernel_driver,
        libraries=", ".join(sorted(listed)) or "another version",
    )


def driver_version(machine: Machine) -> Finding:
    """Judge whether the driver is new enough for CUDA 12."""
    cuda = machine.cuda
    probe = machine.probes.get("driver")
    version = int(probe.data.get("version") or 0) if probe else 0
    listed = cuda.cards[0].driver if cuda.cards else cuda.kernel_driver
    if not cuda.present or not (version or listed):
        return skip("no driver" if cuda.present else ABSENT)
    too_old = version < OLDEST_CUDA if version else version_of(listed) < OLDEST_DRIVER
    label = listed or f"CUDA {version // 1000}.{version % 1000 // 10}"
    if not too_old:
        return ok(label)
    return lose_gpu(
        f"the NVIDIA driver {label} is too old for CUDA 12",
        command(
            "sudo ubuntu-drivers install",
            "on Ubuntu; elsewhere the distribution's driver, 525.60.13 or newer, then "
            "restart",
        ),
        detail="TensorFlow was built with CUDA 12 and needs driver 525.60.13 or newer.",
        driver=label,
    )


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
