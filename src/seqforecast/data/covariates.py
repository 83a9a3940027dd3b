"""Covariates: what a file says beside its series, held once for all who read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from seqforecast.data.panel import FloatArray, IntArray


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
