"""What an unknown table is: written in any dialect, found back."""

import numpy as np
import pandas as pd
import pytest

from seqforecast.data.detect import detect_roles, read_sample
from seqforecast.data.table.open_file import open_table
from seqforecast.errors import DataError


def wide(**more):
    days = pd.date_range("2024-01-01", periods=30).astype(str)
    return pd.DataFrame({"day": days, "a": np.arange(30.0), **more})


def long(**more):
    days = pd.date_range("2024-01-01", periods=30).astype(str)
    return pd.DataFrame(
        {
            "store": np.repeat(["x", "y"], 30),
            "day": np.tile(days, 2),
            "sales": np.arange(60.0),
            **more,
        }
    )


def test_a_wide_table_has_a_column_a_series():
    roles = detect_roles(wide(b=np.arange(30) ** 2, note="-", flat=1.0), "x.csv")
    assert (roles.layout, roles.time, roles.targets) == ("wide", "day", ("a", "b"))
    assert roles.left_out == {
        "note": "no numbers, such as '-'",
        "flat": "the same everywhere",
    }


def test_a_long_table_has_a_row_an_observation():
    size, region = np.repeat([1, 2], 30), np.repeat(["n", "s"], 30)
    roles = detect_roles(long(price=np.arange(60.0), size=size, region=region), "x.csv")
    assert (roles.layout, roles.id, roles.targets) == ("long", "store", ("sales",))
    assert roles.static == ("size", "region")
    assert roles.left_out["price"] == "other numbers"


@pytest.mark.parametrize("name", ["unique_id", "item_id", "Sensor", "sku"])
def test_series_may_have_numbers_for_names(name):
    frame = long().drop(columns="store")
    frame.insert(0, name, np.repeat([17, 4], 30))
    assert detect_roles(frame, "x.csv").id == name


def test_one_long_series_is_one():
    frame = long().head(30).rename(columns={"store": "unique_id"})
    assert detect_roles(frame, "x.csv").id == "unique_id"


TWICE = "occurs several times, and no single column tells the series apart"


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (pd.DataFrame({"a": [1.5, 2.5]}), "has no column of dates"),
        (wide()[["day"]], "no column of numbers that change"),
        (wide(a=1.0), "no column of numbers that change"),
        (long(sales="many"), "no column of numbers that change, beside times; sales"),
        (long().drop(columns="store"), TWICE),
        (long(store="same"), TWICE),
    ],
)
def test_what_cannot_be_told_is_said(frame, said):
    with pytest.raises(DataError, match=said) as caught:
        detect_roles(frame, "x.csv")
    assert caught.value.hint


@pytest.mark.parametrize("form", ["%d.%m.%Y", "%Y-%m-%d %H:%M", "%Y/%m/%d", "%b %Y"])
def test_dates_are_dates_however_they_are_written(form):
    stamps = pd.date_range("2024-01-01", periods=30, freq="MS").strftime(form)
    roles = detect_roles(wide().assign(day=stamps), "x.csv")
    assert roles.time == "day"


def test_a_parquet_file_needs_no_dialect(tmp_path):
    frame = wide().assign(day=pd.to_datetime(wide()["day"]))
    frame.to_parquet(tmp_path / "x.parquet")
    found = read_sample(open_table(tmp_path / "x.parquet"))
    assert detect_roles(found, "x").time == "day"


@pytest.mark.parametrize("index", [None, "day"])
def test_what_pandas_keeps_as_an_index_is_a_column(tmp_path, index):
    frame = wide().assign(day=pd.to_datetime(wide()["day"])).rename(columns={"a": "0"})
    (frame.set_index(index) if index else frame[5:]).to_parquet(tmp_path / "x.parquet")
    found = detect_roles(read_sample(open_table(tmp_path / "x.parquet")), "x")
    assert (found.time, found.targets) == ("day", ("0",))


def test_a_series_may_be_called_like_a_missing_value(tmp_path):
    """As the table itself is read. Broken on purpose: by the rules of pandas."""
    names = long()["store"].map({"x": "NA", "y": "null"})
    long(store=names, note="NA").to_csv(tmp_path / "x.csv", index=False)
    found = detect_roles(read_sample(open_table(tmp_path / "x.csv")), "x")
    assert (found.id, found.targets) == ("store", ("sales",))


@pytest.mark.parametrize(
    ("last", "odd"), [("Total", "Total"), ("2024Q1", "2024Q1"), ("", None)]
)
def test_the_text_that_is_no_date_is_shown(last, odd):
    days = [*wide()["day"][:-1], last]
    if odd is None:
        assert detect_roles(wide(day=days), "x.csv").time == "day"
        return
    message = f"column 'day' holds '{odd}' \\(row 30\\), which is no date, and no other"
    with pytest.raises(DataError, match=message):
        detect_roles(wide(day=days), "x.csv")


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (["1.5"] * 26 + ["-"] * 4, "4 of 30 values are no numbers, such as '-'"),
        (["1,5"] * 29 + ["x"], "1 of 30 values are no numbers, such as 'x'"),
        (["1,5"] * 30, "a: no numbers, such as '1,5'"),
        (["$1.5"] * 30, r"a: no numbers, such as '\$1.5'"),
        ([None] * 30, "a: no numbers"),
        ([""] * 30, "a: no numbers"),
    ],
)
def test_the_text_that_is_no_number_is_shown(values, told):
    with pytest.raises(DataError, match=told):
        detect_roles(wide(a=values), "x.csv")
