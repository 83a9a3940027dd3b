"""The machine: its name, how fast it multiplies matrices, how much memory is used."""

import importlib.metadata
import os
import platform
import time
from pathlib import Path

import numpy as np

PACKAGES = {"PyTorch": "torch"}
SIZES = (512, 1024)  # rows and columns of the matrices


def describe() -> str:
    """Return processor, cores and versions, for the line under a table."""
    packages = map(version, ("TensorFlow", "Keras", "PyTorch"))
    system = f"{platform.system()}, Python {platform.python_version()}"
    return f"{processor()}, {cores()} cores, {system}, {', '.join(packages)}"


def version(name: str) -> str:
    """Return a package and its version, or that it is not there."""
    try:
        return f"{name} {importlib.metadata.version(PACKAGES.get(name, name))}"
    except importlib.metadata.PackageNotFoundError:
        return f"no {name}"


def processor() -> str:
    """Return the processor's name, or its kind where the system does not tell."""
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text().splitlines() if facts.is_file() else []
    names = [line.partition(":")[2] for line in lines if line.startswith("model name")]
    return names[0].strip() if names else platform.processor() or platform.machine()


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def matrix_speed(seconds: float = 3.0) -> float:
    """Return operations a second of float32 matrix products, the best of many.

    Products are short, so that one of them is left alone on a busy machine too.
    """
    random = np.random.default_rng(0)
    best, end = 0.0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        for size in SIZES:
            a, b = random.normal(size=(2, size, size)).astype(np.float32)
            for _ in range(20):
                started = time.perf_counter()
                a @ b
                best = max(best, 2 * size**3 / (time.perf_counter() - started))
    return best


class MemoryAbove:
    """The largest resident size of this process above what it has now, in bytes.

    Linux forgets the peak before when it is asked to; elsewhere an earlier peak is
    counted as what there was.
    """

    def __init__(self) -> None:
        self._linux = Path("/proc/self/clear_refs").exists()
        if self._linux:
            Path("/proc/self/clear_refs").write_text("5")
        self._before = self._peak()

    def __call__(self) -> int:
        """Return it."""
        return self._peak() - self._before

    def _peak(self) -> int:
        if self._linux:
            status = Path("/proc/self/status").read_text()
            return int(status.split("VmHWM:")[1].split()[0]) * 1024
        import resource

        size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return size * (1 if platform.system() == "Darwin" else 1024)
