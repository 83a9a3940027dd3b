"""Tables that load: the same values whatever the layout, format and column order."""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as stn

from seqforecast.data.panel import Panel
from seqforecast.data.table.load import load_table
from seqforecast.data.table.open_file import open_frame, open_table
from seqforecast.data.table.section import TableSource
from seqforecast.errors import ConfigError, DataError

VALUES = stn.arrays(
    np.float32,
    st.tuples(st.integers(3, 12), st.integers(1, 4)),
    elements=st.floats(-1e6, 1e6, width=32),
)


def load(folder: Path, text: str | bytes, **settings: object) -> Panel:
    """Write a file, and load it."""
    given = {"source": "table", "path": "data.csv"} | settings
    raw = text.encode() if isinstance(text, str) else text
    (folder / str(given["path"])).write_bytes(raw)
    return load_table(TableSource.model_validate(given), folder)


def wide_frame(values: np.ndarray) -> pd.DataFrame:
    """Return hourly series as columns a, b, ..."""
    frame = pd.DataFrame(values, columns=list("abcd")[: values.shape[1]])
    frame.insert(
        0, "ds", pd.date_range("2020-02-28 22:00", periods=len(values), freq="h")
    )
    return frame


def assert_same(first: Panel, second: Panel) -> None:
    """Compare all that forecasts depend on."""
    np.testing.assert_array_equal(first.values, second.values)
    np.testing.assert_array_equal(first.offsets, second.offsets)
    np.testing.assert_array_equal(first.first_steps, second.first_steps)
    assert first.ids == second.ids
    assert (first.origin, first.frequency, first.season) == (
        second.origin,
        second.frequency,
        second.season,
    )


@given(values=VALUES, seed=st.integers(0, 100))
def test_wide_long_interleaved_and_parquet_files_load_to_the_same_panel(
    values: np.ndarray, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Broken on purpose: `.T` left out of `_place`; two columns were mixed."""
    folder = tmp_path_factory.mktemp("laws")
    frame = wide_frame(values)
    wide = load(folder, frame.to_csv(index=False))
    long = frame.melt("ds", var_name="unique_id", value_name="y")
    assert_same(wide, load(folder, long.to_csv(index=False), layout="long"))
    interleaved = long.sort_values(["ds", "unique_id"]).to_csv(index=False)
    assert_same(wide, load(folder, interleaved, layout="long"))
    frame.to_parquet(folder / "data.parquet")
    source = TableSource(source="table", path="data.parquet")
    assert_same(wide, load_table(source, folder))
    np.testing.assert_array_equal(wide.values, values.T.ravel())
    random = np.random.default_rng(seed)
    long["shop"], long["more"] = "x, y", random.random(len(long))
    shuffled = long[random.permutation(long.columns)].to_csv(index=False)
    assert_same(wide, load(folder, shuffled, layout="long"))


def test_a_packed_file_is_the_plain_one(tmp_path: Path) -> None:
    text = wide_frame(np.ones((5, 2))).to_csv(index=False)
    plain = load(tmp_path, text)
    packed = load(tmp_path, gzip.compress(text.encode()), path="data.csv.gz")
    assert_same(plain, packed)
    assert plain.sha256 != packed.sha256


def test_names_are_text_as_written(tmp_path: Path) -> None:
    """Broken on purpose: `strings_can_be_null=True`; NA named no series."""
    rows = "".join(
        f"{name},{t},1\n" for name in ("007", "NA", "null", "1.0") for t in "12"
    )
    panel = load(tmp_path, f"unique_id,ds,y\n{rows}", layout="long")
    assert panel.ids == ("007", "NA", "null", "1.0")


@pytest.mark.parametrize(
    "spelling", ["", "NA", "NaN", "null", "None", "N/A", "#N/A", "nan"]
)
def test_missing_values_are_recognised(tmp_path: Path, spelling: str) -> None:
    text = f"ds,a\n1,1\n2,{spelling}\n3,3\n"
    assert load(tmp_path, text, missing="zero").values.tolist() == [1, 0, 3]


def test_numbers_may_carry_a_plus_sign_and_spaces(tmp_path: Path) -> None:
    panel = load(tmp_path, "ds,a,b\n1, +1.5 ,x\n2,-2e3, y\n", target="a")
    assert panel.values.tolist() == [1.5, -2000]
    assert "columns that nothing names were ignored: b" in panel.notes


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    """Empty lines and quoted line breaks do not shift the count."""
    text = '\ufeff\n"ds",note\n1,x\n\n2,"two\nlines"\n3,z\n'
    (tmp_path / "data.csv").write_text(text, encoding="utf-8")
    table = open_table(tmp_path / "data.csv")
    [(start, read)] = table.batches(["note", "ds"])
    assert start == 0
    assert read["note"].to_pylist() == ["x", "two\nlines", "z"]
    assert read["ds"].to_pylist() == ["1", "2", "3"]
    assert [table.where(i) for i in range(3)] == ["line 3", "line 6", "line 7"]


def test_an_index_written_by_pandas_is_no_series(tmp_path: Path) -> None:
    frame = wide_frame(np.ones((4, 1)))
    panel = load(tmp_path, frame.to_csv())
    assert panel.ids == ("a",)
    assert "columns without a name were ignored: 1" in panel.notes
    frame.set_index(np.array([3, 1, 2, 0])).to_parquet(tmp_path / "data.parquet")
    source = TableSource(source="table", path="data.parquet")
    assert load_table(source, tmp_path).ids == ("a",)


def test_one_series_without_names_is_called_like_its_column(tmp_path: Path) -> None:
    panel = load(tmp_path, "ds,y\n1,1\n2,2\n", layout="long", id=None)
    assert panel.ids == ("y",)


@pytest.mark.parametrize("target", ["b", ["b"]])
def test_a_target_chooses_columns(tmp_path: Path, target: object) -> None:
    assert load(tmp_path, "ds,a,b\n1,1,3\n2,2,4\n", target=target).ids == ("b",)


def test_targets_keep_their_order(tmp_path: Path) -> None:
    panel = load(tmp_path, "ds,a,b\n1,1,3\n2,2,4\n", target=["b", "a"])
    assert panel.ids == ("b", "a")
    assert panel.values.tolist() == [3, 4, 1, 2]


def test_whole_numbers_stay_whole_numbers(tmp_path: Path) -> None:
    text = "unique_id,ds,y\na,1990,1\na,1992,2\nb,1988,3\nb,1990,4\n"
    panel = load(tmp_path, text, layout="long")
    assert (panel.origin, panel.frequency, panel.season) == (1988, 2, None)
    assert panel.first_steps.tolist() == [1, 0]
    assert panel.stamps(np.array([0, 2])).tolist() == [1988, 1992]


def test_a_wide_series_may_start_late_and_end_early(tmp_path: Path) -> None:
    """Broken on purpose: steps trimmed at the end moved the start instead."""
    text = "ds,a,b\n5,,\n6,1,\n7,,4\n8,3,\n9,7,6\n10,8,\n"
    panel = load(tmp_path, text, missing="interpolate")
    assert panel.series(0).tolist() == [1, 2, 3, 7, 8]
    assert panel.series(1).tolist() == [4, 5, 6]
    assert (panel.origin, panel.first_steps.tolist()) == (6, [0, 1])
    assert any("ends of series: 4, in 2 of 2" in note for note in panel.notes)
    assert any("later ones: 2, in 2 of 2 series" in note for note in panel.notes)


def test_a_constant_series_loads_without_a_word_about_rounding(tmp_path: Path) -> None:
    panel = load(tmp_path, "ds,a\n1,0.1\n2,0.1\n3,0.1\n")
    assert panel.values.tolist() == [np.float32(0.1)] * 3
    assert not any("float32" in note for note in panel.notes)
    with pytest.raises(ValueError, match="read-only"):
        panel.values[0] = 1


def test_rounding_that_matters_is_noted(tmp_path: Path) -> None:
    """At 1e8 float32 values are 8 apart (IEEE 754), and these change by 1."""
    panel = load(tmp_path, "ds,a,b\n1,1,100000001\n2,2,100000000\n3,9,100000002\n")
    assert any("changes: 1, first 'b'" in note for note in panel.notes)


@pytest.mark.parametrize(("asked", "got"), [("auto", 24), (7, 7), (None, None)])
def test_a_given_season_wins(tmp_path: Path, asked: object, got: object) -> None:
    text = wide_frame(np.ones((5, 1))).to_csv(index=False)
    assert load(tmp_path, text, season=asked).season == got


def test_a_panel_knows_which_values_were_filled(tmp_path: Path) -> None:
    """By hand: a loses its first step, b its first two; each has a gap after that.

    Broken on purpose: places before the ends were cut.
    """
    text = "ds,a,b\n1,,\n2,1,\n3,,1\n4,3,\n"
    panel = load(tmp_path, text, missing="previous")
    assert panel.values.tolist() == [1, 1, 3, 1, 1]
    assert panel.filled.tolist() == [1, 4]
    assert load(tmp_path, "ds,a\n1,1\n2,2\n").filled.tolist() == []


def test_seasonal_uses_the_season_of_the_calendar(tmp_path: Path) -> None:
    """By hand: two weeks of days, then the median of 1 and 3, the Mondays so far."""
    values = [1, *range(10, 16), 3, *range(10, 16), np.nan, 5]
    days = pd.date_range("2024-01-01", periods=16)
    text = pd.DataFrame({"ds": days, "a": values}).to_csv(index=False)
    panel = load(tmp_path, text, missing="seasonal")
    assert panel.values[14] == 2
    assert panel.filled.tolist() == [14]
    assert any("median so far at their place in the season" in n for n in panel.notes)
    with pytest.raises(ConfigError, match="seasonal needs a season"):
        load(tmp_path, text, missing="seasonal", season=None)


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_a_file_of_another_dialect_is_read_as_it_is_told(tmp_path, separator):
    rows = [["ds", "a", "b"], ["2024-01-01", "1,5", "2"], ["2024-01-02", "-0,25", ""]]
    rows += [["2024-01-03", " 1e3 ", "4,0"]]
    text = "\n".join(separator.join(row) for row in rows)
    (tmp_path / "x.csv").write_text(text + "\n")
    section = TableSource(
        source="table",
        path="x.csv",
        separator=separator,
        decimal=",",
        missing="interpolate",
    )
    panel = load_table(section, tmp_path)
    assert panel.values.tolist() == [1.5, -0.25, 1000.0, 2.0, 3.0, 4.0]


@pytest.mark.parametrize("text", ["1.234", "1.234,5", "12.5"])
def test_with_commas_before_decimals_a_point_is_no_part_of_a_number(tmp_path, text):
    """1.234 may be a thousand or one: nothing is guessed."""
    (tmp_path / "x.csv").write_text(f"ds;y\n2024-01-01;1,5\n2024-01-02;{text}\n")
    section = TableSource(source="table", path="x.csv", separator=";", decimal=",")
    with pytest.raises(DataError, match=f"line 3: column 'y' holds '{text}'"):
        load_table(section, tmp_path)


def test_another_dialect_is_named_with_the_settings_that_read_it(tmp_path):
    (tmp_path / "x.csv").write_text("ds;y\n2024-01-01;1,5\n2024-01-02;2\n")
    with pytest.raises(DataError, match="looks separated by ';', not by ','") as caught:
        load_table(TableSource(source="table", path="x.csv"), tmp_path)
    assert 'set data.separator: ";"' in caught.value.hint
    with pytest.raises(ValueError, match="separator and decimal are both a comma"):
        TableSource(source="table", path="x.csv", decimal=",")


@pytest.mark.parametrize("value", [{"a set"}, 10**400, object()])
def test_a_frame_that_no_table_can_hold_is_refused(value: object) -> None:
    frame = pd.DataFrame({"ds": [1, 2], "y": [1.0, value]})
    with pytest.raises(DataError, match=r"^the data frame cannot be read: ") as caught:
        open_frame(frame)
    assert caught.value.hint == "its columns must be plain numbers, text or dates"
