"""An experiment file and overrides become one checked experiment."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from seqforecast.config.experiment_file import dump, load_experiment, load_mapping
from seqforecast.errors import ConfigError

SINE = "data: {source: synthetic, kind: sine}\n"
TABLE = "data: {source: table, path: sub/a.csv}\n"


def write(folder, text, name="exp.yaml"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def load(folder, text, *overrides):
    return load_experiment(write(folder, text), overrides).experiment


def test_only_data_is_required(tmp_path):
    """Defaults as INTERFACE.md promises; the name is the file's."""
    experiment = load(tmp_path, SINE)
    assert experiment.name == "exp"
    assert (experiment.version, experiment.seed, experiment.scale) == (1, 0, "standard")
    assert experiment.split.amounts == (0.7, 0.15, 0.15)
    assert experiment.model.units == [50]
    assert experiment.training.epochs == 20


def test_an_empty_section_is_a_section_of_defaults(tmp_path):
    assert load(tmp_path, SINE + "model:\ntraining: # later\n") == load(tmp_path, SINE)


def test_null_means_none_where_a_setting_knows_none(tmp_path):
    experiment = load(tmp_path, SINE + "scale: null\n", "model.instance_norm=null")
    assert experiment.scale == "none"
    assert experiment.model.instance_norm == "none"


def test_a_file_with_a_byte_order_mark_and_windows_lines_loads(tmp_path):
    path = tmp_path / "exp.yaml"
    path.write_bytes(b"\xef\xbb\xbfseed: 3\r\n" + SINE.encode())
    loaded = load_experiment(path)
    assert loaded.experiment.seed == 3
    assert loaded.text == "seed: 3\r\n" + SINE


def test_origins_tell_who_wrote_each_setting(tmp_path):
    path = write(tmp_path, SINE + "model:\n  cell: gru\n  units: [8, 8]\n")
    loaded = load_experiment(path, ["training.epochs=3"])
    assert loaded.origins["model.cell"] == f"{path}:3:9"
    assert loaded.origins["model.units"] == f"{path}:4:10"
    assert loaded.origins["data.kind"] == f"{path}:1:33"
    assert loaded.origins["training.epochs"] == "--set"
    assert loaded.origins["name"] == "default"
    assert loaded.origins["seed"] == "default"
    assert not {"model", "data", "training"} & set(loaded.origins)


@pytest.mark.parametrize(
    ("override", "section", "name", "value"),
    [
        ("seed=1", None, "seed", 1),
        ("name=12", None, "name", "12"),
        ("name=true", None, "name", "true"),
        ("name='007'", None, "name", "007"),
        ("training.learning_rate=1e-2", "training", "learning_rate", 0.01),
        ("training.patience=null", "training", "patience", None),
        ("model.units=[64, 64]", "model", "units", [64, 64]),
        ("model.cell=rnn", "model", "cell", "simple_rnn"),
        ("split.train=0.5", "split", "train", 0.5),
        ("split.train=500", "split", "train", 500),
        ("split.train=2016-07-01", "split", "train", "2016-07-01"),
        ("window.horizon=auto", "window", "horizon", "auto"),
        ("data={source: synthetic, kind: echo, lag: 5}", "data", "lag", 5),
        ("data={source: table, path: a.csv, time: a=b}", "data", "time", "a=b"),
    ],
)
def test_an_override_is_typed_by_its_setting(tmp_path, override, section, name, value):
    """Broken on purpose: without `reread`, `name=12` is refused as a number."""
    experiment = load(tmp_path, SINE, override)
    owner = getattr(experiment, section) if section else experiment
    assert getattr(owner, name) == value


def test_a_table_takes_numbers_as_text_in_overrides(tmp_path):
    data = load(tmp_path, TABLE, "data.time=2016", "data.target=[1, 0x2]").data
    assert (data.time, data.target) == ("2016", ["1", "0x2"])


def test_a_later_override_wins(tmp_path):
    assert load(tmp_path, SINE, "seed=1", "seed=2").seed == 2


def test_an_override_replaces_a_whole_section(tmp_path):
    text = SINE + "model: {units: [3], cell: gru}\n"
    assert load(tmp_path, text, "model={cell: lstm}").model.units == [50]


def test_an_override_mends_what_the_file_has_wrong(tmp_path):
    assert load(tmp_path, SINE + "seed: abc\n", "seed=4").seed == 4


def test_python_overrides_take_python_values(tmp_path):
    path = write(tmp_path, TABLE)
    changes = {
        "training.epochs": np.int64(3),
        "training.learning_rate": np.float32(0.5),
        "model.units": (4, 4),
        "data.path": Path("other.csv"),
    }
    loaded = load_experiment(path, changes)
    assert loaded.experiment.training.epochs == 3
    assert loaded.experiment.training.learning_rate == 0.5
    assert loaded.experiment.model.units == [4, 4]
    assert loaded.experiment.data.path == str(Path("other.csv").absolute())
    assert loaded.origins["model.units"] == "overrides"


def test_python_overrides_are_named_when_wrong(tmp_path):
    path = write(tmp_path, SINE)
    with pytest.raises(
        ConfigError, match=r"^overrides\['model.cel'\]: unknown"
    ) as caught:
        load_experiment(path, {"model.cel": "gru"})
    assert "did you mean 'cell'" in caught.value.hint
    with pytest.raises(ConfigError, match="names no setting"):
        load_experiment(path, {"model.": "gru"})


def test_a_mapping_is_an_experiment_too(tmp_path):
    mapping = {"data": {"source": "synthetic", "kind": "sine"}, "seed": 5}
    loaded = load_mapping(mapping, ["seed=6"], folder=tmp_path)
    assert loaded.experiment.seed == 6
    assert loaded.folder == tmp_path
    assert loaded.path is None
    assert loaded.origins["seed"] == "--set"
    assert loaded.origins["data.kind"] == "mapping"
    assert load(tmp_path, loaded.text, "seed=6", "name=experiment") == loaded.experiment
    assert mapping["seed"] == 5


def test_a_wrong_mapping_is_told_by_dotted_names():
    mapping = {"data": {"source": "synthetic", "kind": "sine", 1: 2}, "model": object()}
    with pytest.raises(ConfigError) as caught:
        load_mapping(mapping)
    assert "experiment: data.1: unknown setting" in str(caught.value)
    assert "model: expected a section of settings, got a Python object" in str(
        caught.value
    )


def test_relative_paths_start_at_the_files_folder(tmp_path):
    path = write(tmp_path, TABLE)
    loaded = load_experiment(path)
    assert loaded.folder == tmp_path
    assert loaded.experiment.data.path == "sub/a.csv"


def test_a_dumped_experiment_finds_its_data_from_anywhere(tmp_path):
    loaded = load_experiment(write(tmp_path, TABLE))
    elsewhere = tmp_path / "runs"
    elsewhere.mkdir()
    again = load_experiment(
        write(elsewhere, dump(loaded.experiment, folder=loaded.folder))
    )
    assert Path(again.experiment.data.path) == tmp_path / "sub" / "a.csv"


def test_a_rule_of_python_numbers_too_long_to_print_is_still_readable():
    with pytest.raises(ConfigError, match="got a number of too many digits"):
        load_mapping(
            {"data": {"source": "synthetic", "kind": "sine"}, "seed": 10**6000}
        )


def test_loading_needs_no_tensorflow_and_no_figures():
    code = "import sys, seqforecast.config.experiment_file; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    loaded = subprocess.check_output(command, text=True).split()
    assert "seqforecast.config.experiment_file" in loaded
    assert not {"tensorflow", "keras", "matplotlib", "scipy"} & set(loaded)


def test_a_path_in_an_override_starts_where_the_user_is(tmp_path, monkeypatch):
    """In the file it starts at the file's own folder."""
    file = tmp_path / "there" / "table.yaml"
    file.parent.mkdir()
    file.write_text("data: {source: table, path: own.csv}\n")
    monkeypatch.chdir(tmp_path)

    plain = load_experiment(file)
    changed = load_experiment(file, ["data.path=mine.csv"])

    assert plain.folder / plain.experiment.data.path == file.parent / "own.csv"
    assert changed.experiment.data.path == str(tmp_path / "mine.csv")


def test_zero_bytes_in_whole_text_are_no_text_either(tmp_path):
    path = tmp_path / "zero.yaml"
    path.write_bytes(b"name: a\0b\n")
    with pytest.raises(ConfigError, match=r"is a binary file, not an experiment file$"):
        load_experiment(path)
