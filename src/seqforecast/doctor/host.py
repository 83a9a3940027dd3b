"""The computer, the interpreter and the packages, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Host:
    """The computer and its operating system.

    Attributes:
        system: Darwin, Linux or Windows.
        machine: what this Python was built for: arm64, x86_64, aarch64, AMD64.
        arm64_hardware: the processor is Apple silicon, whatever this Python is.
        translated: this process runs under Rosetta.
        version: of macOS (kern.osproductversion) or of the Linux kernel.
        virtual: a virtual machine (kern.hv_vmm_present; macOS only).
        chip: the processor's name.
        cores: logical processors.
        memory: bytes; 0 when unknown.
        disk_free: bytes free where packages are installed; None when unknown.
        libc: glibc, musl or "" (not Linux).
        libc_version: of it.
        cpu_flags: from /proc/cpuinfo; empty when unknown.
        wsl: Windows Subsystem for Linux.
        container: Docker, Podman or Kubernetes.
        name: the host name, only so that reports can leave it out.
        home: the home directory, for the same reason.
    """

    system: str
    machine: str
    arm64_hardware: bool = False
    translated: bool = False
    version: str = ""
    virtual: bool = False
    chip: str = ""
    cores: int = 1
    memory: int = 0
    disk_free: int | None = None
    libc: str = ""
    libc_version: str = ""
    cpu_flags: frozenset[str] = frozenset()
    wsl: bool = False
    container: bool = False
    name: str = ""
    home: str = ""


PythonKind = Literal["venv", "conda", "conda-base", "system", "container"]


@dataclass(frozen=True, slots=True)
class Python:
    """The interpreter that runs this program.

    Attributes:
        version: major, minor, micro.
        implementation: cpython, pypy, ...
        executable: its path.
        prefix: the environment's folder.
        kind: whether the environment is the user's own to change.
        bits: 64, or 32.
        shadows: files that hide a package (tensorflow.py in the working directory).
        user_site: packages of `pip install --user` are seen.
        free_threaded: built without the global interpreter lock.
    """

    version: tuple[int, int, int]
    implementation: str = "cpython"
    executable: str = ""
    prefix: str = ""
    kind: PythonKind = "venv"
    bits: int = 64
    shadows: tuple[str, ...] = ()
    user_site: bool = False
    free_threaded: bool = False


@dataclass(frozen=True, slots=True)
class Unmet:
    """A requirement that what is installed does not meet.

    Attributes:
        owner: the distribution that requires.
        requirement: as it says it: protobuf<8.0.0,>=6.31.1.
        name: the normalized name of what is required.
        found: the installed version, or None.
    """

    owner: str
    requirement: str
    name: str
    found: str | None


@dataclass(frozen=True, slots=True)
class Packages:
    """What is installed, read from metadata only.

    Attributes:
        versions: normalized name -> version.
        unmet: requirements of tensorflow, keras, seqforecast that are not met.
        owners: distributions whose files lie in `tensorflow/`.
        tags: wheel tags of tensorflow, or of tensorflow-macos (cp311-cp311-...).
        build: TensorFlow's build_info.py, read without importing it.
        damaged: files of TensorFlow that are absent or have not the recorded size.
    """

    versions: Mapping[str, str] = field(default_factory=dict)
    unmet: tuple[Unmet, ...] = ()
    owners: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    build: Mapping[str, Any] = field(default_factory=dict)
    damaged: tuple[str, ...] = ()
