"""`.tsf` and `.ts` files: every series, its time stamps, and what is told of it."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.data.table.load import load_table
from seqforecast.data.table.open_file import open_table
from seqforecast.data.table.section import TableSource
from seqforecast.errors import DataError

TSF = """# Dataset Information
# Monthly sales
@relation sales
@attribute series_name string
@attribute start_timestamp date
@attribute state string
@frequency {frequency}
@horizon 8
@missing true
@equallength false
@data
"""
TS = """#a comment
@problemName Gun
@timeStamps false
@missing true
@univariate true
@equalLength false
@classLabel true 1 2
@data
"""


def load(folder, text, name="x.tsf", **settings):
    raw = text.encode() if isinstance(text, str) else text
    (folder / name).write_bytes(raw)
    source = {"source": "table", "path": name, "layout": "long"} | settings
    return load_table(TableSource.model_validate(source), folder)


OFFSETS = {
    "yearly": pd.DateOffset(years=1),
    "quarterly": pd.DateOffset(months=3),
    "monthly": pd.DateOffset(months=1),
    "weekly": pd.DateOffset(days=7),
    "daily": pd.DateOffset(days=1),
    "hourly": pd.DateOffset(hours=1),
    "half_hourly": pd.DateOffset(minutes=30),
    "minutely": pd.DateOffset(minutes=1),
    "10_minutes": pd.DateOffset(minutes=10),
    "4_seconds": pd.DateOffset(seconds=4),
    "secondly": pd.DateOffset(seconds=1),
}
NUMBERS = st.lists(
    st.one_of(st.none(), st.floats(-1e6, 1e6, width=32)), min_size=2, max_size=9
).filter(lambda numbers: any(number is not None for number in numbers))


@given(
    series=st.lists(NUMBERS, min_size=1, max_size=4),
    frequency=st.sampled_from([*OFFSETS]),
    start=st.dates(date(1970, 1, 1), date(2060, 12, 31)),
    clock=st.sampled_from([" 00-00-00", ""]),
)
def test_a_panel_written_as_tsf_is_read_back_equal(
    series, frequency, start, clock, tmp_path_factory
):
    """Broken on purpose: months of 30 days."""
    first = pd.Timestamp(start)
    if frequency in ("monthly", "quarterly", "yearly"):
        first = first.replace(day=1)
        first = first.replace(month=1) if frequency != "monthly" else first
    lines = [
        f"T{i}:{first:%Y-%m-%d}{clock}:NSW:"
        + ",".join("?" if x is None else repr(float(x)) for x in values)
        for i, values in enumerate(series)
    ]
    text = TSF.format(frequency=frequency) + "\n".join(lines) + "\n"
    folder = tmp_path_factory.mktemp("law")
    panel = load(folder, text, missing="zero", static=["state"])
    assert panel.ids == tuple(f"T{i}" for i in range(len(series)))
    assert panel.origin == first
    for number, values in enumerate(series):
        expected = [0 if x is None else x for x in values]
        assert panel.series(number).tolist() == expected
        ends = panel.stamps(panel.first_steps + panel.lengths - 1)
        assert ends[number] == first + (len(values) - 1) * OFFSETS[frequency]
    assert panel.covariates.static["state"].tolist() == ["NSW"] * len(series)


@pytest.mark.parametrize(
    ("start", "last"), [("2020-01-31", "2020-03-31"), ("2019-02-28", "2019-04-30")]
)
def test_the_last_day_of_a_month_stays_the_last(start, last, tmp_path):
    text = TSF.format(frequency="monthly") + f"A:{start} 00-00-00:x:1,2,3\n"
    panel = load(tmp_path, text)
    assert panel.frequency == "ME"
    assert panel.stamps(np.array([2]))[0] == pd.Timestamp(last)


def test_series_without_a_start_are_numbered_and_that_is_said(tmp_path):
    """As those of the M competitions; without names they are counted."""
    text = "@relation m\n@frequency yearly\n@data\n1,2,3\n4,5\n"
    panel = load(tmp_path, text)
    assert panel.ids == ("1", "2")
    assert panel.frequency == 1
    said = "series without a start are numbered by steps; the file calls them yearly"
    assert said in panel.notes
    table = open_table(tmp_path / "x.tsf")
    assert [table.where(i) for i in (0, 2, 3, 4)] == ["line 4"] * 2 + ["line 5"] * 2


def test_files_of_windows_are_read_as_the_archive_reads_them(tmp_path):
    text = TSF.format(frequency="daily") + "Z\xfcrich:2020-01-01 00-00-00:x:1,2\n"
    panel = load(tmp_path, text.encode("cp1252"))
    assert panel.ids == ("Z\xfcrich",)
    assert "the file is not UTF-8 and was read as Windows-1252" in panel.notes


def test_a_case_of_aeon_is_a_series(tmp_path):
    panel = load(tmp_path, TS + "1.5,2,?,4:1\n5,6,7:2\n", "x.ts", missing="previous")
    assert panel.ids == ("1", "2")
    assert panel.values.tolist() == [1.5, 2, 2, 4, 5, 6, 7]
    labels = load(tmp_path, TS + "1,2:1\n5,6:2\n", "x.ts", static=["label"])
    assert labels.covariates.static["label"].tolist() == ["1", "2"]


def test_dimensions_are_columns_and_stamps_are_theirs(tmp_path):
    head = TS.replace("timeStamps false", "timeStamps true").replace(
        "true 1 2", "false"
    )
    stamps = ["2020-01-01 00:00:00", "2020-01-01 01:00:00", "2020-01-01 02:00:00"]
    dims = [
        ",".join(f"({stamp},{10 * d + i})" for i, stamp in enumerate(stamps))
        for d in range(2)
    ]
    text = head.replace("univariate true", "univariate false") + ":".join(dims) + "\n"
    panel = load(tmp_path, text, "x.ts", target="dim_1", past=["dim_0"])
    assert panel.values.tolist() == [10, 11, 12]
    assert panel.frequency == "h"
    assert panel.covariates.table.ravel().tolist() == [0, 1, 2]
    numbered = head + "(0,5.5),(1,6.5),(3,7.5)\n"
    panel = load(tmp_path, numbered, "x.ts", missing="zero")
    assert panel.values.tolist() == [5.5, 6.5, 0, 7.5]


DAILY = TSF.format(frequency="daily")
STAMPED = TS.replace("timeStamps false", "timeStamps true")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("x.tsf", "T1:1,2,3\n", "x.tsf has no line @data before its series"),
        ("x.tsf", "@relation x\n", "has no line @data before its series"),
        (
            "x.tsf",
            DAILY.replace("series_name", "state"),
            "line 6 names an attribute 'state' for the second time",
        ),
        ("x.tsf", DAILY, "x.tsf has no series after its line @data"),
        ("x.tsf", DAILY + "A:1,2\n", "line 12 has 1 attributes before its values"),
        ("x.tsf", DAILY + "A:soon:x:1,2\n", "line 12 starts at 'soon', which is no"),
        (
            "x.tsf",
            DAILY + "A:2020-01-01:x:1,two\n",
            "line 12 holds 'two', which is not",
        ),
        (
            "x.tsf",
            DAILY + "A:2020-01-01:x:1,2\nA:2020-01-01:x:1,2\n",
            "line 13 names a series 'A', as line 12 does",
        ),
        (
            "x.tsf",
            TSF.format(frequency="lunar") + "A:2020-01-01:x:1,2\n",
            "has series with a start, but the frequency 'lunar'",
        ),
        ("x.ts", TS + "1,2:a\n1:2:b\n", "line 10 is no series like those before it"),
        ("x.ts", TS + "1,2:1:a\n", "line 9 has dimensions of other lengths or time"),
        ("x.ts", TS + "a\n", "line 9 has no values beside its label"),
        (
            "x.ts",
            STAMPED + "(then,1),(now,2):a\n",
            "line 9 has a time stamp that is no",
        ),
    ],
)
def test_a_line_that_cannot_be_read_is_named(name, text, said, tmp_path):
    with pytest.raises(DataError, match=said):
        load(tmp_path, text, name)
