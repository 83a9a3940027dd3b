"""Time stamps along an axis, and the ticks that name them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.reporting.figures.date_axis import are_dates, places_of, time_ticks

SPAN = "January 2024 to February 2024"


def place(text: str) -> float:
    return float(places_of([np.datetime64(text, "ns")])[0])


def test_places_are_days_since_1970_or_the_numbers() -> None:
    """By hand; broken once by nanoseconds in a float: the hour is lost."""
    stamps = np.array(
        ["1970-01-02T06:00", "1969-12-31", "2200-01-01T00:00:01"], "M8[s]"
    )
    expected = [1.25, -1.0, 84_006 + 1 / 86_400]
    assert places_of(stamps).tolist() == expected
    assert places_of(np.array([3, 7])).tolist() == [3.0, 7.0]
    assert are_dates(stamps)
    assert not are_dates(np.array([3]))


@pytest.mark.parametrize(
    ("first", "last", "texts", "label"),
    [
        ("1957-01-01", "1960-06-01", ["1957", "1958", "1959", "1960"], ""),
        ("2023-11-01", "2024-02-20", ["Nov", "Dec", "2024", "Feb"], ""),
        ("2024-03-01", "2024-06-20", ["Mar", "Apr", "May", "Jun"], "2024"),
        ("2024-01-29", "2024-02-01", ["29", "30", "31", "Feb"], SPAN),
        (
            "2024-01-31T17:30",
            "2024-01-31T17:33",
            ["17:30", "17:31", "17:32", "17:33"],
            None,
        ),
    ],
)
def test_ticks_are_round_dates_and_what_they_share_is_the_label(
    first: str, last: str, texts: list[str], label: str | None
) -> None:
    ticks = time_ticks((place(first), place(last)), dated=True)
    assert list(ticks.texts) == texts
    assert label is None or ticks.label == label


@given(
    st.datetimes().map(np.datetime64),
    st.integers(0, 400 * 366 * 86_400),
    st.integers(2, 9),
)
def test_ticks_of_any_dates_lie_on_the_axis(
    first: np.datetime64, seconds: int, most: int
) -> None:
    """From the year 1 to beyond 9999, from seconds to centuries."""
    ends = places_of([first, first + np.timedelta64(seconds, "s")]).tolist()
    ticks = time_ticks((ends[0], ends[1]), dated=True, most=most)
    assert len(ticks.places) == len(ticks.texts) <= most
    assert all(ends[0] <= at <= ends[1] for at in ticks.places)
    assert list(ticks.places) == sorted(ticks.places)


def test_whole_numbers_have_ticks_of_their_own() -> None:
    assert time_ticks((9.5, 31.0), dated=False).texts == ("10", "15", "20", "25", "30")


def test_what_matplotlib_cannot_tick_has_two_stamps_in_full() -> None:
    """Spans of less than ten seconds, and years beyond 9999."""
    short = time_ticks((0.0, 5 / 86_400), dated=True)
    assert short.texts == ("1970-01-01 00:00:01", "1970-01-01 00:00:04")
    assert time_ticks((3e6, 4e6), dated=True).texts == ("10731-04-22", "12374-01-18")
