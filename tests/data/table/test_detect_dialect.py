"""The dialect of an unknown file: written in any, found back, and read equal."""

import csv
import gzip
import io
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqforecast.data.table.csv_file import Dialect
from seqforecast.data.table.detect_dialect import detect_dialect
from seqforecast.data.table.load import load_table
from seqforecast.data.table.section import TableSource
from seqforecast.errors import DataError

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


def written(value, places, decimal, thousands):
    """Write a number as a spreadsheet of some country does."""
    text = f"{value:,.{places}f}".replace(",", "T").replace(".", decimal)
    return text.replace("T", "" if thousands == "none" else thousands)


FORMS = st.fixed_dictionaries(
    {
        "places": st.integers(0, 4),
        "separator": st.sampled_from([",", ";", "\t", "|"]),
        "decimal": st.sampled_from([".", ","]),
        "thousands": st.sampled_from(["none", ",", ".", " ", "\u00a0", "'"]),
        "lineterminator": st.sampled_from(["\n", "\r\n", "\r"]),
        "quoting": st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
        "packed": st.booleans(),
    }
)
DOUBTFUL = re.compile(r"-?[1-9]\d{0,2}[,.]\d{3}")


def is_doubtful(cells):
    """Whether each number with a comma or a point has three digits behind it."""
    signed = [cell for cell in cells if "," in cell or "." in cell]
    return bool(signed) and all(map(DOUBTFUL.fullmatch, signed))


def write_panel(folder, values, form):
    """Write a wide file; return its path and the texts of its numbers."""
    signs = (form["decimal"], form["thousands"])
    texts = [[written(x, form["places"], *signs) for x in row] for row in values]
    days = pd.date_range("2024-01-01", periods=len(values)).astype(str)
    out = io.StringIO()
    ways = {key: form[key] for key in ("lineterminator", "quoting")}
    writer = csv.writer(out, delimiter=form["separator"], **ways)
    writer.writerow(["ds", *"abc"[: values.shape[1]]])
    writer.writerows([day, *row] for day, row in zip(days, texts, strict=True))
    path = folder / ("x.csv.gz" if form["packed"] else "x.csv")
    raw = out.getvalue().encode()
    path.write_bytes(gzip.compress(raw) if form["packed"] else raw)
    return path, texts


@settings(deadline=None, max_examples=150)
@given(
    seed=st.integers(0, 10**6),
    columns=st.integers(1, 3),
    size=st.sampled_from([1e1, 1e3, 1e5, 1e7]),
    form=FORMS,
)
def test_a_panel_written_in_any_dialect_is_read_back_equal(
    folder, seed, columns, size, form
):
    """Or asked about, where all numbers have three digits behind one sign.

    Broken on purpose: columns with one group of three taken for decimals.
    """
    if form["decimal"] in (form["separator"], form["thousands"]):
        form["decimal"] = "."
        form["thousands"] = form["thousands"].replace(".", "none")
    random = np.random.default_rng(seed)
    values = random.lognormal(0, 2, (40, columns)) * size * random.choice([-1, 1])
    values = np.round(np.clip(values, -1e9, 1e9), form["places"])
    path, texts = write_panel(folder, values, form)
    told = {}
    if any(is_doubtful(cells) for cells in zip(*texts, strict=True)):
        told = {key: form[key] for key in ("decimal", "thousands")}
        told["thousands"] = told["thousands"].replace("\u00a0", " ")
    dialect = detect_dialect(path, **told)
    source = {"source": "table", "path": path.name, "separator": dialect.separator}
    source |= {"decimal": dialect.decimal, "thousands": dialect.thousands}
    panel = load_table(TableSource.model_validate(source), folder)
    np.testing.assert_array_equal(panel.values, values.T.astype(np.float32).ravel())


GROUPS = ["4,800", "5,900", "12,125"]
SMALL = [*GROUPS, "600", "17", "1"]

# Cells of one column, the separator, and what is found in them without a doubt.
CERTAIN = [
    (["4,800", "1,234,567"], ";", (".", ",")),
    (["4,800.5", "900"], ";", (".", ",")),
    (["4.800,5", "900"], ";", (",", ".")),
    (SMALL, ";", (".", ",")),
    (SMALL, "\t", (".", ",")),
    ([cell.replace(",", ".") for cell in SMALL], ";", (",", ".")),
    (GROUPS, ",", (".", ",")),
    (["4 800", "5 900,5"], ";", (",", " ")),
    (["4\u202f800", "5\u202f900,125"], ";", (",", " ")),
    (["4'800.5", "1"], ",", (".", "'")),
    (["4,800", "5,9"], ";", (",", "auto")),
    (["4,800", "0,125"], ";", (",", "auto")),
    (["4.800", "5.900"], ",", (".", "auto")),
    (["12 North Street", "7 West Street"], ",", (".", "auto")),
    (["192.168.100.200", "10.0.0.1"], ",", (".", "auto")),
]


def write(folder, cells, separator):
    rows = [f'{i}{separator}"{cell}"' for i, cell in enumerate(cells)]
    path = folder / "x.csv"
    path.write_text("\n".join([f"ds{separator}y", *rows]) + "\n")
    return path


@pytest.mark.parametrize(("cells", "separator", "expected"), CERTAIN)
def test_signs_are_told_where_a_column_leaves_no_doubt(
    cells, separator, expected, folder
):
    path = write(folder, cells, separator)
    assert detect_dialect(path) == Dialect(separator, *expected)


@pytest.mark.parametrize(
    ("cells", "separator"),
    [
        (GROUPS, ";"),
        (GROUPS, "\t"),
        ([*GROUPS, "0", "0", "0"], ";"),
        ([*SMALL, "1000"], ";"),
        ([cell.replace(",", ".") for cell in GROUPS], ";"),
        ([cell.replace(",", ".") for cell in GROUPS], "\t"),
    ],
)
def test_where_there_is_doubt_a_column_is_asked_about(cells, separator, folder):
    """Until somebody says what stands before decimals, or between thousands."""
    path = write(folder, cells, separator)
    said = "x.csv line 2: column 'y' holds '4.800', which may be thousands or decimals"
    with pytest.raises(DataError, match=said) as caught:
        detect_dialect(path)
    assert "data.thousands: none" in caught.value.hint
    sign = cells[0][1]
    other = {",": ".", ".": ","}[sign]
    as_decimals = Dialect(separator, sign, "none")
    assert detect_dialect(path, decimal=sign) == as_decimals
    assert detect_dialect(path, decimal=sign, thousands="none") == as_decimals
    as_thousands = Dialect(separator, other, sign)
    assert detect_dialect(path, decimal=other) == as_thousands
    assert detect_dialect(path, thousands=sign) == as_thousands


def test_a_column_settles_the_doubts_of_another(folder):
    text = "ds;a;b\n1;4,800;{}\n2;5,900;{}\n"
    (folder / "x.csv").write_text(text.format("1,5", "2,5"))
    assert detect_dialect(folder / "x.csv") == Dialect(";", ",", "none")
    (folder / "x.csv").write_text(text.format("1.5", "2.5"))
    assert detect_dialect(folder / "x.csv") == Dialect(";", ".", ",")


def test_dates_with_points_are_no_numbers_with_points(folder):
    """Broken on purpose: more points than commas, so that 98,3 was no number."""
    days = pd.date_range("2024-01-13", periods=30).strftime("%d.%m.%Y")
    lines = [f"{day};9{i % 10},{i % 7}" for i, day in enumerate(days)]
    (folder / "x.csv").write_text("\n".join(["Datum;Umsatz", *lines]))
    assert detect_dialect(folder / "x.csv").decimal == ","
