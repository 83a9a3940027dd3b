"""Folders of Parquet files: one table, wherever its records lie."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.data.table import batches
from seqforecast.data.table.load import load_table
from seqforecast.data.table.open_file import open_table
from seqforecast.data.table.section import TableSource
from seqforecast.errors import DataError

LONG = {"layout": "long"}


def load(folder, **settings):
    source = {"source": "table", "path": str(folder)} | settings
    return load_table(TableSource.model_validate(source), folder)


def frame(ids=("01", "1", "NA"), count=5):
    days = pd.date_range("2020-01-30", periods=count)
    return pd.DataFrame(
        {
            "unique_id": np.repeat(ids, count),
            "ds": np.tile(days, len(ids)),
            "y": np.arange(len(ids) * count, dtype=float),
        }
    )


@given(
    keys=st.sampled_from([["unique_id"], ["unique_id", "month"], ["month"], []]),
    ids=st.lists(
        st.text("01ab =%/", min_size=1, max_size=4).filter(str.strip),
        min_size=1,
        max_size=4,
        unique=True,
    ),
    rows=st.integers(1, 7),
)
def test_a_folder_reads_as_the_one_file_it_was_cut_from(
    keys, ids, rows, tmp_path_factory
):
    """Whatever the names of series. Broken on purpose: `%2F` taken as it stands."""
    folder = tmp_path_factory.mktemp("law")
    whole = frame(ids)
    whole["month"] = whole["ds"].dt.strftime("%Y-%m")
    whole.to_parquet(folder / "one.parquet")
    if keys:
        whole.to_parquet(folder / "many", partition_cols=keys)
    else:
        (folder / "many").mkdir()
        for number, part in enumerate(np.array_split(np.arange(len(whole)), 12)):
            whole.iloc[part].to_parquet(folder / f"many/part-{number}.parquet")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batches, "ROWS", rows)
        many = load(folder / "many", **LONG)
    one = load(folder / "one.parquet", **LONG)
    assert sorted(many.ids) == sorted(one.ids)
    for number, name in enumerate(many.ids):
        expected = one.series(one.ids.index(name))
        np.testing.assert_array_equal(many.series(number), expected)
    shutil.rmtree(folder)


def test_a_record_is_named_by_its_file_and_its_hash_by_all(tmp_path):
    folder = tmp_path / "sales"
    for store in ("01", "1"):
        (folder / f"unique_id={store}").mkdir(parents=True)
        part = frame(("x",)).drop(columns="unique_id")
        part.to_parquet(folder / f"unique_id={store}/part-0.parquet")
    (folder / "_SUCCESS").touch()
    (folder / ".crc").touch()
    (folder / "README.md").write_text("how it was made")
    panel = load(folder, **LONG)
    assert panel.ids == ("01", "1")
    assert "columns from names of folders: unique_id" in panel.notes
    assert "files read one after another: 2" in panel.notes
    table = open_table(folder)
    assert table.where(5) == "unique_id=1/part-0.parquet row 1"
    assert table.where(9) == "unique_id=1/part-0.parquet row 5"
    (folder / "unique_id=1").rename(folder / "unique_id=2")
    assert load(folder, **LONG).sha256 != panel.sha256
    (folder / "unique_id=2").rename(folder / "unique_id=1")
    assert load(folder, **LONG).sha256 == panel.sha256


def test_what_cannot_be_read_is_named_by_its_file(tmp_path):
    for number, cells in enumerate((["1", "2"], ["3", "x"])):
        piece = pd.DataFrame({"ds": [2 * number, 2 * number + 1], "y": cells})
        piece.to_parquet(tmp_path / f"part-{number}.parquet")
    said = "part-1.parquet row 2: column 'y' holds 'x', which is not a number"
    with pytest.raises(DataError, match=said):
        load(tmp_path)


def test_files_come_in_the_order_of_the_numbers_in_their_names(tmp_path):
    """Broken on purpose: part-10 before part-2, whose time goes back."""
    for number in range(12):
        piece = pd.DataFrame({"ds": [number], "y": [float(number)]})
        piece.to_parquet(tmp_path / f"part-{number}.parquet")
    assert load(tmp_path).values.tolist() == [*map(float, range(12))]


def test_files_without_rows_are_passed_over(tmp_path):
    """Spark writes one for each of its tasks that had nothing to do."""
    for number in range(3):
        frame(("x",)).head(0).to_parquet(tmp_path / f"part-{number}.parquet")
    with pytest.raises(DataError, match="has column names, but no rows"):
        load(tmp_path, **LONG)
    frame(("x",)).to_parquet(tmp_path / "part-1.parquet")
    assert load(tmp_path, **LONG).ids == ("x",)


def test_a_missing_partition_belongs_to_no_series(tmp_path):
    hole = tmp_path / "unique_id=__HIVE_DEFAULT_PARTITION__"
    hole.mkdir()
    frame(("x",)).drop(columns="unique_id").to_parquet(hole / "x.parquet")
    with pytest.raises(DataError, match="column 'unique_id' is empty"):
        load(tmp_path, **LONG)


PARTS = pd.DataFrame({"ds": [1, 2], "y": [1.0, 2.0]})
OTHERS = [
    ({"b.parquet": PARTS.rename(columns={"y": "z"})}, "only one has 'y'"),
    ({"b.parquet": PARTS.assign(x=1)}, "have not the same columns: only one has 'x'"),
    ({"year=2020/b.parquet": PARTS}, "only one has 'year'"),
    (
        {"b.parquet": PARTS.astype({"y": str})},
        "column 'y' is not of one kind in all files: text in b.parquet, numbers in a.p",
    ),
]


@pytest.mark.parametrize(("files", "said"), OTHERS)
def test_files_of_different_tables_are_refused(files, said, tmp_path):
    for name, content in ({"a.parquet": PARTS} | files).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        content.to_parquet(tmp_path / name)
    with pytest.raises(DataError, match=said):
        load(tmp_path)


def test_numbers_of_several_types_and_columns_of_nothing_go_together(tmp_path):
    PARTS.astype({"y": int}).to_parquet(tmp_path / "a.parquet")
    PARTS.assign(ds=[3, 4]).to_parquet(tmp_path / "b.parquet")
    PARTS.assign(ds=[5, 6], y=None).to_parquet(tmp_path / "c.parquet")
    PARTS.assign(ds=[7, 8]).to_parquet(tmp_path / "d.parquet")
    assert load(tmp_path, missing="zero").values.tolist() == [1, 2, 1, 2, 0, 0, 1, 2]


@pytest.mark.parametrize(
    ("log", "said"),
    [
        ("_delta_log/00000.json", "is a Delta table, in which deleted files may stay"),
        ("metadata/v1.metadata.json", "is an Iceberg table, in which deleted"),
    ],
)
def test_tables_with_a_log_are_refused(log, said, tmp_path):
    """Their folder also holds files that were deleted from the table."""
    PARTS.to_parquet(tmp_path / "a.parquet")
    Path(tmp_path / log).parent.mkdir()
    Path(tmp_path / log).write_text("{}")
    with pytest.raises(DataError, match=said):
        load(tmp_path)


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path):
    PARTS.to_parquet(tmp_path / "a.parquet")
    table = open_table(tmp_path)
    PARTS.assign(y=3.5).head(1).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(DataError, match="was changed while it was read"):
        list(table.batches(["y"]))
