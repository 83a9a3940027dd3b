"""Frames of several libraries and Arrow files: the same panel from each."""

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from seqforecast.data.table.formats.in_memory import is_frame
from seqforecast.data.table.load import load_frame, load_table
from seqforecast.data.table.open_file import open_frame
from seqforecast.data.table.section import TableSource
from seqforecast.errors import DataError

LONG = TableSource.model_validate({"source": "table", "path": "x", "layout": "long"})


def frame():
    days = pd.date_range("2020-01-01", periods=6)
    return pd.DataFrame(
        {
            "unique_id": np.repeat(["01", "1"], 6),
            "ds": np.tile(days, 2),
            "y": np.arange(12.0),
            "open": np.tile([True, False], 6),
        }
    )


class Stream:
    """Something of a library nobody knows that speaks Arrow."""

    def __arrow_c_stream__(self, requested_schema=None):
        return pa.Table.from_pandas(frame()).__arrow_c_stream__(requested_schema)


SOURCES = {
    "pandas": frame,
    "arrow": lambda: pa.Table.from_pandas(frame()),
    "arrow reader": lambda: pa.Table.from_pandas(frame()).to_reader(),
    "polars": lambda: pl.from_pandas(frame()),
    "polars categories": lambda: pl.from_pandas(frame()).with_columns(
        pl.col("unique_id").cast(pl.Categorical)
    ),
    "polars decimals": lambda: pl.from_pandas(frame()).with_columns(
        pl.col("y").cast(pl.Decimal(18, 4))
    ),
    "duckdb": lambda: duckdb.from_arrow(pa.Table.from_pandas(frame())),
    "stream": Stream,
}


@pytest.mark.parametrize("kind", SOURCES)
def test_a_frame_of_any_library_is_the_same_panel(kind):
    data = SOURCES[kind]()
    assert is_frame(data)
    section = LONG.model_copy(update={"past": ["open"]})
    panel, expected = load_frame(section, data), load_frame(section, frame())
    assert panel.ids == expected.ids == ("01", "1")
    np.testing.assert_array_equal(panel.values, expected.values)
    assert (panel.origin, panel.frequency) == (expected.origin, "D")
    np.testing.assert_array_equal(panel.covariates.table, expected.covariates.table)


def test_what_is_no_frame_is_told():
    for data in (pl.from_pandas(frame()).lazy(), [1, 2], {"y": [1]}, 5):
        assert not is_frame(data)
    with pytest.raises(DataError, match="the data frame cannot be read: "):
        open_frame(pl.from_pandas(frame()).lazy())
    twice = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["y", "y"])
    with pytest.raises(DataError, match="data frame has 2 columns named 'y'"):
        open_frame(twice)


def test_arrow_files_and_streams_are_read(tmp_path):
    polars = pl.from_pandas(frame())
    polars.write_ipc(tmp_path / "a.arrow")
    polars.write_ipc_stream(tmp_path / "b.ipc")
    frame().to_feather(tmp_path / "c.feather")
    for name in ("a.arrow", "b.ipc", "c.feather"):
        panel = load_table(LONG.model_copy(update={"path": name}), tmp_path)
        assert panel.ids == ("01", "1")
        assert panel.values.tolist() == list(range(12))
    whole = (tmp_path / "a.arrow").read_bytes()
    (tmp_path / "a.arrow").write_bytes(whole[:-40])
    with pytest.raises(DataError, match=r"a\.arrow is not a whole Arrow file"):
        load_table(LONG.model_copy(update={"path": "a.arrow"}), tmp_path)
