"""Checks of the computer and its operating system, with their rows in the table."""

from seqforecast.doctor.checks import finding
from seqforecast.doctor.checks.finding import (
    Check,
    Finding,
    Fix,
    advice,
    command,
    fail,
    lose_gpu,
    ok,
    skip,
    warn,
)
from seqforecast.doctor.checks.install_recipes import (
    has_metal,
    install,
    is_apple_silicon,
    new_environment,
    version_of,
)
from seqforecast.doctor.facts.machine import Machine

GIB = 2**30
INSTALLED_BYTES = 3 * GIB
RUN_BYTES = GIB // 2
SUPPORTED = {
    ("Darwin", "arm64"),
    ("Darwin", "x86_64"),
    ("Linux", "x86_64"),
    ("Linux", "aarch64"),
    ("Windows", "AMD64"),
}


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
    glibc = version_of(host.libc_version)
    if not glibc or glibc >= needed:
        return ok(f"glibc {host.libc_version}".rstrip())
    return fail(
        f"glibc {host.libc_version} is too old for this TensorFlow, which needs "
        f"{_dotted(needed)}",
        *_older_tensorflow(glibc),
        advice("use a newer distribution, or a container"),
        glibc=host.libc_version,
        wheel=", ".join(machine.packages.tags) or "not installed",
    )


def disk(machine: Machine) -> Finding:
    """Judge whether there is room to install, or to write runs."""
    free = machine.host.disk_free
    if free is None:
        return skip("free space is unknown")
    size = f"{free / GIB:.1f} GiB"
    room = command("python -m pip cache purge", "empties what pip has kept")
    if "tensorflow" not in machine.packages.versions and free < INSTALLED_BYTES:
        return fail(
            f"{size} free: TensorFlow and what it needs take 3 GiB",
            room,
            advice("make the environment on a larger disk"),
        )
    if free < RUN_BYTES:
        return warn(
            f"{size} free: a run may not find room for its model and forecasts",
            room,
            advice("write runs elsewhere with --runs DIR"),
        )
    return ok(f"{size} free")


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
    version = version_of(machine.host.version)
    if not version:
        return ok("version unknown")
    if version < (12,):
        return fail(
            f"macOS {machine.host.version} is too old: TensorFlow needs 12 or newer",
            update,
        )
    if (12, 1) <= version < (13,) and has_metal(machine):
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
    required = machine.required
    if not required:
        return skip("no GPU is required")
    metal, cuda = is_apple_silicon(machine), machine.cuda.present
    if {"metal": metal, "cuda": cuda, "gpu": metal or cuda}[required]:
        return ok(f"--require {required} can be met")
    names = {"metal": "Apple silicon", "cuda": "an NVIDIA card", "gpu": "a GPU"}
    return fail(
        f"--require {required}: {names[required]} was not found on this machine",
        advice("leave --require out, or run this where the GPU is"),
        system=f"{machine.host.system} on {machine.host.machine}",
    )


HOST: tuple[Check, ...] = (
    Check(
        "host.rosetta",
        "static",
        "Python is a native program on Apple silicon",
        rosetta,
        "An Intel Python runs on Apple silicon through Rosetta, and everything pip "
        "then installs is for Intel too. TensorFlow's Intel build dies there, and "
        "the Metal plug-in does not exist for it.",
        (finding.ROSETTA, finding.tensorflow_issue(46178)),
    ),
    Check(
        "host.system",
        "static",
        "TensorFlow is published for this kind of machine",
        system,
        "TensorFlow has wheels for Linux on x86_64 and aarch64, for Apple silicon and "
        "for 64-bit Windows. For Intel Macs 2.16.2 was the last.",
        (finding.TENSORFLOW_INSTALL,),
        ("host.rosetta",),
    ),
    Check(
        "host.macos",
        "static",
        "macOS is new enough",
        macos,
        "Every TensorFlow wheel for macOS is built for macOS 12. From macOS 13 on "
        "Metal has recurrent layers of its own.",
        (finding.METAL, finding.TENSORFLOW_INSTALL),
    ),
    Check(
        "host.virtual",
        "static",
        "The Mac's GPU is a real one",
        virtual,
        "Virtual Macs, those of hosted test runners among them, show a GPU that does "
        "not compute what it should.",
        (finding.VIRTUAL_MACS,),
        ("host.rosetta",),
    ),
    Check(
        "host.processor",
        "static",
        "The processor has AVX",
        processor,
        "TensorFlow for x86_64 is compiled with AVX instructions; a processor or an "
        "emulator without them kills it on import.",
        (finding.TENSORFLOW_INSTALL, finding.tensorflow_issue(58339)),
    ),
    Check(
        "host.libc",
        "static",
        "The C library can load TensorFlow",
        libc,
        "Wheels for Linux name the oldest glibc they work with: 2.17 up to "
        "TensorFlow 2.20, 2.27 from 2.21 on. There are none for musl.",
        (finding.MUSL, finding.GLIBC),
        ("host.system",),
    ),
    Check(
        "host.disk",
        "static",
        "There is room on the disk",
        disk,
        "TensorFlow takes more than one GiB, with CUDA or Metal about three. Full "
        "disks leave files cut short.",
        (finding.TENSORFLOW_INSTALL,),
    ),
    Check(
        "host.memory",
        "static",
        "There is memory for TensorFlow",
        memory,
        "A process killed by the system without a word has most often run out of "
        "memory.",
        (finding.TENSORFLOW_INSTALL,),
    ),
    Check(
        "host.accelerator",
        "static",
        "The GPU that --require asks for can be here",
        accelerator,
        "With --require gpu, metal or cuda, a machine without that GPU is not ready.",
        (finding.TENSORFLOW_INSTALL,),
        ("host.rosetta",),
    ),
)


def _needed_glibc(tags: tuple[str, ...]) -> tuple[int, ...]:
    """Return what the installed wheel was built for, or else what any needs."""
    platforms = [tag.rpartition("-")[2] for tag in tags]
    for platform in platforms:
        if platform.startswith("manylinux_"):
            return version_of(".".join(platform.split("_")[1:3]))
    return (2, 17)


def _older_tensorflow(glibc: tuple[int, ...]) -> tuple[Fix, ...]:
    """2.20 was the last built for glibc 2.17; 2.21 asks for 2.27."""
    if glibc < (2, 17):
        return ()
    return (install("tensorflow>=2.18.1,<2.21", "the last built for glibc 2.17"),)


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(str(number) for number in version)
