"""Mirrors: TensorBoard and MLflow hear what the run directory says, and no more."""

import sys

import pandas as pd
import pytest

from seqforecast.backend import load_tensorflow
from seqforecast.config.loading import load_mapping
from seqforecast.errors import BackendError
from seqforecast.runs.place import Place
from seqforecast.workflows import mirrors
from small import same_run, small

pytestmark = pytest.mark.tensorflow

ASKED = small()


def train(root, *names):
    from seqforecast.workflows.train import train_experiment

    return train_experiment(load_mapping(ASKED), Place(root), mirrors=names)


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return train(tmp_path_factory.mktemp("plain"))


def test_event_files_read_back_are_the_history(plain, tmp_path):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    make = load_tensorflow().make_ndarray
    run = train(tmp_path, "tensorboard")
    assert same_run(run, plain) == []
    events = EventAccumulator(str(run.path / "tensorboard"))
    events.Reload()
    history = pd.read_csv(run.history)
    for name in ("loss", "val_loss"):
        read = [events.Tensors(name)[i].tensor_proto for i in range(len(history))]
        values = [float(make(each)) for each in read]
        assert values == pytest.approx(history[name].tolist(), rel=1e-6)
    tags = events.Tags()["tensors"]
    assert {"test/mae", "validation/mae", "forecast", "loss"} <= set(tags)


@pytest.mark.filterwarnings("ignore")
def test_an_mlflow_store_read_back_is_the_history(plain, tmp_path, monkeypatch):
    mlflow = pytest.importorskip("mlflow")
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    mlflow.set_tracking_uri((tmp_path / "store").as_uri())
    run = train(tmp_path, "mlflow")
    assert same_run(run, plain) == []
    client = mlflow.MlflowClient()
    (found,) = client.search_runs(
        ["1", client.get_experiment_by_name("small").experiment_id]
    )
    assert found.data.params["model.cell"] == "gru"
    assert found.info.status == "FINISHED"
    logged = [
        each.value for each in client.get_metric_history(found.info.run_id, "loss")
    ]
    assert logged == pytest.approx(pd.read_csv(run.history)["loss"].tolist())
    assert found.data.metrics["test.mae"] == pytest.approx(
        run.read_json(run.metrics)["test"]["model"]["mae"]
    )


def test_a_mirror_that_fails_ends_nothing(plain, tmp_path, monkeypatch, caplog):
    class Broken:
        def __init__(self, run):
            pass

        def epoch(self, *_):
            raise OSError("the server is gone")

    monkeypatch.setattr(mirrors, "MIRRORS", {"mlflow": ("json", Broken)})
    run = train(tmp_path, "mlflow")
    assert same_run(run, plain) == []
    log = run.log.read_text()
    assert log.count("mlflow is left alone: OSError: the server is gone") == 1


def test_an_absent_package_is_told_before_anything_is_trained(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "mlflow", None)
    with pytest.raises(BackendError) as caught:
        train(tmp_path, "mlflow")
    assert caught.value.hint == "pip install 'seqforecast[mlflow]'"
    assert not [*tmp_path.iterdir()]
