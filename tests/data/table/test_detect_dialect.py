"""The dialect of an unknown file: written in any, found back."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqforecast.data.table.csv_file import Dialect
from seqforecast.data.table.detect_dialect import detect_dialect

DIALECTS = [
    (Dialect(separator, decimal))
    for separator in (",", ";", "\t", "|")
    for decimal in (".", ",")
    if separator != decimal
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("dialects")


@settings(deadline=None, max_examples=60)
@given(
    dialect=st.sampled_from(DIALECTS),
    columns=st.integers(1, 4),
    quoted=st.booleans(),
    text=st.sampled_from(["plain", "with, comma", "a; b", "x|y"]),
)
def test_a_dialect_is_found_back(folder, dialect, columns, quoted, text):
    values = np.round(np.random.default_rng(0).normal(0, 9, (30, columns)), 2) + 0.01
    frame = pd.DataFrame(values, columns=[f"c{i}" for i in range(columns)])
    frame.insert(0, "date", pd.date_range("2024-01-01", periods=30).astype(str))
    frame["note"] = text
    frame.to_csv(
        folder / "x.csv",
        index=False,
        sep=dialect.separator,
        decimal=dialect.decimal,
        quoting=1 if quoted else 0,
    )
    assert detect_dialect(folder / "x.csv") == dialect
