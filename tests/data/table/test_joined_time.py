"""Time stamps in parts: put together row by row, or refused where one is none."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from seqforecast.data.source import load_panel
from seqforecast.data.table.load import load_table
from seqforecast.data.table.section import TableSource
from seqforecast.errors import DataError

QUARTERS = [(1990 + i // 4, i % 4 + 1) for i in range(24)]


def write(path: Path, header: str, rows: list[tuple[object, ...]]) -> Path:
    lines = [header, *(",".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n")
    return path


def source(path: Path, time: object, **more: object) -> TableSource:
    settings = {"source": "table", "path": str(path), "time": time, **more}
    return TableSource.model_validate(settings)


def test_a_panel_is_that_of_the_same_file_with_dates(tmp_path: Path) -> None:
    """Of several series, and with columns that are read beside the time."""
    draw = np.random.default_rng(0).standard_normal((2, 24)).round(3)
    parts, dated = [], []
    for name, values in zip("ab", draw, strict=True):
        for (year, quarter), value in zip(QUARTERS, values, strict=True):
            parts.append((name, year, quarter, value))
            dated.append((name, f"{year}-{3 * quarter - 2:02}-01", value))
    first = write(tmp_path / "parts.csv", "unique_id,yr,qtr,y", parts)
    second = write(tmp_path / "dates.csv", "unique_id,ds,y", dated)
    time = {"year": "yr", "quarter": "qtr"}
    made = load_table(source(first, time, layout="long"), Path())
    wanted = load_table(source(second, "ds", layout="long"), Path())
    assert made.ids == wanted.ids == ("a", "b")
    assert (made.frequency, made.origin) == (wanted.frequency, wanted.origin)
    assert np.array_equal(made.values, wanted.values)


def test_parts_are_no_series_of_a_wide_file(tmp_path: Path) -> None:
    rows = [(y, q, i * i) for i, (y, q) in enumerate(QUARTERS)]
    path = write(tmp_path / "x.csv", "year,quarter,gdp", rows)
    panel = load_panel(source(path, {"year": "year", "quarter": "quarter"}), Path())
    assert panel.ids == ("gdp",)
    assert panel.season == 4


@pytest.mark.parametrize(
    ("time", "rows", "said"),
    [
        (
            {"year": "a", "quarter": "b"},
            [(1990, 1), (1990, 5)],
            "line 3: column 'b' holds '5', which is no quarter from 1 to 4",
        ),
        (
            {"year": "a", "month": "b"},
            [(1990, 1), (1990, "Foo")],
            "line 3: column 'b' holds 'Foo', which is no month from 1 to 12",
        ),
        (
            {"year": "a", "month": "b"},
            [(1990, 1), (1990, "")],
            "line 3: column 'b' is empty, which is no month from 1 to 12",
        ),
        (
            {"year": "a", "week": "b"},
            [(2021, 52), (2021, 53)],
            "line 3: column 'b' holds '53', which is no week of its year",
        ),
        (
            {"date": "a", "hour": "b"},
            [("2020-01-01", 23), ("2020-01-01", 24)],
            "line 3: column 'b' holds '24', which is no hour from 0 to 23",
        ),
        (
            {"year": "a", "month": "z"},
            [(1990, 1), (1990, 2)],
            r"x.csv has no column 'z' \(data.time\)",
        ),
    ],
)
def test_a_part_that_is_none_is_refused_where_it_stands(
    tmp_path: Path, time: object, rows: list[tuple[object, ...]], said: str
) -> None:
    path = write(tmp_path / "x.csv", "a,b,y", [(*row, 1.5) for row in rows])
    with pytest.raises(DataError, match=said) as caught:
        load_table(source(path, time), Path())
    assert "data.time" in str(caught.value.hint)


def test_the_31st_of_a_month_of_30_days_is_refused(tmp_path: Path) -> None:
    """Broken on purpose: taken for the 1st of the month that follows."""
    rows = [(2020, 4, day, 1.5) for day in (29, 30, 31)]
    path = write(tmp_path / "x.csv", "year,month,day,y", rows)
    time = {part: part for part in ("year", "month", "day")}
    said = "line 4: column 'day' holds '31', which is no day of its month"
    with pytest.raises(DataError, match=said):
        load_table(source(path, time), Path())


def test_hours_are_added_to_dates_only(tmp_path: Path) -> None:
    pd.DataFrame({"day": [1.5, 2.5], "hour": [1, 2], "y": [1.0, 2.0]}).to_parquet(
        tmp_path / "x.parquet"
    )
    said = "column 'day' holds double, to which no hour can be added"
    with pytest.raises(DataError, match=said):
        load_table(
            source(tmp_path / "x.parquet", {"date": "day", "hour": "hour"}), Path()
        )
