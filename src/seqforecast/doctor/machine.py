"""The static facts of a machine, gathered through the seam in about a second."""

from dataclasses import replace
from typing import Literal

from seqforecast.doctor.facts import Machine
from seqforecast.doctor.gathering.computer import gather_host
from seqforecast.doctor.gathering.installed import (
    distributions,
    gather_packages,
    requires,
)
from seqforecast.doctor.gathering.interpreter import gather_python
from seqforecast.doctor.gathering.nvidia import gather_cuda
from seqforecast.doctor.gathering.plugins import gather_plugins
from seqforecast.doctor.gathering.requirements import Asked, extra_of
from seqforecast.doctor.system import System

VARIABLES = (
    "CONDA_DEFAULT_ENV",
    "CUDA_VISIBLE_DEVICES",
    "KERAS_BACKEND",
    "KERAS_HOME",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "NVIDIA_VISIBLE_DEVICES",
    "PYTHONHOME",
    "PYTHONNOUSERSITE",
    "PYTHONPATH",
    "TURN_OFF_REMAPPER",
    "VIRTUAL_ENV",
    "TF_DETERMINISTIC_OPS",
    "TF_FORCE_GPU_ALLOW_GROWTH",
    "TF_PLUGGABLE_DEVICE_LIBRARY_PATH",
    "TF_USE_LEGACY_KERAS",
    "TF_XLA_FLAGS",
    "XLA_FLAGS",
)
# Not every TF_: Terraform's carry passwords.
FAMILIES = ("TF_CPP_", "TF_CUDNN_", "TF_ENABLE_", "TF_GPU_", "TF_MPS_", "TF_NUM_")

Required = Literal["", "gpu", "metal", "cuda"]


def gather(system: System, required: Required = "") -> Machine:
    """Return all facts that need no TensorFlow.

    On machines with an NVIDIA card two small children ask the driver and open the
    CUDA libraries.

    Args:
        system: the machine.
        required: the kind of GPU that `--require` insists on.
    """
    host = gather_host(system)
    installed = distributions(system)
    asked = Asked.of(system.interpreter)
    tensorflow = installed.get("tensorflow")
    lines = requires(system, tensorflow) if tensorflow else ()
    wanted = extra_of("and-cuda", lines, asked)
    machine = Machine(
        host=host,
        python=gather_python(system, container=host.container),
        packages=gather_packages(system, installed, asked),
        plugins=gather_plugins(system, tensorflow),
        cuda=gather_cuda(system, host, installed, wanted),
        environ={
            name: value
            for name, value in system.environ.items()
            if name in VARIABLES or name.startswith(FAMILIES)
        },
        required=required,
    )
    if not machine.cuda.present or host.system != "Linux":
        return machine
    found = {name: system.probe(name) for name in ("driver", "libraries")}
    return replace(machine, probes=found)
