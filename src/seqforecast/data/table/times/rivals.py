"""Rivals: several readings of one time column, of which a regular grid may tell."""

from collections.abc import Iterable, Mapping

import numpy as np

from seqforecast.data.panel import IntArray
from seqforecast.data.table.open_file import Table
from seqforecast.errors import AmbiguousTimesError, shorten

_MOST = 1 << 20  # different stamps that are looked at
_REGULAR, _TIMES = 0.5, 2


class Different:
    """Keeps the different numbers of a column, the first million of them."""

    def __init__(self) -> None:
        self._kept = np.zeros(0, np.int64)
        self._new: list[IntArray] = []
        self._waiting = 0

    def add(self, values: IntArray) -> None:
        """Take in some."""
        if len(self._kept) >= _MOST:
            return
        self._new.append(np.unique(values))
        self._waiting += len(self._new[-1])
        if self._waiting > max(len(self._kept), 1000):
            self.values()

    def values(self) -> IntArray:
        """Return them, rising."""
        if self._new:
            self._kept = np.unique(np.concatenate([self._kept, *self._new]))
            self._new, self._waiting = [], 0
        return self._kept


def choose(shares: Mapping[str, float]) -> tuple[str | None, list[str]]:
    """Return the only form that makes a regular grid, if there is one, and the others.

    Args:
        shares: by form, the share of its grid that is there.
    """
    if len(shares) == 1:
        return next(iter(shares)), []
    best, *others = sorted(shares, key=lambda form: -shares[form])
    is_clear = shares[best] >= max(_REGULAR, _TIMES * shares[others[0]])
    return (best, others) if is_clear else (None, others)


def refuse_rivals(
    table: Table, name: str, record: int, text: object, forms: Iterable[str]
) -> AmbiguousTimesError:
    """Return the error of a column that can be read in several ways.

    Args:
        table: where it comes from.
        name: the column's name.
        record: one that shows it.
        text: what it holds.
        forms: that read all of the column, each otherwise.
    """
    candidates = tuple(forms)
    listed = " and as ".join(candidates)
    named = " or ".join(f'"{form}"' for form in candidates)
    return AmbiguousTimesError(
        f"{table.path} {table.where(record)}: time column {shorten(name)} holds "
        f"{shorten(text)}, which can be read as {listed}",
        hint=f"set data.time_format (init: --time-format) to {named}",
        candidates=candidates,
    )
