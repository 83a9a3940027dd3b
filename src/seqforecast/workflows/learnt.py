"""Learnt: how far into each series of a panel a finished run was trained and chosen."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from seqforecast.data.panel import IntArray, Panel
from seqforecast.runs.directory import RunDirectory
from seqforecast.runs.tested import first_cutoffs
from seqforecast.workflows.prepare import Prepared
from seqforecast.workflows.scoring import history_stops

# Of a series that the run knows and has not tested.
NOT_RECORDED = -1


def steps_learnt(run: RunDirectory, panel: Panel, known: Sequence[str]) -> IntArray:
    """Return how many steps of each series the run has learnt from, shape (series,).

    That is all up to the first cutoff of its test part; none of a series that it does
    not know.

    Args:
        run: complete.
        panel: other data, or its own, with time stamps of the same kind.
        known: names of the run's series.

    Raises:
        RunError: its forecasts cannot be read.
    """
    tested, names = first_cutoffs(run).to_dict(), set(known)
    grid = panel.stamps(np.arange(int((panel.first_steps + panel.lengths).max())))
    steps = np.zeros(len(panel.ids), np.int64)
    for i, name in enumerate(panel.ids):
        if name in tested:
            steps[i] = _steps_until(panel, i, tested[name], grid)
        elif name in names:
            steps[i] = NOT_RECORDED
    return steps


def steps_tested_again(
    run: RunDirectory, prepared: Prepared, known: Sequence[str]
) -> IntArray:
    """Return how many test steps of each series a run has learnt from, (series,).

    Synthetic data that are not the run's own, and stamps of another kind, are other
    series, whatever their names.

    Args:
        run: complete.
        prepared: what is to be trained and tested.
        known: names of the run's series.

    Raises:
        RunError: the run's forecasts cannot be read.
    """
    panel, data = prepared.panel, run.read_json(run.manifest)["data"]
    is_table = prepared.experiment.data.source == "table"
    counts = isinstance(data["frequency"], int) == isinstance(panel.frequency, int)
    if not counts or not (is_table or data["sha256"] == panel.sha256):
        return np.zeros(len(panel.ids), np.int64)
    learnt = steps_learnt(run, panel, known)
    stop = prepared.parts.test[:, 1]
    begin = np.minimum(history_stops(prepared, prepared.parts.test), stop)
    learnt = np.where(learnt == NOT_RECORDED, stop, learnt)
    return np.clip(learnt, begin, stop) - begin


def _steps_until(panel: Panel, series: int, stamp: Any, grid: Any) -> int:
    """Return how many steps of a series lie at or before a time stamp.

    Args:
        panel: all series.
        series: which.
        stamp: a date, or a whole number.
        grid: the stamps of all steps, rising.
    """
    at = stamp if isinstance(panel.origin, int) else stamp.to_datetime64()
    step = int(np.searchsorted(grid, at, side="right"))
    steps = step - int(panel.first_steps[series])
    return int(np.clip(steps, 0, panel.lengths[series]))
