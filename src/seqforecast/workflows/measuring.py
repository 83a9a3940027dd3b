"""Measuring: the errors of runs and of baselines on the test part, by unit and step."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from seqforecast.data.filled import mark_observed
from seqforecast.data.windows import WindowIndex
from seqforecast.errors import DataError
from seqforecast.evaluation.totals import Doubles
from seqforecast.evaluation.units import Units
from seqforecast.runs.directory import RunDirectory
from seqforecast.runs.forecasts import read_y_hat
from seqforecast.workflows.prepare import Prepared
from seqforecast.workflows.scoring import fit_baseline

WINDOWS_AT_ONCE = 50_000


def losses_of_run(prepared: Prepared, units: Units, run: RunDirectory) -> Doubles:
    """Return a run's loss of each unit, (units,)."""
    y_hat = read_y_hat(run, prepared.test.horizon)
    if len(y_hat) != len(prepared.test):
        raise DataError(
            f"{run.path} forecast {len(y_hat)} windows, and there are "
            f"{len(prepared.test)}",
            hint="the data have changed meanwhile: begin anew in another --runs",
        )
    begun = iter(range(0, len(y_hat), WINDOWS_AT_ONCE))
    return losses_of(
        prepared,
        units,
        lambda chunk: y_hat[(start := next(begun)) : start + len(chunk)],
    )


def losses_of(
    prepared: Prepared,
    units: Units,
    predict: Callable[[WindowIndex], npt.NDArray[Any]],
) -> Doubles:
    """Return the loss of each unit, (units,); windows are asked for in order."""
    losses = np.zeros(units.count, np.float64)
    for chunk, error, _ in _errors(prepared, predict):
        losses += units.losses(prepared.panel, chunk, error.sum(axis=1))
    return losses


def errors_by_step(prepared: Prepared, name: str) -> Doubles:
    """Return a baseline's mean absolute error at each step; NaN where nothing is known.

    Returns:
        Shape (horizon,), over the test part.
    """
    sums, points = np.zeros((2, prepared.test.horizon))
    for _, error, observed in _errors(prepared, fit_baseline(prepared, name)):
        sums += error.sum(axis=0)
        points += observed.sum(axis=0)
    mean_error: Doubles = np.divide(
        sums, points, out=np.full_like(sums, np.nan), where=points > 0
    )
    return mean_error


def _errors(
    prepared: Prepared, predict: Callable[[WindowIndex], npt.NDArray[Any]]
) -> Iterator[tuple[WindowIndex, Doubles, npt.NDArray[np.bool_]]]:
    """Yield test windows in order, |errors|, 0 where nothing is known, and where."""
    panel = prepared.panel
    for chunk in prepared.test.chunks(WINDOWS_AT_ONCE):
        truth = chunk.targets(panel.values)
        error = np.abs(np.subtract(predict(chunk), truth, dtype=np.float64))
        marked = mark_observed(panel, chunk)
        observed = np.ones(error.shape, bool) if marked is None else marked
        yield chunk, np.where(observed, error, 0.0), observed
