"""NVIDIA's card, driver and libraries, and the plug-ins of TensorFlow."""

import re
from collections.abc import Iterator, Mapping, Sequence

from seqforecast.doctor.facts.machine import Card, Cuda, Host, Plugin, PluginPlace
from seqforecast.doctor.facts.packages import Distribution, unmet_extra
from seqforecast.doctor.system_interface import Ran, System

FIELDS = ("name", "driver_version", "memory.total", "memory.free", "compute_cap")
PROGRAMS = ("nvidia-smi", "/usr/lib/wsl/lib/nvidia-smi")
PCI = "/sys/bus/pci/devices"
VENDOR = "0x10de"
FOLDER = "tensorflow-plugins"
LIBRARY = "tensorflow/python/_pywrap_tensorflow_internal.so"
SUFFIXES = (".so", ".dylib", ".dll")
ALL_SCHEMES_FROM = (2, 19)


def gather_cuda(
    system: System,
    host: Host,
    installed: Mapping[str, Distribution],
    requirements: Sequence[str],
) -> Cuda:
    """Return what is known of NVIDIA's side; nothing is tried on a Mac.

    Args:
        system: the machine.
        host: its kind.
        installed: the packages, by name.
        requirements: what the extra and-cuda of the installed TensorFlow asks for.
    """
    if host.system == "Darwin":
        return Cuda()
    ran = _ask(system)
    kernel = re.search(
        r"Kernel Module\D*([\d.]+)", system.read("/proc/driver/nvidia/version") or ""
    )
    cards = _cards(ran.output) if ran and ran.code == 0 else ()
    intended = (host.wsl or host.container) and (
        "nvidia-cudnn-cu12" in installed
        or system.environ.get("NVIDIA_VISIBLE_DEVICES", "void") not in ("", "void")
    )
    present = ran is not None or kernel is not None or intended or _has_card(system)
    versions = {name: one.version for name, one in installed.items()}
    return Cuda(
        present=present,
        smi_code=ran.code if ran else None,
        smi_output=ran.output.strip() if ran and ran.code else "",
        cards=cards,
        kernel_driver=kernel[1] if kernel else "",
        wanted=tuple(requirements),
        missing=unmet_extra("tensorflow", requirements, versions),
        copies=_copies(system),
    )


def _ask(system: System) -> Ran | None:
    """Return what nvidia-smi says; drivers before 2022 know no compute_cap."""
    for program in PROGRAMS:
        ran = _query(system, program, FIELDS)
        if ran and ran.code and "not a valid field" in ran.output:
            ran = _query(system, program, FIELDS[:-1])
        if ran:
            return ran
    return None


def _query(system: System, program: str, fields: Sequence[str]) -> Ran | None:
    return system.run(
        program, f"--query-gpu={','.join(fields)}", "--format=csv,noheader,nounits"
    )


def _cards(output: str) -> tuple[Card, ...]:
    rows = [[cell.strip() for cell in line.split(",")] for line in output.splitlines()]
    return tuple(
        Card(
            name=row[0],
            driver=row[1],
            memory=int(row[2]) if row[2].isdigit() else 0,
            free=int(row[3]) if row[3].isdigit() else 0,
            capability=row[4] if len(row) > 4 else "",
        )
        for row in rows
        if len(row) >= len(FIELDS) - 1
    )


def _has_card(system: System) -> bool:
    """Return whether a display device of NVIDIA is on the PCI bus."""
    return any(
        (system.read(f"{PCI}/{name}/vendor") or "").strip() == VENDOR
        and (system.read(f"{PCI}/{name}/class") or "").startswith("0x03")
        for name in system.names(PCI)
    )


def _copies(system: System) -> tuple[str, ...]:
    """Return the cuDNN files on LD_LIBRARY_PATH, in its order."""
    folders = system.environ.get("LD_LIBRARY_PATH", "").split(":")
    return tuple(
        f"{folder}/{name}"
        for folder in folders
        if folder
        for name in system.names(folder)
        if re.fullmatch(r"libcudnn\.so(\.\d+)?", name)
    )


def gather_plugins(
    system: System, tensorflow: Distribution | None
) -> tuple[Plugin, ...]:
    """Return every plug-in, where it lies, and whether it can be loaded."""
    return tuple(
        _judged(system, path, place, tensorflow)
        for folder, place in _folders(system, tensorflow).items()
        for path in _libraries(system, folder)
    )


def _folders(system: System, tensorflow: Distribution | None) -> dict[str, PluginPlace]:
    """Return the folders TensorFlow looks into, in its order."""
    python = system.interpreter
    folders: dict[str, PluginPlace] = {}
    for site in python.path:
        if site.rstrip("/\\").endswith(("site-packages", "dist-packages")):
            own = site != python.user_site
            folders[f"{site}/{FOLDER}"] = "environment" if own else "user-site"
    if _searches_every_scheme(tensorflow):
        for site in python.schemes:
            place: PluginPlace = "other-scheme"
            if site == python.user_site:
                place = "user-site"
            elif site.startswith(python.prefix):
                place = "environment"
            folders.setdefault(f"{site}/{FOLDER}", place)
    named = system.environ.get("TF_PLUGGABLE_DEVICE_LIBRARY_PATH")
    if named:
        folders.setdefault(named, "variable")
    return folders


def _searches_every_scheme(tensorflow: Distribution | None) -> bool:
    if tensorflow is None:
        return False
    parts = tensorflow.version.split(".")[:2]
    return all(part.isdigit() for part in parts) and (
        tuple(int(part) for part in parts) >= ALL_SCHEMES_FROM
    )


def _libraries(system: System, folder: str) -> Iterator[str]:
    if folder.endswith(SUFFIXES):
        if system.size(folder) is not None:
            yield folder
        return
    for name in system.names(folder):
        if name.endswith(SUFFIXES):
            yield f"{folder}/{name}"


def _judged(
    system: System, path: str, place: PluginPlace, tensorflow: Distribution | None
) -> Plugin:
    if tensorflow is None or not path.endswith("libmetal_plugin.dylib"):
        return Plugin(path, place)
    library = f"{tensorflow.site}/{LIBRARY}"
    if system.size(library) is None:
        return Plugin(path, place)
    return Plugin(path, place, system.preflight(path, library))
