"""Dates that mean one thing are read, however they are written, and it is said how."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.data.table import batches
from seqforecast.data.table.open_file import open_frame
from seqforecast.data.table.time_column import survey_times
from seqforecast.errors import AmbiguousTimesError, DataError
from support.small_tables import load


def column(*texts: object) -> pd.DataFrame:
    """Return a wide table of one series."""
    return pd.DataFrame({"ds": texts, "a": np.arange(len(texts)) / 2})


@pytest.fixture(params=[1, 7, batches.ROWS])
def _rows(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read so many records at a time."""
    monkeypatch.setattr(batches, "ROWS", request.param)


@pytest.mark.usefixtures("_rows")
@pytest.mark.parametrize(
    ("stamps", "origin"),
    [
        (["13/01/2020", "14/01/2020"], "2020-01-13"),
        (["01/13/2020", "01/14/2020"], "2020-01-13"),
        (["2020-01-01T00:00+02:00", "2020-01-02T00:00+02:00"], "2020-01-01"),
        (["2020-01-01 00:00:00Z", "2020-01-02 00:00:00Z"], "2020-01-01"),
        (["2020-01-01 00:00:00 UTC", "2020-01-02 00:00:00 UTC"], "2020-01-01"),
        (["Jan 1, 2020", "Jan 2, 2020"], "2020-01-01"),
        (["1970 Q1", "1970 Q2"], "1970-01-01"),
        (["Q4-69", "Q1-70"], "1969-10-01"),
        (["1q1970", "2q1970"], "1970-01-01"),
        (["1970-1Q", "1970-2Q"], "1970-01-01"),
        (["1970 Quarter 1", "1970 Quarter 2"], "1970-01-01"),
        (["1969-4", "1970-1", "1970-2"], "1969-10-01"),
        (["4/1969", "1/1970", "2/1970"], "1969-10-01"),
        (["2020-9", "2020-10"], "2020-09-01"),
        (["30 January 20", "31 January 20", "01 February 20"], "2020-01-30"),
        (["20200131-00:00", "20200131-01:00"], "2020-01-31"),
        (["31/01/2020 00", "31/01/2020 01"], "2020-01-31"),
        (["Fri, 31 Jan 2020 00:00 GMT", "Fri, 31 Jan 2020 01:00 GMT"], "2020-01-31"),
        (["Jan-1-1995", "Feb-1-1995"], "1995-01-01"),
        (["May 2015", "June 2015"], "2015-05-01"),
        (["May 2015", "Jun 2015"], "2015-05-01"),
        (["Sept 2015", "Oct 2015"], "2015-09-01"),
        (["2015M01", "2015M02"], "2015-01-01"),
        (["13/2015", "14/2015"], "2015-03-23"),
        (["2020-W05", "2020-W06"], "2020-01-27"),
        (["2020-W05-3", "2020-W06-3"], "2020-01-29"),
        (["2020W053", "2020W063"], "2020-01-29"),
        (["W5 2020", "W6 2020"], "2020-01-27"),
        (["KW 52/2020", "KW 53/2020"], "2020-12-21"),
        (["2020-365", "2020-366"], "2020-12-30"),
        (["01/31/2020 12:00 AM", "01/31/2020 01:00 AM"], "2020-01-31 00:00"),
        (["1/31/2020 12 p.m.", "1/31/2020 1 p.m."], "2020-01-31 12:00"),
        (["31.01.2020 13.00", "31.01.2020 14.00"], "2020-01-31 13:00"),
        (["Fri 31 Jan 2020", "Sat 1 Feb 2020"], "2020-01-31"),
        (["31/01/68", "01/02/68"], "2068-01-31"),
        (["31012020", "01022020"], None),  # whole numbers, that count no steps either
        (["31012020 13:00", "31012020 14:00"], "2020-01-31 13:00"),
    ],
)
def test_dates_that_mean_one_thing_are_read(
    tmp_path: Path, stamps: list[str], origin: str | None
) -> None:
    """Broken on purpose: quarters counted from 0; the first was of the year before."""
    if origin is None:
        asked = {"time_format": "%d%m%Y"}
        assert load(tmp_path, column(*stamps), **asked).frequency == "D"
        return
    panel = load(tmp_path, column(*stamps))
    assert panel.origin == pd.Timestamp(origin)
    assert any(word in panel.notes[0] for word in ("read as", "offset"))


@dataclass(frozen=True)
class Spelling:
    """A way to write dates, the frequencies it has room for, and how many tell it."""

    write: str | Callable[[pd.DatetimeIndex], Any]
    frequencies: tuple[str, ...]
    least: int = 40

    def texts(self, stamps: pd.DatetimeIndex) -> Any:
        """Return stamps in this spelling."""
        if isinstance(self.write, str):
            return stamps.strftime(self.write)
        return self.write(stamps)


def _number(form: str) -> Callable[[pd.DatetimeIndex], Any]:
    return lambda stamps: stamps.strftime(form).astype(np.int64)


def _epoch(unit: str) -> Callable[[pd.DatetimeIndex], Any]:
    return lambda stamps: stamps.as_unit(unit).asi8


def _quarters(form: str) -> Callable[[pd.DatetimeIndex], Any]:
    return lambda stamps: stamps.to_period("Q").strftime(form)


DAYS, MONTHS, HOURS = ("D", "W-MON", "MS", "ME"), ("MS",), ("h", "15min")
QUARTERS = ("QS-JAN",)
SPELLINGS = {
    "day first": Spelling("%d.%m.%Y", DAYS),
    "month first": Spelling("%m/%d/%Y", DAYS),
    "two digits": Spelling("%d-%m-%y", ("D", "MS")),
    "names": Spelling("%d-%b-%Y", DAYS),
    "names first": Spelling("%b-%d-%Y", DAYS),
    "long names": Spelling("%A, %d %B %Y", DAYS),
    "short months": Spelling("%b %Y", MONTHS),
    "long months": Spelling("%B %Y", MONTHS),
    "short years": Spelling("%b-%y", MONTHS),
    "months first": Spelling("%m/%Y", MONTHS),
    "statisticians' months": Spelling("%YM%m", MONTHS),
    "quarters": Spelling(_quarters("%F Q%q"), QUARTERS),
    "quarters with a dash": Spelling(_quarters("%F-Q%q"), QUARTERS),
    "quarters alone": Spelling(_quarters("%FQ%q"), QUARTERS),
    "quarters as numbers": Spelling(_quarters("%F-%q"), QUARTERS),
    "quarters first": Spelling(_quarters("Q%q/%F"), QUARTERS),
    "ISO weeks": Spelling("%G-W%V", ("W-MON",)),
    "ISO weekdays": Spelling("%G-W%V-%u", ("W-MON", "W-THU", "D")),
    "half a day": Spelling("%m/%d/%Y %I:%M %p", HOURS, 100),
    "half a day, day first": Spelling("%d.%m.%Y %I:%M:%S%p", HOURS, 100),
    "points in times": Spelling("%d.%m.%Y %H.%M", HOURS, 100),
    "whole dates": Spelling(_number("%Y%m%d"), DAYS),
    "whole months": Spelling(_number("%Y%m"), MONTHS),
    "whole weeks": Spelling(_number("%G%V"), ("W-MON",), 60),
    "whole days of years": Spelling(_number("%Y%j"), ("D",), 400),
    "whole hours": Spelling(_number("%Y%m%d%H"), ("h",)),
    "whole minutes": Spelling(_number("%Y%m%d%H%M"), HOURS, 100),
    "whole seconds": Spelling(_number("%Y%m%d%H%M%S"), HOURS, 100),
    **{f"epoch in {unit}": Spelling(_epoch(unit), ("D", "h", "15min", "W-THU"))
       for unit in ("s", "ms", "us", "ns")},
}  # fmt: skip


@given(data=st.data(), name=st.sampled_from(sorted(SPELLINGS)))
def test_a_panel_comes_back_whatever_its_dates_are_written_as(
    data: st.DataObject, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Broken on purpose: weeks from 1 January; `regularity` by days alone."""
    spelling = SPELLINGS[name]
    frequency = data.draw(st.sampled_from(spelling.frequencies))
    days = st.dates(
        pd.Timestamp("2001-01-01").date(), pd.Timestamp("2050-01-01").date()
    )
    length = data.draw(st.integers(spelling.least, spelling.least + 40))
    stamps = pd.date_range(data.draw(days), periods=length, freq=frequency)
    later = data.draw(st.integers(0, 5))
    values = np.arange(2 * length - later, dtype=np.float32) ** 2
    texts = np.asarray(spelling.texts(stamps))
    frame = pd.DataFrame({
        "unique_id": ["a"] * length + ["b"] * (length - later),
        "ds": np.concatenate([texts, texts[later:]]),
        "y": values,
    })  # fmt: skip
    order = data.draw(st.sampled_from(["series", "time", "newest first"]))
    if order == "newest first":
        frame = frame[::-1].sort_values("unique_id", kind="stable")
    elif order == "time":
        place = np.concatenate([np.arange(length), np.arange(later, length)])
        frame = frame.iloc[np.argsort(place, kind="stable")]
    kind = data.draw(st.sampled_from(["csv", "parquet"]))
    panel = load(tmp_path_factory.mktemp("law"), frame, kind, layout="long")
    assert panel.origin == stamps[0]
    made = pd.DatetimeIndex(panel.stamps(np.arange(length)))
    assert made.equals(stamps.as_unit(made.unit))
    assert panel.first_steps.tolist() == [0, later]
    np.testing.assert_array_equal(panel.values, values)
    assert any("read as" in note for note in panel.notes)
    assert any("oldest" in note for note in panel.notes) == (order == "newest first")


@given(
    start=st.one_of(st.integers(-(10**12), 10**12), st.integers(200_000, 205_000)),
    step=st.integers(1, 3),
    length=st.integers(3, 200),
)
def test_a_plain_count_is_never_taken_for_dates(
    start: int, step: int, length: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Broken on purpose: `share >= as_steps`; 202001 to 202012 were months."""
    counted = column(*range(start, start + step * length, step))
    folder = tmp_path_factory.mktemp("law")
    try:
        panel = load(folder, counted)
    except AmbiguousTimesError:  # of as many digits as 20200101
        panel = load(folder, counted, time_format="steps")
    assert (panel.origin, panel.frequency) == (start, step)


def test_a_count_that_could_be_dates_says_so(tmp_path: Path) -> None:
    weeks = column(*range(201801, 201841))
    panel = load(tmp_path, weeks)
    assert (panel.origin, panel.frequency) == (201801, 1)
    assert "would be dates with data.time_format: yyyyww" in panel.notes[0]
    panel = load(tmp_path, weeks, time_format="yyyyww")
    assert (panel.origin, panel.frequency) == (pd.Timestamp("2018-01-01"), "W-MON")


def test_years_are_steps_unless_they_are_asked_for(tmp_path: Path) -> None:
    years = column(*range(1990, 2020))
    assert load(tmp_path, years).origin == 1990
    for kind in ("csv", "parquet"):
        panel = load(tmp_path, years, kind, time_format="%Y")
        assert (panel.origin, panel.frequency) == (
            pd.Timestamp("1990-01-01"),
            "YS-JAN",
        )


def test_seconds_of_an_experiment_that_steps_by_numbers_stay_steps(
    tmp_path: Path,
) -> None:
    seconds = column(*range(1_600_000_000, 1_600_000_000 + 3600 * 40, 3600))
    assert load(tmp_path, seconds).frequency == "h"
    panel = load(tmp_path, seconds, frequency=3600)
    assert (panel.origin, panel.frequency) == (1_600_000_000, 3600)


def test_a_regular_grid_tells_days_from_months(tmp_path: Path) -> None:
    """In 144 months no day is above 12."""
    months = pd.date_range("1980-02-01", periods=144, freq="MS")
    panel = load(tmp_path, column(*months.strftime("%d.%m.%Y")))
    assert panel.frequency == "MS"
    assert panel.notes[0] == (
        "time stamps were read as %d.%m.%Y: as %m.%d.%Y they would make no regular "
        "steps"
    )
    assert panel.time_format == "%d.%m.%Y"


@pytest.mark.parametrize(
    ("texts", "candidates"),
    [
        ([f"{day:02}/02/2020" for day in range(1, 13)], ("%d/%m/%Y", "%m/%d/%Y")),
        ([f"{day:02}/03/04" for day in (5, 6, 7)],
         ("%d/%m/%y", "%m/%d/%y", "%y/%m/%d")),
        (range(2020010100, 2020010124), ("yyyymmddhh", "steps")),
    ],
)  # fmt: skip
def test_what_can_be_read_in_several_ways_names_them(
    tmp_path: Path, texts: Any, candidates: tuple[str, ...]
) -> None:
    """Broken on purpose: the same day of every month taken for no grid."""
    with pytest.raises(AmbiguousTimesError) as raised:
        load(tmp_path, column(*texts))
    assert raised.value.candidates == candidates
    for form in candidates:
        assert survey_times(open_frame(column(*texts)), "ds", form).form == form
        assert f'"{form}"' in raised.value.hint


def test_a_form_is_said_where_it_was_found_and_not_where_it_was_asked() -> None:
    table = open_frame(column("31.01.2020", "01.02.2020"))
    assert survey_times(table, "ds").notes == ("time stamps were read as %d.%m.%Y",)
    clock = survey_times(table, "ds", "%d.%m.%Y")
    assert (clock.form, clock.notes) == ("%d.%m.%Y", ())


@pytest.mark.usefixtures("_rows")
@pytest.mark.parametrize(
    ("frequency", "origin", "word"),
    [
        ("D", "2020-03-28 00:00", "stay local"),
        ("h", "2020-03-27 23:00", "into UTC"),
        ("24h", "2020-03-27 23:00", "into UTC"),
    ],
)
def test_a_zone_whose_offset_changes_keeps_days_whole(
    tmp_path: Path, frequency: str, origin: str, word: str
) -> None:
    """Clocks in Berlin went forward on 29 March 2020."""
    dates = pd.date_range("2020-03-28", periods=60, freq=frequency, tz="Europe/Berlin")
    panel = load(tmp_path, column(*dates), "parquet")
    assert panel.origin == pd.Timestamp(origin)
    assert word in panel.notes[0]


def test_empty_stamps_are_refused_with_their_place(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="time column 'ds' is empty"):
        load(tmp_path, column(pd.Timestamp("2020-01-01"), None), "parquet")
