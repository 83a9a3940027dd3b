"""Ways out that signatures share, made for one machine."""

import shlex
from collections.abc import Callable

from seqforecast.doctor.checks.finding import Fix, command, pip
from seqforecast.doctor.checks.recipes import (
    METAL_PLUGIN,
    METAL_TENSORFLOW,
    cuda_extra,
    reinstall_tensorflow,
    tensorflow_for,
)
from seqforecast.doctor.facts import Machine


def metal_pair(machine: Machine) -> tuple[Fix, ...]:
    """Return the fixes of a plug-in that does not fit."""
    without = pip(("uninstall", "-y", "tensorflow-metal"), why="goes on with the CPU")
    if machine.python.version >= (3, 13):
        return (without,)
    pair = pip(("install", METAL_TENSORFLOW, METAL_PLUGIN), why="the pair that loads")
    return (pair, without)


def without_plugins(machine: Machine) -> tuple[Fix, ...]:
    """Return the fix that takes the plug-ins away."""
    folders = [one.path.rpartition("/")[0] for one in machine.plugins]
    folder = folders[0] if folders else "tensorflow-plugins"
    return (
        command(
            f"rm -r {shlex.quote(folder)}", "removes the folder TensorFlow looks into"
        ),
    )


def reinstall(machine: Machine) -> tuple[Fix, ...]:
    """Return the fix that puts TensorFlow in place again."""
    return (reinstall_tensorflow(machine),)


def upgrade(*wanted: str) -> Callable[[Machine], tuple[Fix, ...]]:
    """Return the function whose fix resolves packages again."""

    def fixes(machine: Machine) -> tuple[Fix, ...]:
        again = ("install", "--upgrade", tensorflow_for(machine), *wanted)
        return (pip(again, why="resolves the versions again"),)

    return fixes


def cuda_libraries(machine: Machine) -> tuple[Fix, ...]:
    """Return the fixes of CUDA libraries that are not found."""
    install = cuda_extra(machine)
    clean = command("unset LD_LIBRARY_PATH", "stops other copies from coming first")
    return (clean, install) if "LD_LIBRARY_PATH" in machine.environ else (install,)


def cudnn(machine: Machine) -> tuple[Fix, ...]:
    """Return the fixes of a cuDNN that is not the right one."""
    newer = pip(("install", "--upgrade", "nvidia-cudnn-cu12<10.0"), why="a newer cuDNN")
    clean = command("unset LD_LIBRARY_PATH", "lets TensorFlow find its own cuDNN")
    return (clean, newer) if "LD_LIBRARY_PATH" in machine.environ else (newer,)


def on_cpu(why: str) -> Callable[[Machine], tuple[Fix, ...]]:
    """Return the function whose fix is the CPU."""
    train = command("seqforecast train EXPERIMENT --device cpu", why)
    return lambda machine: (train,)  # noqa: ARG005 - as every other


def say(*fixes: Fix) -> Callable[[Machine], tuple[Fix, ...]]:
    """Return the function whose fixes are the same everywhere."""
    return lambda machine: fixes  # noqa: ARG005 - as every other
