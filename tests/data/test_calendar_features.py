"""Calendar features: laws of the circle, and which times can give them."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.data.calendar_features import calendar_table, check_calendar
from seqforecast.data.panel import Panel
from seqforecast.errors import ConfigError
from support.panels import counting

MOMENTS = st.datetimes(pd.Timestamp("1900-01-01"), pd.Timestamp("2100-01-01"))
OF_DATES = ("minute", "hour", "weekday", "day", "yearday", "week", "month", "quarter")


def dated(origin: str | pd.Timestamp, frequency: str, season: int = 7) -> Panel:
    panel = dataclasses.replace(counting(5), season=season, frequency=frequency)
    return dataclasses.replace(panel, origin=pd.Timestamp(origin).floor("min"))


def angles(panel: Panel, name: str, steps: int, anchor: object = None) -> np.ndarray:
    """Return turns in [0, 1) at each step, read off the pair."""
    anchor = panel.origin if anchor is None else anchor
    sine, cosine = calendar_table(panel, [name], steps, anchor).T.astype(np.float64)
    assert np.hypot(sine, cosine) == pytest.approx(1, abs=1e-6)
    return np.mod(np.arctan2(sine, cosine) / (2 * np.pi), 1)


def near(turns: np.ndarray, expected: object) -> bool:
    """Compare turns: 0 and 1 are the same."""
    apart = np.abs(turns - np.asarray(expected, np.float64))
    return bool(np.all(np.minimum(apart, 1 - apart) < 1e-6))


@given(moment=MOMENTS)
@pytest.mark.parametrize(
    ("name", "period"), [("minute", "1h"), ("hour", "1D"), ("weekday", "7D")]
)
def test_even_units_repeat_after_their_period_and_move_evenly(
    name: str, period: str, moment: pd.Timestamp
) -> None:
    """Broken on purpose: weekday divided by 6; Sunday fell on Monday."""
    step = {"minute": "min", "hour": "h", "weekday": "D"}[name]
    count = {"minute": 60, "hour": 24, "weekday": 7}[name]
    turns = angles(dated(moment, step), name, 2 * count)
    assert near(turns[count:], turns[:count])
    assert near(np.diff(turns) % 1, np.full(2 * count - 1, 1 / count))
    later = pd.Timestamp(moment) + pd.Timedelta(period)
    assert near(angles(dated(later, step), name, count), turns[:count])


@given(moment=MOMENTS)
@pytest.mark.parametrize("name", ["day", "yearday", "week"])
def test_uneven_units_close_their_circle_in_every_month_and_year(
    name: str, moment: pd.Timestamp
) -> None:
    """From the last day to the first is as far as between any two neighbours.

    Broken on purpose: 31 days in every month; 52 weeks in every year.
    """
    days = pd.Timestamp(moment).normalize()
    first = {
        "day": days.replace(day=1),
        "yearday": days.replace(month=1, day=1),
        "week": pd.Timestamp.fromisocalendar(days.isocalendar().year, 1, 1),
    }[name]
    size = {
        "day": days.days_in_month,
        "yearday": 366 if days.is_leap_year else 365,
        "week": pd.Timestamp(days.isocalendar().year, 12, 28).week,
    }[name]
    step = "W-MON" if name == "week" else "D"
    assert near(angles(dated(first, step), name, size), np.arange(size) / size)
    assert near(angles(dated(first, step), name, size + 1)[-1:], 0)


def test_months_and_quarters_are_twelfths_and_fourths() -> None:
    panel = dated("2020-01-01", "MS")
    assert near(angles(panel, "month", 24), np.arange(24) / 12)
    assert near(angles(panel, "quarter", 12), np.repeat(np.arange(4), 3) / 4)


@pytest.mark.parametrize(
    ("name", "stamp", "turns"),
    [
        ("hour", "2020-01-01 06:00", 0.25),
        ("hour", "2020-01-01 06:30", 6.5 / 24),
        ("minute", "2020-01-01 06:30", 0.5),
        ("weekday", "2020-01-01", 2 / 7),  # a Wednesday
        ("week", "2021-01-01", 52 / 53),  # week 53 of 2020
        ("yearday", "2020-12-31", 365 / 366),
        ("day", "2020-02-29", 28 / 29),
    ],
)
def test_known_dates_have_known_places(name: str, stamp: str, turns: float) -> None:
    assert near(angles(dated(stamp, "h"), name, 1), turns)


@given(season=st.integers(2, 30), start=st.integers(-50, 50), step=st.integers(1, 9))
def test_a_season_is_counted_from_the_anchor_whatever_the_data_begin_with(
    season: int, start: int, step: int
) -> None:
    """Broken on purpose: counted from the panel's own origin."""
    panel = dataclasses.replace(
        counting(9), season=season, origin=start * step, frequency=step
    )
    expected = np.mod(start + np.arange(40), season) / season
    assert near(angles(panel, "season", 40, anchor=0), expected)


@given(months=st.integers(-40, 40))
def test_a_season_of_months_is_counted_in_months(months: int) -> None:
    anchor = pd.Timestamp("2001-04-01")
    panel = dated(anchor + pd.DateOffset(months=months), "MS", season=12)
    expected = np.mod(months + np.arange(30), 12) / 12
    assert near(angles(panel, "season", 30, anchor), expected)


def test_all_features_stand_side_by_side_in_the_order_asked() -> None:
    panel = dated("2020-01-01 05:17", "h")
    names = [*reversed(OF_DATES), "season"]
    table = calendar_table(panel, names, 50, panel.origin)
    assert table.shape == (50, 2 * len(names))
    assert table.dtype == np.float32
    for number, name in enumerate(names):
        pair = calendar_table(panel, [name], 50, panel.origin)
        assert np.array_equal(table[:, 2 * number : 2 * number + 2], pair)


@pytest.mark.parametrize("name", OF_DATES)
def test_whole_numbers_have_no_calendar_but_may_have_a_season(name: str) -> None:
    panel = counting(5)
    with pytest.raises(ConfigError, match=f"{name} is made from dates") as raised:
        check_calendar(panel, [name])
    assert raised.value.hint == "only season can be made from whole numbers"
    with pytest.raises(ConfigError, match="season, but the data have no season"):
        check_calendar(panel, ["season"])
    check_calendar(dataclasses.replace(panel, season=4), ["season"])
    check_calendar(dated("2020-01-01", "h"), [name])
