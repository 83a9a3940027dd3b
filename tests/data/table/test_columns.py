"""Columns of numbers read as one are what each is alone."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.data.table.columns import NumberColumn, read_together
from seqforecast.data.table.csv_file import Dialect
from seqforecast.data.table.open_file import open_frame, open_table
from seqforecast.errors import DataError

PLAIN = (("1.5", "-2", "", "7.125"), ("4,800", "-12,500", ""), ("4,800", "12,5", "3"))
CELLS = ("1.5", "-2", "", " 3 ", "1e5", "4,800", "x", "NaN", "1e300", "TRUE", "7.125")


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """A file in each of a few dialects, for what readers ask of a table."""
    folder = tmp_path_factory.mktemp("dialects")
    found = []
    for number, dialect in enumerate((Dialect(), Dialect(";"), Dialect(";", ","))):
        path = folder / f"{number}.csv"
        path.write_text(f"ds{dialect.separator}y\n1{dialect.separator}2\n")
        found.append(open_table(path, dialect))
    return found


def outcome(readers):
    """What each reader says once all was read, a message or nothing."""
    return [(reader.odd(), reader.has_flags, refusal(reader)) for reader in readers]


def refusal(reader):
    try:
        reader.refuse()
    except DataError as error:
        return str(error)
    return ""


@given(data=st.data())
def test_columns_read_as_one_are_what_each_is_alone(data, tables):
    """Two batches, of texts that are mostly numbers.

    Broken on purpose: doubts of 4,800, and columns of nothing, left out.
    """
    table = data.draw(st.sampled_from(tables))
    few = st.sampled_from(data.draw(st.sampled_from([*PLAIN, CELLS])))
    rows = data.draw(st.integers(1, 4))
    column = st.lists(few, min_size=rows, max_size=rows)
    shape = st.lists(column, min_size=20, max_size=20)
    batches = [data.draw(shape), data.draw(shape)]
    together = [NumberColumn(f"c{i}", table, "hint") for i in range(20)]
    alone = [NumberColumn(f"c{i}", table, "hint") for i in range(20)]
    for start, cells in zip((0, rows), batches, strict=True):
        columns = [pa.array(column) for column in cells]
        found = read_together(together, columns, start)
        each = [r.read(c, start) for r, c in zip(alone, columns, strict=True)]
        np.testing.assert_array_equal(found, np.array(each))
    assert outcome(together) == outcome(alone)


@pytest.mark.parametrize("kind", [pa.float32(), pa.int16(), pa.bool_(), pa.date32()])
def test_typed_columns_too(kind):
    table = open_frame(pd.DataFrame({"ds": [1], "y": [2.0]}))
    columns = [pa.array([i % 2, 1, None], pa.int32()).cast(kind) for i in range(20)]
    together = [NumberColumn(f"c{i}", table, "hint") for i in range(20)]
    alone = [NumberColumn(f"c{i}", table, "hint") for i in range(20)]
    found = read_together(together, columns, 0)
    each = [r.read(c, 0) for r, c in zip(alone, columns, strict=True)]
    np.testing.assert_array_equal(found, np.array(each))
    assert outcome(together) == outcome(alone)
