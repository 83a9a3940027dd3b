"""Learnt: how far into each series of a panel a finished run was trained and chosen."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from seqforecast.data.panel import IntArray, Panel
from seqforecast.runs.directory import RunDirectory
from seqforecast.runs.tested import first_cutoffs
from seqforecast.workflows.seen import read_seen

# Of a series that the run knows and has not tested.
NOT_RECORDED = -1


def steps_learnt(run: RunDirectory, panel: Panel, known: Sequence[str]) -> IntArray:
    """Return how many steps of each series the run has learnt from, shape (series,).

    That is all up to the first cutoff of its test part, and what the weights that it
    began with had seen; none of a series that neither knows.

    Args:
        run: complete.
        panel: other data, or its own, with time stamps of the same kind.
        known: names of the run's series.

    Raises:
        RunError: its files cannot be read.
    """
    tested, names = first_cutoffs(run).to_dict(), set(known)
    grid = panel.stamps(np.arange(int((panel.first_steps + panel.lengths).max())))
    steps = np.zeros(len(panel.ids), np.int64)
    for i, name in enumerate(panel.ids):
        if name in tested:
            steps[i] = _steps_until(panel, i, tested[name], grid)
        elif name in names:
            steps[i] = NOT_RECORDED
    if not run.start.is_file():
        return steps
    row = {name: i for i, name in enumerate(panel.ids)}
    for name, stamp in read_seen(run).items():
        is_comparable = isinstance(stamp, int) == isinstance(panel.origin, int)
        if name in row and is_comparable and steps[row[name]] != NOT_RECORDED:
            until = _steps_until(panel, row[name], stamp, grid)
            steps[row[name]] = max(steps[row[name]], until)
    return steps


def _steps_until(panel: Panel, series: int, stamp: Any, grid: Any) -> int:
    """Return how many steps of a series lie at or before a time stamp.

    Args:
        panel: all series.
        series: which.
        stamp: a date, also as text, or a whole number.
        grid: the stamps of all steps, rising.
    """
    at = stamp if isinstance(panel.origin, int) else np.datetime64(stamp)
    step = int(np.searchsorted(grid, at, side="right"))
    steps = step - int(panel.first_steps[series])
    return int(np.clip(steps, 0, panel.lengths[series]))
