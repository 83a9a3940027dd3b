"""Workbooks: a sheet is the table it would be as CSV, or it is told why not."""

import sys
from datetime import date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.data.table.formats import workbook
from seqforecast.data.table.load import load_table
from seqforecast.data.table.open_file import open_table
from seqforecast.data.table.section import TableSource
from seqforecast.errors import DataError
from support.workbooks import write_workbook

DAYS = [date(2020, 1, 30) + timedelta(days=i) for i in range(6)]


def load(folder, sheets, hidden=(), **settings):
    write_workbook(folder / "x.xlsx", sheets, hidden)
    source = {"source": "table", "path": "x.xlsx"} | settings
    return load_table(TableSource.model_validate(source), folder)


def sales(*values, start=0):
    return [
        ["ds", "y"],
        *[[day, y] for day, y in zip(DAYS[start:], values, strict=False)],
    ]


CELLS = st.one_of(
    st.none(), st.integers(-(10**9), 10**9), st.floats(-1e6, 1e6, width=32)
)


def is_filled(rows):
    """Whether no column is empty: that is refused, in CSV too."""
    columns = zip(*rows, strict=True)
    return all(any(cell is not None for cell in column) for column in columns)


@given(
    rows=st.lists(st.tuples(CELLS, CELLS), min_size=3, max_size=6).filter(is_filled),
    above=st.integers(0, 2),
    hours=st.booleans(),
)
def test_a_sheet_reads_as_the_same_table_in_csv(rows, above, hours, tmp_path_factory):
    """Wherever it begins. Broken on purpose: numbers of whole columns as texts."""
    folder = tmp_path_factory.mktemp("law")
    first = datetime(2020, 1, 30, 22)
    times = [first + timedelta(hours=i) if hours else DAYS[i] for i in range(len(rows))]
    table = [[time, *row] for time, row in zip(times, rows, strict=True)]
    sheet = [*[[] for _ in range(above)], ["ds", "a", "b"], *table]
    lines = [",".join("" if c is None else str(c) for c in row) for row in table]
    (folder / "x.csv").write_text("\n".join(["ds,a,b", *lines]) + "\n")
    source = {"source": "table", "path": "x.csv", "missing": "zero"}
    expected = load_table(TableSource.model_validate(source), folder)
    panel = load(folder, {"S": sheet}, missing="zero")
    np.testing.assert_array_equal(panel.values, expected.values)
    assert (panel.origin, panel.frequency) == (expected.origin, expected.frequency)


def test_cells_are_what_they_show(tmp_path):
    """Numbers of whole ids, texts that look like numbers, flags, empty cells."""
    sheet = [
        ["shop", "ds", "y", "open", None, 2020],
        [1, DAYS[0], 5, True, None, 1],
        [1, DAYS[1], 6.5, False, None, 2],
        [None] * 6,
        ["01", DAYS[0], "7", True, None, 3],
        ["01", DAYS[1], "1,234", False, None, 4],
    ]
    settings = {"layout": "long", "id": "shop", "past": ["open"], "thousands": ","}
    panel = load(tmp_path, {"S": sheet}, **settings)
    assert panel.ids == ("1", "01")
    assert panel.values.tolist() == [5, 6.5, 7, 1234]
    assert panel.covariates.table.ravel().tolist() == [1, 0, 1, 0]
    table = open_table(tmp_path / "x.xlsx")
    assert table.columns == ("shop", "ds", "y", "open", "2020")
    assert [table.where(i) for i in range(4)] == ["row 2", "row 3", "row 5", "row 6"]


def test_whole_numbers_name_series_as_they_are_shown(tmp_path):
    """Workbooks keep all numbers as fractions; broken on purpose: series 1.0."""
    rows = [[shop, day, 5] for shop in (2, 10) for day in DAYS]
    panel = load(tmp_path, {"S": [["unique_id", "ds", "y"], *rows]}, layout="long")
    assert panel.ids == ("2", "10")


def test_the_first_sheet_with_data_is_read_and_said(tmp_path):
    """Hidden ones are not, unless they are named."""
    sheets = {
        "Draft": sales(9, 9),
        "Empty": [],
        "Sales": sales(1, 2),
        "Old": sales(3, 4),
    }
    panel = load(tmp_path, sheets, hidden=("Draft",))
    assert panel.values.tolist() == [1, 2]
    said = "sheet 'Sales' was read, the first with data; data.sheet takes another: Old"
    assert said in panel.notes
    panel = load(tmp_path, sheets, hidden=("Draft",), sheet="Old")
    assert panel.values.tolist() == [3, 4]
    assert load(tmp_path, sheets, hidden=("Draft",), sheet="Draft").values[0] == 9
    with pytest.raises(DataError, match="has no sheet 'sales'") as caught:
        load(tmp_path, sheets, sheet="sales")
    assert "did you mean 'Sales'?" in caught.value.hint


TITLE = [["Sales of the north"], [], ["ds", "a", "b"], [DAYS[0], 1, 2], [DAYS[1], 1, 2]]


@pytest.mark.parametrize(
    ("sheets", "said"),
    [
        ({"S": []}, "x.xlsx has no visible sheet that holds anything"),
        ({"S": [["ds", "y"]]}, "sheet 'S' has names of columns, but no rows"),
        (
            {"S": TITLE},
            "row 1 has fewer names of columns than row 3 has values, 1 and 3",
        ),
        ({"S": [["Sales"], *sales(1, 2)]}, "'S' row 1 has fewer names of columns than"),
        ({"S": sales(1, 2)[1:]}, "sheet 'S' has no header: row 1 holds '2020-01-30'"),
        ({"S": [["ds", "y", "y"], [1, 2, 3]]}, "has 2 columns named 'y'"),
        ({"S": sales(1, "n/a?")}, "x.xlsx row 3: column 'y' holds 'n/a\\?', which is"),
        (
            {"S": sales(1, "$5")},
            "row 3: column 'y' holds '\\$5', which is not a number",
        ),
    ],
)
def test_a_sheet_that_is_no_table_is_told_why(sheets, said, tmp_path):
    with pytest.raises(DataError, match=said):
        load(tmp_path, sheets)


def test_what_reads_workbooks_may_be_absent(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(DataError, match="what reads it is not installed") as caught:
        load(tmp_path, {"S": sales(1, 2)})
    assert caught.value.hint.startswith("pip install 'seqforecast[excel]'")


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "UNPACKED", 1000)
    monkeypatch.setattr(workbook, "RATIO", 0.1)
    with pytest.raises(DataError, match="times what it has packed") as caught:
        load(tmp_path, {"S": sales(1, 2)})
    assert "save the sheet as CSV" in caught.value.hint


def test_a_damaged_workbook_is_refused(tmp_path):
    write_workbook(tmp_path / "x.xlsx", {"S": sales(1, 2)})
    whole = (tmp_path / "x.xlsx").read_bytes()
    for damaged in (whole[: len(whole) // 2], b"PK\x03\x04", b"ds,y\n1,2\n"):
        (tmp_path / "x.xlsx").write_bytes(damaged)
        with pytest.raises(DataError, match="is no workbook that can be read: "):
            open_table(tmp_path / "x.xlsx")
