"""Mirrors: TensorBoard and MLflow hear what the run directory says, and no more."""

import sys

import pandas as pd
import pytest

from seqforecast.backend import load_tensorflow
from seqforecast.config.experiment_file import load_mapping
from seqforecast.errors import BackendError, Interrupted
from seqforecast.runs.directory import Destination
from seqforecast.workflows.pipeline.epoch_recorder import NoDisplay
from seqforecast.workflows.train import mirrors
from support.command_line import call
from support.small_run import same_run, small

pytestmark = pytest.mark.tensorflow

ASKED = small(
    training={
        "epochs": 3,
        "schedule": "exponential",
        "batch_size": 20,
        "refit": True,
        "compile": "graph",
    }
)


def train(root, *names, display=None):
    from seqforecast.workflows.train.train import train_experiment

    return train_experiment(
        load_mapping(ASKED), Destination(root), display, mirrors=names
    )


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return train(tmp_path_factory.mktemp("plain"))


class StopsAfter(NoDisplay):
    """Ctrl-C when an epoch ends."""

    def __init__(self, epoch):
        self.epoch = epoch

    def ended(self, record, **_):
        if record.epoch == self.epoch:
            raise KeyboardInterrupt


def events_of(run):
    """Return each tag's steps and numbers."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    make = load_tensorflow().make_ndarray
    events = EventAccumulator(str(run.path / "tensorboard"))
    events.Reload()
    found = {}
    for tag in events.Tags()["tensors"]:
        read = events.Tensors(tag)
        found[tag] = {each.step: make(each.tensor_proto) for each in read}
    return found


def check_events(run):
    """They are the history: an epoch of a refit has no validation loss."""
    events, history = events_of(run), pd.read_csv(run.history)
    for name in mirrors.TOLD:
        known = history[name].dropna()
        steps = (known.index + 1).tolist()
        assert list(events[name]) == steps
        read = [float(each) for each in events[name].values()]
        assert read == pytest.approx(known.tolist(), rel=1e-6)
    mae = run.read_json(run.metrics)["test"]["model"]["mae"]
    assert float(events["test/mae"][0]) == pytest.approx(mae, rel=1e-6)
    assert {"validation/mae", "plots/forecast", "plots/loss", "settings"} <= set(events)


def test_event_files_read_back_are_the_history(plain, tmp_path):
    pytest.importorskip("tensorboard")
    run = train(tmp_path, "tensorboard")
    assert same_run(run, plain) == []
    check_events(run)


@pytest.fixture
def store(tmp_path, monkeypatch):
    """Return the client of a store of files."""
    mlflow = pytest.importorskip("mlflow")
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", (tmp_path / "store").as_uri())
    return mlflow.MlflowClient()


def runs_of(client):
    experiment = client.get_experiment_by_name("small")
    found = client.search_runs([experiment.experiment_id])
    return {each.info.status: each for each in found}


@pytest.mark.filterwarnings("ignore")
def test_an_interrupted_run_is_told_as_such_and_whole_when_resumed(
    plain, tmp_path, store
):
    """Broken on purpose: MLflow's own end of the process calls it finished."""
    with pytest.raises(Interrupted):
        train(tmp_path, "mlflow", "tensorboard", display=StopsAfter(2))
    (path,) = (tmp_path / "small").iterdir()
    assert list(runs_of(store)) == ["KILLED"]
    result = call(
        "train", "--resume", path, "--mirror", "mlflow", "--mirror=tensorboard"
    )
    assert result.exit_code == 0, result.stderr
    assert result.stdout.splitlines()[-1] == str(path)
    run = type(plain)(path)
    assert same_run(run, plain) == []
    check_events(run)
    found = runs_of(store)
    assert set(found) == {"KILLED", "FINISHED"}
    whole, history = found["FINISHED"], pd.read_csv(run.history)
    for name in mirrors.TOLD:
        logged = store.get_metric_history(whole.info.run_id, name)
        known = history[name].dropna()
        assert [each.step for each in logged] == (known.index + 1).tolist()
        assert [each.value for each in logged] == pytest.approx(known.tolist())
    assert whole.data.params["model.cell"] == "gru"
    assert whole.data.tags["run_directory"] == str(path)
    assert whole.data.metrics["test.mae"] == pytest.approx(
        run.read_json(run.metrics)["test"]["model"]["mae"]
    )
    plots = store.list_artifacts(whole.info.run_id, "plots")
    assert "plots/forecast.png" in {each.path for each in plots}


@pytest.mark.filterwarnings("ignore")
def test_a_run_of_ones_own_goes_on(plain, tmp_path, store):
    """Broken on purpose: the run that is on in this process was taken."""
    import mlflow

    with mlflow.start_run() as mine:
        told = mirrors.MLflow(plain)
        told.epoch(1, {"loss": 1.0})
        told.stop(failed=True)
        assert mlflow.active_run().info.run_id == mine.info.run_id
    assert list(runs_of(store)) == ["FAILED"]


def test_a_mirror_that_fails_ends_nothing_and_prints_nothing(
    plain, tmp_path, monkeypatch, capsys
):
    class Broken:
        def __init__(self, _):
            print("View run at http://localhost")  # noqa: T201 - as MLflow does

        def epoch(self, *_):
            raise OSError("the server is gone")

    table = {"mlflow": ("json", Broken)}
    monkeypatch.setattr(mirrors, "MIRRORS", table)
    monkeypatch.setattr(mirrors, "MIRRORS", table)
    run = train(tmp_path, "mlflow")
    assert same_run(run, plain) == []
    log = run.log.read_text()
    assert log.count("mlflow is left alone: OSError: the server is gone") == 1
    assert "mlflow: View run at http://localhost" in log
    assert capsys.readouterr().out == ""


def test_an_absent_package_is_told_before_anything_is_trained(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "mlflow", None)
    with pytest.raises(BackendError) as caught:
        train(tmp_path, "mlflow")
    assert caught.value.hint == "pip install 'seqforecast[mlflow]'"
    assert not [*tmp_path.iterdir()]
