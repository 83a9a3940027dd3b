"""Succession: what came before each record in its group, across batches."""

from typing import Any

import numpy as np
import numpy.typing as npt

from seqforecast.data.panel import IntArray

Array = npt.NDArray[Any]


class Succession:
    """Remembers the last entry of every group from one batch to the next."""

    def __init__(self, dtype: npt.DTypeLike) -> None:
        self._last = np.zeros(0, dtype)
        self._seen = np.zeros(0, np.bool_)

    def before(
        self, groups: IntArray, entries: Array
    ) -> tuple[Array, npt.NDArray[np.bool_]]:
        """Return the entry before each one in its group, and whether there is one.

        The first entry of a group has itself before it. Both have shape (records,).

        Args:
            groups: shape (records,), rising, at least one.
            entries: shape (records,).
        """
        starts, stops = runs(groups)
        here = groups[starts]
        self._last = grown(self._last, int(here[-1]) + 1)
        self._seen = grown(self._seen, int(here[-1]) + 1)
        seen = self._seen[here]
        before = np.empty_like(entries)
        before[1:] = entries[:-1]
        before[starts] = np.where(seen, self._last[here], entries[starts])
        known = np.ones(len(entries), np.bool_)
        known[starts] = seen
        self._last[here] = entries[stops - 1]
        self._seen[here] = True
        return before, known

    def last(self, groups: int) -> Array:
        """Return the last entry of each group, shape (groups,)."""
        return self._last[:groups]


def runs(groups: IntArray) -> tuple[IntArray, IntArray]:
    """Return where each group of rising numbers begins and ends, shape (runs,)."""
    borders = np.flatnonzero(groups[1:] != groups[:-1]) + 1
    return np.append(0, borders), np.append(borders, len(groups))


def grown(array: Array, size: int) -> Array:
    """Return the array, with zeros after it if it is shorter than `size`."""
    if len(array) >= size:
        return array
    longer = np.zeros(max(size, 2 * len(array)), array.dtype)
    longer[: len(array)] = array
    return longer
