"""What the columns of an unknown table are: by their names, and by what they hold."""

import numpy as np
import pandas as pd
import pytest

from seqforecast.data.roles.detect import Wanted, detect_roles
from seqforecast.data.roles.sample import Sample
from seqforecast.data.table.open_file import open_frame, open_table
from seqforecast.errors import DataError

DRAW = np.random.default_rng(0)
DAYS = pd.date_range("2024-01-01", periods=30)


def wave(size=30, shift=0.0):
    return np.round(10 + 3 * np.sin(np.arange(size) + shift), 2)


def wide(**more):
    return pd.DataFrame({"day": DAYS.astype(str), "a": wave(), **more})


def long(**more):
    return pd.DataFrame(
        {
            "store": np.repeat(["x", "y"], 30),
            "day": np.tile(DAYS.astype(str), 2),
            "sales": wave(60),
            **more,
        }
    )


def roles_of(frame, **wanted):
    return detect_roles(Sample(open_frame(frame)), Wanted(**wanted))


def test_a_wide_table_has_a_column_a_series():
    roles = roles_of(wide(b=wave(shift=1), note="-", flat=1.0))
    assert (roles.layout, roles.axis.time) == ("wide", "day")
    assert roles.targets == ("a", "b")
    assert roles.left_out == {
        "note": "no numbers, such as '-'",
        "flat": "the same everywhere",
    }


def test_a_long_table_has_a_row_an_observation():
    size, region = np.repeat([1, 2], 30), np.repeat(["n", "s"], 30)
    roles = roles_of(long(price=wave(60, 2), size=size, region=region))
    assert (roles.layout, roles.id, roles.targets) == ("long", "store", ("sales",))
    assert roles.static == ("size", "region")
    assert roles.past == ("price",)


@pytest.mark.parametrize("name", ["unique_id", "item_id", "Sensor", "sku", "ShopNr"])
def test_series_may_have_numbers_for_names(name):
    frame = long().drop(columns="store")
    frame.insert(0, name, np.repeat([17, 4], 30))
    assert roles_of(frame).id == name


@pytest.mark.parametrize("value", ["x", "2020", 2020, True])
def test_one_long_series_is_one(value):
    """Broken on purpose: only texts could name a series that stands alone."""
    frame = long().head(30).drop(columns="store").assign(unique_id=value)
    assert roles_of(frame).id == "unique_id"


def test_series_that_share_no_time_stamp_are_several():
    """Broken on purpose: one series, as no stamp occurs twice."""
    later = pd.date_range("2024-01-01 12:00", periods=30)
    days = [*DAYS.astype(str), *later.astype(str)]
    assert roles_of(long(day=days)).id == "store"


# What is no target, and why: the column's values, and words of the reason.
OTHERS = {
    "year": (DAYS.year, "part of the calendar"),
    "mnth": (DAYS.month, "part of the calendar"),
    "Weekday": (DAYS.day_of_week, "part of the calendar"),
    "week_no": (DAYS.isocalendar().week.to_numpy(), "part of the calendar"),
    "quarter": (DAYS.quarter + DAYS.month % 2, "part of the calendar"),
    "instant": (np.arange(1, 31), "counts the rows"),
    "index": (np.arange(30), "counts the rows"),
    "customer_id": (DRAW.integers(1, 9, 30), "a number that names something"),
    "holiday": ((np.arange(30) % 7 == 0).astype(int), "a flag, which `future` takes"),
    "holiday_kind": (np.arange(30) % 3, "a flag, which `future` takes"),
    "discount": ((np.arange(30) % 4 == 0).astype(int), "a flag"),
    "promo": (np.where(np.arange(30) % 4, np.nan, 1), "a flag"),
    "constant": (np.full(30, 4.0), "the same everywhere"),
    "empty": (np.full(30, np.nan), "no values"),
    "label": (["u"] * 30, "no numbers, such as 'u'"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_target_is_left_out_with_the_reason(name):
    """Broken on purpose: each of the questions that `_sort` asks left out."""
    values, why = OTHERS[name]
    roles = roles_of(wide(**{name: values}))
    assert roles.targets == ("a",)
    assert why in roles.left_out[name]


@pytest.mark.parametrize("name", ["instant", "holiday", "discount"])
def test_what_looks_like_no_target_is_one_where_there_is_no_other(name):
    frame = wide(**{name: OTHERS[name][0]}).drop(columns="a")
    assert roles_of(frame).targets == (name,)


def test_a_column_of_zeros_and_ones_among_its_like_is_a_series():
    """Intermittent demand. Broken on purpose: a flag."""
    frame = wide(item_1=wave(), item_2=np.arange(30) % 5 == 0).drop(columns="a")
    frame["item_2"] = frame["item_2"].astype(int)
    assert roles_of(frame).targets == ("item_1", "item_2")


@pytest.mark.parametrize(
    ("names", "taken"),
    [
        (["temp", "cnt"], ("cnt",)),
        (["Temperature", "Fuel_Price", "WeeklySales"], ("WeeklySales",)),
        (["open", "close"], ("close",)),
        (["HUFL", "OT"], ("HUFL", "OT")),
        (["load_a", "load_b", "temp"], ("load_a", "load_b")),
        (["value", "sales"], ("value",)),
        (["month", "sales"], ("sales",)),
    ],
)
def test_targets_are_told_by_their_names(names, taken):
    columns = {name: wave(shift=i) for i, name in enumerate(names)}
    frame = wide(**columns).drop(columns="a")
    if "month" in columns:
        frame["month"] = DAYS.month.to_numpy() + np.arange(30) % 3
    roles = roles_of(frame)
    assert roles.targets == taken
    rest = [name for name in names if name not in taken and name != "month"]
    assert bool(rest) == bool(roles.doubts)
    for name in rest:
        assert f"--target takes another column: {', '.join(rest)}." in roles.doubts[0]
        assert name in roles.past


def test_what_the_user_says_is_taken():
    frame = long(region=np.repeat(["n", "s"], 30), price=wave(60, 1))
    roles = roles_of(frame, id="region", targets=("price",), time="day")
    assert (roles.id, roles.targets) == ("region", ("price",))
    assert roles_of(wide(b=wave(shift=1)), targets=("b",)).targets == ("b",)


def test_two_columns_of_names_are_told():
    """Stores of one item each, and of two items: both tell the stamps apart."""
    first = long(item_id=np.repeat([1, 2], 30))
    second = (
        long(item_id=3).head(30).assign(day=(DAYS + pd.Timedelta("30D")).astype(str))
    )
    roles = roles_of(pd.concat([first, second]))
    assert roles.id == "store"
    said = "Series are told apart by store; --id takes another column: item_id."
    assert said in roles.doubts


TWICE = "occurs several times, and no single column tells the series apart"


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (wide()[["day"]], "no column of numbers that change"),
        (wide(a=1.0), "no column of numbers that change"),
        (long(sales="many"), "no column of numbers that change, beside times; sales"),
        (long().drop(columns="store"), TWICE),
        (long(store="same"), TWICE),
    ],
)
def test_what_cannot_be_told_is_said(frame, said):
    with pytest.raises(DataError, match=said) as caught:
        roles_of(frame)
    assert caught.value.hint


def test_values_are_no_names_of_series():
    """Broken on purpose: whole numbers that differ at each doubled stamp named them."""
    days = np.tile(DAYS[:15].astype(str), 2)
    frame = pd.DataFrame({"day": days, "sales": np.arange(30) ** 2 % 37})
    for name in ("sales", "anything"):
        with pytest.raises(DataError, match=TWICE):
            roles_of(frame.rename(columns={"sales": name}))


def test_two_columns_that_together_tell_series_apart_are_named():
    """Broken on purpose: only that none does alone."""
    frame = pd.concat([long(item=item, sales=wave(60, item)) for item in (1, 2)])
    with pytest.raises(DataError, match=TWICE) as caught:
        roles_of(frame)
    assert str(caught.value.hint).startswith("store and item do together: put what")


def test_an_hour_that_clocks_showed_twice_is_asked_about_or_read():
    """Broken on purpose: told to delete a row, or told so with the zone as well."""
    moments = pd.date_range("2021-10-20", periods=400, freq="h", tz="UTC")
    local = moments.tz_convert("Europe/Berlin").tz_localize(None)
    frame = pd.DataFrame({"ts": local.strftime("%Y-%m-%d %H:%M"), "load": wave(400)})
    with pytest.raises(DataError, match="2021-10-31 02:00:00 occurs several") as caught:
        roles_of(frame)
    assert "--time-zone names their zone" in str(caught.value.hint)
    assert roles_of(frame, time_zone="Europe/Berlin").targets == ("load",)


def test_the_form_of_times_may_be_said():
    days = [f"0{i % 9 + 1}/0{i // 9 + 1}/2024" for i in range(27)]
    roles = roles_of(pd.DataFrame({"day": days, "a": wave(27)}), time_format="%d/%m/%Y")
    assert np.datetime64(int(roles.axis.stamps[9]), "us") == np.datetime64("2024-02-01")


def test_the_stamp_that_occurs_twice_is_written_as_a_date():
    with pytest.raises(DataError, match="the time stamp 2024-01-01 occurs several"):
        roles_of(long(store="same"))


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"targets": ("salez",)}, r"has no column 'salez' \(--target\)"),
        ({"id": "shop"}, r"has no column 'shop' \(--id\)"),
        ({"time": "dya"}, r"has no column 'dya' \(--time\)"),
        (
            {"targets": ("sales", "day")},
            "--target names 2 columns, but with one row an",
        ),
    ],
)
def test_columns_that_are_not_there_are_refused(wanted, said):
    with pytest.raises(DataError, match=said) as caught:
        roles_of(long(), **wanted)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (["1.5"] * 26 + ["-"] * 4, "4 of 30 values are no numbers, such as '-'"),
        (["$1.5"] * 30, r"a: no numbers, such as '\$1.5'"),
        ([None] * 30, "a: no values"),
        ([""] * 30, "a: no values"),
    ],
)
def test_the_text_that_is_no_number_is_shown(values, told):
    with pytest.raises(DataError, match=told):
        roles_of(wide(a=values))


def test_a_series_may_be_called_like_a_missing_value(tmp_path):
    """As the table itself is read. Broken on purpose: by the rules of pandas."""
    names = long()["store"].map({"x": "NA", "y": "null"})
    long(store=names, note="NA").to_csv(tmp_path / "x.csv", index=False)
    found = detect_roles(Sample(open_table(tmp_path / "x.csv")))
    assert (found.id, found.targets) == ("store", ("sales",))


def test_names_that_differ_only_in_their_zeros_are_series_of_their_own(tmp_path):
    """Broken on purpose: read as numbers."""
    names = np.repeat(["1", "01", "001"], 30)
    frame = pd.DataFrame({"shop": names, "day": np.tile(DAYS.astype(str), 3)})
    frame.assign(y=wave(90)).to_csv(tmp_path / "x.csv", index=False)
    assert detect_roles(Sample(open_table(tmp_path / "x.csv"))).id == "shop"


@pytest.mark.parametrize("index", [None, "day"])
def test_what_pandas_keeps_as_an_index_is_a_column(tmp_path, index):
    frame = wide().assign(day=DAYS).rename(columns={"a": "0"})
    (frame.set_index(index) if index else frame[5:]).to_parquet(tmp_path / "x.parquet")
    found = detect_roles(Sample(open_table(tmp_path / "x.parquet")))
    assert (found.axis.time, found.targets) == ("day", ("0",))
