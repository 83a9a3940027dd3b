"""Numbers as people write them: what each spelling is in each dialect, or why none."""

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from seqforecast.data.table.csv_file import Dialect
from seqforecast.data.table.load import load_table
from seqforecast.data.table.number_text import read_closely, read_plain
from seqforecast.data.table.section import TableSource
from seqforecast.errors import DataError

ENGLISH, GERMAN = Dialect(), Dialect(";", ",")
COMMAS, POINTS = Dialect(";", ".", ","), Dialect(";", ",", ".")
BLANKS, SWISS = Dialect(";", ",", " "), Dialect(";", ".", "'")
NONE = None  # is no number

# The value in English, in German, and with each of four signs between thousands.
SPELLINGS = {
    "12": (12, 12, 12, 12, 12, 12),
    " -12 ": (-12, -12, -12, -12, -12, -12),
    "+12": (12, 12, 12, 12, 12, 12),
    "\u22125": (-5, -5, -5, -5, -5, -5),
    "1E5": (1e5, 1e5, 1e5, 1e5, 1e5, 1e5),
    "12.5": (12.5, NONE, 12.5, NONE, NONE, 12.5),
    "12,5": (NONE, 12.5, NONE, 12.5, 12.5, NONE),
    ".5": (0.5, NONE, 0.5, NONE, NONE, 0.5),
    ",5": (NONE, 0.5, NONE, 0.5, 0.5, NONE),
    "4,800": (NONE, 4.8, 4800, 4.8, 4.8, NONE),
    "4.800": (4.8, NONE, 4.8, 4800, NONE, 4.8),
    "-4,800.5": (NONE, NONE, -4800.5, NONE, NONE, NONE),
    "-4.800,5": (NONE, NONE, NONE, -4800.5, NONE, NONE),
    "1,234,567": (NONE, NONE, 1234567, NONE, NONE, NONE),
    "1.234.567": (NONE, NONE, NONE, 1234567, NONE, NONE),
    "12,34,567": (NONE, NONE, 1234567, NONE, NONE, NONE),
    "12,34": (NONE, 12.34, NONE, 12.34, 12.34, NONE),
    "1,2345": (NONE, 1.2345, NONE, 1.2345, 1.2345, NONE),
    "4 800": (NONE, NONE, NONE, NONE, 4800, NONE),
    "4\u00a0800,25": (NONE, NONE, NONE, NONE, 4800.25, NONE),
    "4\u202f800": (NONE, NONE, NONE, NONE, 4800, NONE),
    "48 00": (NONE,) * 6,
    "4'800.25": (NONE, NONE, NONE, NONE, NONE, 4800.25),
    "4\u2019800": (NONE, NONE, NONE, NONE, NONE, 4800),
    "1_000": (NONE,) * 6,
    "0x1F": (NONE,) * 6,
    "1d5": (NONE,) * 6,
    "1.2.3": (NONE,) * 6,
    "$12": (NONE,) * 6,
    "5%": (NONE,) * 6,
    "(5)": (NONE,) * 6,
    "12:30": (NONE,) * 6,
    "2020-01-01": (NONE,) * 6,
}


@pytest.mark.parametrize("text", SPELLINGS)
def test_a_number_is_what_its_dialect_says(text):
    """Broken on purpose: signs taken out wherever they stand; 12,34 was 1234."""
    dialects = (ENGLISH, GERMAN, COMMAS, POINTS, BLANKS, SWISS)
    for dialect, value in zip(dialects, SPELLINGS[text], strict=True):
        found = read_closely(pa.array([text, "7"]), dialect)
        assert found.bad.tolist() == [value is None, False], dialect
        assert found.values[1] == 7
        assert value is None or found.values[0] == value, dialect
        plain = read_plain(pa.array([text]), dialect)
        assert plain is None or plain[0] == value, dialect


@pytest.mark.parametrize("text", ["", " ", "\t", "NA", " nan ", "null", "#N/A", "None"])
def test_blanks_and_words_for_nothing_are_missing(text):
    found = read_closely(pa.array([text, None, "1"]), ENGLISH)
    assert np.isnan(found.values[:2]).all()
    assert found.numbers.tolist() == [False, False, True]
    assert not found.bad.any()


def load(folder, *cells, covariate=(), **settings):
    sign = settings.get("separator", ",")
    rows = [f'{i}{sign}"{cell}"{sign}1' for i, cell in enumerate(cells)]
    (folder / "x.csv").write_text("\n".join([f"ds{sign}y{sign}z", *rows]) + "\n")
    given = {"source": "table", "path": "x.csv", "target": "y"} | settings
    return load_table(TableSource.model_validate(given), folder)


# A cell among numbers, what is said of it, and what to do.
ODD = [
    ("$14744", "not a number, for the currency sign '$'", "write 14744 alone"),
    ("12 \u20ac", "not a number, for the currency sign '\u20ac'", "write 12 alone"),
    ("EUR 1,250.00", "for the currency sign 'EUR'", "write 1,250.00 alone"),
    ("-\u00a35", "for the currency sign '\u00a3'", "write 5 alone"),
    ("5%", "not a number, for the unit '%'", "the column's name has room"),
    ("12.5 kg", "not a number, for the unit 'kg'", "write 12.5 alone"),
    ("4,800", "for its thousands separator", 'data.thousands: "," if that is 4800'),
    ("4.800,5", "thousands separator", '"." and data.decimal: "," if that is 4800.5'),
    ("4 800,5", "thousands separator", '" " and data.decimal: "," if that is 4800.5'),
    ("1'000", "for its thousands separator", """data.thousands: "'" if that is 1000"""),
    ("(12.50)", "but one below zero as accountants write it", "write a minus before"),
    ("12-", "but one below zero as accountants write it", "write a minus before it"),
    ("TRUE", "which is not a number, but a flag", "data.past or data.future names"),
    ("-", "holds '-', which is not a number", "list it in data.missing_marks"),
    ("#DIV/0!", "holds '#DIV/0!', which is not a number", "correct the value"),
]


@pytest.mark.parametrize(("cell", "said", "hint"), ODD)
def test_what_is_no_number_is_told_from_one(cell, said, hint, tmp_path):
    with pytest.raises(DataError) as caught:
        load(tmp_path, "1", cell, "3")
    assert said in str(caught.value)
    assert "x.csv line 3: column 'y' holds" in str(caught.value)
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("cells", "settings", "said"),
    [
        (["1.5", "2,5"], {"decimal": ","}, "as data.decimal is a comma"),
        (["1,234", "12,34"], {"thousands": ","}, "digits are not in groups of three"),
        (["4,800", "x"], {}, "or one with a thousands separator"),
    ],
)
def test_other_dialects_are_told_too(cells, settings, said, tmp_path):
    with pytest.raises(DataError, match=said):
        load(tmp_path, *cells, separator=";", **settings)


DOUBTFUL = [
    (["4,800", "5,900", "12,125"], {"decimal": ","}),
    (["4,800", "0", "12"], {"decimal": ","}),
    (["4.800", "600", "12.125"], {}),
]


@pytest.mark.parametrize(("cells", "settings"), DOUBTFUL)
def test_thousands_are_never_read_as_decimals(cells, settings, tmp_path):
    """Broken on purpose: no look at columns that could be read: 4,800 was 4.8."""
    said = "line 2: column 'y' holds '4.800', and three digits after each sign"
    with pytest.raises(DataError, match=said) as caught:
        load(tmp_path, *cells, separator=";", **settings)
    assert "if that is 4800, or data.thousands: none" in caught.value.hint
    panel = load(tmp_path, *cells, separator=";", **settings, thousands="none")
    assert panel.values[0] == np.float32(4.8)
    sign = settings.get("decimal", ".")
    other = {",": ".", ".": ","}[sign]
    panel = load(tmp_path, *cells, separator=";", thousands=sign, decimal=other)
    assert panel.values[0] == 4800


@pytest.mark.parametrize(
    ("cells", "settings"),
    [
        (["4,800", "5,9"], {"separator": ";", "decimal": ","}),
        (["4,800", "0,125"], {"separator": ";", "decimal": ","}),
        (["4,800", "1234,500"], {"separator": ";", "decimal": ","}),
        (["4.800", "5.125"], {"separator": ";"}),
        (["4.800", "600", "1200"], {"separator": ";"}),
        (["4.800", "600"], {}),
        (["4.800", "6.5"], {"separator": "\t"}),
    ],
)
def test_decimals_that_can_be_nothing_else_are_read(cells, settings, tmp_path):
    assert load(tmp_path, *cells, **settings).values[0] == np.float32(4.8)


def test_doubts_last_over_all_pieces_of_a_file(tmp_path, monkeypatch):
    """Broken on purpose: judged piece by piece; the last one settles it here."""
    monkeypatch.setattr("seqforecast.data.table.batches.ROWS", 2)
    german = {"separator": ";", "decimal": ","}
    assert load(tmp_path, *["4,800"] * 5, "5,9", **german).values[0] == np.float32(4.8)
    with pytest.raises(DataError, match="three digits after each sign"):
        load(tmp_path, *["4,800"] * 5, "5", **german)


def test_what_is_marked_as_missing_is_missing(tmp_path):
    """Numbers however they are written, and words; broken on purpose: words alone."""
    cells = ["1", "-9999", "-9999.0", "?", "5", "-"]
    marks = {"missing_marks": [-9999, "?", "-"], "missing": "previous"}
    panel = load(tmp_path, *cells, **marks)
    assert panel.values.tolist() == [1, 1, 1, 1, 5, 5]
    with pytest.raises(DataError, match=r"x\.csv: series 'y' has no value at 1"):
        load(tmp_path, *cells, missing_marks=[-9999, "?", "-"])


def test_marks_of_single_precision_are_the_same(tmp_path):
    """Broken on purpose: compared in 64 bits, where -99.99 is another number."""
    values = pa.array([1.5, -99.99, 2.5], pa.float32())
    table = pa.table({"ds": [1, 2, 3], "a": values})
    pyarrow.parquet.write_table(table, tmp_path / "x.parquet")
    source = {"source": "table", "path": "x.parquet", "missing": "zero"}
    source |= {"missing_marks": [-99.99]}
    panel = load_table(TableSource.model_validate(source), tmp_path)
    assert panel.values.tolist() == [1.5, 0, 2.5]


def test_numbers_in_parquet_may_be_decimals_or_texts(tmp_path):
    """Of the user's dialect; broken on purpose: that of CSV files alone."""
    columns = {
        "ds": [1, 2, 3],
        "a": pa.array([Decimal("1.25"), None, Decimal("3.50")], pa.decimal128(9, 2)),
        "b": ["1.234,5", " ", "2"],
        "c": pa.array(["1", "2", "3"]).dictionary_encode(),
    }
    pyarrow.parquet.write_table(pa.table(columns), tmp_path / "x.parquet")
    source = {"source": "table", "path": "x.parquet", "missing": "zero"}
    source |= {"decimal": ",", "thousands": "."}
    panel = load_table(TableSource.model_validate(source), tmp_path)
    assert panel.values.tolist() == [1.25, 0, 3.5, 1234.5, 0, 2, 1, 2, 3]


def test_a_blank_names_no_series(tmp_path):
    (tmp_path / "x.csv").write_text("unique_id,ds,y\na,1,1\n ,2,2\n")
    source = {"source": "table", "path": "x.csv", "layout": "long"}
    with pytest.raises(DataError, match="column 'unique_id' is empty"):
        load_table(TableSource.model_validate(source), tmp_path)


def test_signs_that_cannot_be_told_apart_are_refused():
    with pytest.raises(ValueError, match=r'thousands and decimal are both "\."'):
        TableSource.model_validate({"source": "table", "path": "x", "thousands": "."})
