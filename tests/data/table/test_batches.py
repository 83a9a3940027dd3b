"""Files are read in pieces, and nothing depends on where one piece ends."""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.data import missing_values
from seqforecast.data.grid.placement import RoundingCheck
from seqforecast.data.panel import Panel
from seqforecast.data.table import batches
from seqforecast.data.table.formats import parquet_file
from seqforecast.data.table.load import load_table
from seqforecast.data.table.open_file import open_table
from seqforecast.data.table.section import TableSource
from seqforecast.errors import DataError

CELL = st.one_of(st.none(), st.just(float("nan")), st.floats(-1e6, 1e6))
SERIES = st.lists(st.lists(CELL, min_size=1, max_size=8), min_size=1, max_size=4).map(
    lambda lists: [[1.0, *cells, 2.0] for cells in lists]
)


@contextmanager
def pieces_of(rows: int) -> Iterator[None]:
    """Read, check and clean a few records at a time."""
    with ExitStack() as stack:
        for module, name in (
            (batches, "ROWS"),
            (missing_values, "AT_A_TIME"),
            (parquet_file, "_TOGETHER"),
        ):
            stack.enter_context(mock.patch.object(module, name, rows))
        yield


def frame_of(series: list[list[float | None]]) -> pd.DataFrame:
    """Return a long frame, one series after another; None is an absent record."""
    rows = [
        (f"s{name}", pd.Timestamp("2024-02-28") + pd.Timedelta(step, "h"), value)
        for name, cells in enumerate(series)
        for step, value in enumerate(cells)
        if value is not None
    ]
    return pd.DataFrame(rows, columns=["unique_id", "ds", "y"])


def load(frame: pd.DataFrame, path: Path, layout: str = "long") -> Panel:
    if path.suffix == ".parquet":
        frame.to_parquet(path, row_group_size=5, index=False)
    else:
        frame.to_csv(path, index=False)
    source = {"source": "table", "path": str(path), "layout": layout}
    source |= {"missing": "interpolate", "frequency": "h"}
    return load_table(TableSource.model_validate(source), Path())


def contents(panel: Panel) -> dict[str, tuple[int, bytes]]:
    """Return start and values by series, to the bit."""
    return {
        name: (int(panel.first_steps[i]), panel.series(i).tobytes())
        for i, name in enumerate(panel.ids)
    }


@given(series=SERIES, rows=st.integers(1, 7), data=st.data())
@pytest.mark.parametrize("suffix", ["csv", "csv.gz", "parquet"])
def test_a_panel_depends_neither_on_the_pieces_nor_on_how_series_alternate(
    suffix: str,
    series: list[list[float | None]],
    rows: int,
    data: st.DataObject,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Broken on purpose: the last stamps forgotten after a batch; gaps were found."""
    path = tmp_path_factory.mktemp("law") / f"data.{suffix}"
    frame = frame_of(series)
    whole = load(frame, path)
    # A shuffle of the ids, each series then in its own order.
    turns = data.draw(st.permutations(frame["unique_id"].tolist()))
    dealt = {name: iter(part.index) for name, part in frame.groupby("unique_id")}
    mixed = frame.loc[[next(dealt[name]) for name in turns]]
    with pieces_of(rows):
        again, alternating = load(frame, path), load(mixed, path)
    assert contents(again) == contents(whole) == contents(alternating)
    assert again.notes == whole.notes == alternating.notes
    assert alternating.ids == tuple(dict.fromkeys(turns))
    assert again.origin == whole.origin == alternating.origin


@given(series=SERIES, rows=st.integers(1, 7))
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_wide_file_read_in_bundles_of_columns_is_the_same(
    suffix: str,
    series: list[list[float | None]],
    rows: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Broken on purpose: every bundle began at column 0; series were empty."""
    path = tmp_path_factory.mktemp("law") / f"data.{suffix}"
    frame = frame_of(series).pivot(index="ds", columns="unique_id", values="y")
    frame = frame.reset_index()
    whole = load(frame, path, "wide")
    with pieces_of(rows):
        pieced = load(frame, path, "wide")
    assert contents(pieced) == contents(whole)
    assert pieced.notes == whole.notes


@pytest.mark.parametrize(
    "kind",
    [
        pa.string(),
        pa.large_string(),
        pa.dictionary(pa.int8(), pa.string()),
        pa.int64(),
        pa.dictionary(pa.int32(), pa.int64()),
    ],
    ids=str,
)
def test_names_come_in_the_order_of_their_records_whatever_their_type(
    kind: pa.DataType, tmp_path: Path
) -> None:
    """Broken on purpose: names in the order of the dictionary; 10 came first."""
    names = pa.array(["30", "30", "10", "10", "20", "20"])
    if pa.types.is_dictionary(kind):
        listed = pa.array(["10", "20", "30", "40"]).cast(kind.value_type)
        ids = pa.DictionaryArray.from_arrays(pa.array([2, 2, 0, 0, 1, 1]), listed)
        ids = ids.cast(kind)
    else:
        ids = names.cast(kind)
    table = pa.table({"unique_id": ids, "ds": [1, 2] * 3, "y": [1.0, 2.0] * 3})
    pyarrow.parquet.write_table(table, tmp_path / "data.parquet", row_group_size=3)
    source = TableSource(source="table", path="data.parquet", layout="long")
    for rows in (1, 2, 100):
        with pieces_of(rows):
            assert load_table(source, tmp_path).ids == ("30", "10", "20")


def test_the_hash_is_that_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    panel = load(frame_of([[1.0, 2.0, 3.0]]), path)
    assert panel.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("suffix", ["csv", "csv.gz", "parquet"])
def test_a_file_that_changes_between_two_passes_is_refused(
    suffix: str, tmp_path: Path
) -> None:
    """Its hash would not be that of the values."""
    path = tmp_path / f"data.{suffix}"
    load(frame_of([[1.0, 2.0, 3.0]]), path)
    table = open_table(path)
    list(table.batches(["ds"]))
    load(frame_of([[1.0, 2.0, 3.0, 4.0]]), path)
    with pytest.raises(DataError, match="was changed while it was read"):
        list(table.batches(["ds"]))


def noticed(*series: list[float], rows: int) -> list[int]:
    """Return the series that float32 rounds noticeably, records alternating."""
    rounding = RoundingCheck(len(series))
    for start in range(0, len(series[0]), rows):
        steps = np.arange(start, min(start + rows, len(series[0])))
        values = np.array([[one[step] for step in steps] for one in series])
        number = np.repeat(np.arange(len(series)), len(steps))
        rounding.add(number, np.tile(steps, len(series)), values.ravel())
    return rounding.noticeable().tolist()


@pytest.mark.parametrize("rows", [1, 2, 5])
def test_rounding_is_compared_with_the_changes_across_pieces(rows: int) -> None:
    """At 1e8 float32 values are 8 apart (IEEE 754).

    Broken on purpose: sums of changes in place of distances from the first change; the
    line was noticed, by digits that cancelled.
    """
    nan = float("nan")
    coarse = [1e8 + 1, 1e8, nan, 1e8 + 2, 1e8 + 5, nan, nan, 1e8 - 1, 1e8 + 3]
    fine = [1e8, 1e8 + 9e6, 1e8 - 5e6, nan, 1e8 + 3, 1e8, 1e8 + 4e6, 1e8 + 1, 1e8]
    line = [987654321.0 * step for step in range(9)]
    line[4] = nan
    constant = [0.1] * 9
    assert noticed(coarse, fine, line, constant, rows=rows) == [0]
