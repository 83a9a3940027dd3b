"""Stages cover all the time of a workflow, and say what memory it took."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.hardware import peak_memory
from seqforecast.workflows.pipeline.stage_timing import Stages, describe_stages
from support.small_run import SMALL, train

MIB = 2**20


def stages_of(seconds, memory=lambda: 5 * MIB):
    """Return stages that took so many seconds each, by an invented clock."""
    times = iter([sum(seconds[:i]) for i in range(len(seconds) + 1)])
    stages = Stages(clock=lambda: next(times), memory=memory)
    for number in range(len(seconds)):
        stages.end(f"stage {number}")
    return stages


@given(st.lists(st.integers(0, 1000)))
def test_no_time_falls_between_two_stages(seconds):
    """Broken on purpose: each stage measured from the beginning of the workflow."""
    assert [each.seconds for each in stages_of(seconds).done] == seconds


def test_memory_that_is_not_told_is_null_with_a_reason():
    (stage,) = stages_of([2], memory=lambda: None).values()
    assert stage["memory"] is None
    assert "does not tell" in stage["reasons"]["memory"]
    assert stages_of([2]).values() == [
        {"name": "stage 0", "seconds": 2, "memory": 5 * MIB}
    ]


def test_windows_does_not_tell(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    assert peak_memory() is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell")
def test_peak_memory_is_in_bytes():
    """Broken on purpose: KiB taken for bytes."""
    held = b"x" * (64 * MIB)
    assert len(held) < peak_memory() < 2**40


def test_the_table_is_aligned():
    lines = describe_stages(stages_of([0.5, 12.25], memory=lambda: 2048 * MIB).done)
    assert lines == [
        "stage    seconds  peak memory",
        "stage 0     0.50    2,048 MiB",
        "stage 1    12.25    2,048 MiB",
        "all        12.75    2,048 MiB",
    ]


@pytest.mark.tensorflow
def test_a_run_records_its_stages(tmp_path):
    run = train(tmp_path, SMALL)
    stages = run.read_json(run.metrics)["stages"]
    assert [stage["name"] for stage in stages] == [
        "read data",
        "start TensorFlow",
        "build model",
        "train",
        "choose the final forecast",
        "save model",
        "score",
        "forecast the future",
        "draw",
        "write page",
    ]
    assert all(stage["seconds"] >= 0 for stage in stages)
    log = run.log.read_text()
    assert "DEBUG stage " in log
    assert "DEBUG all " in log
