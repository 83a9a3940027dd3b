"""Covariates: what a file says beside its series, held once for all who read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from seqforecast.data.observations import format_stamp
from seqforecast.data.panel import FloatArray, IntArray, Panel
from seqforecast.errors import DataError


@dataclass(frozen=True, slots=True, eq=False)
class Covariates:
    """Columns of numbers by step, and columns of one value a series; raw.

    A value of series i at position p of the flat array has its numbers in row
    p + shifts[i] of the table. In a wide file all series share the rows, in a long one
    each has its own. The rows after a series' last value are its future.

    Attributes:
        past: names of the columns known up to the cutoff.
        future: names of the columns known over the horizon too.
        table: shape (rows, past + future), float32; NaN after the end of a series
            where nothing is known, else finite.
        shifts: shape (series,).
        stops: shape (series,); the row after the last one of each series.
        static: by column, shape (series,): texts, numbers among them.
    """

    past: tuple[str, ...]
    future: tuple[str, ...]
    table: FloatArray
    shifts: IntArray
    stops: IntArray
    static: Mapping[str, npt.NDArray[Any]]


def check_future(panel: Panel, horizon: int) -> None:
    """Refuse series after whose end a column of the future is not known.

    Raises:
        DataError: names the first such series and column, and how many steps.
    """
    found = panel.covariates
    if found is None or not found.future:
        return
    rows = (panel.offsets[1:] + found.shifts)[:, np.newaxis] + np.arange(horizon)
    beyond = rows >= found.stops[:, np.newaxis]
    rows = np.minimum(rows, len(found.table) - 1)
    for number, name in enumerate(found.future, start=len(found.past)):
        missing = beyond | np.isnan(found.table[:, number][rows])
        short = np.flatnonzero(missing.any(axis=1))
        if not len(short):
            continue
        i = int(short[0])
        step = panel.first_steps[i] + panel.lengths[i] + int(np.argmax(missing[i]))
        stamp = panel.stamps(np.array([step])).tolist()[0]
        if not isinstance(panel.origin, int):
            stamp = format_stamp(type(panel.origin)(stamp))
        raise DataError(
            f"series {panel.ids[i]!r} needs column {name!r} for the {horizon} steps "
            f"after its last value, but {missing[i].sum()} of them are missing, first "
            f"that of {stamp}; such series: {len(short):,} of {len(panel.ids):,}",
            hint="add records after the end with the columns of data.future and an "
            "empty target",
        )
