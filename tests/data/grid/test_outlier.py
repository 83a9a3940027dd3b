"""A stamp far from all others is named; gaps, however wide, are left to others."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.data.panel import Panel
from seqforecast.data.table.load import load_table
from seqforecast.data.table.section import TableSource
from seqforecast.errors import DataError

DAYS = [str(day)[:10] for day in pd.date_range("2020-01-01", periods=40)]


def load(folder: Path, series: dict[str, list[str]], **asked: object) -> Panel:
    """Write a long table, and load it with gaps filled."""
    rows = [f"{name},{ds},1\n" for name, stamps in series.items() for ds in stamps]
    (folder / "data.csv").write_text("unique_id,ds,y\n" + "".join(rows))
    source = {"source": "table", "path": "data.csv", "layout": "long"}
    section = source | {"missing": "zero"} | asked
    return load_table(TableSource.model_validate(section), folder)


@given(
    place=st.integers(0, 39),
    stamp=st.sampled_from(["2202-02-03", "1020-01-05", "1900-01-01", "2120-02-29"]),
    other=st.booleans(),
    backward=st.booleans(),
)
def test_a_year_typed_wrong_is_named_with_its_line(
    place: int,
    stamp: str,
    other: bool,
    backward: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Wherever it stands; broken on purpose: only last records looked at."""
    stamps = [*DAYS]
    stamps[place] = stamp
    stamps = stamps[::-1] if backward else stamps
    series = {"a": stamps} | ({"b": DAYS} if other else {})
    line = stamps.index(stamp) + 2
    said = rf"series 'a': time stamp {stamp} \(line {line}\) stands alone, far from all"
    with pytest.raises(DataError, match=said) as raised:
        load(tmp_path_factory.mktemp("law"), series)
    assert "which run from 2020-01-0" in str(raised.value)


def test_several_are_counted(tmp_path: Path) -> None:
    late = [*DAYS[:-1], "2202-01-01"]
    with pytest.raises(DataError, match="such stamps: 2"):
        load(tmp_path, {"a": late, "b": DAYS, "c": late})


@pytest.mark.parametrize(
    "series",
    [
        {"a": [*DAYS, "2020-12-31"]},  # no decades
        {"a": [*DAYS, "2060-01-01", "2060-01-02"]},  # not alone
        {"a": DAYS, "b": [*DAYS[:6], "2060-01-01"], "c": ["2059-12-30", "2059-12-31"]},
        {"a": [*DAYS[:3], "2060-01-01"]},  # too few to be the odd one of
        {"a": [f"{year}-01-01" for year in (*range(1900, 1990), 2015)]},
    ],
)
def test_other_gaps_are_filled(tmp_path: Path, series: dict[str, list[str]]) -> None:
    """Broken on purpose: the span of other series not looked at."""
    assert len(load(tmp_path, series).filled)


def test_steps_are_not_looked_at(tmp_path: Path) -> None:
    assert len(load(tmp_path, {"a": [*map(str, range(10)), "5000"]}).values) == 5001
