"""Covariates of a file: where each value lands, and what is said and refused."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.data import missing_values
from seqforecast.data.panel import Panel
from seqforecast.data.table import batches
from seqforecast.data.table.formats import parquet_file
from seqforecast.data.table.load import load_table
from seqforecast.data.table.section import TableSource
from seqforecast.errors import ConfigError, MissingValuesError, SeqforecastError

LONG = {"layout": "long"}
BOTH = {"past": ["p"], "future": ["f"]}


def load(folder: Path, text: str, **settings: object) -> Panel:
    (folder / "data.csv").write_text(text)
    given = {"source": "table", "path": "data.csv"} | settings
    return load_table(TableSource.model_validate(given), folder)


def rows_of(panel: Panel, series: int) -> list[list[float]]:
    """Return the covariates at the steps of a series and after it, a list a column."""
    found = panel.covariates
    start = panel.offsets[series] + found.shifts[series]
    return found.table[start : found.stops[series]].T.tolist()


WIDE = "ds,a,p,b,f\n1,1,10,,100\n2,2,20,5,200\n3,3,30,6,300\n4,,,,400\n5,,,,500\n"


def test_a_wide_file_shares_the_rows_of_its_covariates(tmp_path: Path) -> None:
    """Broken on purpose: rows counted from the grid, not from the late start of b."""
    panel = load(tmp_path, WIDE, missing="interpolate", **BOTH)
    assert panel.ids == ("a", "b")
    assert panel.lengths.tolist() == [3, 2]
    assert panel.covariates.table.shape == (5, 2)
    past, future = rows_of(panel, 0)
    assert past[:3] == [10, 20, 30]
    assert np.isnan(past[3:]).all()
    assert future == [100, 200, 300, 400, 500]
    assert rows_of(panel, 1)[1] == [200, 300, 400, 500]
    assert (panel.covariates.past, panel.covariates.future) == (("p",), ("f",))
    notes = " / ".join(panel.notes)
    assert "taken for its future: 4, in 2 of 2 series" in notes
    assert "ends of series: 1, in 1 of 2 series" in notes


def test_a_long_file_gives_each_series_rows_of_its_own(tmp_path: Path) -> None:
    text = (
        "unique_id,ds,y,f,size,shop\n"
        "x,1,1,10,3,north\nz,5,7,60,4.5,south\nx,2,2,20,3,north\nx,3,,30,3,north\n"
        "z,6,8,70,4.5,south\n"
    )
    panel = load(tmp_path, text, future=["f"], static=["size", "shop"], **LONG)
    assert panel.ids == ("x", "z")
    assert panel.values.tolist() == [1, 2, 7, 8]
    assert rows_of(panel, 0) == [[10, 20, 30]]
    assert rows_of(panel, 1) == [[60, 70]]
    static = panel.covariates.static
    assert static["size"].tolist() == ["3", "4.5"]
    assert static["shop"].tolist() == ["north", "south"]


def test_what_nothing_names_is_still_ignored_and_said(tmp_path: Path) -> None:
    panel = load(tmp_path, "ds,a,p,note\n1,1,2,x\n2,2,3,y\n", target="a", past=["p"])
    assert "columns that nothing names were ignored: note" in panel.notes
    assert load(tmp_path, "ds,a\n1,1\n2,2\n").covariates is None


@pytest.mark.parametrize(
    ("missing", "expected"),
    [("interpolate", [1, 2, 3, 5, 7, 9]), ("previous", [1, 1, 3, 3, 3, 9])],
)
def test_missing_covariates_are_filled_as_told_also_in_the_future(
    missing: str, expected: list[float], tmp_path: Path
) -> None:
    text = "ds,a,f\n1,5,1\n2,6,\n3,7,3\n4,8,\n5,,\n6,,9\n7,,\n"
    panel = load(tmp_path, text, missing=missing, future=["f"])
    assert panel.lengths.tolist() == [4]
    assert rows_of(panel, 0)[0][:6] == expected
    assert np.isnan(rows_of(panel, 0)[0][6])
    told = "missing values of covariates filled as data.missing says: f 3"
    assert told in panel.notes


def test_gaps_are_filled_by_the_season_where_there_is_one(tmp_path: Path) -> None:
    """Broken on purpose: a season of one step in place of none."""
    text = "ds,a,f\n1,5,1\n2,6,2\n3,7,3\n4,8,\n5,9,5\n6,,\n7,,7\n"
    settings = {"missing": "seasonal", "future": ["f"]}
    panel = load(tmp_path, text, season=2, **settings)
    assert rows_of(panel, 0)[0] == [1, 2, 3, 2, 5, 2, 7]
    with pytest.raises(ConfigError, match="seasonal needs a season"):
        load(tmp_path, text, season=None, **settings)


def test_gaps_of_covariates_have_a_rule_of_their_own(tmp_path: Path) -> None:
    """Nothing is filled in the target; broken on purpose: `missing` for both."""
    text = "ds,a,p,f\n1,5,1,1\n2,6,,\n3,7,3,3\n4,8,,\n5,,,9\n"
    settings: dict[str, object] = {"past": ["p"], "future": ["f"]}
    panel = load(tmp_path, text, covariate_missing="previous", **settings)
    assert [row[:4] for row in rows_of(panel, 0)] == [[1, 1, 3, 3]] * 2
    told = "filled as data.covariate_missing says: p 2, f 2"
    assert any(told in note for note in panel.notes)
    gap = text.replace("2,6,", "2,,")
    with pytest.raises(MissingValuesError, match="series 'a' has no value at 2"):
        load(tmp_path, gap, covariate_missing="previous", **settings)
    with pytest.raises(SeqforecastError, match="column 'p' has no value at 2") as said:
        load(tmp_path, gap, missing="zero", covariate_missing="error", **settings)
    assert "which leaves the target as it is" in said.value.hint
    with pytest.raises(ConfigError, match="covariate_missing: seasonal needs a"):
        load(tmp_path, text, covariate_missing="seasonal", **settings)


def test_static_cells_follow_the_rule_of_covariates(tmp_path: Path) -> None:
    text = "unique_id,ds,y,s\na,1,1,x\na,2,2,\n"
    settings: dict[str, object] = {"static": ["s"], **LONG}
    panel = load(tmp_path, text, covariate_missing="previous", **settings)
    assert panel.covariates.static["s"].tolist() == ["x"]
    with pytest.raises(SeqforecastError, match="static column 's' of series 'a' is"):
        load(tmp_path, text, missing="zero", covariate_missing="error", **settings)


FLAGS = [("TRUE", "FALSE"), ("True", "False"), ("true", "false"), (" TRUE", "false ")]


@pytest.mark.parametrize(("yes", "no"), FLAGS)
def test_flags_are_one_and_zero_as_covariates(
    yes: str, no: str, tmp_path: Path
) -> None:
    text = f"ds,a,f\n1,5,{yes}\n2,6,{no}\n3,7,{yes}\n4,,{no}\n"
    panel = load(tmp_path, text, future=["f"])
    assert rows_of(panel, 0) == [[1, 0, 1, 0]]
    assert "flags read as 1 and 0: f" in panel.notes
    frame = pd.DataFrame({"ds": [1, 2, 3], "a": [5, 6, 7], "f": [True, False, True]})
    frame.to_parquet(tmp_path / "data.parquet")
    given = {"source": "table", "path": "data.parquet", "past": ["f"]}
    panel = load_table(TableSource.model_validate(given), tmp_path)
    assert rows_of(panel, 0) == [[1, 0, 1]]
    assert "flags read as 1 and 0: f" in panel.notes


def test_flags_are_neither_targets_nor_numbers_among_others(tmp_path: Path) -> None:
    """Broken on purpose: a text read as 1 wherever it stands."""
    said = "line 3: column 'a' holds 'TRUE', which is not a number, but a flag"
    with pytest.raises(SeqforecastError, match=said) as caught:
        load(tmp_path, "ds,a\n1,5\n2,TRUE\n3,7\n")
    assert "to forecast one, write 1 and 0" in caught.value.hint
    frame = pd.DataFrame({"ds": [1, 2], "a": [True, False]})
    frame.to_parquet(tmp_path / "x.parquet")
    source = {"source": "table", "path": "x.parquet"}
    with pytest.raises(SeqforecastError, match="values of type bool, not") as caught:
        load_table(TableSource.model_validate(source), tmp_path)
    assert "to forecast one, write 1 and 0" in caught.value.hint
    with pytest.raises(SeqforecastError, match="column 'a' holds 'TRUE'"):
        load(tmp_path, "ds,a\n1,TRUE\n2,FALSE\n3,TRUE\n")
    said = "line 3: column 'f' holds 'TRUE', which is not a number, but a flag"
    with pytest.raises(SeqforecastError, match=said):
        load(tmp_path, "ds,a,f\n1,5,1\n2,6,TRUE\n3,7,0\n", past=["f"])


def test_without_future_columns_empty_ends_are_missing_as_ever(tmp_path: Path) -> None:
    text = "ds,a,p\n1,5,1\n2,6,2\n3,,3\n"
    assert load(tmp_path, text, missing="zero", past=["p"]).values.tolist() == [5, 6, 0]
    ahead = load(tmp_path, text, missing="zero", future=["p"])
    assert ahead.values.tolist() == [5, 6]


CELL = st.floats(-1e6, 1e6, width=32)
SERIES = st.lists(st.lists(CELL, min_size=2, max_size=8), min_size=1, max_size=4)


@given(
    series=SERIES,
    cuts=st.tuples(st.integers(1, 7), st.integers(0, 3)),
    data=st.data(),
)
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_covariates_depend_neither_on_pieces_nor_on_the_order_of_records(
    suffix: str,
    series: list[list[float]],
    cuts: tuple[int, int],
    data: st.DataObject,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Whatever the layout of the file, a step has the numbers of its record.

    Broken on purpose: covariates placed in the order of the batch.
    """
    folder, (rows, ahead) = tmp_path_factory.mktemp("law"), cuts
    records = [
        (f"s{name}", step, value, 7 * step + name, f"kind{name % 2}")
        for name, values in enumerate(series)
        for step, value in enumerate([*values, *[None] * ahead])
    ]
    frame = pd.DataFrame(records, columns=["unique_id", "ds", "y", "f", "kind"])
    turns = data.draw(st.permutations(frame["unique_id"].tolist()))
    dealt = {name: iter(part.index) for name, part in frame.groupby("unique_id")}
    mixed = frame.loc[[next(dealt[name]) for name in turns]]
    file = folder / f"data.{suffix}"
    write = mixed.to_parquet if suffix == "parquet" else mixed.to_csv
    write(file, index=False)
    source = {"source": "table", "path": str(file), "layout": "long"}
    source |= {"future": ["f"], "static": ["kind"]}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batches, "ROWS", rows)
        patch.setattr(missing_values, "AT_A_TIME", rows)
        patch.setattr(parquet_file, "_TOGETHER", 1)
        panel = load_table(TableSource.model_validate(source), folder)
    for number, name in enumerate(panel.ids):
        index = int(name[1:])
        assert panel.series(number).tolist() == series[index]
        steps = range(len(series[index]) + ahead)
        assert rows_of(panel, number) == [[7 * step + index for step in steps]]
        assert panel.covariates.static["kind"][number] == f"kind{index % 2}"


HEAD = "unique_id,ds,y,f,s\n"
ERRORS: list[tuple[str, str, dict[str, object]]] = [
    ("misspelt past", "ds,a,temp\n1,1,2\n2,2,3\n", {"past": ["tmp"]}),
    ("misspelt future", "ds,a,temp\n1,1,2\n2,2,3\n", {"future": ["temps"]}),
    ("misspelt static", HEAD + "a,1,1,1,x\n", {"static": ["z"], **LONG}),
    ("covariates alone", "ds,p\n1,1\n2,2\n", {"past": ["p"]}),
    ("text as past", "ds,a,p\n1,1,hot\n2,2,cold\n", {"past": ["p"]}),
    ("text among numbers", "ds,a,p\n1,1,5\n2,2,cold\n", {"past": ["p"]}),
    ("missing past", "ds,a,p\n1,1,5\n2,2,\n3,3,6\n", {"past": ["p"]}),
    ("missing future", "ds,a,f\n1,1,5\n2,2,6\n3,,\n4,,7\n", {"future": ["f"]}),
    (
        "missing in a long file",
        HEAD + "a,1,1,1,x\nb,1,1,1,x\na,2,2,2,x\nb,2,1,,x\n",
        {"future": ["f"], **LONG},
    ),
    (
        "nothing before it",
        "ds,a,p\n1,1,\n2,2,6\n3,3,6\n",
        {"past": ["p"], "missing": "previous"},
    ),
    (
        "a static column changes",
        HEAD + "a,1,1,1,x\nb,1,1,1,x\na,2,2,2,x\nb,2,1,3,y\n",
        {"static": ["s"], **LONG},
    ),
    (
        "an empty static value",
        HEAD + "a,1,1,1,x\na,2,2,2,\nb,1,1,1,x\nb,2,1,3,x\n",
        {"static": ["s"], **LONG},
    ),
    (
        "no static value",
        HEAD + "a,1,1,1,x\na,2,2,2,\nb,1,1,1,\nb,2,1,3,\n",
        {"static": ["s"], "missing": "zero", **LONG},
    ),
    ("two roles", "", {"past": ["f"], "future": ["f"]}),
    ("target and past", "", {"target": "a", "past": ["a"]}),
    ("value column as future", "", {"future": ["y"], **LONG}),
    ("time as past", "", {"past": ["ds"]}),
    ("id as static", "", {"static": ["unique_id"], **LONG}),
    ("static in a wide file", "", {"static": ["s"]}),
    ("no such calendar feature", "", {"calendar": ["hours"]}),
    ("calendar twice", "", {"calendar": ["hour", "hour"]}),
]


def test_every_refusal_of_covariates_says_what_is_wrong_where_and_what_to_do(
    tmp_path: Path, golden: Callable[[str, str], None]
) -> None:
    """Broken on purpose: rows of the second series counted from the first one's."""
    texts = []
    for name, text, settings in ERRORS:
        try:
            load(tmp_path, text, **settings)
        except SeqforecastError as error:
            told = f"  {error}\n  hint: {error.hint}\n  exit code {error.exit_code}\n"
        except ValueError as error:
            told = f"{str(error).splitlines()[-2].partition(' [type=')[0]}\n"
        else:
            told = "  not refused\n"
        texts.append(f"{name}\n{told}".replace(f"{tmp_path}/", ""))
    golden("covariate_errors.txt", "\n".join(texts))


def test_a_parquet_file_may_hold_typed_static_columns(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "unique_id": list("aabb"),
            "ds": [1, 2, 1, 2],
            "y": 1.0,
            "size": [3, 3, 4, 4],
            "kind": pd.Categorical(["n", "n", "s", "s"]),
            "open": [True, True, False, False],
        }
    )
    frame.to_parquet(tmp_path / "data.parquet")
    source = TableSource(
        source="table",
        path="data.parquet",
        layout="long",
        static=["size", "kind", "open"],
    )
    static = load_table(source, tmp_path).covariates.static
    assert static["size"].tolist() == ["3", "4"]
    assert static["kind"].tolist() == ["n", "s"]
    assert static["open"].tolist() == ["true", "false"]
