"""Everything that is known about a machine, as plain values that tests can invent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from seqforecast.doctor.host import Host, Packages, Python, Unmet

Outcome = Literal["ok", "failed", "signal", "timeout", "not_run"]


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


PluginPlace = Literal["environment", "user-site", "other-scheme", "variable"]


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
