"""Ensembles and refits: whose weights forecast, and what they learnt from."""

import os
import signal

import numpy as np
import pandas as pd
import pytest

from seqforecast.data.windows import index_windows
from seqforecast.errors import Interrupted
from seqforecast.runs.run_files import RunDirectory
from seqforecast.workflows.pipeline.epoch_recorder import NoDisplay
from support.small_run import SINE, same_run, small, train, weights

pytestmark = [pytest.mark.tensorflow, pytest.mark.usefixtures("ctrl_c")]

TRAINING = {
    "epochs": 3,
    "learning_rate": 0.01,
    "batch_size": 24,
    "schedule": "plateau",
    "decay_every": 1,
}
TWICE = small(training={**TRAINING, "ensemble": 2, "refit": True})


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return train(tmp_path_factory.mktemp("whole"), TWICE)


def history(run):
    return pd.read_csv(run.history).drop(columns=["seconds", "windows_per_second"])


class Killer(NoDisplay):
    """Interrupts in an epoch of the fit with this number."""

    def __init__(self, fit, epoch):
        self.fit, self.epoch, self.now = fit, epoch, 0

    def fit_began(self, fit, *_):
        self.now = fit

    def stepped(self, epoch, *_):
        if (self.now, epoch) == (self.fit, self.epoch):
            os.kill(os.getpid(), signal.SIGINT)


def test_the_forecast_is_the_median_of_members_that_differ(tmp_path):
    """Broken on purpose: every member a copy of the last; the mean for the median."""
    from seqforecast.models.builder import load_forecaster

    training = {"epochs": 2, "learning_rate": 0.01, "ensemble": 3}
    run = train(tmp_path, small(training=training))
    forecaster = load_forecaster(run.model)
    window = np.linspace(0, 3, 16, dtype=np.float32)[None]
    members = [forecaster.model.get_layer(f"member_{i}") for i in (1, 2, 3)]
    each = [np.asarray(member({"values": window[:, :, None]})) for member in members]
    assert np.ptp(each, axis=0).min() > 1e-4
    made = forecaster.forecast(window, np.zeros(1, np.int32)).numpy()
    assert made == pytest.approx(np.median(each, axis=0), rel=1e-5)
    told = run.read_json(run.metrics)["training"]
    alone = train(tmp_path / "alone", small(training={**training, "ensemble": 1}))
    of_one = alone.read_json(alone.metrics)["training"]
    assert told["parameters"] == 3 * of_one["parameters"]
    assert told["members"][:1] == of_one["members"]
    assert told["best_epoch"] is None
    assert of_one["best_epoch"] == of_one["members"][0]["best_epoch"]
    mine = history(run).query("member == 1")
    assert mine.equals(history(alone))


def test_a_refit_learns_from_both_parts_for_the_best_number_of_epochs(whole, tmp_path):
    """Broken on purpose: `both` the train windows."""
    rows = history(whole)
    for member in (1, 2):
        selection = rows.query(f"member == {member} and refit == 0")
        again = rows.query(f"member == {member} and refit == 1")
        best = int(selection["val_loss"].idxmin() - selection.index[0]) + 1
        assert len(again) == best
        assert again["val_loss"].isna().all()
    once = train(tmp_path, small(training={**TRAINING, "ensemble": 2}))
    validated = [run.read_json(run.metrics)["validation"] for run in (whole, once)]
    assert validated[0] == validated[1]
    tested = [run.read_json(run.metrics)["test"]["model"] for run in (whole, once)]
    assert tested[0] != tested[1]


def test_a_refit_learns_at_the_rates_of_its_selection(tmp_path):
    """Broken on purpose: a schedule that starts without the selection's losses."""
    training = {**TRAINING, "epochs": 14, "learning_rate": 0.3, "refit": True}
    rows = history(train(tmp_path, small(training=training)))
    selection, again = (rows[rows["refit"] == fit] for fit in (0, 1))
    rates = again["learning_rate"].tolist()
    assert rates == selection["learning_rate"][: len(again)].tolist()
    assert len(set(rates)) > 1


def test_a_refit_follows_validation_and_never_the_test_part(tmp_path):
    """The series is long enough that what changes is in one part alone."""
    wave = np.sin(np.arange(160) / 3) + np.random.default_rng(0).normal(0, 0.1, 160)
    changes = {"as it is": (0, 0), "test": (136, 160), "both": (112, 160)}
    learnt = {}
    for name, (start, stop) in changes.items():
        values = wave.copy()
        values[start:stop] *= -3
        path = tmp_path / f"{name}.csv"
        pd.DataFrame({"ds": range(160), "y": values}).to_csv(path, index=False)
        data = {"source": "table", "path": str(path), "season": 19}
        training = {"epochs": 1, "refit": True}
        run = train(tmp_path / name, small(data=data, training=training))
        learnt[name] = weights(run)
    one, tested, both = learnt.values()
    assert all(map(np.array_equal, one, tested))
    assert not all(map(np.array_equal, one, both))


@pytest.mark.parametrize(("fit", "epoch"), [(0, 2), (1, 1), (1, 2), (2, 1), (3, 2)])
def test_an_interrupted_ensemble_goes_on_as_if_it_had_not_been(
    whole, tmp_path, fit, epoch
):
    """Broken on purpose: `kept` left out of the checkpoint; a restart of the
    optimizer forgotten."""
    from seqforecast.workflows.train.train import resume_run

    with pytest.raises(Interrupted):
        train(tmp_path, TWICE, display=Killer(fit, epoch))
    run = RunDirectory(next((tmp_path / "small").iterdir()))
    assert same_run(whole, resume_run(run.path)) == []


def test_a_member_has_a_seed_that_no_other_run_gives_its_members():
    from seqforecast.training.planned_fits import member_seed

    assert member_seed(7, 1) == 7
    seeds = [member_seed(seed, member) for seed in range(50) for member in range(1, 21)]
    assert len(set(seeds)) == len(seeds)


def test_the_log_and_the_loss_figure_tell_the_members_apart(whole):
    said = whole.log.read_text()
    assert "member 2 of 2, refit on train and validation" in said
    assert "member 1: kept epoch" in said


def test_by_series_a_refit_learns_from_the_validation_series(tmp_path):
    from seqforecast.config.experiment_file import load_mapping
    from seqforecast.workflows.pipeline.prepare import prepare

    data = {**SINE, "series": 10}
    loaded = load_mapping(small(data=data, split={"by": "series"}), {})
    prepared = prepare(loaded.experiment, loaded.folder)
    learnt = len(prepared.train) + len(prepared.validation)
    both = index_windows(prepared.panel, prepared.parts.seen, (16, 4))
    assert len(both) == learnt
    assert not set(both.series) & set(prepared.test.series)


def test_members_take_lookbacks_in_turn_and_read_the_end_of_the_window(tmp_path):
    """Broken on purpose: the beginning of the window in place of its end."""
    from seqforecast.models.builder import load_forecaster

    data = {**SINE, "series": 2}
    window = {"lookback": [8, 16], "horizon": 4, "min_history": 6}
    training = {"epochs": 2, "learning_rate": 0.01, "ensemble": 3, "refit": True}
    asked = small(data=data, window=window, training=training)
    run = train(tmp_path, asked)
    forecaster = load_forecaster(run.model)
    assert (forecaster.lookback, forecaster.horizon) == (16, 4)
    members = [forecaster.model.get_layer(f"member_{i}") for i in (1, 2, 3)]
    shapes = [{each.name: each.shape[1:] for each in m.inputs} for m in members]
    assert [each["values"][0] for each in shapes] == [16, 8, 16]
    values = np.random.default_rng(0).uniform(0, 3, (5, 16, 1)).astype(np.float32)
    series = np.array([0, 1, 2, 0, 1], np.int32)
    seen = [values, values[:, 8:], values]
    each = [
        np.asarray(member({"values": part, "series": series}))
        for member, part in zip(members, seen, strict=True)
    ]
    made = forecaster.forecast(values[:, :, 0], series).numpy()
    assert made == pytest.approx(np.median(each, axis=0), rel=1e-5)
    again = train(tmp_path / "again", asked)
    assert same_run(run, again) == []


def test_keep_last_keeps_the_last_epoch(tmp_path):
    """The rate overshoots: an earlier epoch is better, and kept by default."""
    training = {"epochs": 12, "learning_rate": 0.3, "refit": True}
    best, last = (
        history(train(tmp_path / keep, small(training={**training, "keep": keep})))
        for keep in ("best", "last")
    )
    assert len(best) < 24
    assert len(last) == 24
    assert best["val_loss"][:12].equals(last["val_loss"][:12])


def test_every_lookback_needs_a_member():
    from seqforecast.config.experiment_file import load_mapping
    from seqforecast.errors import ConfigError

    window = {"lookback": [8, 16], "horizon": 4}
    with pytest.raises(ConfigError, match="must be at least 2, a member for each"):
        load_mapping(small(window=window), {})
