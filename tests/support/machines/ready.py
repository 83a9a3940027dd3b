"""Invented machines: a ready one of each kind, and every breakage we know."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from seqforecast.doctor.facts.machine import (
    Card,
    Cuda,
    Host,
    Machine,
    Packages,
    Plugin,
    Preflight,
    ProbeResult,
    Python,
)

GIB = 2**30
METAL_DYLIB = (
    "/Users/ada/forecast/.venv/lib/python3.11/site-packages/tensorflow-plugins/"
    "libmetal_plugin.dylib"
)
VERSIONS = {
    "pip": "25.0",
    "seqforecast": "0.1.0",
    "tensorflow": "2.19.1",
    "keras": "3.12.0",
    "numpy": "2.1.3",
    "protobuf": "5.29.6",
}
CELLS = {
    cell: {"forward": 2e-6, "gradient": 0.999999}
    for cell in ("simple_rnn", "lstm", "gru")
}
BUILD = {
    "is_cuda_build": True,
    "cuda_version": "12.5.1",
    "cudnn_version": "9",
    "cuda_compute_capabilities": ["sm_60", "sm_70", "sm_80", "sm_89", "compute_90"],
}
AND_CUDA = (
    "nvidia-cublas-cu12<13.0,>=12.5.3.2",
    "nvidia-cudnn-cu12<10.0,>=9.3.0.75",
    "nvidia-cufft-cu12<12.0,>=11.2.3.61",
)


def ended(name: str, outcome: str = "ok", **data: Any) -> ProbeResult:
    return ProbeResult(name, outcome, data, seconds=2.0)  # type: ignore[arg-type]


def numeric(device: str) -> dict[str, ProbeResult]:
    canary = {"tries": [{"switches": "", "minimum": 0.0}], "works_with": ""}
    return {
        "canary": ended("canary", device=device, **canary),
        "parity": ended("parity", device=device, cells=CELLS),
        "training": ended("training", device=device, losses={device: [0.5, 0.1]}),
        "saving": ended("saving", device=device, difference=0.0),
    }


def probes(
    gpus: list[dict[str, Any]], milliseconds: Mapping[str, float]
) -> dict[str, ProbeResult]:
    shape = {"cell": "lstm", "units": [50], "lookback": 48, "batch": 32}
    rates = {"simple_rnn": 9600.0, "lstm": 3368.4, "gru": 3720.9}
    return {
        "import": ended(
            "import", tensorflow="2.19.1", keras_backend="tensorflow", gpus=gpus
        ),
        **numeric("gpu:0" if gpus else "cpu"),
        "speed": ended(
            "speed",
            shape=shape,
            milliseconds=dict(milliseconds),
            windows_per_second=rates,
        ),
    }


MAC = Machine(
    Host(
        "Darwin",
        "arm64",
        arm64_hardware=True,
        version="15.3.1",
        chip="Apple M1",
        cores=8,
        memory=16 * GIB,
        disk_free=100 * GIB,
        name="adas-macbook",
        home="/Users/ada",
    ),
    Python(
        (3, 11, 9),
        executable="/Users/ada/forecast/.venv/bin/python",
        prefix="/Users/ada/forecast/.venv",
    ),
    Packages(
        VERSIONS | {"tensorflow-metal": "1.2.0"},
        owners=("tensorflow",),
        tags=("cp311-cp311-macosx_12_0_arm64",),
    ),
    plugins=(Plugin(METAL_DYLIB, preflight=Preflight(True, minimum_macos=(12, 1))),),
    probes=probes(
        [{"name": "GPU:0", "kind": "METAL", "capability": None}],
        {"cpu": 12.1, "gpu:0": 4.03},
    ),
)
LINUX = Machine(
    Host(
        "Linux",
        "x86_64",
        version="6.8.0",
        chip="AMD EPYC 7763",
        cores=8,
        memory=32 * GIB,
        disk_free=100 * GIB,
        libc="glibc",
        libc_version="2.39",
        cpu_flags=frozenset({"sse4_2", "avx", "avx2"}),
        name="forecaster",
        home="/home/ada",
    ),
    Python(
        (3, 12, 3),
        executable="/home/ada/forecast/.venv/bin/python",
        prefix="/home/ada/forecast/.venv",
    ),
    Packages(
        VERSIONS | {"tensorflow": "2.21.0", "keras": "3.15.1", "protobuf": "7.36.2"},
        owners=("tensorflow",),
        tags=("cp312-cp312-manylinux_2_27_x86_64",),
        build=BUILD,
    ),
    probes=probes([], {"cpu": 9.5}),
)
NVIDIA = replace(
    LINUX,
    packages=replace(
        LINUX.packages,
        versions={
            **LINUX.packages.versions,
            "nvidia-cublas-cu12": "12.9.1.4",
            "nvidia-cudnn-cu12": "9.28.0.13",
            "nvidia-cufft-cu12": "11.4.1.4",
        },
    ),
    cuda=Cuda(
        present=True,
        smi_code=0,
        cards=(Card("NVIDIA L4", "550.54.15", 23034, 22500, "8.9"),),
        kernel_driver="550.54.15",
        wanted=AND_CUDA,
    ),
    probes={
        "driver": ended(
            "driver",
            loaded=True,
            code=0,
            version=12040,
            devices=[{"name": "NVIDIA L4", "capability": "8.9"}],
        ),
        "libraries": ended(
            "libraries",
            loaded={"libcudnn.so.9": "/x/libcudnn.so.9"},
            failed={},
            cudnn="9.28.0",
        ),
        **probes(
            [{"name": "GPU:0", "kind": "NVIDIA L4", "capability": "8.9"}],
            {"cpu": 9.5, "gpu:0": 1.9},
        ),
    },
)
WINDOWS = replace(
    LINUX,
    host=Host(
        "Windows",
        "AMD64",
        version="10.0.22631",
        cores=8,
        memory=32 * GIB,
        disk_free=100 * GIB,
        home=r"C:\Users\ada",
    ),
    python=replace(LINUX.python, executable=r"C:\forecast\.venv\Scripts\python.exe"),
    packages=replace(LINUX.packages, tags=("cp312-cp312-win_amd64",), build={}),
)
