"""Groups: one value a series, read from a column of a long file."""

from pathlib import Path

import pytest

from seqforecast.config.experiment_file import load_mapping
from seqforecast.data.panel import Panel
from seqforecast.data.table.load import load_table
from seqforecast.data.table.section import TableSource
from seqforecast.errors import ConfigError, DataError

FILE = "unique_id,ds,y,region\na,1,5,north\nb,1,6,7\na,2,5,north\nb,2,6,7\n"


def load(folder: Path, text: str, group: str | None = "region") -> Panel:
    (folder / "data.csv").write_text(text)
    source = TableSource(source="table", path="data.csv", layout="long")
    return load_table(source, folder, group)


def test_each_series_has_the_group_of_its_records(tmp_path: Path) -> None:
    panel = load(tmp_path, FILE)
    assert panel.groups == ("north", "7")
    assert not any("region" in note for note in panel.notes)


def test_a_column_that_is_not_asked_for_stays_ignored(tmp_path: Path) -> None:
    panel = load(tmp_path, FILE, None)
    assert panel.groups is None
    assert "columns that nothing names were ignored: region" in panel.notes


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (FILE + "a,3,5,south\n", "'a' is 'south', but 'north' in line 2"),
        (FILE.replace("north", ""), "no value in any record of series 'a'"),
        (FILE.replace("region", "area"), "has no column 'region' (evaluation.group)"),
    ],
)
def test_a_group_that_is_none_is_refused(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        load(tmp_path, text)
    assert words in str(caught.value)
    assert "(evaluation.group)" in str(caught.value)
    assert "evaluation.group" in str(caught.value.hint)


def test_a_series_in_two_groups_is_told_what_a_group_is(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        load(tmp_path, FILE + "a,3,5,south\n")
    assert caught.value.hint == (
        "a series belongs to one group; name another column, or leave "
        "evaluation.group out"
    )


def test_an_empty_cell_takes_the_group_of_its_series(tmp_path: Path) -> None:
    assert load(tmp_path, FILE + "a,3,5,\n").groups == ("north", "7")


@pytest.mark.parametrize(
    "data",
    [{"source": "table", "path": "x.csv"}, {"source": "synthetic", "kind": "sales"}],
)
def test_only_a_long_file_has_groups(data: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=r"data\.layout: long, got 'region'"):
        load_mapping({"data": data, "evaluation": {"group": "region"}})
