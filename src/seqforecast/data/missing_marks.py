"""Numbers that may stand for missing values, as -9999: suspected, never taken."""

from dataclasses import dataclass

import numpy as np

from seqforecast.data.panel import FloatArray, IntArray

_NINES = [10**digits - 1 for digits in range(2, 10)]
MARKS = (
    *(-nines for nines in _NINES),  # -99, -999, ...
    *(nines for nines in _NINES[1:]),
    *(-99.9, -99.99, -999.9, 999.9, 9999.9),  # weather stations
    *(-32768, -2147483648),  # the least whole numbers of 16 and 32 bits
    *(1e20, 9.969209968386869e36),  # what climate models write
)
"""What programs and people write for nothing in columns of numbers."""
REPEATED = 2
FEWEST = 8  # other values of a series, to tell what is far from them


@dataclass(frozen=True, slots=True)
class Suspect:
    """A number that may mean missing.

    Attributes:
        mark: the number.
        count: how often it stands there.
        series: in which series.
    """

    mark: float
    count: int
    series: tuple[int, ...]


def find_marks(values: FloatArray, offsets: IntArray) -> tuple[Suspect, ...]:
    """Return which usual marks stand far from all other values of their series.

    Far is further from the nearest other value than these lie apart. It must be there
    twice at least, in all series together.

    Args:
        values: shape (total,), float32, series after series; NaN where missing.
        offsets: shape (series + 1,).
    """
    if not len(values):
        return ()
    marks = np.array(MARKS, np.float32)
    starts = offsets[:-1]
    lows = np.fmin.reduceat(values, starts)
    highs = np.fmax.reduceat(values, starts)
    odd = np.flatnonzero(np.isin(lows, marks) | np.isin(highs, marks))
    found: dict[float, list[tuple[int, int]]] = {}
    for i in odd.tolist():
        for mark, count in _marks_of(values[offsets[i] : offsets[i + 1]]):
            found.setdefault(mark, []).append((i, count))
    suspects = (
        Suspect(mark, sum(count for _, count in places), tuple(i for i, _ in places))
        for mark, places in sorted(found.items())
    )
    return tuple(one for one in suspects if one.count >= REPEATED)


def _marks_of(series: FloatArray) -> list[tuple[float, int]]:
    """Return the marks in one series that lie far from the rest, and how often."""
    rest = series[~np.isnan(series)].astype(np.float64)
    candidates = [mark for mark in MARKS if np.any(rest == np.float32(mark))]
    rest = rest[~np.isin(rest, np.array(candidates, np.float32))]
    if len(rest) < FEWEST or rest.min() == rest.max():
        return []
    width = rest.max() - rest.min()
    return [
        (mark, int(np.sum(series == np.float32(mark))))
        for mark in candidates
        if mark < rest.min() - width or mark > rest.max() + width
    ]


def describe_marks(suspects: tuple[Suspect, ...], whose: str) -> tuple[str, ...]:
    """Say which numbers may mean missing, a sentence each.

    Args:
        suspects: as found.
        whose: the series or the column, for the message.
    """
    return tuple(
        f"{one.mark:g} stands {one.count:,} times in {whose}, far from all other "
        f"values; if it means missing, set data.missing_marks: [{one.mark:g}]"
        for one in suspects
    )
