"""What is refused before anything is learnt from the data."""

from pathlib import Path

import pandas as pd
import pytest

from seqforecast.config.experiment_file import load_mapping
from seqforecast.errors import DataError
from seqforecast.workflows.pipeline.prepare import prepare


def experiment_of(path: Path, **columns: object):
    frame = pd.DataFrame({"ds": pd.date_range("2024-01-01", periods=90), **columns})
    frame.to_csv(path, index=False)
    return load_mapping({"data": {"source": "table", "path": str(path)}}).experiment


def test_a_target_that_never_changes_is_refused(tmp_path: Path) -> None:
    flat = experiment_of(tmp_path / "x.csv", a=4.5, b=0)
    said = "the target never changes: all 90 values of a are 4.5, and no other series"
    with pytest.raises(DataError, match=said) as caught:
        prepare(flat, tmp_path)
    assert caught.value.hint == "name another column by data.target"


def test_one_series_that_changes_is_enough(tmp_path: Path) -> None:
    """A sensor that is off is no reason to refuse the others."""
    some = experiment_of(tmp_path / "x.csv", a=4.5, b=[i % 7 for i in range(90)])
    assert prepare(some, tmp_path).panel.ids == ("a", "b")


def test_the_baselines_of_auto_are_written_down(tmp_path: Path) -> None:
    """What was reported can be run again. Broken on purpose: left as auto."""
    asked = experiment_of(tmp_path / "x.csv", a=[i % 7 + i / 9 for i in range(90)])
    assert asked.evaluation.baselines == "auto"
    prepared = prepare(asked, tmp_path)
    chosen = ["naive", "seasonal_naive", "drift", "linear", "theta", "ets"]
    assert prepared.experiment.evaluation.baselines == chosen
    assert [*prepared.baselines] == chosen
