"""Networks that learn what a simple forecaster leaves, and means of their weights."""

import os
import signal

import numpy as np
import pandas as pd
import pytest

import seqforecast
from seqforecast.errors import Interrupted
from seqforecast.runs.run_files import RunDirectory
from seqforecast.workflows.pipeline.epoch_recorder import NoDisplay
from support.small_run import SINE, same_run, small, train, weights

pytestmark = [pytest.mark.tensorflow, pytest.mark.usefixtures("ctrl_c")]

STILL = {"training.epochs": 1, "training.learning_rate": 1e-9}
KINDS = ("seasonal_naive", "theta", "linear")


def with_residual(kind, **settings):
    model = {"cell": "gru", "units": [6], "residual_of": kind}
    return small(model=model, **settings)


class Killer(NoDisplay):
    """Interrupts in an epoch of the fit with this number."""

    def __init__(self, fit, epoch):
        self.fit, self.epoch, self.now = fit, epoch, 0

    def fit_began(self, fit, *_):
        self.now = fit

    def stepped(self, epoch, *_):
        if (self.now, epoch) == (self.fit, self.epoch):
            os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.parametrize("kind", ["seasonal_naive", "linear"])
def test_an_untrained_network_is_as_good_as_the_baseline(kind, tmp_path):
    """Broken on purpose: the linear map of all parts, and none at all."""
    run = train(tmp_path, with_residual(kind), **STILL)
    test = run.read_json(run.metrics)["test"]
    assert test["model"]["mae"] == pytest.approx(test["baselines"][kind]["mae"], 0.02)
    naive = test["baselines"]["naive"]["mae"]
    assert test["model"]["mae"] < 0.9 * naive


@pytest.mark.parametrize("kind", KINDS)
def test_members_of_several_lookbacks_forecast_quantiles(kind, tmp_path):
    """Each lookback has a simple forecaster of its own; all go into one file."""
    asked = with_residual(kind, window={"lookback": [16, 24], "horizon": 4})
    asked["model"]["quantiles"] = [0.1, 0.5, 0.9]
    asked["training"] = {"epochs": 2, "ensemble": 3, "loss": "quantile"}
    run = seqforecast.Run(train(tmp_path, asked))
    future = run.predict()
    assert np.isfinite(future[["y_hat", "q_10", "q_90"]].to_numpy()).all()
    # What is written was made by the members; what is read back is one model.
    assert run.forecasts()["y_hat"].notna().all()


def test_covariates_and_vectors_are_read_beside_it(tmp_path):
    at = np.arange(150)
    columns = {name: np.sin(at / 3) + place for place, name in enumerate("ab")}
    frame = pd.DataFrame({"ds": at, **columns, "known": at % 5})
    frame.to_csv(tmp_path / "two.csv", index=False)
    data = {"source": "table", "path": str(tmp_path / "two.csv"), "future": ["known"]}
    asked = with_residual("theta", data={**data, "season": 19})
    asked["model"] |= {"series_embedding": 2, "instance_norm": "zscore"}
    run = train(tmp_path, asked)
    assert run.is_complete


def test_steps_before_the_first_are_no_obstacle(tmp_path):
    window = {"lookback": 60, "horizon": 4, "min_history": 10}
    run = train(tmp_path, with_residual("theta", window=window))
    assert run.is_complete


@pytest.mark.parametrize("kind", KINDS)
def test_a_warm_start_learns_it_anew(kind, tmp_path):
    """The weights are those of the run, the linear map is that of the data at hand."""
    old = train(tmp_path, with_residual(kind))
    data = {**SINE, "length": 200}
    warm = train(tmp_path, with_residual(kind, data=data), old.path, **STILL)
    pairs = [*zip(weights(old), weights(warm), strict=True)]
    same = [np.allclose(one, other, atol=1e-6) for one, other in pairs]
    trained = sum(same)
    assert trained > len(pairs) / 2
    other = [
        one.shape for (one, _), equal in zip(pairs, same, strict=True) if not equal
    ]
    assert ((16, 4) in other) == (kind == "linear")


MEAN = {
    "epochs": 4,
    "learning_rate": 0.01,
    "batch_size": 24,
    "average": 3,
    "ensemble": 2,
    "refit": True,
}


def test_the_kept_weights_are_a_mean_of_those_of_the_epochs(tmp_path):
    """Broken on purpose: training went on from the mean."""
    still = {"learning_rate": 0.01, "keep": "last"}
    runs = [
        train(tmp_path, small(training={**still, **more}))
        for more in ({"epochs": 1}, {"epochs": 2}, {"epochs": 2, "average": 2})
    ]
    first, second, mean = map(weights, runs)
    moved = 0
    for one, two, both in zip(first, second, mean, strict=True):
        if one.dtype.kind != "f":  # the state of dropout is where training ended
            np.testing.assert_array_equal(both, two)
            continue
        np.testing.assert_allclose(both, (one + two) / 2, atol=1e-6)
        moved += not np.allclose(one, two, atol=1e-4)
    assert moved > 3


@pytest.mark.parametrize("place", [(0, 3), (1, 3), (3, 2)])
def test_a_mean_goes_on_as_if_it_had_not_been_stopped(place, tmp_path):
    """Broken on purpose: a checkpoint without the mean, or a refit."""
    from seqforecast.workflows.train.train import resume_run

    asked = with_residual("theta", training=MEAN)
    asked["model"]["dropout"] = 0.2
    whole = train(tmp_path / "whole", asked)
    with pytest.raises(Interrupted):
        train(tmp_path / "cut", asked, display=Killer(*place))
    run = RunDirectory(next((tmp_path / "cut" / "small").iterdir()))
    assert same_run(whole, resume_run(run.path)) == []
