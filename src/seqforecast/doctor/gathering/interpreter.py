"""Facts of the interpreter: its environment, and files that hide packages."""

import os

from seqforecast.doctor.host import Python, PythonKind
from seqforecast.doctor.system import System

HIDDEN = ("tensorflow", "keras", "numpy", "pandas", "pydantic", "yaml")


def gather_python(system: System, *, container: bool) -> Python:
    """Return what is known about the running Python."""
    found = system.interpreter
    return Python(
        version=found.version,
        implementation=found.implementation,
        executable=found.executable,
        prefix=found.prefix,
        kind=_kind(system, container=container),
        bits=found.bits,
        shadows=_shadows(system),
        user_site=found.user_site_enabled,
        free_threaded=found.free_threaded,
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
    folders = [python.working, *(each for each in added.split(separator) if each)]
    found: dict[str, None] = {}
    for folder in dict.fromkeys(folders):
        if folder.rstrip("/\\").endswith(("site-packages", "dist-packages")):
            continue
        names = system.names(folder)
        for name in HIDDEN:
            if f"{name}.py" in names:
                found[os.path.join(folder, f"{name}.py")] = None  # noqa: PTH118
    return tuple(found)
