"""Checks of the computer: processor, C library, disk, memory."""

from seqforecast.doctor.checks.finding import (
    Finding,
    Fix,
    advice,
    command,
    fail,
    ok,
    skip,
    warn,
)
from seqforecast.doctor.checks.recipes import install, version_of
from seqforecast.doctor.facts import Machine

GIB = 2**30


INSTALLED_BYTES = 3 * GIB


RUN_BYTES = GIB // 2


def processor(machine: Machine) -> Finding:
    """Judge whether the processor has the instructions TensorFlow was built with."""
    host = machine.host
    if (host.system, host.machine) != ("Linux", "x86_64") or not host.cpu_flags:
        return skip("matters on Linux on x86_64 only")
    if "avx" in host.cpu_flags:
        return ok("AVX")
    return fail(
        "this processor has no AVX, which every TensorFlow wheel for it uses",
        advice("use another host, or a virtual machine that passes AVX on (CPU=host)"),
        detail="TensorFlow dies with `Illegal instruction` when it is imported. "
        "Emulators (x86 images on ARM machines) often lack AVX.",
        processor=host.chip or "unknown",
    )


def libc(machine: Machine) -> Finding:
    """Judge whether the C library can load TensorFlow's wheels."""
    host = machine.host
    if host.system != "Linux":
        return skip("not Linux")
    if host.libc == "musl":
        return fail(
            "musl instead of glibc: TensorFlow publishes no wheel for it",
            command(
                "docker run -it python:3.12-slim", "a container with glibc, for example"
            ),
            detail="Alpine Linux and its images use musl.",
        )
    needed = _needed_glibc(machine.packages.tags)
    found = version_of(host.libc_version)
    if not found or found >= needed:
        return ok(f"glibc {host.libc_version}".rstrip())
    return fail(
        f"glibc {host.libc_version} is too old for this TensorFlow, which needs "
        f"{_dotted(needed)}",
        *_older_tensorflow(found),
        advice("use a newer distribution, or a container"),
        glibc=host.libc_version,
        wheel=", ".join(machine.packages.tags) or "not installed",
    )


def _needed_glibc(tags: tuple[str, ...]) -> tuple[int, ...]:
    """Return what the installed wheel was built for, or else what any needs."""
    platforms = [tag.rpartition("-")[2] for tag in tags]
    for platform in platforms:
        if platform.startswith("manylinux_"):
            return version_of(".".join(platform.split("_")[1:3]))
    return (2, 17)


def _older_tensorflow(found: tuple[int, ...]) -> tuple[Fix, ...]:
    """2.20 was the last built for glibc 2.17; 2.21 asks for 2.27."""
    if found < (2, 17):
        return ()
    return (install("tensorflow>=2.18.1,<2.21", "the last built for glibc 2.17"),)


def disk(machine: Machine) -> Finding:
    """Judge whether there is room to install, or to write runs."""
    free = machine.host.disk_free
    if free is None:
        return skip("free space is unknown")
    shown = f"{free / GIB:.1f} GiB"
    room = command("python -m pip cache purge", "empties what pip has kept")
    if "tensorflow" not in machine.packages.versions and free < INSTALLED_BYTES:
        return fail(
            f"{shown} free: TensorFlow and what it needs take 3 GiB",
            room,
            advice("make the environment on a larger disk"),
        )
    if free < RUN_BYTES:
        return warn(
            f"{shown} free: a run may not find room for its model and forecasts",
            room,
            advice("write runs elsewhere with --runs DIR"),
        )
    return ok(f"{shown} free")


def memory(machine: Machine) -> Finding:
    """Judge whether TensorFlow fits into memory."""
    size = machine.host.memory
    if not size:
        return skip("size unknown")
    if size < 2 * GIB:
        return warn(
            f"{size / GIB:.1f} GiB of memory: TensorFlow alone needs about one",
            advice("close other programs, or lower training.batch_size"),
        )
    return ok(f"{size / GIB:.0f} GiB")


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(str(number) for number in version)
