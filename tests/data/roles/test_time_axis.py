"""Which column, or which together, say when: written in many ways, found back."""

import numpy as np
import pandas as pd
import pytest

from seqforecast.data.roles.sample import Sample
from seqforecast.data.roles.time_axis import find_time
from seqforecast.data.table.open_file import open_frame
from seqforecast.errors import DataError

HOURS = pd.date_range("2024-01-13", periods=72, freq="h")
MONTHS = pd.date_range("2019-01-01", periods=30, freq="MS")


def find(given=None, **columns):
    return find_time(Sample(open_frame(pd.DataFrame(columns))), given)


def stamps_of(axis):
    return pd.DatetimeIndex(axis.stamps.astype("datetime64[us]"))


@pytest.mark.parametrize("form", ["%d.%m.%Y", "%Y-%m-%d %H:%M", "%Y/%m/%d"])
def test_dates_are_dates_however_they_are_written(form):
    stamps = pd.date_range("2024-01-13", periods=30).strftime(form)
    axis = find(when=stamps, a=np.arange(30.0))
    assert axis.time == "when"
    assert axis.clock.dated


# The columns of the parts, and the stamps they make.
PARTS = {
    "year and quarter": (
        {"year": np.arange(30) // 4 + 1990, "Quarter": np.arange(30) % 4 + 1},
        pd.date_range("1990-01-01", periods=30, freq="QS"),
    ),
    "quarters by letter": (
        {"year": np.arange(30) // 4 + 1990, "q": [f"Q{i % 4 + 1}" for i in range(30)]},
        pd.date_range("1990-01-01", periods=30, freq="QS"),
    ),
    "year and month": ({"yr": MONTHS.year, "mnth": MONTHS.month}, MONTHS),
    "months by name": ({"Year": MONTHS.year, "Month": MONTHS.strftime("%B")}, MONTHS),
    "year and week": (
        {"year": [2020] * 53 + [2021] * 3, "week": [*range(1, 54), 1, 2, 3]},
        pd.date_range("2019-12-30", periods=56, freq="W-MON"),
    ),
    "year to hour": (
        {
            "year": HOURS.year,
            "month": HOURS.month,
            "day": HOURS.day,
            "hour": HOURS.hour,
        },
        HOURS,
    ),
    "date and hour": ({"date": HOURS.strftime("%d.%m.%Y"), "hr": HOURS.hour}, HOURS),
    "typed date and hour": ({"date": HOURS.normalize(), "hour": HOURS.hour}, HOURS),
    "date and clock": (
        {"date": HOURS.strftime("%Y-%m-%d"), "time": HOURS.strftime("%H:%M")},
        HOURS,
    ),
}


@pytest.mark.parametrize("name", PARTS)
def test_parts_in_columns_of_their_own_are_one_axis(name):
    """Broken on purpose: weeks counted from 1 January; months by their first letter."""
    columns, expected = PARTS[name]
    axis = find(**columns, y=np.sqrt(np.arange(len(expected))))
    assert axis.columns == tuple(columns)
    assert (stamps_of(axis) == expected).all()


def test_hours_beside_whole_time_stamps_are_no_part_of_them():
    axis = find(ds=HOURS, hour=HOURS.hour, y=np.arange(72.0))
    assert axis.time == "ds"


def test_one_hour_a_day_adds_nothing():
    days = pd.date_range("2024-01-01", periods=30)
    assert find(date=days, hour=np.full(30, 12), y=np.arange(30.0)).time == "date"


def test_years_alone_count_steps():
    axis = find(year=np.arange(1990, 2020), y=np.arange(30.0))
    assert axis.time == "year"


def test_one_of_several_columns_of_dates_is_taken_and_the_others_are_told():
    axis = find(shipped=MONTHS.astype(str), date=MONTHS.astype(str), y=np.arange(30.0))
    assert axis.time == "date"
    assert axis.others == ("shipped",)
    assert find("shipped", shipped=MONTHS.astype(str), date=MONTHS).time == "shipped"


def test_without_times_it_says_how_to_name_them():
    said = "has no column of dates, nor one of whole numbers that is called ds"
    with pytest.raises(DataError, match=said) as caught:
        find(a=[1.5, 2.5])
    assert "--time" in str(caught.value.hint)


@pytest.mark.parametrize("last", ["Total", "2024Q9"])
def test_the_text_that_is_no_date_is_shown_where_it_stands(last):
    days = [*MONTHS.astype(str)[:-1], last]
    with pytest.raises(DataError, match=f"row 30: time column 'day' holds '{last}'"):
        find(day=days, a=np.arange(30.0))
