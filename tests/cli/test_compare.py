"""The `compare` command: calls, exit codes, and one real comparison."""

import json

import pytest
import yaml

from seqforecast.execution.fit import Ended
from seqforecast.workflows.compare import compare
from support.command_line import call
from support.pretended_fits import pretend
from support.small_run import SINE, small


@pytest.fixture
def pretended(monkeypatch):
    """Let every fit be pretended; `gru, seed 1` may fail."""

    def set_up(failing=()):
        run = pretend(lambda _, seed: 0.1 + 0.01 * seed, failing)
        monkeypatch.setattr(compare, "run_local", run)

    set_up()
    return set_up


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "Missing argument"),
        (["gru", "--seeds", "0"], "greater than or equal to 1"),
        (
            ["gru", "--address", "auto"],
            "--address is of a Ray cluster: add --executor ray",
        ),
        (
            ["gru", "--executor", "ray", "--address", "auto", "--jobs", "2"],
            "--jobs is for this machine; a cluster has its own",
        ),
        (["gru", "--match", "time"], "is not one of"),
    ],
)
def test_a_wrong_call_is_a_usage_error(words, said):
    result = call("compare", *words)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())
    assert result.stdout == ""


def test_jobs_are_refused_where_the_cluster_is_named_elsewhere(monkeypatch):
    monkeypatch.setenv("RAY_ADDRESS", "10.0.0.1:6379")
    result = call("compare", "gru", "--executor", "ray", "--jobs", "2")
    assert result.exit_code == 2
    assert "a cluster has its own" in result.stderr


def test_a_bad_request_leaves_nothing_on_disk(tmp_path, experiment):
    other = tmp_path / "other.yaml"
    other.write_text(yaml.safe_dump(small(window={"lookback": 8, "horizon": 2})))
    runs = tmp_path / "runs"
    for words, code in (
        ([experiment, other], 2),
        (["gur"], 2),
        (["gru", "-e", experiment, "--with", "auto_tetha"], 2),
        (["gru", "-e", experiment, "-s", "window.horizon=60"], 3),
        (["gru", "-e", experiment, "-s", "training.epochs=none"], 2),
    ):
        result = call("compare", *words, "--runs", runs)
        assert result.exit_code == code, result.stderr
        assert "hint: " in result.stderr
        assert not runs.exists()


def test_the_directory_is_the_last_line(tmp_path, experiment, pretended):
    words = ["rnn", "gru", "-e", experiment, "--seeds", 2, "-j", 1]
    result = call("compare", *words, "--runs", tmp_path)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert (tmp_path / "compare-small").is_dir()
    assert lines[-1].startswith(str(tmp_path / "compare-small"))
    assert "naive" in result.stdout
    assert "4 fits" in result.stderr


def test_json_is_one_document(tmp_path, experiment, pretended):
    words = ["rnn", "gru", "-e", experiment, "--seeds", 2, "-j", 1, "--json"]
    words += ["--with", "drift,naive2"]
    document = json.loads(call("compare", *words, "--runs", tmp_path).stdout)
    assert document["comparison"]["schema"] == 1
    named = [each["name"] for each in document["comparison"]["forecasters"]]
    assert named == ["drift", "naive2"]
    assert document["run"].startswith(str(tmp_path))


def test_a_failed_fit_is_a_failed_check(tmp_path, experiment, pretended):
    pretended(failing=["gru, seed 1"])
    words = ["rnn", "gru", "-e", experiment, "--seeds", 2, "-j", 1, "--runs", tmp_path]
    result = call("compare", *words)
    assert result.exit_code == 1
    assert "gru, seed 1" in result.stdout
    pretended()
    again = call("compare", *words)
    assert again.exit_code == 0
    assert "4 fits, 3 of them already" in again.stderr
    assert again.stdout.splitlines()[-1] == result.stdout.splitlines()[-1]


def test_a_machine_that_cannot_do_it_is_exit_4(tmp_path, experiment, monkeypatch):
    def run(fits, **_):
        return [Ended(fit, "failed", "no GPU", "take one", 1.0, 4) for fit in fits]

    monkeypatch.setattr(compare, "run_local", run)
    result = call("compare", "gru", "-e", experiment, "-j", 1, "--runs", tmp_path)
    assert result.exit_code == 4
    assert result.stderr.endswith("error: no GPU\nhint: take one\n")


def test_seeds_beyond_the_largest_are_refused(tmp_path, experiment):
    words = ["gru", "-e", experiment, "-s", "seed=4294967295", "--runs", tmp_path / "r"]
    result = call("compare", *words)
    assert result.exit_code == 2
    assert result.stderr.endswith(
        "error: 5 seeds from 4294967295 on go beyond 4294967295\n"
        "hint: lower seed, or --seeds\n"
    )
    assert not (tmp_path / "r").exists()


@pytest.mark.tensorflow
def test_real_fits_have_the_same_numbers_for_any_jobs(tmp_path):
    """Two cells, in processes of their own; more seeds: test_local_real."""
    path = tmp_path / "wave.yaml"
    settings = small(data=SINE | {"length": 400}, evaluation={"baselines": ["naive"]})
    settings["training"] = {**settings["training"], "compile": "graph"}
    path.write_text(yaml.safe_dump({**settings, "name": "wave"}))
    documents = []
    for jobs in (1, 2):
        words = ["rnn", "gru", "-e", path, "--seeds", 1, "-j", jobs, "--json", "-q"]
        result = call("compare", *words, "--runs", tmp_path / str(jobs))
        assert result.exit_code == 0, result.stderr
        documents.append(json.loads(result.stdout)["comparison"])
    for document in documents:
        for member in document["members"]:
            assert member.pop("seconds") > 0
            assert member.pop("windows_per_second") > 0
    assert documents[0] == documents[1]
    assert len(documents[0]["members"]) == 2
