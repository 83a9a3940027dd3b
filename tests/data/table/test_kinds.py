"""Kinds of files by their names, and what to do with any other."""

from pathlib import Path

import pytest

from seqforecast.data.table.kinds import is_known, is_text_file, way_out
from seqforecast.data.table.load import load_table
from seqforecast.data.table.section import TableSource
from seqforecast.errors import DataError


@pytest.mark.parametrize("name", ["x.csv", "x.CSV.GZ", "a.b.tsv", "x.txt.gz", "x.tab"])
def test_text_is_told_by_its_name(name):
    assert is_text_file(Path(name))
    assert is_known(Path(name))


@pytest.mark.parametrize(
    "name", ["x.parquet", "x.PQ", "x.xlsx", "x.ods", "x.feather", "x.tsf", "x.ts"]
)
def test_other_kinds_are_known_and_no_text(name):
    assert is_known(Path(name))
    assert not is_text_file(Path(name))


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("x.json", "pandas.read_json('x.json').to_parquet('x.parquet')"),
        ("my data.pkl", "pandas.read_pickle('my data.pkl')"),
        ("x.csv.zip", "unpack it first; read are CSV"),
        ("x.parquet.gz", "read are CSV (.csv, .tsv, .txt, also .gz), Parquet"),
        ("x", "Excel (.xlsx, .xls, .ods), Arrow (.arrow, .feather), Monash .tsf"),
    ],
)
def test_what_is_not_read_is_refused_with_a_way_out(name, told, tmp_path):
    assert told in way_out(Path(name))
    (tmp_path / name).write_text("anything")
    for path in (name, f"absent-{name}"):
        source = TableSource.model_validate({"source": "table", "path": path})
        with pytest.raises(DataError, match="is of an unknown kind") as caught:
            load_table(source, tmp_path)
        assert told.split("(")[0] in caught.value.hint


def test_decimal_commas_need_another_separator_in_text_alone():
    source = {"source": "table", "decimal": ","}
    TableSource.model_validate(source | {"path": "x.xlsx"})
    TableSource.model_validate(source | {"path": "x.parquet"})
    with pytest.raises(ValueError, match="separator and decimal are both a comma"):
        TableSource.model_validate(source | {"path": "x.csv"})
