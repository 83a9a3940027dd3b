"""Checks of the kind of machine and of its operating system."""

from seqforecast.doctor.checks.finding import (
    Finding,
    advice,
    command,
    fail,
    lose_gpu,
    ok,
    skip,
    warn,
)
from seqforecast.doctor.checks.recipes import (
    has_metal,
    is_apple_silicon,
    new_environment,
    version_of,
)
from seqforecast.doctor.facts import Machine

SUPPORTED = {
    ("Darwin", "arm64"),
    ("Darwin", "x86_64"),
    ("Linux", "x86_64"),
    ("Linux", "aarch64"),
    ("Windows", "AMD64"),
}


def rosetta(machine: Machine) -> Finding:
    """Judge whether this Python is the Mac's own kind."""
    host = machine.host
    if not host.arm64_hardware:
        return skip("not Apple silicon")
    if host.machine == "arm64" and not host.translated:
        return ok("a native arm64 Python")
    return fail(
        "this Python is an Intel program that Rosetta translates",
        command(
            "arch -arm64 bash scripts/install_macos_m1.sh",
            "finds or installs a native Python and makes a new environment",
        ),
        detail="TensorFlow for Intel uses AVX instructions that Rosetta may lack: "
        "the process dies with `illegal hardware instruction`. The Metal plug-in "
        "exists for arm64 only.",
        python=machine.python.executable,
        built_for=host.machine,
    )


def system(machine: Machine) -> Finding:
    """Judge whether TensorFlow is published for this kind of machine."""
    host = machine.host
    name = f"{host.system} on {host.machine}"
    if (host.system, host.machine) not in SUPPORTED:
        return fail(
            f"TensorFlow is not published for {name}",
            advice("use Linux on x86_64 or aarch64, Apple silicon, or 64-bit Windows"),
        )
    if (host.system, host.machine) != ("Darwin", "x86_64"):
        return ok(name)
    if machine.python.version >= (3, 13):
        return fail(
            "the last TensorFlow for Intel Macs, 2.16.2, needs Python 3.12 or older",
            new_environment(machine),
            python=_dotted(machine.python.version),
        )
    return warn(
        "an Intel Mac: TensorFlow ended with 2.16.2 here, and without a GPU",
        advice("keep training on the CPU, or move to Apple silicon or Linux"),
    )


def macos(machine: Machine) -> Finding:
    """Judge whether macOS is new enough for TensorFlow, and for Metal."""
    if machine.host.system != "Darwin":
        return skip("not macOS")
    update = command("softwareupdate --list", "shows the macOS this Mac can have")
    found = version_of(machine.host.version)
    if not found:
        return ok("version unknown")
    if found < (12,):
        return fail(
            f"macOS {machine.host.version} is too old: TensorFlow needs 12 or newer",
            update,
        )
    if (12, 1) <= found < (13,) and has_metal(machine):
        return warn(
            f"macOS {machine.host.version} runs recurrent layers on Metal unrolled",
            update,
            detail="From macOS 13 on Metal has LSTM and GRU of its own; before, every "
            "step is compiled by itself, which costs minutes and memory.",
        )
    return ok(f"macOS {machine.host.version}")


def virtual(machine: Machine) -> Finding:
    """Judge whether the GPU of a Mac is a real one."""
    if machine.host.system != "Darwin":
        return skip("matters on macOS only")
    if not machine.host.virtual:
        return ok("a real Mac")
    if not has_metal(machine):
        return ok("a virtual machine; training uses the CPU")
    return lose_gpu(
        "a virtual Mac: its GPU does not compute for TensorFlow",
        advice(
            "use `--device cpu` here, and test the GPU on a Mac that is not virtual"
        ),
        detail="Hosted runners show a paravirtual GPU whose Metal results are wrong "
        "or missing.",
        **{"kern.hv_vmm_present": 1},
    )


def accelerator(machine: Machine) -> Finding:
    """Judge whether a GPU of the required kind can be here at all."""
    wanted = machine.required
    if not wanted:
        return skip("no GPU is required")
    metal, cuda = is_apple_silicon(machine), machine.cuda.present
    if {"metal": metal, "cuda": cuda, "gpu": metal or cuda}[wanted]:
        return ok(f"--require {wanted} can be met")
    names = {"metal": "Apple silicon", "cuda": "an NVIDIA card", "gpu": "a GPU"}
    return fail(
        f"--require {wanted}: {names[wanted]} was not found on this machine",
        advice("leave --require out, or run this where the GPU is"),
        system=f"{machine.host.system} on {machine.host.machine}",
    )


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(str(number) for number in version)
