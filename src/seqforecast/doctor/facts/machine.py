"""Everything that is known of a machine, as values that tests can invent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Outcome = Literal["ok", "failed", "signal", "timeout", "not_run"]
PluginPlace = Literal["environment", "user-site", "other-scheme", "variable"]
PythonKind = Literal["venv", "conda", "conda-base", "system", "container"]


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What one child process did.

    Names and what `data` holds when the outcome is ok:
        driver: loaded (bool), code (of cuInit), version (12040 is CUDA 12.4), devices
            ([{name, capability: "9.0"}]); ok also when there is no libcuda.
        libraries: loaded ({file name: path}), failed ({file name: message}), cudnn
            ("9.3.0", of the one that loads).
        import: tensorflow, keras, keras_backend, protobuf, numpy (versions), gpus
            ([{name: "GPU:0", kind: "METAL" | "NVIDIA ...", capability: "9.0" | None}]),
            build (of tf.sysconfig.get_build_info), seconds.
        canary: device, tries ([{switches, minimum}], of a ReLU's output, with ever
            more switches set; negative when the activation is lost), works_with (the
            first switch that mends it, or "").
        parity: device, cells ({simple_rnn | lstm | gru: {forward: largest relative
            difference, gradient: cosine}}); on a CPU the other side is NumPy.
        training: device, losses ({device: [float, ...]}).
        saving: difference (largest, between the model and the one loaded again).
        speed: shape ({batch, lookback, units, cell, ...}), experiment, milliseconds
            ({"cpu": float, "gpu:0": float}).
        gpu: the numeric probe that broke on the GPU, when the others then went on
            with the CPU.

    Attributes:
        name: which probe.
        outcome: failed is an error that the child told; signal and timeout killed it.
        data: the result; {"error": "Type: message"} when the outcome is failed.
        output: what the child wrote to stdout and stderr, native lines included.
        seconds: how long it ran.
        signal: its name (SIGILL), when the outcome is signal.
    """

    name: str
    outcome: Outcome
    data: Mapping[str, Any] = field(default_factory=dict)
    output: str = ""
    seconds: float = 0.0
    signal: str | None = None


@dataclass(frozen=True, slots=True)
class Preflight:
    """Whether a Metal plug-in can bind to a TensorFlow, read from both files.

    Attributes:
        loads: the install name matches and no symbol is missing.
        install_name_ok: the library TensorFlow loads has the name the plug-in asks for.
        missing: symbols that the plug-in binds to this library and that it lacks.
        minimum_macos: the oldest macOS the plug-in was built for.
        error: why a file could not be read (truncated, wrong architecture), or "".
    """

    loads: bool
    install_name_ok: bool = True
    missing: tuple[str, ...] = ()
    minimum_macos: tuple[int, int] | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Plugin:
    """A shared library that TensorFlow will load on import.

    Attributes:
        path: the file.
        place: environment, user-site, another sysconfig scheme, or
            TF_PLUGGABLE_DEVICE_LIBRARY_PATH.
        preflight: None where it was not judged (no Metal plug-in, no TensorFlow).
    """

    path: str
    place: PluginPlace = "environment"
    preflight: Preflight | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """One NVIDIA card, as nvidia-smi lists it; sizes in MiB.

    Attributes:
        name: of the product.
        driver: version of the driver.
        memory: total.
        free: free now.
        capability: compute capability, 9.0.
    """

    name: str
    driver: str = ""
    memory: int = 0
    free: int = 0
    capability: str = ""


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
class Cuda:
    """NVIDIA driver and libraries; on other machines everything keeps its default.

    Attributes:
        present: some trace of an NVIDIA card: nvidia-smi, /proc/driver/nvidia, device
            files or the card's PCI vendor number.
        smi_code: exit code of nvidia-smi; None when it is not there or hung.
        smi_output: what it said when its exit code was not 0.
        cards: what it listed.
        kernel_driver: version in /proc/driver/nvidia/version, or "".
        wanted: what the `and-cuda` extra of the installed TensorFlow asks for.
        missing: those of them that are not installed, or not in the range.
        copies: cuDNN files on LD_LIBRARY_PATH, in its order.
    """

    present: bool = False
    smi_code: int | None = None
    smi_output: str = ""
    cards: tuple[Card, ...] = ()
    kernel_driver: str = ""
    wanted: tuple[str, ...] = ()
    missing: tuple[Unmet, ...] = ()
    copies: tuple[str, ...] = ()


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
class Packages:
    """What is installed, read from metadata only.

    Attributes:
        versions: normalized name -> version.
        unmet: requirements of tensorflow, keras, seqforecast that are not met.
        owners: distributions whose files lie in `tensorflow/`.
        tags: wheel tags of tensorflow, or of tensorflow-macos (cp311-cp311-...).
        build: TensorFlow's build_info.py, read without importing it.
        damaged: files of TensorFlow that are absent or have not the recorded size.
        broken: module -> why it cannot be imported; TensorFlow and Keras not tried.
    """

    versions: Mapping[str, str] = field(default_factory=dict)
    unmet: tuple[Unmet, ...] = ()
    owners: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    build: Mapping[str, Any] = field(default_factory=dict)
    damaged: tuple[str, ...] = ()
    broken: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Machine:
    """All facts. Checks read these and nothing else.

    Attributes:
        host: the computer.
        python: the interpreter.
        packages: what is installed.
        plugins: shared libraries that TensorFlow will load.
        cuda: NVIDIA's side.
        environ: the environment variables that matter, as set.
        probes: results of the child processes, by name; absent: not asked for.
        required: the kind of GPU that `--require` insists on, or "".
    """

    host: Host
    python: Python
    packages: Packages = field(default_factory=Packages)
    plugins: tuple[Plugin, ...] = ()
    cuda: Cuda = field(default_factory=Cuda)
    environ: Mapping[str, str] = field(default_factory=dict)
    probes: Mapping[str, ProbeResult] = field(default_factory=dict)
    required: Literal["", "gpu", "metal", "cuda"] = ""
