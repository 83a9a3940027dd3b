"""Texts of known failures give their cause away; benign lines never do."""

import pytest

from seqforecast.doctor.checks.failure_signatures import (
    SIGNATURES,
    recognise,
    telling_line,
)
from support.machines.ready import LINUX, MAC, NVIDIA

# Each text as users reported it, in the issues that the checks refer to.
TEXTS = {
    "Library not loaded: @rpath/_pywrap_tensorflow_internal.so": "2.19 or older",
    "Symbol not found: __ZN3tsl8internal10LogMessageC1EPKcii": "do not fit",
    "Symbol not found: __ZN10tensorflow16TensorShapeProtoC1ERKS0_": "do not fit",
    "Symbol not found: _TF_AssignUpdateVariable": "do not fit",
    "symbol not found in flat namespace '_TF_AllocateOutput'": "do not fit",
    "(mach-o file, but is an incompatible architecture (have 'x86_64'": "two kinds",
    "could not find registered platform with id: 0x1056e": "XLA",
    "Could not find compiler for platform METAL: NOT_FOUND": "XLA",
    "malloc: *** error: pointer being freed was not allocated": "two versions",
    "CHECK failed: target + size == res": "two versions",
    "Error: command buffer exited with error status.": "faulted",
    "No registered 'CudnnRNNV3' OpKernel for 'GPU' devices": "no kernel",
    "tensorflow-plugins/libodd.so: undefined symbol": "tensorflow-plugins",
    "VersionError: Detected incompatible Protobuf Gencode/Runtime versions": "protobuf",
    "AttributeError: _ARRAY_API not found": "NumPy",
    "libtensorflow_cc.so.2: file too short": "cut short",
    "version `GLIBC_2.27' not found": "older than",
    "ModuleNotFoundError: No module named 'tensorflow'": "not installed",
    "kernel version 1 does not match DSO version 2": "not restarted",
    "CUDA driver version is insufficient for CUDA runtime version": "too old",
    "CUDA_ERROR_INVALID_PTX: a PTX JIT compilation failed": "no code",
    "CUDA_ERROR_INVALID_HANDLE": "no code",
    "CUDA_ERROR_NOT_FOUND: named symbol not found": "too old for this driver",
    "CUDA_ERROR_OUT_OF_MEMORY: out of memory": "memory of the GPU",
    "Loaded runtime CuDNN library: 9.1.0 but source was compiled": "another cuDNN",
    "DNN library initialization failed": "another cuDNN",
    "CUDNN_STATUS_BAD_PARAM": "masked",
    "Cannot dlopen some GPU libraries.": "cannot open",
    "failed call to cuInit: CUDA_ERROR_NO_DEVICE: no CUDA-capable": "no card",
    "failed call to cuInit: UNKNOWN ERROR (303)": "container",
    "Could not find cuda drivers on your machine, GPU will not": "driver is not found",
    "OSError: [Errno 28] No space left on device": "disk is full",
}
BENIGN = [
    "Could not identify NUMA node of platform GPU ID 0, defaulting to 0.",
    "Created TensorFlow device (/job:localhost/replica:0/task:0/device:GPU:0 with 0 MB",
    "Metal device set to: Apple M1",
    "systemMemory: 16.00 GB",
    "maxCacheSize: 5.33 GB",
    "Plugin optimizer for device_type GPU is enabled.",
    "oneDNN custom operations are on. You may see slightly different numerical",
    "cpu_feature_guard.cc:210] This TensorFlow binary is optimized to use",
    "Unable to register cuDNN factory: Attempting to register factory for plugin",
    "Unable to register cuBLAS factory: Attempting to register factory for plugin",
    "TF-TRT Warning: Could not find TensorRT",
    "successful NUMA node read from SysFS had negative value (-1)",
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_gives_its_cause_away(text: str) -> None:
    signature = recognise("\n".join([*BENIGN, f"E  {text}", *BENIGN]))

    assert signature is not None
    assert TEXTS[text] in signature.cause
    assert text in telling_line(f"x\n{text}\ny", signature)


def test_every_signature_is_met_and_has_a_way_out() -> None:
    met = {recognise(text) for text in TEXTS}
    assert met == set(SIGNATURES)
    for machine in (MAC, LINUX, NVIDIA):
        assert all(each.fixes(machine) for each in SIGNATURES)


@pytest.mark.parametrize("line", BENIGN)
def test_a_benign_line_is_no_cause_and_never_shown(line: str) -> None:
    """Broken once by showing the last line, whatever it was."""
    assert recognise(line) is None
    assert telling_line(line, None) == ""
    assert telling_line(f"meaning\n{line}", None) == "meaning"
