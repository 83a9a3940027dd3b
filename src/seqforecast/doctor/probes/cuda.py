"""The driver and library probes: NVIDIA's libraries, loaded without TensorFlow."""

import ctypes
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# What TensorFlow 2.18 to 2.21 opens, all built with CUDA 12 and cuDNN 9.
LIBRARIES = (
    "libcudart.so.12",
    "libcublasLt.so.12",
    "libcublas.so.12",
    "libcufft.so.11",
    "libcusparse.so.12",
    "libcusolver.so.11",
    "libcudnn.so.9",
)

# cuda.h: CUdevice_attribute.
CAPABILITY_MAJOR, CAPABILITY_MINOR = 75, 76


def probe_driver() -> dict[str, Any]:
    """Return what NVIDIA's driver says: code of cuInit, version, devices.

    A machine without a driver is no failure: `loaded` is then false.
    """
    try:
        cuda = ctypes.CDLL("libcuda.so.1")
    except OSError as error:
        return {"loaded": False, "reason": str(error)}
    code, number = int(cuda.cuInit(0)), ctypes.c_int()
    cuda.cuDriverGetVersion(ctypes.byref(number))
    devices = [] if code else list(_devices(cuda))
    return {"loaded": True, "code": code, "version": number.value, "devices": devices}


def _devices(cuda: ctypes.CDLL) -> Iterator[dict[str, str]]:
    count = ctypes.c_int()
    cuda.cuDeviceGetCount(ctypes.byref(count))
    for i in range(count.value):
        device, name = ctypes.c_int(), ctypes.create_string_buffer(256)
        cuda.cuDeviceGet(ctypes.byref(device), i)
        cuda.cuDeviceGetName(name, len(name), device)
        parts = []
        for attribute in (CAPABILITY_MAJOR, CAPABILITY_MINOR):
            part = ctypes.c_int()
            cuda.cuDeviceGetAttribute(ctypes.byref(part), attribute, device)
            parts.append(str(part.value))
        yield {"name": name.value.decode(), "capability": ".".join(parts)}


def probe_libraries() -> dict[str, Any]:
    """Return which of CUDA's libraries load, from where, and why the others do not.

    Each is looked for as TensorFlow does it: on the search path of the system, of
    which LD_LIBRARY_PATH comes first, then in the packages from NVIDIA.
    """
    loaded: dict[str, str] = {}
    failed: dict[str, str] = {}
    cudnn = ""
    for name in LIBRARIES:
        try:
            library = _open(name)
        except OSError as error:
            failed[name] = str(error)
            continue
        loaded[name] = _place(name)
        if name.startswith("libcudnn"):
            cudnn = cudnn_version(int(library.cudnnGetVersion()))
    return {"loaded": loaded, "failed": failed, "cudnn": cudnn}


def _open(name: str) -> ctypes.CDLL:
    """Open a library for itself and for those that follow and need it."""
    try:
        return ctypes.CDLL(name, ctypes.RTLD_GLOBAL)
    except OSError:
        for folder in sys.path:
            for path in Path(folder).glob(f"nvidia/*/lib/{name}"):
                return ctypes.CDLL(str(path), ctypes.RTLD_GLOBAL)
        raise


def _place(name: str) -> str:
    """Return the file that a library was loaded from; the name when that is unknown."""
    try:
        maps = Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return name
    stem = name.partition(".so")[0]
    for line in maps.splitlines():
        path = line.rpartition(" ")[2]
        if Path(path).name.startswith(f"{stem}.so"):
            return path
    return name


def cudnn_version(number: int) -> str:
    """Return 90300 as 9.3.0; before version 9 the thousands were the major version."""
    unit = 10_000 if number >= 90_000 else 1_000
    return f"{number // unit}.{number % unit // 100}.{number % 100}"
