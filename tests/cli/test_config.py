"""`config validate` says what `train` would say, and nothing more."""

import json

import pytest
import yaml

from support.command_line import call
from support.small_run import SMALL


def test_a_file_that_is_right_is_said_to_be(experiment):
    result = call("config", "validate", experiment, "-s", "training.epochs=7")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"{experiment}: valid\n"


def test_json_is_one_document(experiment):
    result = call("config", "validate", experiment, "--json")
    told = {"schema": 1, "file": str(experiment), "name": "small", "valid": True}
    assert json.loads(result.stdout) == told


def test_data_that_are_not_there_are_another_matter(experiment):
    data = {"source": "table", "path": "nowhere.csv"}
    experiment.write_text(yaml.safe_dump({**SMALL, "data": data}))
    assert call("config", "validate", experiment).exit_code == 0


@pytest.mark.parametrize("changes", [[], ["--json"], ["-s", "model.cell=lstn"]])
def test_a_wrong_file_reads_as_train_tells_it(experiment, changes):
    experiment.write_text("trainin: {}\nseed: one\n")
    told, expected = (
        call(*words, experiment, *changes)
        for words in (["config", "validate"], ["train"])
    )
    assert told.exit_code == expected.exit_code == 2
    assert told.stderr == expected.stderr
    assert told.stdout == expected.stdout
    assert "small.yaml has" in told.stderr


@pytest.mark.parametrize("file", ["absent.yaml", "simplern"])
def test_a_file_that_is_not_there_is_a_wrong_request(file):
    result = call("config", "validate", file)
    assert result.exit_code == 2
    assert "simplernn" in result.stderr
