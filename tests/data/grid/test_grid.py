"""The grid: any alias of pandas steps as pandas does, fiscal ones too."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from seqforecast.data.table.load import load_table
from seqforecast.data.table.section import TableSource
from seqforecast.errors import DataError

ALIASES = [
    *("LWOM-FRI", "2LWOM-MON", "WOM-3FRI", "RE-L-JAN-SAT", "RE-N-DEC-MON"),
    *("REQ-L-JAN-SAT-1", "REQ-N-MAR-TUE-2", "2REQ-N-DEC-MON-4", "SMS-15", "SME"),
    *("bh", "cbh", "C", "CBMS", "CBME", "BQS-FEB", "BYE-MAR", "HYS", "BHYE", "3B"),
]


def load(folder: Path, stamps: pd.DatetimeIndex, alias: str):
    table = pd.DataFrame({"ds": stamps.astype(str), "y": np.arange(len(stamps)) * 1.0})
    table.to_csv(folder / "data.csv", index=False)
    source = TableSource(
        source="table", path="data.csv", frequency=alias, missing="previous"
    )
    return load_table(source, folder)


@pytest.mark.parametrize("alias", ALIASES)
def test_every_alias_steps_as_pandas_does(alias: str, tmp_path: Path) -> None:
    """Broken on purpose: the origin stepped by no offset; fiscal ones refused that."""
    dates = pd.date_range("2000-01-03 10:00", periods=30, freq=alias)
    panel = load(tmp_path, dates.delete([5, 6]), alias)
    assert len(panel.values) == 30
    assert panel.filled.tolist() == [5, 6]
    future = pd.date_range(dates[0], periods=34, freq=alias)[30:]
    assert [*panel.stamps(np.arange(30, 34))] == [*future.to_numpy()]


@pytest.mark.parametrize("alias", ["LWOM-FRI", "RE-L-JAN-SAT", "REQ-L-JAN-SAT-1"])
@pytest.mark.parametrize("start", ["2000-01-01", "2000-01-28"])
def test_stamps_off_a_fiscal_grid_are_named(
    alias: str, start: str, tmp_path: Path
) -> None:
    days = pd.date_range(start, periods=400)
    with pytest.raises(DataError, match=r"off this grid: \d+ of 400 stamps") as raised:
        load(tmp_path, days, alias)
    assert "(line " in str(raised.value)
    assert f"the grid of {alias!r}" in str(raised.value) or (
        f"steps of {alias!r} after" in str(raised.value)
    )
