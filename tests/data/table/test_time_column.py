"""Dates that mean one thing are read, with their zone, and it is said how."""

from pathlib import Path

import pandas as pd
import pytest

from seqforecast.data.table import batches
from seqforecast.data.table.load import load_table
from seqforecast.data.table.section import TableSource


@pytest.fixture(params=[1, 7, batches.ROWS], autouse=True)
def _rows(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read so many records at a time."""
    monkeypatch.setattr(batches, "ROWS", request.param)


@pytest.mark.parametrize(
    ("stamps", "origin"),
    [
        (["13/01/2020", "14/01/2020"], "2020-01-13"),
        (["01/13/2020", "01/14/2020"], "2020-01-13"),
        (["2020-01-01T00:00+02:00", "2020-01-02T00:00+02:00"], "2020-01-01"),
        (["2020-01-01 00:00:00Z", "2020-01-02 00:00:00Z"], "2020-01-01"),
        (["2020-01-01 00:00:00 UTC", "2020-01-02 00:00:00 UTC"], "2020-01-01"),
        (["Jan 1, 2020", "Jan 2, 2020"], "2020-01-01"),
    ],
)
def test_dates_that_mean_one_thing_are_read(
    tmp_path: Path, stamps: list[str], origin: str
) -> None:
    rows = "".join(f'"{stamp}",{i}\n' for i, stamp in enumerate(stamps))
    (tmp_path / "data.csv").write_text(f"ds,a\n{rows}")
    panel = load_table(TableSource(source="table", path="data.csv"), tmp_path)
    assert panel.origin == pd.Timestamp(origin)
    assert any(word in panel.notes[0] for word in ("read as", "offset"))


@pytest.mark.parametrize(
    ("frequency", "origin", "word"),
    [("D", "2020-03-28 00:00", "stay local"), ("h", "2020-03-27 23:00", "into UTC")],
)
def test_a_zone_whose_offset_changes_keeps_days_whole(
    tmp_path: Path, frequency: str, origin: str, word: str
) -> None:
    """Clocks in Berlin went forward on 29 March 2020."""
    dates = pd.date_range("2020-03-28", periods=60, freq=frequency, tz="Europe/Berlin")
    pd.DataFrame({"ds": dates, "a": 1.0}).to_parquet(tmp_path / "data.parquet")
    panel = load_table(TableSource(source="table", path="data.parquet"), tmp_path)
    assert (panel.origin, panel.frequency) == (pd.Timestamp(origin), frequency)
    assert word in panel.notes[0]
