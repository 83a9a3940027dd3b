"""The static facts of a machine, gathered through the seam in under a second."""

import os
from dataclasses import replace
from typing import Literal

from seqforecast.doctor.facts.accelerators import gather_cuda, gather_plugins
from seqforecast.doctor.facts.machine import Host, Machine, Python, PythonKind
from seqforecast.doctor.facts.packages import (
    MarkerEnvironment,
    distributions,
    extra_of,
    gather_packages,
    requires,
)
from seqforecast.doctor.system_interface import Interpreter, System

VARIABLES = (
    "CONDA_DEFAULT_ENV",
    "CUDA_VISIBLE_DEVICES",
    "KERAS_BACKEND",
    "KERAS_HOME",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "NVIDIA_VISIBLE_DEVICES",
    "PYTHONHOME",
    "PYTHONNOUSERSITE",
    "PYTHONPATH",
    "TURN_OFF_REMAPPER",
    "VIRTUAL_ENV",
    "TF_DETERMINISTIC_OPS",
    "TF_FORCE_GPU_ALLOW_GROWTH",
    "TF_PLUGGABLE_DEVICE_LIBRARY_PATH",
    "TF_USE_LEGACY_KERAS",
    "TF_XLA_FLAGS",
    "XLA_FLAGS",
)

# Not every TF_: Terraform's carry passwords.
FAMILIES = ("TF_CPP_", "TF_CUDNN_", "TF_ENABLE_", "TF_GPU_", "TF_MPS_", "TF_NUM_")
Required = Literal["", "gpu", "metal", "cuda"]
MAC_KEYS = (
    "kern.osproductversion",
    "hw.optional.arm64",
    "sysctl.proc_translated",
    "kern.hv_vmm_present",
    "machdep.cpu.brand_string",
    "hw.memsize",
)
HIDDEN = ("tensorflow", "keras", "numpy", "pandas", "pydantic", "yaml")


def gather(system: System, required: Required = "") -> Machine:
    """Return all facts that need no TensorFlow.

    On machines with an NVIDIA card two small children ask the driver and open the
    CUDA libraries.

    Args:
        system: the machine.
        required: the kind of GPU that `--require` insists on.
    """
    host = gather_host(system)
    installed = distributions(system)
    environment = MarkerEnvironment.of(system.interpreter)
    tensorflow = installed.get("tensorflow")
    lines = requires(system, tensorflow) if tensorflow else ()
    cuda_requirements = extra_of("and-cuda", lines, environment)
    machine = Machine(
        host=host,
        python=gather_python(system, container=host.container),
        packages=gather_packages(system, installed, environment),
        plugins=gather_plugins(system, tensorflow),
        cuda=gather_cuda(system, host, installed, cuda_requirements),
        environ={
            name: value
            for name, value in system.environ.items()
            if name in VARIABLES or name.startswith(FAMILIES)
        },
        required=required,
    )
    if not machine.cuda.present or host.system != "Linux":
        return machine
    probes = {name: system.probe(name) for name in ("driver", "libraries")}
    return replace(machine, probes=probes)


def gather_host(system: System) -> Host:
    """Return what is known about the computer."""
    python = system.interpreter
    if python.system == "Darwin":
        return _mac(system, python)
    if python.system == "Linux":
        return _linux(system, python)
    return Host(
        system=python.system,
        machine=python.machine,
        version=python.release,
        cores=python.cores,
        disk_free=system.disk_free(python.prefix),
        name=python.host,
        home=python.home,
    )


def _mac(system: System, python: Interpreter) -> Host:
    # Keys that a Mac does not know are complained about; the others are answered.
    ran = system.run("sysctl", *MAC_KEYS)
    lines = ran.output.splitlines() if ran else []
    values = {
        key.strip(): value.strip()
        for key, colon, value in (line.partition(":") for line in lines)
        if colon and key.strip() in MAC_KEYS
    }
    return Host(
        system="Darwin",
        machine=python.machine,
        arm64_hardware=values.get("hw.optional.arm64") == "1"
        or python.machine == "arm64",
        translated=values.get("sysctl.proc_translated") == "1",
        version=values.get("kern.osproductversion", ""),
        virtual=values.get("kern.hv_vmm_present") == "1",
        chip=values.get("machdep.cpu.brand_string", ""),
        cores=python.cores,
        memory=_whole(values.get("hw.memsize", "")),
        disk_free=system.disk_free(python.prefix),
        name=python.host,
        home=python.home,
    )


def _linux(system: System, python: Interpreter) -> Host:
    processor = _first_fields(system.read("/proc/cpuinfo") or "")
    memory = _first_fields(system.read("/proc/meminfo") or "")
    libc, version = python.libc
    if not libc and any(name.startswith("ld-musl") for name in system.names("/lib")):
        libc = "musl"
    kernel = (system.read("/proc/version") or "").lower()
    return Host(
        system="Linux",
        machine=python.machine,
        version=python.release,
        chip=processor.get("model name", ""),
        cores=python.cores,
        memory=_whole(memory.get("MemTotal", "").removesuffix(" kB")) * 1024,
        disk_free=system.disk_free(python.prefix),
        libc=libc,
        libc_version=version,
        cpu_flags=frozenset(processor.get("flags", "").split()),
        wsl="microsoft" in kernel,
        container=_is_container(system),
        name=python.host,
        home=python.home,
    )


def _is_container(system: System) -> bool:
    marks = ("/.dockerenv", "/run/.containerenv")
    return "KUBERNETES_SERVICE_HOST" in system.environ or any(
        system.size(mark) is not None for mark in marks
    )


def _first_fields(text: str) -> dict[str, str]:
    """Return `key : value` lines; of a key that repeats, the first."""
    fields: dict[str, str] = {}
    for line in text.splitlines():
        key, colon, value = line.partition(":")
        if colon:
            fields.setdefault(key.strip(), value.strip())
    return fields


def _whole(text: str) -> int:
    return int(text) if text.strip().isdigit() else 0


def gather_python(system: System, *, container: bool) -> Python:
    """Return what is known about the running Python."""
    interpreter = system.interpreter
    return Python(
        version=interpreter.version,
        implementation=interpreter.implementation,
        executable=interpreter.executable,
        prefix=interpreter.prefix,
        kind=_kind(system, container=container),
        bits=interpreter.bits,
        shadows=_shadows(system),
        user_site=interpreter.user_site_enabled,
        free_threaded=interpreter.free_threaded,
    )


def _kind(system: System, *, container: bool) -> PythonKind:
    python = system.interpreter
    if python.prefix != python.base_prefix:
        return "venv"
    names = system.names(python.prefix)
    if "conda-meta" in names:
        return "conda-base" if "condabin" in names else "conda"
    return "container" if container else "system"


def _shadows(system: System) -> tuple[str, ...]:
    """Return files in the working directory or on PYTHONPATH that hide a package."""
    python = system.interpreter
    added = system.environ.get("PYTHONPATH", "")
    separator = ";" if python.system == "Windows" else ":"
    folders = [python.working, *(path for path in added.split(separator) if path)]
    files: dict[str, None] = {}
    for folder in dict.fromkeys(folders):
        if folder.rstrip("/\\").endswith(("site-packages", "dist-packages")):
            continue
        names = system.names(folder)
        for name in HIDDEN:
            if f"{name}.py" in names:
                files[os.path.join(folder, f"{name}.py")] = None  # noqa: PTH118
    return tuple(files)
