"""Baselines score what the field publishes for them: the evaluation is the field's.

The data are not part of this project; without them these tests are skipped. ETTh1 and
exchange: over all windows, each number computed a second time by plain loops; papers
that drop the last partial batch have 1.295 and 1.323 for the last value at 96 and 336.
M4 Weekly: Naive2 of the organisers. NN5 daily: the series as the Monash archive fills
them.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from seqforecast.config.experiment_file import load_mapping
from seqforecast.data.scaling import train_deviation
from seqforecast.evaluation.baselines.registry import BASELINES
from seqforecast.evaluation.metrics import ErrorTotals, standardised
from seqforecast.evaluation.scorer import Scorer
from seqforecast.workflows.pipeline.prepare import in_sample_stops, prepare

DATA = Path(__file__).parents[3].parent / "shared" / "data"


def prepared(name, folder=DATA, **settings):
    path = folder / name
    if not path.is_file():
        pytest.skip(f"{name} is not at hand: public data are no part of the project")
    data = {"source": "table", "path": str(path)} | settings.pop("data")
    loaded = load_mapping({"data": data, **settings})
    return prepare(loaded.experiment, loaded.folder)


def scaled_errors(ready, seasons):
    """MSE and MAE of repeating the last season, in train deviations; None: a step."""
    panel, windows = ready.panel, ready.test
    found = []
    for season in seasons:
        name = "naive" if season is None else "seasonal_naive"
        forecast = BASELINES[name](panel, ready.train, season, np.ones(len(panel.ids)))
        totals = ErrorTotals(len(panel.ids), windows.horizon)
        for chunk in windows.chunks(2_000_000 // windows.horizon):
            totals.add(chunk.series, chunk.targets(panel.values), forecast(chunk))
        deviation = train_deviation(panel, ready.parts)
        found.append(standardised(totals, deviation, panel.ids))
    return [(round(each["mse"], 3), round(each["mae"], 3)) for each in found]


@pytest.mark.parametrize(
    ("horizon", "windows", "expected"),
    [
        (96, 2785, [(1.294, 0.713), (0.512, 0.433), (0.657, 0.509)]),
        (192, 2689, [(1.325, 0.733), (0.581, 0.469), (0.662, 0.513)]),
        (336, 2545, [(1.330, 0.746), (0.650, 0.501), (0.683, 0.520)]),
        (720, 2161, [(1.335, 0.755), (0.655, 0.514), (0.658, 0.521)]),
    ],
)
def test_etth1_last_value_day_and_week(horizon, windows, expected):
    """Broken on purpose: the last partial batch of 32 dropped; 336 gave 1.323."""
    ready = prepared(
        "ETTh1.csv.gz",
        data={"time": "date"},
        split={"train": 8640, "validation": 2880, "test": 2880},
        window={"lookback": 168, "horizon": horizon},
    )
    assert len(ready.test) == 7 * windows
    assert scaled_errors(ready, [None, 24, 168]) == expected


@pytest.mark.parametrize(
    ("horizon", "expected"),
    [
        (96, (0.081, 0.196)),
        (192, (0.167, 0.289)),
        (336, (0.306, 0.398)),
        (720, (0.810, 0.676)),
    ],
)
def test_exchange_last_value(horizon, expected):
    ready = prepared(
        "exchange_rate.csv.gz",
        data={"time": "date"},
        split={"train": 5311, "validation": 760, "test": 1517},
        window={"lookback": 96, "horizon": horizon},
    )
    assert scaled_errors(ready, [None]) == [expected]


def scores(ready, *names):
    """The test object when the model is the first baseline."""
    panel, windows = ready.panel, ready.test
    unit = np.ones(len(panel.ids))
    given = {
        name: BASELINES[name](panel, ready.train, panel.season, unit)(windows)
        for name in names
    }
    given["model"] = given[names[0]]
    scorer = Scorer(
        panel,
        windows,
        list(given),
        season=panel.season,
        in_sample_stops=in_sample_stops(
            ready.parts, ready.parts.test, windows.lookback
        ),
        train_std=ready.deviation,
    )
    scorer.add(windows, windows.targets(panel.values), given)
    return scorer.result()


def test_naive2_on_m4_weekly():
    ready = prepared(
        "m4_weekly.csv.gz",
        data={"layout": "long", "season": 1},
        split={"train": "rest", "validation": 13, "test": 13},
        window={"lookback": 52, "horizon": 13},
    )
    test = scores(ready, "naive2", "naive")
    model = test["model"]
    assert (test["windows"], test["points"]) == (359, 359 * 13)
    assert (round(model["smape"], 3), round(model["mase"], 3)) == (9.161, 2.777)
    assert model["owa"] == 1


NN5 = {
    "data": {"layout": "long", "season": 7, "missing": "seasonal"},
    "split": {"train": "rest", "validation": 56, "test": 56},
    "window": {"lookback": 112, "horizon": 56},
}


def test_seasonal_naive_on_nn5_filled_as_in_the_archive(tmp_path):
    """The Monash archive fills with the median of the weekday, over all of a series."""
    if not (DATA / "nn5_daily.csv.gz").is_file():
        pytest.skip("nn5_daily.csv.gz is not at hand: public data are no part of it")
    frame = pd.read_csv(DATA / "nn5_daily.csv.gz")
    weekday = [frame["unique_id"], frame["ds"] % 7]
    frame["y"] = frame["y"].fillna(frame.groupby(weekday)["y"].transform("median"))
    frame.to_csv(tmp_path / "filled.csv", index=False)

    test = scores(prepared("filled.csv", tmp_path, **NN5), "seasonal_naive", "naive")

    model = test["model"]
    assert (round(model["smape"], 2), round(model["mase"], 3)) == (26.30, 1.025)


def test_seasonal_naive_on_nn5_without_a_look_ahead():
    """Medians of the past alone, and four missing days that are not scored."""
    test = scores(prepared("nn5_daily.csv.gz", **NN5), "seasonal_naive", "naive")

    model = test["model"]
    assert (test["windows"], test["points"]) == (111, 111 * 56 - 4)
    assert (round(model["smape"], 2), round(model["mase"], 3)) == (26.31, 1.025)
    assert test["notes"] == [
        "4 of 6,216 points are not scored: their values are missing in the data."
    ]
