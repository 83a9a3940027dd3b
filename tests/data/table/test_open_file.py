"""What is no data file is refused before it is read; Parquet of every type is told."""

import os
import socket
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

from seqforecast.data.panel import Panel
from seqforecast.data.table.load import load_table
from seqforecast.data.table.open_file import check_file, open_table
from seqforecast.data.table.section import TableSource
from seqforecast.errors import DataError
from support.mutated_files import bytes_as_text

POSIX = pytest.mark.skipif(os.name != "posix", reason="Windows has none of these")
LONG = {"layout": "long"}


@POSIX
def test_a_pipe_is_refused_without_waiting_for_a_writer(tmp_path):
    os.mkfifo(tmp_path / "x.csv")
    (tmp_path / "link.csv.gz").symlink_to(tmp_path / "x.csv")
    for name in ("x.csv", "link.csv.gz"):
        said = f"{name} is no plain file but a pipe"
        with pytest.raises(DataError, match=said) as caught:
            open_table(tmp_path / name)
        assert "write them into a file first" in caught.value.hint


@POSIX
@pytest.mark.parametrize("name", ["zero", "null"])
def test_a_device_is_refused(name, tmp_path):
    (tmp_path / "x.parquet").symlink_to(f"/dev/{name}")
    with pytest.raises(DataError, match="is no plain file but a device"):
        check_file(tmp_path / "x.parquet")


@POSIX
def test_a_socket_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # their paths must be short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("x.csv")
        with pytest.raises(DataError, match="is no plain file but a socket"):
            check_file(Path("x.csv"))


@pytest.mark.parametrize("name", ["a\0b.csv", "x" * 5000 + ".csv"])
def test_a_path_that_no_file_can_have_is_refused(name, tmp_path):
    with pytest.raises(DataError, match=r"\.csv cannot be looked at: "):
        check_file(tmp_path / name)


def test_a_file_that_cannot_be_read_is_told(tmp_path, monkeypatch):
    (tmp_path / "x.csv").write_text("ds,a\n1,2\n")

    def refuse(path: Path) -> str:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("seqforecast.data.table.open_file._hash", refuse)
    with pytest.raises(DataError, match=r"x\.csv cannot be read: .*Permission denied"):
        open_table(tmp_path / "x.csv")


def load(folder: Path, columns: dict[str, object], **settings: object) -> Panel:
    pyarrow.parquet.write_table(pa.table(columns), folder / "x.parquet")
    given = {"source": "table", "path": "x.parquet"} | settings
    return load_table(TableSource.model_validate(given), folder)


@pytest.mark.parametrize(
    "ids",
    [
        pa.array([["a"], ["a"]]),
        pa.array([{"a": "x"}] * 2),
        pa.array([[("k", 1)]] * 2, pa.map_(pa.string(), pa.int64())),
        pa.array([1.5, 1.5]),
    ],
    ids=["list", "struct", "map", "fraction"],
)
def test_what_names_no_series_is_refused_by_its_type(ids, tmp_path):
    """Broken on purpose: texts coded by numbers asked of a nested column."""
    said = "'unique_id' holds values of type .*, which name no series"
    with pytest.raises(DataError, match=said):
        load(tmp_path, {"unique_id": ids, "ds": [1, 2], "y": [1.0, 2.0]}, **LONG)


def test_bytes_of_one_length_name_series(tmp_path):
    """Where Arrow 15 is to cast them, the process dies."""
    ids = pa.array([b"s001"] * 100, pa.binary(4))
    columns = {"unique_id": ids, "ds": [*range(100)], "y": [*range(100)]}
    columns["kind"] = ids
    assert load(tmp_path, columns, static=["kind"], **LONG).ids == ("s001",)


@pytest.mark.parametrize("kind", ["binary", "string_view"])
def test_text_of_another_kind_names_series(kind, tmp_path):
    """Older writers keep text as bytes; broken on purpose: views handed on."""
    if not hasattr(pa, kind):
        pytest.skip("this pyarrow has no such type")
    ids = pa.array([b"s1", b"s1", b"s1"]).cast(getattr(pa, kind)())
    columns = {"unique_id": ids, "ds": [1, 2, 3], "y": [1.0, 2.0, 3.0]}
    assert load(tmp_path, columns, **LONG).ids == ("s1",)
    if kind == "string_view":
        columns = {"ds": ["1", "2", "3"], "a": ["1.5", "2", "3"]}
        columns = {name: pa.array(column, ids.type) for name, column in columns.items()}
        assert load(tmp_path, columns).values.tolist() == [1.5, 2, 3]


def test_static_bytes_that_are_no_text_are_refused(tmp_path):
    columns = {"unique_id": ["a", "a"], "ds": [1, 2], "y": [1.0, 2.0]}
    columns["kind"] = pa.array([b"\xff", b"\xff"])
    said = "static column 'kind' holds values of type binary"
    with pytest.raises(DataError, match=said):
        load(tmp_path, columns, static=["kind"], **LONG)


@pytest.mark.parametrize("coded", [False, True])
def test_text_that_is_no_text_is_told_with_its_row(coded, tmp_path):
    texts = bytes_as_text([b"1", b"2", b"3", b"\xc3"])
    columns = {"ds": [1, 2, 3, 4], "a": texts.dictionary_encode() if coded else texts}
    row = "row 4: column 'a' holds text that is not UTF-8"
    with pytest.raises(DataError, match=rf"x\.parquet {row}"):
        load(tmp_path, columns)


def test_a_column_without_any_value_is_told(tmp_path):
    columns = {"ds": [1, 2, 3], "a": [1.0, 2.0, 3.0], "b": pa.nulls(3)}
    with pytest.raises(DataError, match="series 'b' has no values"):
        load(tmp_path, columns, missing="zero")


@pytest.mark.parametrize(
    ("times", "said"),
    [
        (pa.array([0, 2**62], pa.timestamp("ms")), "4611686018427387904 .timestamp"),
        (pa.array([0, 2**62], pa.timestamp("us")), "4611686018427387904 .timestamp"),
        (pa.array([0, -(2**62)], pa.timestamp("us", "UTC")), "-46116860184273879"),
        (pa.array([0, 2**31 - 1], pa.int32()).cast(pa.date32()), "2147483647 .date32"),
        (pa.array([0, 2**61], pa.int64()), "2305843009213693952, which has more than"),
    ],
)
def test_times_that_nothing_can_count_with_are_told(times, said, tmp_path):
    """Broken on purpose: seconds multiplied without a look; they came round to 1970."""
    with pytest.raises(DataError, match=rf"row 2: time column 'ds' holds {said}"):
        load(tmp_path, {"ds": times, "a": [1.0, 2.0]})


def test_times_of_every_unit_are_the_same(tmp_path):
    days = np.array(["1900-01-01", "1900-01-02", "2150-12-31"], "datetime64[s]")
    stamps = pa.array(days)
    for kind in (pa.date32(), pa.date64(), *map(pa.timestamp, ("ms", "us", "ns"))):
        columns = {"ds": stamps.cast(kind), "a": [1.0, 2.0, 3.0]}
        panel = load(tmp_path, columns, missing="zero", frequency="D")
        assert panel.origin == pd.Timestamp("1900-01-01")
        assert len(panel.values) == (days[2] - days[0]).astype(int) // 86_400 + 1


def test_midnights_of_three_zones_are_one_midnight(tmp_path):
    """pandas raises where it is to coerce."""
    times = [f"2020-01-01 00:00+0{i}" for i in range(3)]
    with pytest.raises(DataError, match="time stamp 2020-01-01 stands twice"):
        load(tmp_path, {"ds": times, "a": [1.0, 2.0, 3.0]})


def test_a_file_that_has_fewer_records_than_it_says_is_damaged(tmp_path, monkeypatch):
    """Some readers of damaged files stop without an error."""
    pyarrow.parquet.write_table(
        pa.table({"ds": [1, 2, 3], "a": [1.0, 2.0, 3.0]}), tmp_path / "x.parquet"
    )
    table = open_table(tmp_path / "x.parquet")

    class Short(pyarrow.parquet.ParquetFile):
        def iter_batches(self, *_: object, **__: object) -> list[object]:
            return []

    monkeypatch.setattr(pyarrow.parquet, "ParquetFile", Short)
    said = "is damaged: it has 0 records where it should have 3"
    with pytest.raises(DataError, match=said):
        list(table.batches(["ds"]))


def test_a_sheet_is_that_of_a_workbook(tmp_path):
    """Broken on purpose: silently without meaning."""
    (tmp_path / "x.csv").write_text("ds,y\n1,2\n")
    with pytest.raises(DataError, match="has no sheets: it is no workbook"):
        open_table(tmp_path / "x.csv", sheet="Table 1")
