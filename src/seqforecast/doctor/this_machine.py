"""The machine this program runs on, read for real; the parent's only impure file."""

import os
import platform
import shutil
import site
import socket
import struct
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

from seqforecast.doctor.facts.machine import Preflight, ProbeResult
from seqforecast.doctor.system_interface import Interpreter, Ran
from seqforecast.files import home


class ThisMachine:
    """The machine this program runs on."""

    seconds_for_a_program = 5.0
    seconds_for_a_probe = 30.0

    @property
    def interpreter(self) -> Interpreter:
        """The running Python."""
        major, minor, micro = sys.version_info[:3]
        return Interpreter(
            system=platform.system(),
            machine=platform.machine(),
            version=(major, minor, micro),
            release=platform.release(),
            implementation=sys.implementation.name,
            executable=sys.executable,
            prefix=sys.prefix,
            base_prefix=sys.base_prefix,
            bits=8 * struct.calcsize("P"),
            free_threaded=bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
            path=tuple(_whole(entry) for entry in sys.path),
            schemes=_scheme_folders(),
            user_site=site.getusersitepackages(),
            user_site_enabled=bool(site.ENABLE_USER_SITE),
            working=_whole(""),
            home=str(home() or ""),
            host=socket.gethostname(),
            cores=os.cpu_count() or 1,
            libc=_libc(),
        )

    @property
    def environ(self) -> Mapping[str, str]:
        """Environment variables."""
        return os.environ

    def run(self, *command: str) -> Ran | None:
        """Return how a program ended; None when it is not there or takes too long."""
        program = shutil.which(command[0])
        if program is None:
            return None
        try:
            ended = subprocess.run(  # noqa: S603 - fixed commands of our own
                [program, *command[1:]],
                capture_output=True,
                stdin=subprocess.DEVNULL,
                timeout=self.seconds_for_a_program,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        output = (ended.stdout + ended.stderr).decode("utf-8", "replace")
        return Ran(ended.returncode, output)

    def read(self, path: str) -> str | None:
        """Return a text file; None when it cannot be read."""
        try:
            return Path(path).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return None

    def names(self, folder: str) -> tuple[str, ...]:
        """Return the names in a folder, sorted; none when it cannot be read."""
        try:
            return tuple(sorted(entry.name for entry in os.scandir(folder)))
        except OSError:
            return ()

    def size(self, path: str) -> int | None:
        """Return the size of a file in bytes; None when it is not there."""
        try:
            return Path(path).stat().st_size
        except OSError:
            return None

    def disk_free(self, path: str) -> int | None:
        """Return the bytes free where a path lies; None when that is unknown."""
        try:
            return shutil.disk_usage(path).free
        except OSError:
            return None

    def preflight(self, plugin: str, library: str) -> Preflight:
        """Return whether a Metal plug-in can bind to TensorFlow's library."""
        from seqforecast.doctor.macho import judge

        return judge(Path(plugin), Path(library))

    def probe(self, name: str) -> ProbeResult:
        """Run a probe that needs no TensorFlow in a child process."""
        from seqforecast.doctor.child_processes import run_child

        return run_child(name, {}, self.seconds_for_a_probe)


def _whole(entry: str) -> str:
    """Return a folder's whole path; as it is where the working directory is gone."""
    try:
        return str(Path(entry or ".").resolve())
    except OSError:
        return entry


def _scheme_folders() -> tuple[str, ...]:
    """Return where packages lie by each scheme; TensorFlow searches all of them."""
    folders: dict[str, None] = {}
    for scheme in sysconfig.get_scheme_names():
        for kind in ("purelib", "platlib"):
            folders[sysconfig.get_path(kind, scheme)] = None
    return tuple(folders)


def _libc() -> tuple[str, str]:
    try:
        text = os.confstr("CS_GNU_LIBC_VERSION") or ""
    except (AttributeError, ValueError, OSError):
        return "", ""
    name, _, version = text.partition(" ")
    return name, version
