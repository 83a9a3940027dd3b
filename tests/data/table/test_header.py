"""First lines: which are names, and which hold values already."""

import pytest

from seqforecast.data.table.header import nameless
from seqforecast.data.table.load import load_table
from seqforecast.data.table.section import TableSource
from seqforecast.errors import DataError


def load(folder, text, **settings):
    (folder / "x.csv").write_text(text)
    source = {"source": "table", "path": "x.csv"} | settings
    return load_table(TableSource.model_validate(source), folder)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2008-01-01,15136\n2008-02-01,14743\n", "'2008-01-01', '15136'"),
        ("01.02.2020,5.5\n02.02.2020,6.5\n", "'01.02.2020', '5.5'"),
        (
            "a,2020-01-01 00:00,1\na,2020-01-01 01:00,2\n",
            "'a', '2020-01-01 00:00', '1'",
        ),
        ("2020/1/1,north,3\n2020/1/2,north,4\n", "'2020/1/1', 'north', '3'"),
        ("0,112\n1,118\n", "'0', '112'"),
        ("1,5.5,-2\n2,6.5,3\n", "'1', '5.5', '-2'"),
        ("2020-01,1\n2020-02,2\n", "'2020-01', '1'"),
    ],
)
def test_a_first_line_of_values_is_no_header(text, shown, tmp_path):
    """Broken on purpose: any name that is a number refused; years name columns."""
    with pytest.raises(DataError) as caught:
        load(tmp_path, text)
    said = f"x.csv has no header: line 1 holds {shown} where names of columns belong"
    assert str(caught.value).endswith(said)
    assert caught.value.hint == "write a line of names above it, such as ds,y"


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        ("ds,1,2\n1,5,6\n2,7,8\n", {}),  # stores by number
        ("ds,2019,2020\n1,5,6\n2,7,8\n", {}),  # years
        ("0,1,2\n1,5,6\n2,7,8\n", {"time": "0"}),  # columns that pandas numbered
        ("2020-01-01,a\nx,1\ny,2\n", {"time": "a", "target": "2020-01-01"}),
        ("store,2020-01,2020-02\n1,5,6\n2,7,8\n", {"time": "store"}),
    ],
)
def test_numbers_and_dates_may_name_columns(text, settings, tmp_path):
    try:
        assert load(tmp_path, text, **settings).lengths.tolist() == [2, 2]
    except DataError as error:
        assert "header" not in str(error)  # noqa: PT017 - of the column of texts


def test_columns_without_a_name_are_named_by_place(tmp_path):
    assert nameless(["ds", "y"]) == ""
    assert (
        nameless(["", "y"])
        == "column 1 has no name: write one into the header, such as ds"
    )
    assert nameless(["", "y", ""]).startswith("columns 1, 3 have no name")
    with pytest.raises(DataError, match="has no column 'ds'") as caught:
        load(tmp_path, ",Close\n2020-01-01,5\n2020-01-02,6\n")
    assert "column 1 has no name" in caught.value.hint
