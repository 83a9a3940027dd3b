"""The steps after the data have the stamps that the data themselves have later."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqforecast.data.table.load import load_frame
from seqforecast.data.table.section import TableSource
from seqforecast.data.windows import latest_windows
from seqforecast.errors import DataError
from seqforecast.runs.forecasts import RowMaker

DATED = [
    "D",
    "B",
    "W-WED",
    "MS",
    "ME",
    "BME",
    "QE-DEC",
    "YS-JAN",
    "h",
    "15min",
    "2W-SUN",
]
HORIZON = 7


def long_panel(stamps, lengths, **settings):
    """Series that end at different times, in one long table."""
    frame = pd.concat(
        pd.DataFrame({"unique_id": f"s{i}", "ds": stamps[:length], "y": 1.0})
        for i, length in enumerate(lengths)
    )
    section = TableSource(source="table", path="x.csv", layout="long", **settings)
    return load_frame(section, frame)


def stamps_after(panel, lookback=3):
    windows = latest_windows(panel, lookback)
    y_hat = np.zeros((len(windows), HORIZON), np.float32)
    return RowMaker(panel, windows, HORIZON).rows(windows, y_hat, None)


@settings(deadline=None, max_examples=60)
@given(
    frequency=st.sampled_from(DATED),
    start=st.dates(
        pd.Timestamp("1999-12-25").date(), pd.Timestamp("2024-03-03").date()
    ),
    lengths=st.lists(st.integers(20, 40), min_size=1, max_size=3),
)
def test_forecasts_join_what_comes_later(frequency, start, lengths):
    """Month ends, business days, weeks of any day: by unique_id and ds."""
    stamps = pd.date_range(start, periods=60, freq=frequency)
    made = stamps_after(long_panel(stamps, lengths, frequency=frequency))
    for i, length in enumerate(lengths):
        own = made[made["unique_id"] == f"s{i}"]
        assert own["ds"].tolist() == stamps[length : length + HORIZON].tolist()
        assert own["step"].tolist() == [*range(1, HORIZON + 1)]


@pytest.mark.parametrize("frequency", DATED)
def test_the_frequency_need_not_be_said(frequency):
    stamps = pd.date_range("2019-01-01", periods=60, freq=frequency)
    made = stamps_after(long_panel(stamps, [50]))
    assert made["ds"].tolist() == stamps[50 : 50 + HORIZON].tolist()


def test_hours_in_a_zone_go_on_through_the_change_of_clocks():
    """What a zone's clocks show twice or never, UTC has once."""
    zone = "Europe/Berlin"
    later = pd.date_range("2024-03-01", periods=24 * 40, freq="h", tz=zone)
    panel = long_panel(later, [24 * 35])
    made = stamps_after(panel)
    utc = later.tz_convert("UTC").tz_localize(None)
    assert made["ds"].tolist() == utc[24 * 35 : 24 * 35 + HORIZON].tolist()
    assert any("into UTC" in note for note in panel.notes)


def test_whole_numbers_stay_whole_numbers():
    made = stamps_after(long_panel(np.arange(10, 130, 5), [20]))
    assert made["ds"].tolist() == [*range(110, 145, 5)]


def test_series_that_are_too_short_are_all_counted_and_named():
    stamps = pd.date_range("2024-01-01", periods=60)
    panel = long_panel(stamps, [4, 30, 2, 5, 6, 7, 8])
    with pytest.raises(DataError) as caught:
        latest_windows(panel, 10)
    assert str(caught.value) == (
        "6 of 7 series are shorter than the lookback of 10 steps: s0 has 4, 6 missing, "
        "s2 has 2, 8 missing, s3 has 5, 5 missing, s4 has 6, 4 missing, s5 has 7, "
        "3 missing; 1 more"
    )
    assert len(latest_windows(panel, 10, min_history=2)) == 7
