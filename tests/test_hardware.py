"""As many jobs as cores, GPUs and memory are for; never none."""

import os
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast import hardware
from seqforecast.execution.local import MEMORY_OF_A_FIT, choose_jobs
from seqforecast.hardware import free_memory, gpu_names, usable_cores, visible_gpus

GIB = 2**30
COUNTS = st.integers(1, 1000)


@pytest.mark.parametrize(
    ("fits", "cores", "memory", "gpus", "jobs"),
    [
        (15, 2, 16 * GIB, 0, 2),
        (3, 8, 16 * GIB, 0, 3),
        (15, 16, 4 * GIB, 0, 2),
        (15, 16, GIB // 2, 0, 1),
        (15, 16, None, 0, 15),
        (15, 16, 64 * GIB, 2, 2),
    ],
)
def test_the_scarcest_counts(fits, cores, memory, gpus, jobs):
    assert choose_jobs(fits, cores=cores, memory=memory, gpus=gpus) == jobs


@given(COUNTS, COUNTS, st.none() | st.integers(0, 2**50), st.integers(0, 16))
def test_jobs_are_what_there_is_room_for(fits, cores, memory, gpus):
    """Broken on purpose: memory left out."""
    jobs = choose_jobs(fits, cores=cores, memory=memory, gpus=gpus)
    assert 1 <= jobs <= min(fits, cores, gpus or cores)
    assert memory is None or jobs == 1 or jobs * MEMORY_OF_A_FIT <= memory


def test_no_core_beyond_those_of_this_process():
    cores = usable_cores()

    assert 1 <= len(cores) <= os.cpu_count()
    if hasattr(os, "sched_getaffinity"):
        assert set(cores) <= os.sched_getaffinity(0)


@pytest.mark.parametrize(
    ("told", "count"), [("max 100000", None), ("150000 100000", 2), ("1000 100000", 1)]
)
def test_a_container_may_have_fewer(tmp_path, monkeypatch, told, count):
    """Broken on purpose: a quota of one and a half cores rounded down."""
    monkeypatch.setattr(hardware, "GROUP", tmp_path)
    before = usable_cores()
    (tmp_path / "cpu.max").write_text(told + "\n")

    assert len(usable_cores()) == min(len(before), count or len(before))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell")
def test_free_memory_is_in_bytes():
    """Broken on purpose: KiB taken for bytes."""
    assert 64 * 2**20 < free_memory() < 2**45


@pytest.mark.skipif(sys.platform != "linux", reason="containers are on Linux")
@pytest.mark.parametrize(("used", "free"), [(1 * GIB, 1 * GIB), (3 * GIB, 0)])
def test_a_container_may_have_less_memory(tmp_path, monkeypatch, used, free):
    monkeypatch.setattr(hardware, "GROUP", tmp_path)
    (tmp_path / "memory.max").write_text(f"{2 * GIB}\n")
    (tmp_path / "memory.current").write_text(f"{used}\n")

    assert free_memory() == free


@pytest.mark.parametrize(
    ("told", "gpus"),
    [
        ("", []),
        ("-1", []),
        ("0", ["0"]),
        ("2, GPU-5c", ["2", "GPU-5c"]),
        ("1,-1,0", ["1"]),
    ],
)
def test_gpus_that_are_hidden_are_not_used(monkeypatch, told, gpus):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", told)

    assert visible_gpus() == gpus


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a shell script")
@pytest.mark.parametrize(
    ("script", "gpus"), [("echo 0; echo 1", ["0", "1"]), ("echo broken; exit 9", [])]
)
def test_gpus_are_counted_without_tensorflow(tmp_path, monkeypatch, script, gpus):
    program = tmp_path / "nvidia-smi"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)

    assert visible_gpus() == gpus


def test_without_the_program_there_is_no_gpu(tmp_path, monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert visible_gpus() == []


def test_gpus_are_named_by_the_driver(tmp_path, monkeypatch):
    """Two cards of one driver, as /proc/driver/nvidia shows them."""
    for number, model in enumerate(["NVIDIA H200", "NVIDIA L4"]):
        folder = tmp_path / "gpus" / f"0000:0{number}:00.0"
        folder.mkdir(parents=True)
        text = f"Model: \t\t {model}\nIRQ:   \t\t 16\n"
        (folder / "information").write_text(text, encoding="utf-8")
    (tmp_path / "version").write_text("NVRM version: 570.1\nGCC\n", encoding="utf-8")
    monkeypatch.setattr(hardware, "DRIVER", tmp_path)
    monkeypatch.setattr(hardware.sys, "platform", "linux")

    assert gpu_names() == ["NVIDIA H200", "NVIDIA L4", "NVRM version: 570.1"]


def test_a_chip_is_named_by_the_system(monkeypatch):
    monkeypatch.setattr(hardware.sys, "platform", "darwin")
    monkeypatch.setattr(hardware, "_lines", lambda *command: [command[-1]])

    assert gpu_names() == ["machdep.cpu.brand_string"]


def test_without_a_driver_there_are_no_gpus(tmp_path, monkeypatch):
    monkeypatch.setattr(hardware, "DRIVER", tmp_path / "nothing")
    monkeypatch.setenv("PATH", str(tmp_path))

    assert gpu_names() == []
