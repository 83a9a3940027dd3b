"""What a run has seen is not tested again unsaid."""

from pathlib import Path

import numpy as np
import pytest

from seqforecast.config.experiment_file import load_mapping
from seqforecast.runs.run_files import RunDirectory
from seqforecast.workflows.pipeline.prepare import prepare
from seqforecast.workflows.pipeline.seen_data import (
    read_seen,
    steps_seen,
    warn_of_seen,
    write_seen,
)
from support.small_run import SINE, small

LONGER = {"train": "rest", "validation": 24, "test": 56}


def prepared(split=None):
    settings = small(data={**SINE, "series": 6}, split=split or {})
    return prepare(load_mapping(settings, {}).experiment, Path())


@pytest.mark.parametrize(
    ("before", "now", "series"),
    [
        ({}, {}, 0),
        ({}, LONGER, 6),
        ({}, {"by": "series"}, 1),
        ({"by": "series"}, {"by": "series"}, 0),
        ({"by": "series"}, {}, 5),
    ],
)
def test_test_parts_that_were_seen_are_counted(tmp_path, caplog, before, now, series):
    """Of six series of 160 steps the last 24 are tested; by series, the last one.

    Broken on purpose: the first step of the test part counted as seen.
    """
    run, new = RunDirectory(tmp_path), prepared(now)
    write_seen(run, prepared(before), {})
    assert warn_of_seen(new, read_seen(run), tmp_path) == series
    assert (f"the test part of {series} series" in caplog.text) == (series > 0)


def test_what_was_seen_is_counted_in_steps_of_other_data(tmp_path):
    """Also before and after them; a date says nothing of numbers."""
    panel = prepared().panel
    names = panel.ids
    seen = {names[0]: -3, names[1]: 0, names[2]: 99, names[3]: 900, "other": 7}
    seen[names[4]] = "2024-01-31"
    assert steps_seen(panel, seen).tolist() == [0, 1, 100, 160, 0, 0]


def test_the_weights_a_run_began_with_are_not_forgotten(tmp_path):
    made, run = prepared(), RunDirectory(tmp_path)
    first, second, *_ = made.panel.ids
    write_seen(run, made, {first: 150, second: 10, "gone": 5})
    until = read_seen(run)
    assert until == dict.fromkeys(made.panel.ids, 135) | {first: 150, "gone": 5}
    assert np.all(steps_seen(made.panel, until)[1:] == made.parts.test[1:, 0])
