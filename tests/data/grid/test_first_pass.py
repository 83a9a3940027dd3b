"""Records from new to old are the same panel, turned round; a mixture is refused."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.data.panel import Panel
from seqforecast.data.table import batches
from seqforecast.data.table.load import load_table
from seqforecast.data.table.section import TableSource
from seqforecast.errors import DataError


def load(folder: Path, frame: pd.DataFrame, **asked: object) -> Panel:
    """Write a table, and load it."""
    frame.to_csv(folder / "data.csv", index=False)
    source = {"source": "table", "path": "data.csv"} | asked
    return load_table(TableSource.model_validate(source), folder)


@given(
    gaps=st.sets(st.integers(1, 28), max_size=6),
    missing=st.sampled_from(["interpolate", "previous", "zero"]),
    rows=st.sampled_from([1, 7, batches.ROWS]),
    is_wide=st.booleans(),
)
def test_newest_first_is_oldest_first_turned_round(
    gaps: set[int],
    missing: str,
    rows: int,
    is_wide: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Broken on purpose: `first` and `last` of an overview left as in the file."""
    folder = tmp_path_factory.mktemp("law")
    days = pd.date_range("2020-02-20", periods=30).delete(sorted(gaps))
    random = np.random.default_rng(0)
    frame = pd.DataFrame({"ds": days, "x": random.random(len(days))})
    frame["a"], frame["b"] = random.random((2, len(days))) * 1e7
    asked: dict[str, object] = {"missing": missing, "past": ["x"]}
    if not is_wide:
        frame = frame.melt(["ds", "x"], var_name="unique_id", value_name="y")
        asked["layout"] = "long"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batches, "ROWS", rows)
        forth = load(folder, frame, **asked)
        back = load(folder, frame[::-1], **asked)
    order = [back.ids.index(name) for name in forth.ids]
    for i, j in enumerate(order):
        np.testing.assert_array_equal(forth.series(i), back.series(j))
    assert (forth.origin, forth.frequency) == (back.origin, back.frequency)
    assert len(forth.filled) == len(back.filled)
    said = "records stood in order from the newest to the oldest, and were turned round"
    assert said in back.notes
    assert said not in forth.notes
    rest = [note.replace("'b'", "'a'") for note in back.notes if note != said]
    assert rest == [note.replace("'b'", "'a'") for note in forth.notes]


@pytest.mark.parametrize(("curve", "is_rounded"), [(1, False), (2, True)])
def test_rounding_is_told_backward_too(
    tmp_path: Path,
    curve: int,
    is_rounded: bool,
) -> None:
    """Of a curve, and not of a line with a gap; broken on purpose: spans below zero."""
    steps = np.delete(np.arange(40), range(10, 15))
    frame = pd.DataFrame({"ds": steps, "a": 2**24 + 1 + 2 * steps**curve})
    for turned in (frame, frame[::-1]):
        panel = load(tmp_path, turned, missing="interpolate")
        assert len(panel.filled) == 5
        assert any("float32 rounds" in note for note in panel.notes) == is_rounded


def test_series_in_both_directions_are_refused(tmp_path: Path) -> None:
    """The file may be shuffled by hand: what was meant is not known."""
    rows = {"unique_id": [*"aaabbb"], "ds": [1, 2, 3, 3, 2, 1], "y": 1.0}
    with pytest.raises(DataError, match="series 'b': time goes back from 3"):
        load(tmp_path, pd.DataFrame(rows), layout="long")


def test_a_hint_at_clocks_is_for_stamps_that_stand_twice_as_if_set_back(
    tmp_path: Path,
) -> None:
    """Broken on purpose: whatever stands twice."""
    for repeated, hinted in (("01:00", True), ("12:00", False), ("00:00", True)):
        hours = pd.date_range("2021-10-30", periods=48, freq="h").map(str)
        stamps = [*hours]
        place = stamps.index(f"2021-10-31 {repeated}:00")
        stamps.insert(place, stamps[place])
        with pytest.raises(DataError, match="stands twice") as raised:
            load(tmp_path, pd.DataFrame({"ds": stamps, "a": 1.0}))
        assert ("data.time_zone" in raised.value.hint) == hinted
        gap = [*hours]
        gap.remove(f"2021-10-31 {repeated}:00")
        with pytest.raises(DataError, match="has no value at") as raised:
            load(tmp_path, pd.DataFrame({"ds": gap, "a": 1.0}))
        assert ("data.time_zone" in raised.value.hint) == hinted
    days = [*pd.date_range("2021-10-01", periods=48).map(str)]
    with pytest.raises(DataError, match="stands twice") as raised:
        load(tmp_path, pd.DataFrame({"ds": [days[0], *days], "a": 1.0}))
    assert "data.time_zone" not in raised.value.hint
