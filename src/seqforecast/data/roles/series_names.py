"""Which column of an unknown table names its series."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from seqforecast.data.panel import IntArray
from seqforecast.data.roles.column_words import (
    CALENDAR,
    ID_ENDS,
    IDS,
    VALUES,
    is_called,
    value_rank,
    words_of,
)
from seqforecast.data.roles.sample import Sample, pairs
from seqforecast.data.table.time_column import DAY
from seqforecast.errors import DataError, name_first

_FEWEST = 5  # records a series, for a column to name several that share no stamp


def names_something(name: str) -> bool:
    """Return whether a column's name is that of a column of names."""
    words = words_of(name)
    return is_called(name, IDS) or (len(words) > 1 and words[-1] in ID_ENDS)


def find_id(
    sample: Sample, stamps: IntArray, others: Sequence[str]
) -> tuple[str | None, list[str]]:
    """Return the column by which no time stamp occurs twice, None for one series.

    Raises:
        DataError: stamps occur twice, and no column tells the series apart.
    """
    order = np.sort(stamps)
    twice = order[1:][order[1:] == order[:-1]]
    possible = [
        name
        for name in others
        if not is_called(name, CALENDAR)
        and (not sample.is_number(name) or _numbers_name(sample, name))
        and (sample.codes(name)[0] >= 0).all()
    ]
    if not len(twice):
        # Series that never share a stamp, as those of weeks on two weekdays.
        most = max(1, sample.rows // _FEWEST)
        named = [n for n in possible if names_something(n)]
        named = [n for n in named if sample.codes(n)[1] <= most]
        named.sort(key=lambda name: not is_called(name, IDS))
        return (named[0] if named else None), []
    fitting = [name for name in possible if _tells_apart(sample, stamps, name)]
    if not fitting:
        raise _not_apart(sample, stamps, twice, possible)

    def rank(name: str) -> tuple[bool, bool, int]:
        is_text = not sample.is_number(name)
        return not names_something(name), not is_text, sample.codes(name)[1]

    fitting.sort(key=rank)
    chosen = fitting[0]
    several = [n for n in fitting[1:] if sample.codes(n)[1] != sample.codes(chosen)[1]]
    if not several or not names_something(several[0]):
        return chosen, []
    doubt = f"Series are told apart by {chosen}; --id takes another column: "
    return chosen, [f"{doubt}{name_first(several)}."]


def _numbers_name(sample: Sample, name: str) -> bool:
    """Return whether numbers may be names: whole ones, and few, or called so."""
    if not sample.is_whole(name) or value_rank(name) < len(VALUES):
        return False
    few = _FEWEST * sample.codes(name)[1] <= sample.rows
    return few or names_something(name)


def _tells_apart(sample: Sample, stamps: IntArray, name: str) -> bool:
    """Return whether no time stamp occurs twice under one name."""
    codes, count = sample.codes(name)
    if count == sample.rows and sample.rows > 1:
        return False  # each record has a name of its own
    both = pairs(codes, stamps)
    return len(np.unique(both)) == sample.rows


def _not_apart(
    sample: Sample, stamps: IntArray, twice: IntArray, possible: Sequence[str]
) -> DataError:
    """Return the refusal; two columns that together tell series apart are named.

    Args:
        sample: the first records.
        stamps: shape (records,).
        twice: those that occur again, rising.
        possible: columns that may name series.
    """
    first: object = int(twice[0])
    if np.any(np.abs(stamps) > 10**11):
        first = np.datetime64(int(twice[0]), "us")
    written = str(first).removesuffix(".000000").replace("T", " ")
    hint = "put what names a series into one column, such as store_item, or name it "
    hint += "with --id; or delete doubled rows"
    if 100 * len(twice) < sample.rows and (twice % DAY != 0).all():
        hint = "if clocks were set back there, --time-zone names their zone; else "
        hint += "delete doubled rows, or name the series with --id"
    both = _apart_together(sample, stamps, possible)
    if both:
        hint = f"{both[0]} and {both[1]} do together: {hint}"
    return DataError(
        f"{sample.table.path}: the time stamp {written.removesuffix(' 00:00:00')} "
        "occurs several times, and no single column tells the series apart",
        hint=hint,
    )


def _apart_together(
    sample: Sample, stamps: IntArray, possible: Sequence[str]
) -> tuple[str, str] | None:
    """Return two columns under which, together, no time stamp occurs twice."""
    named = [n for n in possible if sample.codes(n)[1] < sample.rows][:12]
    for one, other in combinations(named, 2):
        both = pairs(sample.codes(one)[0], sample.codes(other)[0])
        if len(np.unique(pairs(both, stamps))) == sample.rows:
            return one, other
    return None
