"""Parcels: a fit goes to another machine and comes back as if it were from here."""

import pytest
import yaml

from seqforecast.config.experiment_file import load_experiment
from seqforecast.errors import BackendError, RunError
from seqforecast.execution import ray_task
from seqforecast.execution.fit import Fit
from seqforecast.execution.ray_cluster import run_on_ray
from seqforecast.execution.ray_task import (
    pack_run,
    request_fit,
    unpack_request,
    unpack_run,
)
from seqforecast.runs.run_files import RunDirectory
from support.small_run import SMALL, small

TABLE = {"source": "table", "path": "waves.csv"}


@pytest.fixture
def fit(tmp_path):
    path = tmp_path / "waves.yaml"
    (tmp_path / "waves.csv").write_text("ds,y\n1,2\n")
    path.write_text(yaml.safe_dump(small(data=TABLE)))
    return Fit("gru, seed 0", path, tmp_path / "members" / "seed-0")


def trained(folder):
    """Return a packed run that was trained elsewhere."""
    run = RunDirectory(folder / "there")
    run.plots.mkdir(parents=True)
    data = {**TABLE, "path": "/elsewhere/waves.csv", "frequency": "h"}
    run.resolved.write_text(yaml.safe_dump(small(data=data)))
    run.metrics.write_text("{}")
    (run.plots / "loss.png").write_bytes(b"\x89PNG")
    (run.path / ".lock").touch()
    return pack_run(run.path)


def test_the_data_go_along(fit, tmp_path):
    there = tmp_path / "worker"
    there.mkdir()
    sent = request_fit(fit)
    arrived = unpack_request(sent, sent.data.read_bytes(), there)

    experiment = load_experiment(arrived.experiment).experiment
    assert experiment.data.path == str(there / "data" / "waves.csv")
    assert (there / "data" / "waves.csv").read_text() == "ds,y\n1,2\n"
    here = load_experiment(fit.experiment).experiment
    assert experiment.model_copy(update={"data": here.data}) == here


def test_made_data_and_absent_files_are_not_sent(fit, tmp_path):
    """The fit then says itself that the file is absent, by its name here."""
    (tmp_path / "waves.csv").unlink()
    sent = request_fit(fit)
    assert sent.data is None
    assert str(tmp_path / "waves.csv") in sent.experiment

    fit.experiment.write_text(yaml.safe_dump(SMALL))
    assert request_fit(fit).data is None


def test_a_run_comes_back_with_the_settings_of_here(fit, tmp_path):
    """What the data decided there stays. Broken on purpose: the worker's path kept."""
    unpack_run(trained(tmp_path), fit)

    run = RunDirectory(fit.directory)
    names = {"config.yaml", "metrics.json", "plots", "resolved.yaml"}
    assert {path.name for path in run.path.iterdir()} == names
    assert (run.plots / "loss.png").read_bytes() == b"\x89PNG"
    again = load_experiment(run.resolved).experiment
    assert again.data.path == str(tmp_path / "waves.csv")
    assert again.data.frequency == "h"
    assert run.config.read_text() == fit.experiment.read_text()


def test_a_run_comes_back_whole_or_not_at_all(fit, tmp_path, monkeypatch):
    """Broken on purpose: unpacked in its place."""
    fit.directory.mkdir(parents=True)
    (fit.directory / "before.txt").touch()

    def full(path, text):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ray_task, "write_text", full)
    with pytest.raises(RunError, match="No space left"):
        unpack_run(trained(tmp_path), fit)

    assert [path.name for path in fit.directory.iterdir()] == ["before.txt"]
    assert [path.name for path in fit.directory.parent.iterdir()] == ["seed-0"]


def test_no_run_is_no_parcel(tmp_path):
    assert pack_run(tmp_path / "nothing") is None


def test_without_ray_it_is_said_how_to_get_it(fit, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    with pytest.raises(BackendError, match="Ray does not load") as caught:
        run_on_ray([fit])
    assert caught.value.hint == "pip install 'seqforecast[ray]'"
