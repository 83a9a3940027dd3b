"""Ways to break an invented machine."""

from dataclasses import replace

from seqforecast.doctor.facts.machine import (
    Card,
    Machine,
    Plugin,
    Preflight,
    ProbeResult,
    Unmet,
)
from support.machines.changes import having, lacking, on_cpu, static, tried
from support.machines.ready import AND_CUDA, MAC, METAL_DYLIB, ended

GIB = 2**30
LOG_MESSAGE = "__ZN3tsl8internal10LogMessageC1EPKcii"


def metal(plugin: str, tensorflow: str, preflight: Preflight) -> Machine:
    unmet = Unmet("seqforecast", "tensorflow<2.20,>=2.18.1", "tensorflow", tensorflow)
    machine = having(MAC, tensorflow_metal=plugin, tensorflow=tensorflow)
    found = (Plugin(METAL_DYLIB, preflight=preflight),)
    in_range = tensorflow.startswith(("2.18", "2.19"))
    return static(
        replace(lacking(machine, *(() if in_range else (unmet,))), plugins=found)
    )


def canary(machine: Machine, **tries: float) -> Machine:
    device = machine.probes["canary"].data["device"]
    told = [{"switches": name, "minimum": value} for name, value in tries.items()]
    helps = next((name for name, value in tries.items() if value >= 0), "")
    return tried(machine, ended("canary", device=device, tries=told, works_with=helps))


def failed(name: str, error: str, output: str = "") -> ProbeResult:
    return ProbeResult(name, "failed", {"error": error}, output, 3.0)


def killed(name: str, signal: str, output: str = "") -> ProbeResult:
    return ProbeResult(name, "signal", {}, output, 3.0, signal)


def importing(machine: Machine, result: ProbeResult) -> Machine:
    return tried(static(machine), result)


def broken_gpu(machine: Machine, output: str) -> Machine:
    """The GPU broke, and the probes went on with the CPU."""
    seen = machine.probes["import"]
    gpu = ProbeResult("gpu", "failed", {"error": "InternalError: see above"}, output)
    return tried(tried(on_cpu(machine), seen), gpu)


def blind(machine: Machine, output: str) -> Machine:
    """TensorFlow sees no GPU, and says why."""
    machine = on_cpu(machine)
    return tried(machine, replace(machine.probes["import"], output=output))


def unmeasured(machine: Machine) -> Machine:
    """The machine without the speed stage, which does not follow wrong numbers."""
    kept = {name: probe for name, probe in machine.probes.items() if name != "speed"}
    return replace(machine, probes=kept)


ODD_PLUGIN = (
    "/home/ada/forecast/.venv/lib/python3.12/site-packages/tensorflow-plugins/libodd.so"
)
GONE = Preflight(
    False,
    install_name_ok=False,
    missing=tuple(f"_TF_{n:02}" for n in range(27)),
    minimum_macos=(12, 1),
)
NO_CUDA_PACKAGES = tuple(
    Unmet("tensorflow", each, each.partition("<")[0], None) for each in AND_CUDA
)
NO_DRIVER = ended("driver", loaded=False, reason="libcuda.so.1: cannot open")
GREETINGS = (
    "I tensorflow/core/util/port.cc:153] oneDNN custom operations are on.\n"
    "I tensorflow/core/platform/cpu_feature_guard.cc:210] This TensorFlow binary is\n"
)
RTX = Card("NVIDIA GeForce RTX 5090", "570.86.10", 32607, 32000, "12.0")
