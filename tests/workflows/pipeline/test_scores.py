"""Scores: which season the seasonal naive forecast repeats, on a file."""

import numpy as np
import pandas as pd
import pytest

from seqforecast.config.experiment import Experiment
from seqforecast.workflows.pipeline.final_forecast import fit_baseline
from seqforecast.workflows.pipeline.prepare import prepare


@pytest.mark.parametrize(
    ("frequency", "season", "lags"),
    [
        ("MS", None, {"seasonal_naive": 12}),
        ("MS", "auto", {"seasonal_naive": 12}),
        ("D", None, {"seasonal_naive": 7}),
        ("h", 30, {"seasonal_naive": 24, "seasonal_naive_30": 30}),
    ],
)
def test_the_calendars_season_is_repeated_whatever_the_model_has(
    tmp_path, frequency, season, lags
):
    """Broken on purpose: the model's season; with none, the last value came again."""
    dates = pd.date_range("2000-01-01", periods=200, freq=frequency)
    values = np.random.default_rng(0).standard_normal(200).astype(np.float32)
    pd.DataFrame({"ds": dates, "y": values}).to_csv(tmp_path / "x.csv", index=False)
    data = {"source": "table", "path": "x.csv", "season": season}
    experiment = Experiment.model_validate(
        {
            "version": 1,
            "name": "x",
            "data": data,
            "window": {"lookback": 10, "horizon": 5},
        }
    )
    prepared = prepare(experiment, tmp_path)
    names = [name for name in prepared.baselines if name.startswith("seasonal")]
    assert names == [*lags]
    for name, lag in lags.items():
        made = fit_baseline(prepared, name)(prepared.test)
        first = prepared.test.starts[:, np.newaxis] + 10 + np.arange(5)
        np.testing.assert_array_equal(made, prepared.panel.values[first - lag])
