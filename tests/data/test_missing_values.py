"""Gaps: filled as told, counted, and never from the future unless asked."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.data.grid.first_pass import check_order, look_over
from seqforecast.data.grid.grid import Grid
from seqforecast.data.grid.placement import place
from seqforecast.data.grid.records import Batch, Records
from seqforecast.data.missing_values import Cleaned, fill_gaps
from seqforecast.data.table.section import Missing
from seqforecast.errors import ConfigError, DataError


def observe(*series: list[float | None], wide: bool = False) -> Records:
    """Return hand-made records; None leaves the record out, NaN its value."""
    times = [[t for t, v in enumerate(s) if v is not None] for s in series]
    values = [v for s in series for v in s if v is not None]
    return records(times, values, wide=wide)


def records(
    times: list[list[int]], values: list[float], *, wide: bool = False
) -> Records:
    """Return records of some series, one after another, two to a batch."""
    groups = np.repeat(np.arange(len(times)), [len(t) for t in times])
    flat = np.concatenate(times).astype(np.int64)

    def batches() -> Iterator[Batch]:
        for i in range(0, len(flat), 2):
            some = slice(i, i + 2)
            cells = np.array([values[some]], dtype=np.float64)
            yield Batch(i, groups[some], flat[some], 0, cells)

    return Records(
        file="data.csv",
        where=lambda record: f"line {record + 2}",
        dated=False,
        ids=tuple("abcdefgh"[: len(times)]),
        wide=wide,
        times=batches,
        values=batches,
    )


def fill(observed: Records, missing: Missing, season: int | None = 2) -> Cleaned:
    overview, grid = look_over(observed), Grid(0, 1)
    return fill_gaps(observed, place(observed, overview, grid), grid, missing, season)


NAN = float("nan")


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        ("interpolate", [1, 2, 3, 4, 10, 15, 20]),
        ("previous", [1, 1, 1, 4, 10, 10, 20]),
        ("zero", [1, 0, 0, 4, 10, 0, 20]),
        ("seasonal", [1, 1, 1, 4, 10, 10, 20]),
    ],
)
def test_empty_values_and_absent_stamps_are_filled_alike(
    missing: Missing, expected: list[float]
) -> None:
    """Broken on purpose: `after` without its reversals; lines were missing."""
    cleaned = fill(observe([1, NAN, None, 4], [10, None, 20]), missing)
    assert cleaned.values.tolist() == expected
    assert cleaned.offsets.tolist() == [0, 4, 7]
    assert cleaned.filled.tolist() == [2, 1]
    assert cleaned.places.tolist() == [1, 2, 5]


@pytest.mark.parametrize(
    "missing", ["error", "interpolate", "previous", "seasonal", "zero"]
)
def test_whole_series_come_back_untouched(missing: Missing) -> None:
    cleaned = fill(observe([1.0, 2.0], [None, None, 5.0, 7.0]), missing)
    assert cleaned.values.tolist() == [1, 2, 5, 7]
    assert cleaned.first_steps.tolist() == [0, 2]
    assert not cleaned.filled.any()


GAPPED = st.lists(
    st.one_of(st.none(), st.just(NAN), st.floats(-100, 100)), min_size=1, max_size=20
)


@given(
    gapped=GAPPED,
    future=st.floats(-100, 100),
    missing=st.sampled_from(["previous", "seasonal", "zero"]),
)
def test_what_comes_later_never_reaches_a_value_filled_from_the_past(
    gapped: list[float | None], future: float, missing: Missing
) -> None:
    """Broken on purpose: `previous` took the next value; it changed."""
    first = fill(observe([0.0, *gapped, 1.0]), missing)
    second = fill(observe([0.0, *gapped, future]), missing)
    np.testing.assert_array_equal(first.values[:-1], second.values[:-1])


@given(gapped=GAPPED)
def test_interpolation_leaves_observed_values_and_restores_a_line(
    gapped: list[float | None],
) -> None:
    line = [
        None if v is None else NAN if np.isnan(v) else 3.0 + 2 * t
        for t, v in enumerate([0.0, *gapped, 0.0])
    ]
    cleaned = fill(observe(line), "interpolate")
    np.testing.assert_allclose(cleaned.values, 3 + 2 * np.arange(len(line)))


@given(gapped=GAPPED, season=st.integers(1, 5))
def test_seasonal_takes_the_median_so_far_of_its_place(
    gapped: list[float | None], season: int
) -> None:
    """Broken on purpose: missing values counted as 0; the series read backwards."""
    one = [0.0, *gapped, 1.0]
    cleaned = fill(observe([5.0, NAN, 6.0], one), "seasonal", season)
    given = [NAN if value is None else value for value in one]
    for i, value in enumerate(given):
        seen = [v for v in given[i % season : i : season] if not np.isnan(v)]
        last = [v for v in given[:i] if not np.isnan(v)][-1:]
        expected = np.median(seen or last) if np.isnan(value) else value
        assert cleaned.values[3 + i] == pytest.approx(expected, rel=1e-6, abs=1e-30)


def test_seasonal_needs_a_season() -> None:
    with pytest.raises(ConfigError, match="seasonal needs a season") as caught:
        fill(observe([1, NAN, 3]), "seasonal", None)
    assert "data.season" in str(caught.value.hint)


def test_a_wide_column_is_trimmed_where_nothing_can_fill_it() -> None:
    observed = observe([NAN, 1, NAN, 3, NAN], wide=True)
    held = fill(observed, "previous")
    assert held.values.tolist() == [1, 1, 3, 3]
    assert (held.first_steps.tolist(), held.trimmed.tolist()) == ([1], [1])
    assert held.places.tolist() == [1, 3]
    drawn = fill(observed, "interpolate")
    assert drawn.values.tolist() == [1, 2, 3]
    assert drawn.places.tolist() == [1]
    assert fill(observed, "zero").values.tolist() == [0, 1, 0, 3, 0]


def test_a_long_series_is_not_trimmed() -> None:
    with pytest.raises(DataError, match="series 'b' has no value at 0 "):
        fill(observe([1, 2], [NAN, 1]), "previous")


def test_all_empty_series_are_refused_whatever_is_asked() -> None:
    with pytest.raises(DataError, match="series 'b' has no values; 2 series are empty"):
        fill(observe([1, 2], [NAN, NAN], [NAN]), "zero")


def test_time_may_stand_still_between_series_but_not_within() -> None:
    apart = records([[0, 1], [0, 1]], [1, 2, 1, 2])
    check_order(apart, look_over(apart))
    twice = records([[0, 1], [0, 0]], [1, 2, 1, 2])
    with pytest.raises(DataError, match="time stamp 0 stands twice, in line 4 and in"):
        check_order(twice, look_over(twice))
