"""What to install where: the versions that work together, as pip takes them."""

import re

from seqforecast.doctor.checks.finding import Fix, command, pip
from seqforecast.doctor.facts.machine import Machine

METAL_TENSORFLOW = "tensorflow>=2.18.1,<2.20"
METAL_PLUGIN = "tensorflow-metal==1.2.0"
INSTALLER = "bash scripts/install_macos_m1.sh"
ENVIRONMENT = "new-venv"


def is_apple_silicon(machine: Machine) -> bool:
    """Return whether this is an arm64 Python on Apple silicon."""
    return (machine.host.system, machine.host.machine) == ("Darwin", "arm64")


def has_metal(machine: Machine) -> bool:
    """Return whether a Metal plug-in is installed, or lies where TensorFlow looks."""
    return is_apple_silicon(machine) and (
        "tensorflow-metal" in machine.packages.versions or bool(machine.plugins)
    )


def tensorflow_for(machine: Machine) -> str:
    """Return the TensorFlow that this machine can use, as a requirement."""
    if machine.host.system != "Darwin":
        return "tensorflow>=2.18.1,<2.22"
    if machine.host.machine == "x86_64":
        return "tensorflow==2.16.2"
    return METAL_TENSORFLOW if machine.python.version < (3, 13) else "tensorflow<2.22"


def cuda_extra(machine: Machine) -> Fix:
    """Return the fix that brings the CUDA libraries of this TensorFlow."""
    version = machine.packages.versions.get("tensorflow")
    fits = (2, 18) <= version_of(version or "") < (2, 22)
    pin = f"=={version}" if version and fits else ">=2.18.1,<2.22"
    return pip(
        ("install", f"tensorflow[and-cuda]{pin}"),
        why="TensorFlow with the CUDA libraries it was built with",
    )


def new_environment(machine: Machine) -> Fix:
    """Return the fix that starts again in a clean environment."""
    host = machine.host
    if host.system == "Darwin" and (host.arm64_hardware or host.machine == "arm64"):
        return command(INSTALLER, "makes a new environment on Python 3.11 or 3.12")
    if host.system == "Windows":
        make, program = "py -3.12", rf"{ENVIRONMENT}\Scripts\python"
    else:
        make, program = "python3.12", f"{ENVIRONMENT}/bin/python"
    return command(
        f"{make} -m venv {ENVIRONMENT} && {program} -m pip install seqforecast",
        "a new environment on Python 3.12",
    )


def install(requirement: str, why: str) -> Fix:
    """Return the fix that installs one requirement."""
    return pip(("install", requirement), why=why)


def reinstall_tensorflow(machine: Machine) -> Fix:
    """Return the fix that puts every file of TensorFlow in place again."""
    version = machine.packages.versions.get("tensorflow")
    requirement = f"tensorflow=={version}" if version else tensorflow_for(machine)
    return pip(
        ("install", "--force-reinstall", "--no-deps", "--no-cache-dir", requirement),
        why="downloads TensorFlow again, without what pip has kept",
    )


def version_of(text: str) -> tuple[int, ...]:
    """Return the leading numbers of a version: "525.60.13" -> (525, 60, 13).

    Not by `packaging.version`: drivers, glibc and systems number as they like, which it
    refuses ("2.31-0ubuntu9"), and `doctor` has to work where packaging is broken.
    """
    match = re.match(r"\d+(\.\d+)*", text)
    return tuple(map(int, match.group().split("."))) if match else ()
