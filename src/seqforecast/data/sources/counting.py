"""Whole numbers as times: those that are dates without dashes are refused."""

from typing import Any

import numpy as np
import numpy.typing as npt

from seqforecast.data.panel import IntArray
from seqforecast.data.sources.clock import Clock, whole_numbers
from seqforecast.data.sources.reading import Table
from seqforecast.errors import DataError

WRITE = "write dates as 2020-01-31 or 2020-01-31 13:00, or number the steps"


class WholeNumbers:
    """Looks at all numbers of a time column; steps between dates would be wrong."""

    def __init__(self, table: Table, name: str) -> None:
        self._table, self._name = table, name
        self._first: int | None = None
        self._least = self._most = 0
        self._days = self._months = True

    def add(self, column: Any, start: int) -> None:  # noqa: ARG002 - all or none
        """Look at some numbers in an Arrow array."""
        values = whole_numbers(column)
        least, most = int(values.min()), int(values.max())
        if self._first is None:
            self._first, self._least, self._most = int(values[0]), least, most
        self._least, self._most = min(self._least, least), max(self._most, most)
        # Nothing but the first numbers is looked at, as a rule.
        if self._days:
            day = values % 100
            month = _are_months(values // 100)
            self._days = bool(np.all(month & (day >= 1) & (day <= 31)))
        if self._months:
            self._months = bool(np.all(_are_months(values)))

    def clock(self) -> Clock:
        """Return how all of them are read.

        Raises:
            DataError: all look like 20200131, or like 202001.
        """
        for is_so, kind in (
            (self._days, "a date"),
            (self._months and self._most - self._least > 12, "a month"),
        ):
            if is_so:
                raise refusal(
                    self._table,
                    self._name,
                    0,
                    f"holds {self._first}, {kind} written as a whole number",
                )
        return Clock(dated=False)


def refusal(table: Table, name: str, record: int, what: str) -> DataError:
    """Return the error of a time stamp that cannot be used."""
    where = table.where(record)
    return DataError(f"{table.path} {where}: time column {name!r} {what}", hint=WRITE)


def _are_months(values: IntArray) -> npt.NDArray[np.bool_]:
    """Return which numbers are written like 202001."""
    year, month = values // 100, values % 100
    return (year >= 1800) & (year <= 2200) & (month >= 1) & (month <= 12)
