"""From Python: pandas in, pandas out, the same errors."""

import numpy as np
import pandas as pd
import pytest

import seqforecast
from seqforecast.errors import ConfigError, DataError, RunError
from support.small_run import SMALL, small

pytestmark = pytest.mark.tensorflow


@pytest.fixture(scope="module")
def frame():
    steps = np.arange(160)
    stamps = pd.date_range("2024-01-01", periods=160, freq="D")
    columns = {"a": np.sin(steps / 3), "b": 50 + 9 * np.cos(steps / 4)}
    return pd.DataFrame({"day": stamps} | columns)


@pytest.fixture(scope="module")
def run(tmp_path_factory, frame):
    folder = tmp_path_factory.mktemp("api")
    frame.to_csv(folder / "two.csv", index=False)
    data = {"source": "table", "path": str(folder / "two.csv"), "time": "day"}
    return seqforecast.train(
        small(data=data), {"training.epochs": 2}, runs=folder / "runs"
    )


def test_a_run_gives_scores_history_and_forecasts(run):
    assert run.metrics["training"]["epochs"] == 2
    assert run.history["epoch"].tolist() == [1, 2]
    forecasts = run.forecasts()
    assert forecasts["unique_id"].unique().tolist() == ["a", "b"]
    assert str(forecasts["ds"].dtype).startswith("datetime64")


def test_a_loaded_run_is_the_run(run):
    again = seqforecast.load_run(run.path)
    assert again == run
    assert again.metrics == run.metrics


def test_a_notebook_shows_a_run_and_its_pictures(run):
    shown = run._repr_html_()
    assert "<table" in shown
    assert "data:image/svg+xml" in shown
    assert run.plot().path == run.directory.plots / "future.png"
    assert run.plot("loss")._repr_svg_().rstrip().endswith("</svg>")
    with pytest.raises(ConfigError, match="has no picture called losses") as caught:
        run.plot("losses")
    assert caught.value.hint.startswith("there are: future, forecast, error_by_step")


def test_the_forecast_begins_after_the_end_of_the_data(run, frame):
    made = run.predict()
    ends = ["q_2.5", "q_10", "q_90", "q_97.5"]
    assert list(made.columns) == ["unique_id", "ds", "step", "y_hat", *ends]
    first = made.groupby("unique_id")["ds"].min()
    assert (first == frame["day"].iloc[-1] + pd.Timedelta(days=1)).all()
    assert made.groupby("unique_id")["step"].apply(list).tolist() == [[1, 2, 3, 4]] * 2
    assert made["y_hat"].between(-60, 120).all()


def test_a_frame_is_forecast_as_the_file_is(run, frame):
    pd.testing.assert_frame_equal(run.predict(frame), run.predict())


def test_the_forecast_of_a_cutoff_is_that_of_the_test_part(run, frame):
    """The last test window ends four days before the end of the data."""
    made = run.predict(frame.iloc[:-4])
    test = run.forecasts().query("cutoff == cutoff.max()")
    assert made["y_hat"].to_numpy() == pytest.approx(test["y_hat"].to_numpy(), rel=1e-4)
    assert made["ds"].tolist() == test["ds"].tolist()


def test_a_series_the_run_did_not_know_is_forecast_with_a_warning(run, frame, caplog):
    made = run.predict(frame.rename(columns={"b": "stranger"}))
    assert made["unique_id"].unique().tolist() == ["a", "stranger"]
    assert np.isfinite(made["y_hat"]).all()
    assert "this run was not trained on stranger: scaled like all" in caplog.text


def test_a_number_is_no_data(run):
    with pytest.raises(DataError, match="expected a file or a data frame, got int"):
        run.predict(7)


def test_frames_that_cannot_be_used_are_refused(run, frame):
    with pytest.raises(DataError, match="shorter than the lookback of 16 steps"):
        run.predict(frame.iloc[:10])
    with pytest.raises(DataError, match="column"):
        run.predict(frame.rename(columns={"day": "when"}))


def test_synthetic_data_take_no_frame(tmp_path, frame):
    run = seqforecast.train(SMALL, {"training.epochs": 1}, runs=tmp_path)
    assert len(run.predict()) == 4
    with pytest.raises(ConfigError, match="made its data itself"):
        run.predict(frame)


def test_errors_are_those_of_the_command_line(tmp_path):
    with pytest.raises(ConfigError, match="no shipped experiment is called 'nothing'"):
        seqforecast.train("nothing")
    with pytest.raises(RunError, match="does not exist"):
        seqforecast.load_run(tmp_path / "absent")
