"""CSV as it comes: any line end, values of any length, gzip of several members."""

import gzip
import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from seqforecast.data.panel import Panel
from seqforecast.data.table import csv_file
from seqforecast.data.table.load import load_table
from seqforecast.data.table.open_file import open_table
from seqforecast.data.table.section import TableSource
from seqforecast.errors import DataError

ROWS = [f"2024-01-{day:02},{day},{2 * day}" for day in range(1, 11)]
LINES = ["ds,a,b", *ROWS]
MIXED = "\r\n".join(LINES[:4]) + "\n" + "\r".join(LINES[4:7])
MIXED += "\r\r\n\n" + "\n".join(LINES[7:])


def load(path: Path, content: str | bytes, **settings: object) -> Panel:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    given = {"source": "table", "path": str(path)} | settings
    return load_table(TableSource.model_validate(given), Path())


@pytest.mark.parametrize("piece", [1, 7, 1 << 20])
@pytest.mark.parametrize("text", ["\r".join(LINES) + "\r", "\r".join(LINES), MIXED])
def test_lines_may_end_in_any_way(text, piece, tmp_path, monkeypatch):
    monkeypatch.setattr(csv_file, "_PIECE", piece)
    panel = load(tmp_path / "x.csv", text)
    assert panel.series(0).tolist() == [*range(1, 11)]
    bad = text.replace(ROWS[-1], "2024-01-10,x,1")
    line = len(io.StringIO(bad, newline=None).readlines())
    with pytest.raises(DataError, match=f"line {line}: column 'a' holds 'x'"):
        load(tmp_path / "x.csv", bad)


@pytest.mark.parametrize("piece", [1, 2, 3, 5, 1 << 20])
def test_lines_are_counted_as_python_does(piece, tmp_path, monkeypatch):
    """Broken on purpose: by LF alone; the LF of a CR LF after the end of a piece."""
    monkeypatch.setattr(csv_file, "_PIECE", piece)
    random, path = np.random.default_rng(0), tmp_path / "x.csv"
    for _ in range(50):
        text = "".join(random.choice(["a", "é", "\r", "\n", "\r\n"], size=12)) + "b"
        lines = io.StringIO(text, newline="").readlines()
        path.write_bytes(text.encode())
        facts = csv_file.check_text(path)
        # The LF of a CR LF is counted to the line after it.
        longest = max(len(line.encode()) for line in lines)
        assert abs(facts.longest - longest) <= 1
        assert facts.size == len(text.encode())
        path.write_bytes(text.encode() + b"\xff")
        with pytest.raises(DataError, match=f"line {len(lines)} is not UTF-8"):
            csv_file.check_text(path)


def test_a_value_may_have_any_length(tmp_path):
    """Python's reader takes 131,072 letters, unless it is told otherwise."""
    name, digits = "n" * 140_000, "0" * 140_000
    text = "\n".join([f"ds,{name}", *(f"{i},{digits}{i}" for i in range(1, 5))])
    panel = load(tmp_path / "x.csv", text)
    assert panel.ids == (name,)
    assert panel.values.tolist() == [1, 2, 3, 4]
    assert open_table(tmp_path / "x.csv").where(3) == "line 5"


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_record_may_be_longer_than_all_that_is_read_at_once(quote, tmp_path):
    """Forty megabytes, of many lines where it is quoted, between two short records.

    Broken on purpose: those before it were read twice.
    """
    long = ("x" * 999 + ("\n" if quote else "-")) * 40_000
    text = f"ds,a,note\n1,5,short\n2,6,{quote}{long}{quote}\n3,7,short\n"
    assert load(tmp_path / "x.csv", text, target="a").values.tolist() == [5, 6, 7]


def test_gzip_files_put_together_are_one(tmp_path):
    text = "\n".join(LINES)
    halves = gzip.compress(text[:50].encode()) + gzip.compress(text[50:].encode())
    for content in (halves, halves + bytes(512)):  # as tapes pad them
        panel = load(tmp_path / "x.csv.gz", content)
        assert panel.series(0).tolist() == [*range(1, 11)]


def test_what_unpacks_without_end_is_refused(tmp_path, monkeypatch):
    """Broken on purpose: no limit."""
    content = gzip.compress(b"ds,a\n1,1\n2," + b"0" * 10**7)
    monkeypatch.setattr(csv_file, "UNPACKED", 10**6)
    with pytest.raises(DataError, match=r"bytes and more, over 200 times") as caught:
        load(tmp_path / "x.csv.gz", content)
    assert "unpack it with gunzip and name the .csv" in caught.value.hint
    monkeypatch.setattr(csv_file, "UNPACKED", 10**8)
    assert load(tmp_path / "x.csv.gz", content).values.tolist() == [1, 0]


def test_a_large_table_of_zeros_is_within_the_limit():
    """What is packed tightest in earnest: counts that are nearly always zero."""
    rows = [f"2024-01-01,store_{i % 1000:04},0\n" for i in range(10**5)]
    content = "".join(rows).encode()
    assert len(content) < csv_file.RATIO * len(gzip.compress(content, 9)) / 1.5


def test_where_quotes_are_taken_differently_a_record_is_counted(tmp_path):
    (tmp_path / "x.csv").write_text("ds,a\n1,1\n2,2\n")
    table = open_table(tmp_path / "x.csv")
    assert table.where(1) == "line 3"
    assert table.where(7) == "record 8"


def test_the_package_leaves_the_reader_of_python_alone_until_it_reads():
    code = (
        "import csv; n = csv.field_size_limit(); import seqforecast.data.table.load; "
    )
    code += "assert csv.field_size_limit() == n"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_stands_above_the_header_is_told(tmp_path):
    """Broken on purpose: the hint of records that are too long, on decimals."""
    (tmp_path / "x.csv").write_text("Sales of 2020\nds,a\n1,5\n2,6\n")
    table = open_table(tmp_path / "x.csv")
    said = "line 2 has 2 values, but the header names 1 columns"
    with pytest.raises(DataError, match=said) as caught:
        list(table.batches(["Sales of 2020"]))
    assert caught.value.hint.startswith("delete what stands above the names of columns")
