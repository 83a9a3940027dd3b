"""Forecasts in files: no spreadsheet computes a name, and every name comes back."""

import csv
import io
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.files import write_text
from seqforecast.runs.forecasts import (
    guard_formulas,
    read_forecasts,
    unguard_formulas,
    write_csv,
    write_frames,
)
from seqforecast.runs.records import read_series
from seqforecast.runs.run_files import RunDirectory

FORMULAS = (
    *('=HYPERLINK("http://x")', "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1+1"),
    *("\r=1", "\n=1", "\uff1d1+1", "'=1", "''@x", "-"),
)
PLAIN = ("store 1", "-5", "+1.5e-3", ".5", "1=1", "'quoted'", "'", "", "north-west")


@pytest.mark.parametrize("name", FORMULAS)
def test_what_a_spreadsheet_would_compute_has_an_apostrophe(name: str) -> None:
    assert guard_formulas(name) == f"'{name}"


@pytest.mark.parametrize("name", PLAIN)
def test_other_names_and_numbers_are_left_as_they_are(name: str) -> None:
    assert guard_formulas(name) == unguard_formulas(name) == name


@given(st.text("'=+-@\t\r1.e ax\uff1d", max_size=6))
def test_every_name_comes_back_and_no_two_become_one(name: str) -> None:
    """Broken on purpose: names that have an apostrophe already left alone."""
    assert unguard_formulas(guard_formulas(name)) == name


def test_files_have_guarded_names_unless_they_are_asked_for_raw() -> None:
    names = [*FORMULAS, *PLAIN[:3]]
    frame = pd.DataFrame({"unique_id": names, "y_hat": -1.5, "group": [None] * 14})
    for raw in (False, True):
        file = io.StringIO(newline="")
        write_csv(file, [frame, frame], raw=raw)
        rows = [*csv.DictReader(io.StringIO(file.getvalue(), newline=""))]
        found = [row["unique_id"] for row in rows]
        assert found == 2 * (names if raw else [guard_formulas(name) for name in names])
        assert {row["y_hat"] for row in rows} == {"-1.5"}
    assert list(frame["unique_id"]) == names


def test_records_of_a_run_are_read_with_the_names_of_the_data(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path)
    columns = {"unique_id": ["=a", "-5", "b"], "cutoff": 1, "ds": 2, "step": 1}
    frame = pd.DataFrame({**columns, "y": [1.0, None, 2.0], "y_hat": 1.5})
    write_frames(run.forecasts, [frame], None)
    assert "'=a,1,2,1,1.0,1.5" in run.forecasts.read_text()
    assert read_forecasts(run).equals(frame)
    write_frames(run.series, [frame[["unique_id", "y"]]], None)
    assert [row["unique_id"] for row in read_series(run)] == ["=a", "-5", "b"]
    write_text(run.forecasts, "unique_id,cutoff,ds,step,y,y_hat\n=a,1,2,1,1.0,1.5\n")
    assert list(read_forecasts(run)["unique_id"]) == ["=a"]  # of an older version
