"""The seam to the machine: what the gathering of facts may ask of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from seqforecast.doctor.facts.machine import Preflight, ProbeResult


@dataclass(frozen=True, slots=True)
class Ran:
    """A program that ended: its exit code, and what it wrote."""

    code: int
    output: str


@dataclass(frozen=True, slots=True)
class Interpreter:
    """What the running Python says of itself and of where it runs.

    Attributes:
        system: Darwin, Linux or Windows.
        machine: the processor it was built for.
        release: of the kernel.
        version: major, minor, micro.
        implementation: cpython, pypy, ...
        executable: its path.
        prefix: the environment's folder.
        base_prefix: where it was installed.
        bits: 64 or 32.
        free_threaded: without the global interpreter lock.
        path: folders it imports from.
        schemes: package folders of every installation scheme.
        user_site: the folder of `pip install --user`.
        user_site_enabled: it is on the path.
        working: the working directory.
        home: the home directory.
        host: the host name.
        cores: logical processors.
        libc: name and version of the C library, as Python knows them.
    """

    system: str
    machine: str
    version: tuple[int, int, int]
    release: str = ""
    implementation: str = "cpython"
    executable: str = ""
    prefix: str = ""
    base_prefix: str = ""
    bits: int = 64
    free_threaded: bool = False
    path: tuple[str, ...] = ()
    schemes: tuple[str, ...] = ()
    user_site: str = ""
    user_site_enabled: bool = False
    working: str = ""
    home: str = ""
    host: str = ""
    cores: int = 1
    libc: tuple[str, str] = field(default=("", ""))


class System(Protocol):
    """What the gathering of facts needs of a machine."""

    @property
    def interpreter(self) -> Interpreter:
        """The running Python."""

    @property
    def environ(self) -> Mapping[str, str]:
        """Environment variables."""

    def run(self, *command: str) -> Ran | None:
        """Return how a program ended; None when it is not there or takes too long."""

    def read(self, path: str) -> str | None:
        """Return a text file; None when it cannot be read."""

    def names(self, folder: str) -> tuple[str, ...]:
        """Return the names in a folder, sorted; none when it cannot be read."""

    def size(self, path: str) -> int | None:
        """Return the size of a file in bytes; None when it is not there."""

    def disk_free(self, path: str) -> int | None:
        """Return the bytes free where a path lies; None when that is unknown."""

    def preflight(self, plugin: str, library: str) -> Preflight:
        """Return whether a Metal plug-in can bind to TensorFlow's library."""

    def probe(self, name: str) -> ProbeResult:
        """Run a probe that needs no TensorFlow in a child process."""
