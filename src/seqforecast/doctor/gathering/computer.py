"""Facts of the computer: operating system, processor, memory, disk."""

from seqforecast.doctor.host import Host
from seqforecast.doctor.system import Interpreter, System

MAC_KEYS = (
    "kern.osproductversion",
    "hw.optional.arm64",
    "sysctl.proc_translated",
    "kern.hv_vmm_present",
    "machdep.cpu.brand_string",
    "hw.memsize",
)


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
    told = {
        key.strip(): value.strip()
        for key, colon, value in (line.partition(":") for line in lines)
        if colon and key.strip() in MAC_KEYS
    }
    return Host(
        system="Darwin",
        machine=python.machine,
        arm64_hardware=told.get("hw.optional.arm64") == "1"
        or python.machine == "arm64",
        translated=told.get("sysctl.proc_translated") == "1",
        version=told.get("kern.osproductversion", ""),
        virtual=told.get("kern.hv_vmm_present") == "1",
        chip=told.get("machdep.cpu.brand_string", ""),
        cores=python.cores,
        memory=_whole(told.get("hw.memsize", "")),
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
    found: dict[str, str] = {}
    for line in text.splitlines():
        key, colon, value = line.partition(":")
        if colon:
            found.setdefault(key.strip(), value.strip())
    return found


def _whole(text: str) -> int:
    return int(text) if text.strip().isdigit() else 0
