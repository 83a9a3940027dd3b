"""Every way in which a table is refused, as one text that is read in review."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

from seqforecast.data import missing_values
from seqforecast.data.grid import grid
from seqforecast.data.table import batches, csv_file
from seqforecast.data.table.load import load_table
from seqforecast.data.table.section import TableSource
from seqforecast.errors import SeqforecastError
from support.mutated_files import bytes_as_text

HOURS = "ds,a,b\n2020-01-01 00:00,1,2\n2020-01-01 01:00,3,4\n2020-01-01 02:00,5,6\n"
LONG = {"layout": "long"}
LATE = "unique_id,ds,y\n" + "".join(
    f"s{i},{step},1\n" for i in range(30) for step in (0, 1, 2, 9 * 10**17)
)
COUNTED = "ds,a\n1,5\n2,6\n3,7\n"
YEARS = (2020, 2020, 2020, 2202, 2020, 2020, 2020)
COMPACT = "ds,a\n" + "".join(f"202001{day:02},1\n" for day in range(1, 32))
SECONDS = "ds,a\n" + "".join(f"{1580000000 + 60 * i},1\n" for i in range(40))
ABSENT = "ds,a\n" + "".join(f"2020-03-29 0{hour}:00,1\n" for hour in range(6))
DOUBLED = ABSENT.replace("2020-03-29", "2020-10-25").replace("03:", "02:")

TAIL = gzip.compress(HOURS.encode(), mtime=0) + b"rest"
LOST = bytes(byte ^ (i == 30) for i, byte in enumerate(TAIL[:-4]))


def parquet(*, store_schema: bool = True, **columns: object) -> bytes:
    """Return a Parquet file of three records, with the schema of Arrow or without."""
    table = pa.table({"ds": [1, 2, 3], "a": [1.0, 2.0, 3.0]} | columns)
    sink = pa.BufferOutputStream()
    pyarrow.parquet.write_table(table, sink, store_schema=store_schema)
    return bytes(sink.getvalue())


NO_TEXT = parquet(ds=bytes_as_text([b"2020-01-01", b"2020-01-02", b"2020-\xff"]))
NO_NAME = parquet(store_schema=False, qqq=[1, 2, 3]).replace(b"qqq", b"q\xffq")
BYTES = parquet(unique_id=[b"\xff"] * 3, y=[1.0, 2.0, 3.0])
NO_ZONE = parquet(ds=pa.array([1, 2, 3], pa.timestamp("us", "Mars/Phobos")))
FAR_DAY = parquet(ds=pa.array([1, 2, 99_999_999], pa.date32()))
FAR_STEP = parquet(ds=pa.array([1, 2, 2**64 - 1], pa.uint64()))

# name, content, settings; the content's suffix is .csv unless `path` says otherwise.
CASES: list[tuple[str, str | bytes, dict[str, object]]] = [
    ("unknown suffix", HOURS, {"path": "bad.doc"}),
    ("a kind that pandas reads", "[]", {"path": "bad.json"}),
    ("packed otherwise", b"BZh9", {"path": "bad.csv.bz2"}),
    ("a workbook that is none", HOURS, {"path": "bad.xlsx"}),
    ("Arrow that is none", HOURS, {"path": "bad.arrow"}),
    ("a page of the web", "\n<!DOCTYPE html>\n<html>", {}),
    ("an answer of the web", '[{"ds": 1, "y": 2}]', {}),
    ("a line for Excel", "sep=;\nds;a\n1;5\n2;6\n", {"separator": ";"}),
    ("a title", "Sales of 2020\nds,a\n1,5\n2,6\n", {}),
    ("no header", "2020-01-01,5\n2020-01-02,6\n", {}),
    ("no header of a long file", "a,2020-01-01,5\na,2020-01-02,6\n", LONG),
    ("no header of numbers", "0,112\n1,118\n2,132\n", {}),
    ("a column without a name", ",y\n2020-01-01,5\n", {}),
    ("empty file", "", {}),
    ("only empty lines", "\n\n", {}),
    ("header only", "ds,a\n", {}),
    ("workbook named csv", b"PK\x03\x04rest", {}),
    ("parquet named csv", b"PAR1rest", {}),
    ("gzip named csv", gzip.compress(HOURS.encode()), {}),
    ("zero bytes", b"ds,a\n\0,1\n", {}),
    ("zero byte after old line ends", b"ds,a\r\r\n1,1\r2,\0\n", {}),
    ("latin-1 after old line ends", b"ds,a\r1,1\r2,\xe4\r", {}),
    ("latin-1", "ds,größe\n1,2\n".encode("latin-1"), {}),
    ("plain text named gz", HOURS, {"path": "bad.csv.gz"}),
    ("gzip cut short", gzip.compress(HOURS.encode())[:-9], {"path": "bad.csv.gz"}),
    ("gzip with a tail", TAIL, {"path": "bad.csv.gz"}),
    ("gzip with a bit lost", LOST, {"path": "bad.csv.gz"}),
    ("text in Parquet that is none", NO_TEXT, {"path": "bad.parquet"}),
    ("a name in Parquet that is none", NO_NAME, {"path": "bad.parquet"}),
    ("bytes as names", BYTES, LONG | {"path": "bad.parquet"}),
    ("a zone nobody knows", NO_ZONE, {"path": "bad.parquet"}),
    ("a day beyond all years", FAR_DAY, {"path": "bad.parquet"}),
    ("a step of 20 digits", FAR_STEP, {"path": "bad.parquet"}),
    ("broken parquet", b"PAR1 not really PAR1", {"path": "bad.parquet"}),
    ("semicolons", "ds;a\n2020-01-01;1,5\n", {}),
    ("column named twice", "ds,a,a\n1,2,3\n", {}),
    ("a record too long", "ds,a\n1,2\n\n2,12,5\n", {}),
    ("no time column", HOURS.replace("ds", "date"), {}),
    ("misspelt target", HOURS, {"target": ["A"]}),
    ("no id column", "ds,y\n1,2\n", LONG),
    ("no value column", "unique_id,ds,sales\na,1,2\n", LONG),
    ("time column alone", "ds\n1\n2\n", {}),
    ("text among numbers", "ds,a\n1,5\n2,n/a?\n3,n/a?\n", {}),
    ("decimal commas", 'ds,a\n1,"12,5"\n2,"13,5"\n', {"target": "a"}),
    ("text column in all", "ds,a,shop\n1,5,north\n2,6,south\n", {}),
    ("text column in a list", "ds,a,shop\n1,5,north\n", {"target": ["a", "shop"]}),
    ("long read as wide", "unique_id,ds,y\nW1,1,5\nW1,2,6\n", {}),
    ("infinite", "ds,a\n1,5\n2,-inf\n", {}),
    ("too large", "ds,a\n1,5\n2,1e300\n", {}),
    ("no series name", "unique_id,ds,y\na,1,5\n,2,6\n", LONG),
    ("unreadable date", HOURS.replace("2020-01-01 02:00", "2020-02-30"), {}),
    ("missing date", HOURS.replace("2020-01-01 02:00", ""), {}),
    ("ambiguous dates", "ds,a\n01/02/2020,1\n02/02/2020,2\n", {}),
    ("no dates at all", "ds,a\nspring,1\nsummer,2\n", {}),
    ("fractions as time", "ds,a\n1.5,1\n2.5,2\n", {}),
    ("dates after numbers", "ds,a\n1,1\n2020-01-01,2\n", {}),
    ("numbers after dates", "ds,a\n2020-01-01,2\n2,1\n", {}),
    ("compact dates or steps", "ds,a\n20200130,1\n20200131,2\n", {}),
    ("months or years of two digits", "ds,a\n01/02,1\n02/02,2\n", {}),
    (
        "an offset, then none",
        "ds,a\n2020-03-29 01:00+01:00,1\n2020-03-29 03:00,2\n",
        {},
    ),
    (
        "no offset, then one",
        "ds,a\n2020-03-29 01:00,1\n2020-03-29 03:00Z,2\n",
        {},
    ),
    ("an open end", "ds,a\n2020-01-01,1\n9999-12-31,2\n", {}),
    ("another form than asked", COUNTED, {"time_format": "%d.%m.%Y"}),
    ("no form", HOURS, {"time_format": "%k"}),
    ("a compact date typed wrong", COMPACT.replace("20200105", "20201305"), {}),
    ("a compact open end", COMPACT + "99991231,1\n", {}),
    ("seconds from nowhere", SECONDS + "0,1\n", {}),
    ("no name of a form", HOURS, {"time_format": "yyyymmd"}),
    ("a quarter without a year", HOURS, {"time_format": "Q%q"}),
    ("text where numbers are asked", HOURS, {"time_format": "yyyymm"}),
    ("other numbers than asked", COUNTED, {"time_format": "yyyymm"}),
    ("a zone nobody has heard of", HOURS, {"time_zone": "Europe/Bonn"}),
    ("clocks for steps", COUNTED, {"time_zone": "Europe/Berlin"}),
    ("an absent hour", ABSENT, {"time_zone": "Europe/Berlin"}),
    (
        "an absent hour as numbers",
        "ds,a\n2020032901,1\n2020032902,1\n2020032904,1\n2020033004,1\n",
        {"time_zone": "Europe/Berlin", "time_format": "yyyymmddhh"},
    ),
    (
        "an absent hour, typed",
        parquet(ds=pa.array([1, 3600, 1585447200], pa.timestamp("s"))),
        {"time_zone": "Europe/Berlin", "path": "bad.parquet"},
    ),
    ("a doubled hour", DOUBLED, {}),
    ("a doubled hour elsewhere", DOUBLED, {"time_zone": "Asia/Tokyo"}),
    (
        "a year typed wrong among others",
        "ds,a\n" + "".join(f"{year}-01-0{i},1\n" for i, year in enumerate(YEARS, 1)),
        {"missing": "zero"},
    ),
    (
        "weeks on two weekdays",
        "unique_id,ds,y\n"
        + "".join(f"a,2020-01-{day:02},1\n" for day in (6, 13, 20))
        + "".join(f"b,2020-01-{day:02},1\n" for day in (8, 15, 22)),
        LONG,
    ),
    (
        "weeks at two hours",
        "unique_id,ds,y\n"
        + "".join(f"a,2020-01-{day:02} 00:00,1\n" for day in (6, 13, 20))
        + "".join(f"b,2020-01-{day:02} 08:00,1\n" for day in (6, 13, 20)),
        LONG,
    ),
    ("duplicate, wide", COUNTED + "3,8\n", {}),
    ("duplicate, long", "unique_id,ds,y\na,1,5\nb,1,5\na,2,6\na,1,7\n", LONG),
    ("unsorted", "unique_id,ds,y\na,1,5\nb,7,5\na,3,6\na,2,7\n", LONG),
    ("missing value", "ds,a,b\n1,1,2\n2,NA,\n3,3,4\n", {}),
    ("gap", HOURS + "2020-01-01 04:00,7,8\n", {}),
    (
        "gap in a long file",
        "unique_id,ds,y\na,1,5\na,2,6\nb,1,5\nb,2,1\nb,3,1\nb,6,6\n",
        LONG,
    ),
    ("empty series", "ds,a,b\n1,1,\n2,2,\n3,3,\n", {"missing": "zero"}),
    (
        "missing start",
        "unique_id,ds,y\na,1,\na,2,6\na,3,6\n",
        LONG | {"missing": "previous"},
    ),
    (
        "missing end",
        "unique_id,ds,y\na,1,5\na,2,6\na,3,\n",
        LONG | {"missing": "interpolate"},
    ),
    (
        "year typed wrong",
        HOURS + "22020-01-01,1,1\n".replace("22020", "2202"),
        {"frequency": "s", "missing": "zero"},
    ),
    ("one row", "ds,a\n1,5\n", {}),
    (
        "series with one row",
        "unique_id,ds,y\na,1,5\na,2,6\nb,1,5\n",
        LONG,
    ),
    ("irregular", HOURS + "2020-01-01 02:17,7,8\n", {}),
    ("middle of the month", "ds,a\n2020-01-15,1\n2020-02-15,2\n2020-03-15,2\n", {}),
    (
        "mixed frequencies",
        "unique_id,ds,y\n"
        + "".join(f"a,2020-01-01 {h:02}:00,1\n" for h in range(24))
        + "".join(f"b,2020-01-{d:02},1\n" for d in range(1, 5)),
        LONG,
    ),
    ("off a given grid", HOURS, {"frequency": "2h"}),
    ("weeks of another weekday", "ds,a\n2020-01-06,1\n", {"frequency": "W"}),
    ("a record too short", "ds,a,b\n1,2,3\n2,3", {}),
    ("off a given whole step", COUNTED, {"frequency": 2}),
    ("no such alias", HOURS, {"frequency": "hourly"}),
    ("old alias", HOURS, {"frequency": "H"}),
    ("alias running backward", HOURS, {"frequency": "-1h"}),
    ("alias of more than dates hold", HOURS, {"frequency": "999999999D"}),
    ("alias of more than numbers hold", HOURS, {"frequency": "9" * 20 + "D"}),
    ("alias of less than stamps hold", HOURS, {"frequency": "ns"}),
    ("a grid beyond 64 bits", LATE, LONG | {"missing": "zero"}),
    ("alias for whole numbers", COUNTED, {"frequency": "h"}),
    ("whole step for dates", HOURS, {"frequency": 1}),
]


def explain(folder: Path, settings: dict[str, object]) -> str:
    """Return what a user sees, without the folder."""
    source = TableSource.model_validate(
        {"source": "table", "path": "bad.csv"} | settings
    )
    with pytest.raises(SeqforecastError) as raised:
        load_table(source, folder)
    error = raised.value
    text = f"  {error}\n  hint: {error.hint}\n  exit code {error.exit_code}\n"
    return text.replace(f"{folder}/", "").replace(f"{folder}\\", "")


@pytest.mark.parametrize("piece", [1, None])
def test_every_refusal_says_what_is_wrong_where_and_what_to_do(
    piece: int | None,
    tmp_path: Path,
    golden: Callable[[str, str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same whether files are read whole or record by record.

    Broken on purpose: `check_order` left out; two cases then loaded. Faults counted
    from each piece's own start; lines were wrong.
    """
    if piece:
        monkeypatch.setattr(batches, "ROWS", piece)
        monkeypatch.setattr(missing_values, "AT_A_TIME", piece)
        monkeypatch.setattr(grid, "_AT_A_TIME", piece)
        monkeypatch.setattr(csv_file, "_PIECE", 5)
    texts = []
    for name, content, settings in CASES:
        raw = content.encode() if isinstance(content, str) else content
        file = tmp_path / str(settings.get("path", "bad.csv"))
        file.write_bytes(raw)
        texts.append(f"{name}\n{explain(tmp_path, settings)}")
    texts.append(f"absent file\n{explain(tmp_path, {'path': 'absent.csv'})}")
    (tmp_path / "folder.csv").mkdir()
    texts.append(f"directory\n{explain(tmp_path, {'path': 'folder.csv'})}")
    golden("data_errors.txt", "\n".join(texts))


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        ({"ds": [1, 2, 4], "a": [1.0, 2.0, 3.0]}, "has no value at 3"),
        (
            {"ds": [1, 2, 3], "a": [1.0, float("inf"), 3.0]},
            "row 2: column 'a' holds inf",
        ),
        ({"ds": [1, 2, 3], "a": ["1", "x", "3"]}, "row 2: column 'a' holds 'x'"),
        ({"ds": [1, 2, 3], "a": [True, False, True]}, "type bool, not numbers"),
        ({"ds": [1.0, 2.0], "a": [1, 2]}, "holds double, not dates or whole numbers"),
        ({"ds": [1, None], "a": [1, 2]}, "row 2: time column 'ds' is empty"),
        ({"ds": pd.to_datetime([]), "a": []}, "no rows"),
    ],
)
def test_parquet_rows_are_counted_from_one(
    frame: dict[str, object], words: str, tmp_path: Path
) -> None:
    pd.DataFrame(frame).to_parquet(tmp_path / "bad.parquet")
    assert words in explain(tmp_path, {"path": "bad.parquet"})


def test_a_damaged_parquet_file_is_refused(tmp_path: Path) -> None:
    """The end, which names the columns, is whole; a page before it is not."""
    file = tmp_path / "bad.parquet"
    pd.DataFrame({"ds": range(999), "a": 1.5}).to_parquet(file, compression="gzip")
    raw = bytearray(file.read_bytes())
    raw[4:60] = bytes(56)
    file.write_bytes(raw)
    assert "bad.parquet is damaged: " in explain(tmp_path, {"path": "bad.parquet"})


def test_a_value_that_no_memory_holds_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one of a gigabyte is, here of 100 letters."""
    monkeypatch.setattr(csv_file, "LONGEST", 100)
    record = "2" + 4 * ("," + "9" * 80)
    (tmp_path / "bad.csv").write_text(f"ds,a,b,c,d\n1,2,3,4,5\n{record}\n")
    told = explain(tmp_path, {})
    assert told.startswith("  bad.csv cannot be read as CSV: ")
    assert "hint: is a quotation mark left open? " in told
    assert "exit code 3" in told
    (tmp_path / "bad.csv").write_text("ds," + "9" * 101 + "\n1,2\n")
    said = "  bad.csv line 1 is no line of CSV: field larger than field limit (100)"
    assert explain(tmp_path, {}).startswith(said)


def test_what_a_long_text_begins_with_is_shown(tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("ds,a\n1,2\n2," + "9x" * 100_000 + "\n")
    told = explain(tmp_path, {})
    assert "x9... (200,000 characters), which is not a number" in told
    assert len(told) < 300


def test_lists_are_nothing_that_a_series_is(tmp_path: Path) -> None:
    frame = pd.DataFrame({"unique_id": ["a", "a"], "ds": [1, 2], "y": [1, 2]})
    frame["kind"] = [["x"], ["x"]]
    frame.to_parquet(tmp_path / "bad.parquet")
    settings = LONG | {"path": "bad.parquet", "static": ["kind"]}
    told = explain(tmp_path, settings)
    assert "bad.parquet: static column 'kind' holds values of type list<" in told
    assert "hint: store one number or text in each record" in told


def test_fractions_name_no_series(tmp_path: Path) -> None:
    frame = pd.DataFrame({"unique_id": [1.0, 2.0], "ds": [1, 2], "y": [1, 2]})
    frame.to_parquet(tmp_path / "bad.parquet")
    words = "column 'unique_id' holds values of type double, which name no series"
    assert words in explain(tmp_path, LONG | {"path": "bad.parquet"})


ONE_TARGET = "target must name one column when layout is long; for several columns use"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"layout": "long", "target": ["a", "b"]}, ONE_TARGET),
        ({"layout": "long", "target": "all"}, ONE_TARGET),
        ({"target": []}, "target names no column; leave it out to use all"),
        ({"target": ["a", "a"]}, "column 'a' is named twice by time, id, target"),
        ({"target": ["ds"]}, "column 'ds' is named twice by time, id, target"),
        (
            {"layout": "long", "id": "ds"},
            "column 'ds' is named twice by time, id, target",
        ),
        ({"season": 0}, "season"),
        ({"frequency": 0}, "frequency"),
        ({"path": ""}, "path"),
    ],
)
def test_settings_that_contradict_each_other_are_refused_before_reading(
    settings: dict[str, object], words: str
) -> None:
    with pytest.raises(ValueError, match=rf"(?s)validation error.*{words}"):
        TableSource.model_validate({"source": "table", "path": "x.csv"} | settings)


@pytest.mark.parametrize(
    "error",
    [
        OverflowError("date value out of range"),
        MemoryError(),
        pd.errors.OutOfBoundsDatetime("a year of its own"),
        pa.ArrowNotImplementedError("no function for it"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_a_library_cannot_do_with_the_values_names_the_file(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is not foreseen; broken on purpose: let through."""

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("seqforecast.data.table.load.look_over", fail)
    (tmp_path / "bad.csv").write_text(HOURS)
    told = explain(tmp_path, {})
    reason = str(error) or "MemoryError"
    assert told.startswith(f"  bad.csv cannot be read: {reason}\n")
