"""Numbers that may mean missing: found where they are, and nowhere else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.data.missing_marks import FEWEST, MARKS, Suspect, find_marks
from seqforecast.data.table.load import load_table
from seqforecast.data.table.section import TableSource


def panel_of(*series):
    offsets = np.cumsum([0, *map(len, series)])
    return np.concatenate(series).astype(np.float32), offsets


def ordinary(count=60, level=100, spread=10, seed=0):
    return np.random.default_rng(seed).normal(level, spread, count)


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_far_from_all_other_values_is_suspected(mark):
    values = ordinary(level=0, spread=3)
    values[[5, 17]] = mark
    assert find_marks(*panel_of(values)) == (Suspect(mark, 2, (0,)),)


def test_marks_are_counted_over_series_and_others_stay_unseen():
    """Series of other sizes hide none; broken on purpose: one range for all."""
    low, high = ordinary(), ordinary(level=1e6, spread=1e5)
    low[3], high[5] = -999, np.nan
    assert find_marks(*panel_of(ordinary(seed=1), low, high)) == ()
    low[9] = -999
    found = find_marks(*panel_of(ordinary(seed=1), low, high))
    assert found == (Suspect(-999, 2, (1,)),)
    high[4] = -999
    found = find_marks(*panel_of(ordinary(seed=1), low, high))
    assert found == (Suspect(-999, 3, (1, 2)),)
    low[20:22] = 99999
    found = find_marks(*panel_of(low))
    assert {one.mark: one.count for one in found} == {-999: 2, 99999: 2}


@pytest.mark.parametrize(
    "values",
    [
        np.arange(0, 2000, 3.0),  # 999 lies among the others
        np.append(ordinary(), -9999),  # once alone
        np.append(ordinary(level=9000, spread=2000), [9999, 9999]),
        np.append(np.linspace(0, 9000, 50), [9999, 9999]),
        np.append(np.zeros(50), [999, 999]),  # nothing tells how far they spread
        np.full(50, -9999.0),
        np.array([1.0, 999, 2, 999, 3]),  # too few others
        np.full(50, np.nan),
        np.array([]),
    ],
    ids=[
        "among",
        "once",
        "near",
        "beside",
        "constant",
        "alone",
        "few",
        "empty",
        "none",
    ],
)
def test_numbers_that_may_be_meant_are_not_suspected(values):
    assert find_marks(*panel_of(values)) == ()


@given(
    values=st.lists(st.floats(-50, 50, width=32), min_size=3, max_size=40),
    mark=st.sampled_from([-99999, -9999999, 999999, 1e20]),
    places=st.lists(st.integers(0, 39), min_size=2, max_size=6, unique=True),
)
def test_a_mark_is_told_by_distance_wherever_it_stands(values, mark, places):
    series = np.array(values)
    kept = [place for place in places if place < len(series)]
    series[kept] = mark
    rest = np.delete(np.array(values), kept)
    found = find_marks(*panel_of(series))
    sure = (
        len(kept) >= 2 and len(rest) >= FEWEST and np.ptp(rest.astype(np.float32)) > 0
    )
    assert found == ((Suspect(mark, len(kept), (0,)),) if sure else ())


def test_marks_are_said_and_taken_only_when_told(tmp_path):
    """Broken on purpose: none looked for in covariates."""
    rows = [f"{i},{100 + i % 7},{20 + i % 5}" for i in range(30)]
    for i in (4, 9):
        rows[i] = f"{i},-9999,-999"
    (tmp_path / "x.csv").write_text("\n".join(["ds,y,p", *rows]) + "\n")
    given = {"source": "table", "path": "x.csv", "past": ["p"]}
    panel = load_table(TableSource.model_validate(given), tmp_path)
    assert panel.values.min() == -9999
    (target, past) = (note for note in panel.notes if "far from all other" in note)
    assert target == (
        "-9999 stands 2 times in series 'y', far from all other values; if it means "
        "missing, set data.missing_marks: [-9999]"
    )
    assert past.startswith("-999 stands 2 times in column 'p'")
    given |= {"missing_marks": [-9999, -999], "missing": "previous"}
    panel = load_table(TableSource.model_validate(given), tmp_path)
    assert panel.values.min() == 100
    assert len(panel.filled) == 2
    told = "values that data.missing_marks names, read as missing: 4"
    assert told in panel.notes
    assert not any("far from all other" in note for note in panel.notes)
