"""The plan of a run reads as reviewed."""

import pytest

from seqforecast.reporting.terminal import duration, render_plan

PLAN = {
    "schema": 1,
    "experiment": "walks",
    "series": 1000,
    "lookback": 50,
    "horizon": 1,
    "windows": {"train": 640, "validation": 160, "test": 200},
    "parameters": 2651,
    "operations": 765300,
    "bytes": {
        "data": 204000,
        "model": 31820,
        "batch": 966656,
        "resident": 742391808,
    },
    "device": {"name": "cpu", "why": "TensorFlow sees no GPU"},
    "steps": {"epoch": 20, "epochs": 20, "all": 400},
    "windows_per_second": 14230.4,
    "patience": None,
    "seconds": {
        "stages": [
            {"name": "start Python", "seconds": 0.42},
            {"name": "start TensorFlow", "seconds": 1.41},
            {"name": "train", "seconds": 1.66},
        ],
        "all": 3.49,
    },
}


def test_the_plan_reads_as_reviewed(golden):
    long = {
        **PLAN,
        "operations": 8_590_000,
        "steps": {"epoch": 225, "epochs": 1, "all": 225},
        "patience": 3,
        "bytes": {**PLAN["bytes"], "data": 576, "resident": None},
        "seconds": {"stages": [{"name": "train", "seconds": 9000.0}], "all": 9000.0},
    }
    golden("plan.txt", f"{render_plan(PLAN)}\n\n{render_plan(long)}\n")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.04, "0.040 s"),
        (3.49, "3.5 s"),
        (9.96, "10 s"),
        (62.3, "62 s"),
        (150, "2 min 30 s"),
        (12_000, "3 h 20 min"),
    ],
)
def test_durations_are_written_as_they_are_said(seconds, text):
    assert duration(seconds) == text
