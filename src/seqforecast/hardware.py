"""The hardware as the operating system tells of it: cores, memory, NVIDIA GPUs."""

import math
import os
import subprocess
import sys
from pathlib import Path

# What TensorFlow needs for a small model, rounded up.
MEMORY_OF_A_FIT = 1_500_000_000

GROUP = Path("/sys/fs/cgroup")  # the limits of a container


def choose_jobs(fits: int, *, cores: int, memory: int | None, gpus: int = 0) -> int:
    """Return how many fits to train at a time: one a core, and one a GPU if any.

    Args:
        fits: how many there are.
        cores: how many may be used.
        memory: bytes that are free; None where the system does not tell.
        gpus: how many are to be used.
    """
    limits = [fits, cores]
    if memory is not None:
        limits.append(memory // MEMORY_OF_A_FIT)
    if gpus:
        limits.append(gpus)
    return max(1, min(limits))


def usable_cores() -> list[int]:
    """Return the numbers of the cores to use, no more than a container may."""
    if hasattr(os, "sched_getaffinity"):
        cores = sorted(os.sched_getaffinity(0))
    else:
        cores = list(range(os.cpu_count() or 1))
    quota, _, period = _read(GROUP / "cpu.max").partition(" ")
    if quota.isdigit() and period.isdigit():
        return cores[: max(1, math.ceil(int(quota) / int(period)))]
    return cores


def free_memory() -> int | None:
    """Return how many bytes programs can still have; None where untold.

    On a Mac all there are: it does not tell how many are free.
    """
    if sys.platform == "win32":
        return None
    if sys.platform == "darwin":
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    free = [
        1024 * int(line.split()[1])
        for line in _read(Path("/proc/meminfo")).splitlines()
        if line.startswith("MemAvailable:")
    ]
    limit, used = _read(GROUP / "memory.max"), _read(GROUP / "memory.current")
    if limit.isdigit() and used.isdigit():
        free.append(max(0, int(limit) - int(used)))
    return min(free, default=None)


def visible_gpus() -> list[str]:
    """Return NVIDIA's GPUs as CUDA_VISIBLE_DEVICES names them, without TensorFlow."""
    told = os.environ.get("CUDA_VISIBLE_DEVICES")
    if told is not None:
        names = [name.strip() for name in told.split(",")]
        # Whatever follows an unknown name is hidden, and so says -1.
        return names[: names.index("-1")] if "-1" in names else [*filter(None, names)]
    command = ["nvidia-smi", "--query-gpu=index", "--format=csv,noheader"]
    try:
        done = subprocess.run(  # noqa: S603 - fixed command
            command, capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return done.stdout.split() if done.returncode == 0 else []


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        return ""
