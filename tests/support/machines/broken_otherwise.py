"""One machine for each check that no golden report shows complaining."""

from dataclasses import replace

from seqforecast.doctor.facts.machine import Machine, ProbeResult, Unmet
from support.machines.changes import having, hosted, lacking, running, tried
from support.machines.faults import GIB
from support.machines.ready import LINUX, MAC, NVIDIA, ended


def wrong_cell(cell: str) -> Machine:
    wrong = {cell: {"forward": 2e-6, "gradient": 0.5}}
    return tried(LINUX, ended("parity", device="cpu", cells=wrong))


OTHERS: dict[str, Machine] = {
    "cuda.init": tried(
        NVIDIA, ended("driver", loaded=True, code=999, version=12040, devices=[])
    ),
    "host.memory": hosted(LINUX, memory=GIB),
    "host.system": hosted(LINUX, machine="riscv64"),
    "import.backend": tried(
        LINUX, ended("import", tensorflow="2.21.0", keras_backend="jax", gpus=[])
    ),
    "metal.plugin": replace(
        having(MAC, tensorflow_metal=None), plugins=(), required="metal"
    ),
    "metal.switch": replace(MAC, environ={"TURN_OFF_REMAPPER": "0"}),
    "numeric.simple_rnn": wrong_cell("simple_rnn"),
    "numeric.gru": wrong_cell("gru"),
    "numeric.training": tried(
        LINUX, ended("training", device="cpu", losses={"cpu": [0.1, float("nan")]})
    ),
    "numeric.saving": tried(LINUX, ended("saving", device="cpu", difference=0.3)),
    "packages.architecture": replace(
        LINUX,
        packages=replace(LINUX.packages, tags=("cp311-cp311-manylinux_2_27_aarch64",)),
    ),
    "packages.imports": replace(
        LINUX,
        packages=replace(
            LINUX.packages, broken={"numpy": "ImportError: undefined symbol: x"}
        ),
    ),
    "packages.keras": lacking(
        LINUX, Unmet("tensorflow", "keras>=3.12.0", "keras", "3.5.0")
    ),
    "packages.range": lacking(
        having(LINUX, tensorflow="2.17.1"),
        Unmet("seqforecast", "tensorflow<2.22,>=2.18.1", "tensorflow", "2.17.1"),
    ),
    "packages.requirements": lacking(
        LINUX,
        Unmet("tensorflow", "h5py<3.15.0,>=3.11.0", "h5py", None),
        Unmet("keras", "rich", "rich", None),
    ),
    "python.build": running(LINUX, implementation="pypy"),
    "speed.recommend": tried(LINUX, ProbeResult("speed", "timeout", seconds=120.0)),
}
