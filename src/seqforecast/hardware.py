"""The hardware as the operating system tells of it: cores, memory, NVIDIA GPUs.

For all but `doctor`, which asks through a seam of its own that tests can invent.
"""

import math
import os
import re
import subprocess
import sys
from pathlib import Path

GROUP = Path("/sys/fs/cgroup")  # the limits of a container
DRIVER = Path("/proc/driver/nvidia")


def usable_cores() -> list[int]:
    """Return the numbers of the cores to use, no more than a container may."""
    if hasattr(os, "sched_getaffinity"):
        cores = sorted(os.sched_getaffinity(0))
    else:
        cores = list(range(os.cpu_count() or 1))
    quota, _, period = _read_text(GROUP / "cpu.max").partition(" ")
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
        for line in _read_text(Path("/proc/meminfo")).splitlines()
        if line.startswith("MemAvailable:")
    ]
    limit, used = _read_text(GROUP / "memory.max"), _read_text(GROUP / "memory.current")
    if limit.isdigit() and used.isdigit():
        free.append(max(0, int(limit) - int(used)))
    return min(free, default=None)


def visible_gpus() -> list[str]:
    """Return NVIDIA's GPUs as CUDA_VISIBLE_DEVICES names them, without TensorFlow."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        names = [name.strip() for name in visible.split(",")]
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


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def gpu_names() -> list[str]:
    """Return the GPUs of this machine, and the driver's version, as the system says.

    On Apple silicon the GPU is a part of the chip, which gives it its name.
    """
    if sys.platform == "darwin":
        return _lines("/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string")
    names = []
    for file in sorted(DRIVER.glob("gpus/*/information")):
        names += re.findall(r"^Model:\s*(.+)$", _read_text(file), re.MULTILINE)
    if not names:  # the Windows Subsystem for Linux has no such files
        return _lines("nvidia-smi", "--query-gpu=name,driver_version", "--format=csv")
    return names + _read_text(DRIVER / "version").splitlines()[:1]


def _lines(*command: str) -> list[str]:
    """Return what a command prints; nothing when it is not there or fails."""
    try:
        done = subprocess.run(  # noqa: S603 - fixed commands
            command, capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return done.stdout.splitlines() if done.returncode == 0 else []


def peak_memory() -> int | None:
    """Return the most bytes this process was resident with; None on Windows."""
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts in KiB, macOS in bytes.
    return peak if sys.platform == "darwin" else 1024 * peak
