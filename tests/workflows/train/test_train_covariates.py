"""Covariates from the file to the forecast: what helps, what leaks, what is refused."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from seqforecast.config.experiment_file import load_mapping
from seqforecast.errors import DataError
from support.small_run import small, train, weights

pytestmark = pytest.mark.tensorflow

STEPS, AHEAD, LOOKBACK, HORIZON = 200, 5, 8, 4
SHOPS = ("north", "south", "north")
COLUMNS = {
    "past": ["weather"],
    "future": ["promotion"],
    "static": ["shop", "size"],
    "calendar": ["weekday", "season"],
}


def sales(later: int | None = None) -> pd.DataFrame:
    """Return three shops: the value is 3 where there is a promotion, and noise.

    Nothing before a step tells whether it will have one. With `later`, another seed
    makes all columns but the promotion from the test part on.
    """
    frames = []
    for number, shop in enumerate(SHOPS):
        random = np.random.default_rng(number)
        promotion = random.integers(0, 2, STEPS + AHEAD)
        noise, weather = random.normal(0, 0.1, (2, STEPS + AHEAD))
        if later is not None:
            other = np.random.default_rng(later).normal(0, 50, (2, STEPS + AHEAD))
            noise[TEST:], weather[TEST:] = other[:, TEST:]
        y = 10 * number + 3 * promotion + noise
        y[STEPS:] = np.nan
        weather[STEPS:] = np.nan
        frame = {"unique_id": f"s{number}", "y": y, "weather": weather}
        frame |= {"promotion": promotion, "shop": shop, "size": 10 + number}
        stamps = pd.date_range("2024-01-01", periods=STEPS + AHEAD, freq="D")
        frames.append(pd.DataFrame({"ds": stamps, **frame}))
    return pd.concat(frames, ignore_index=True)


TEST = STEPS - 30


def experiment(path, columns, **settings):
    source = {"source": "table", "path": str(path), "layout": "long", "missing": "zero"}
    return small(
        data={**source, **columns},
        window={"lookback": LOOKBACK, "horizon": HORIZON},
        **{
            "model": {"cell": "gru", "units": [12], "segment": 2},
            "training": {"epochs": 12, "learning_rate": 0.02, "batch_size": 32},
            **settings,
        },
    )


VECTORS = {"cell": "gru", "units": [12], "segment": 2, "series_embedding": 2}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("covariates")
    sales().to_csv(path / "sales.csv", index=False)
    return path


@pytest.fixture(scope="module")
def covered(folder):
    """Return a run with covariates of all kinds."""
    asked = experiment(folder / "sales.csv", COLUMNS, model=VECTORS)
    return train(folder / "covered", asked)


def test_a_known_future_is_used_where_the_past_tells_nothing(folder, covered):
    """Every forecaster from the past alone has a mean error near 1.5.

    Broken on purpose: the head given zeros for what is known ahead.
    """
    cut = sales().dropna(subset="y")
    cut.to_csv(folder / "cut.csv", index=False)
    plain = train(folder / "plain", experiment(folder / "cut.csv", {}))
    errors = [
        run.read_json(run.metrics)["test"]["model"]["mae"] for run in (plain, covered)
    ]
    naive = covered.read_json(covered.metrics)["test"]["baselines"]["naive"]["mae"]
    assert errors[0] > 1
    assert naive > 1
    assert errors[1] < 0.4


def test_forecasts_read_nothing_after_the_cutoff_but_the_future(folder, covered):
    """Equal to the bit, at the first cutoff of each series in the test part.

    Broken on purpose: the past columns among those ahead.
    """
    from seqforecast.models.batched_forecast import forecast
    from seqforecast.models.builder import load_forecaster
    from seqforecast.workflows.pipeline.prepare import prepare

    loaded = load_mapping(experiment(folder / "sales.csv", COLUMNS, model=VECTORS), {})
    prepared = prepare(loaded.experiment, folder)
    forecaster = load_forecaster(covered.model)
    per_series = len(prepared.test) // 3
    windows = prepared.test.take(per_series * np.arange(3))

    def forecasts(values, table):
        track = dataclasses.replace(prepared.features.tracks[0], table=table)
        tracks = (track, *prepared.features.tracks[1:])
        features = dataclasses.replace(prepared.features, tracks=tracks)
        pairs = forecast(forecaster, values, windows, features=features)
        return np.concatenate([made for _, made in pairs])

    values = prepared.panel.values.copy()
    table = prepared.panel.covariates.table.copy()
    expected = forecasts(values, table)
    random = np.random.default_rng(7)
    shifts, stops = prepared.panel.covariates.shifts, prepared.panel.offsets[1:]
    cutoffs = windows.starts + LOOKBACK
    for start, shift, stop in zip(cutoffs, shifts, stops, strict=True):
        values[start:stop] = random.normal(0, 1e3, stop - start)
        noise = random.normal(0, 1e3, stop - start)
        table[start + shift : stop + shift, 0] = np.where(noise < 0, noise, np.nan)
    assert np.array_equal(forecasts(values, table), expected)
    table[cutoffs + shifts, 1] += 1
    assert not np.array_equal(forecasts(values, table), expected)


def test_rewriting_the_test_part_changes_nothing_that_is_learnt(folder):
    """Broken on purpose: columns scaled by all their rows."""
    runs = []
    for name, later in (("a", None), ("b", 5)):
        sales(later).to_csv(folder / f"{name}.csv", index=False)
        training = {"epochs": 1, "learning_rate": 0.02}
        asked = experiment(
            folder / f"{name}.csv", COLUMNS, model=VECTORS, training=training
        )
        runs.append(train(folder / name, asked))
    pairs = zip(*map(weights, runs), strict=True)
    assert all(np.array_equal(one, other) for one, other in pairs)
    first, second = (run.read_json(run.preprocess) for run in runs)
    assert first == second
    assert first["features"]["static"] == {"shop": ["north", "south"], "size": None}
    assert first["columns"]["past"] == ["weather"]


def test_predict_reads_the_future_from_the_records_after_the_end(folder, covered):
    from seqforecast.workflows.finished.predict import predict_run

    made = predict_run(covered)
    assert made["ds"].min() == pd.Timestamp("2024-01-01") + pd.Timedelta(STEPS, "D")
    frame = sales()
    ahead = frame[frame["y"].isna()].groupby("unique_id").head(HORIZON)
    level = 10 * ahead["unique_id"].str[1].astype(int)
    truth = (level + 3 * ahead["promotion"]).to_numpy()
    assert np.abs(made["y_hat"].to_numpy() - truth).mean() < 0.4
    frame["y"] += 0.0
    again = predict_run(covered, frame)
    pd.testing.assert_frame_equal(again, made)


def test_members_of_an_ensemble_have_vectors_of_their_own(folder):
    """The saved model is their median, and `predict` reads it like any other."""
    from seqforecast.models.builder import load_forecaster
    from seqforecast.workflows.finished.predict import predict_run

    training = {"epochs": 2, "learning_rate": 0.02, "ensemble": 3, "refit": True}
    asked = experiment(folder / "sales.csv", COLUMNS, model=VECTORS, training=training)
    run = train(folder / "ensemble", asked)
    found = [
        variable.numpy()
        for variable in load_forecaster(run.model).model.variables
        if variable.path.endswith("vectors/vectors")
    ]
    assert len(found) == 3
    assert not np.array_equal(found[0], found[1])
    assert np.isfinite(predict_run(run)["y_hat"]).all()


def test_predict_refuses_a_future_that_is_not_there(covered):
    from seqforecast.workflows.finished.predict import predict_run

    frame = sales()
    late = frame["ds"] > pd.Timestamp("2024-01-01") + pd.Timedelta(STEPS + 1, "D")
    with pytest.raises(DataError) as caught:
        predict_run(covered, frame[~(late & (frame["unique_id"] == "s1"))])
    assert str(caught.value) == (
        "series 's1' needs column 'promotion' for the 4 steps after its last value, "
        "but 2 of them are missing, first that of 2024-07-21; such series: 1 of 3"
    )
    assert "an empty target" in caught.value.hint
    frame.loc[late, "promotion"] = np.nan
    with pytest.raises(DataError, match=r"2 of them are missing, .* series: 3 of 3"):
        predict_run(covered, frame)
    with pytest.raises(DataError, match="no column 'promotion'"):
        predict_run(covered, frame.drop(columns="promotion"))


def test_texts_and_series_that_are_new_count_as_none_and_are_said(covered, caplog):
    from seqforecast.workflows.finished.predict import predict_run

    frame = sales()
    frame.loc[frame["unique_id"] == "s2", ["unique_id", "shop"]] = ["new", "west"]
    made = predict_run(covered, frame)
    assert np.isfinite(made["y_hat"]).all()
    assert "'shop' holds texts that no train series has" in caplog.text
    assert "count as none: 'west'" in caplog.text
    assert "was not trained on new" in caplog.text


def test_what_tells_the_model_nothing_is_said(folder):
    from seqforecast.workflows.pipeline.prepare import prepare
    from seqforecast.workflows.pipeline.run_setup import describe_features

    sales().assign(promotion=1, weather=0.5).to_csv(folder / "flat.csv", index=False)
    columns = {**COLUMNS, "calendar": ["hour", "weekday"]}
    loaded = load_mapping(experiment(folder / "flat.csv", columns), {})
    assert describe_features(prepare(loaded.experiment, folder)) == [
        "constant in the train part, and 0 for the model: weather, promotion",
        "the same at every step, and of no use: hour",
    ]


def test_a_dry_run_counts_what_covariates_cost(folder, covered):
    from seqforecast.workflows.train.dry_run import plan_run

    asked = experiment(folder / "sales.csv", COLUMNS, model=VECTORS)
    plan = plan_run(load_mapping(asked, {}))
    told = covered.read_json(covered.metrics)["training"]["parameters"]
    assert plan["parameters"] == told
    assert plan["bytes"]["data"] > 3 * STEPS * 4 * 3
