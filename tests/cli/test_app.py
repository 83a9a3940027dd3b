"""What the command line prints, where, and what it exits with."""

import gc
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml

from seqforecast.config import shipped_catalog
from support.command_line import call
from support.small_run import SMALL, small


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["train"], "name an experiment, or a run to --resume"),
        (
            ["train", "x.yaml", "--resume", "run"],
            (
                "--resume goes on with what the run began as: it takes no experiment, "
                "--set, --device, --run-dir, --from, --budget or --dry-run"
            ),
        ),
        (
            ["evaluate", "run", "--audit", "--data", "x.csv"],
            "--audit learns the run's own preprocessing again: leave --data out",
        ),
    ],
)
def test_a_wrong_call_is_a_usage_error(words, said):
    result = call(*words)
    assert result.exit_code == 2
    assert "Usage:" in result.stderr
    assert said in " ".join(result.stderr.split())
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("future", "No such command 'future': `seqforecast predict RUN` does that"),
        ("fit", "`seqforecast train EXPERIMENT` does that here"),
        ("trian", "No such command 'trian': did you mean 'train'? known: backtest"),
    ],
)
def test_a_command_there_is_not_leads_on(name, said):
    result = call(name, "x.csv")
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_path_with_blanks_that_is_not_quoted_is_told(tmp_path, monkeypatch):
    """Broken on purpose: an extra argument, wherever it stood."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my new data.csv").write_text("x")
    result = call("init", "--output", "x.yaml", "my", "new", "data.csv")
    assert result.exit_code == 2
    assert "A path with blanks is one word in quotes: 'my new data.csv'" in (
        result.stderr
    )
    (tmp_path / "my").write_text("x")
    assert "extra argument" in call("init", "my", "new", "data.csv").stderr


def test_the_version_is_printed():
    from seqforecast import __version__

    assert call("--version").stdout == f"seqforecast {__version__}\n"


@pytest.mark.parametrize("words", [["--version"], ["nonsense"]])
def test_the_end_of_the_process_does_not_look_through_tensorflow(words, monkeypatch):
    """Broken on purpose: `gc.freeze` left out."""
    from seqforecast.cli.app import main

    monkeypatch.setattr(sys, "argv", ["seqforecast", *words])
    gc.unfreeze()
    before = signal.getsignal(signal.SIGTERM)
    try:
        with pytest.raises(SystemExit):
            main()
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
        signal.signal(signal.SIGTERM, before)


def table(folder, name, values, header="ds,y"):
    lines = [header, *(f"{step},{value}" for step, value in enumerate(values))]
    (folder / name).write_text("\n".join(lines) + "\n")
    return folder / name


def requests(folder: Path):
    """Yield bad requests that only show once settings and data meet."""
    wave = np.round(np.sin(np.arange(160) / 3), 3).tolist()
    data = {"source": "table", "path": str(table(folder, "wave.csv", wave))}
    on_table = small(data=data)
    yield (
        "a series shorter than a window",
        small(data={**data, "path": str(table(folder, "short.csv", wave[:20]))}),
    )
    yield (
        "a lookback longer than the train part",
        small(data=data, window={"lookback": 120, "horizon": 4}),
    )
    yield "ten million by one typo", small(window={"lookback": 10_000_000})
    yield "a horizon longer than the test part", small(window={"horizon": 40})
    yield (
        "ten million series",
        small(data={**SMALL["data"], "series": 10_000_000, "length": 1600}),
    )
    yield "steps that are more than there are", {**on_table, "split": {"train": 500}}
    yield "a date where steps are counted", {**on_table, "split": {"train": "2020-01"}}
    yield (
        "logarithms of negative values",
        small(data=data, model={"instance_norm": "logmean"}),
    )
    yield "no data file", small(data={"source": "table", "path": "nowhere.csv"})
    yield (
        "all values missing",
        small(data={**data, "path": str(table(folder, "empty.csv", [""] * 60))}),
    )


def test_requests_that_do_not_fit_the_data_read_as_reviewed(tmp_path, golden):
    """All of them cost nothing: no run directory is made."""
    told = []
    for name, mapping in requests(tmp_path):
        path = tmp_path / "bad.yaml"
        path.write_text(yaml.safe_dump(mapping))
        result = call("train", path, "--runs", tmp_path / "runs")
        assert result.stdout == ""
        lines = result.stderr.split("error: ")[-1]
        told.append(f"# {name} (exit {result.exit_code})\nerror: {lines}")
    golden("request_errors.txt", "\n".join(told).replace(f"{tmp_path}/", ""))
    assert not (tmp_path / "runs").exists()


def test_an_error_is_json_when_json_was_asked_for(tmp_path):
    result = call("train", tmp_path / "absent.yaml", "--json")
    assert result.exit_code == 2
    error = json.loads(result.stdout)["error"]
    assert "absent.yaml" in error["message"]
    assert error["exit_code"] == 2
    assert error["hint"]


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_ctrl_c_where_nothing_is_kept_is_told_without_a_traceback(words, monkeypatch):
    def stop():
        raise KeyboardInterrupt

    monkeypatch.setattr(shipped_catalog, "describe_shipped", stop)
    result = call("config", "ls", *words)
    assert result.exit_code == 130
    told = {"message": "interrupted", "hint": "", "exit_code": 130}
    if words:
        assert json.loads(result.stdout)["error"] == told
    else:
        assert result.stderr == "error: interrupted\n"


@pytest.mark.tensorflow
def test_the_run_directory_is_the_last_line_on_stdout(experiment, tmp_path):
    result = call("train", experiment, "--runs", tmp_path / "runs")
    assert result.exit_code == 0
    run = Path(result.stdout.splitlines()[-1])
    assert run.parent == tmp_path / "runs" / "small"
    assert (run / "metrics.json").is_file()
    assert "naive" in result.stdout
    assert "epoch 3/3" in result.stderr
    log = (run / "run.log").read_text()
    for line in result.stderr.splitlines():
        assert line in log


@pytest.mark.tensorflow
def test_json_is_all_there_is_on_stdout(experiment, tmp_path):
    result = call("train", experiment, "--run-dir", tmp_path / "run", "--json", "-q")
    told = json.loads(result.stdout)
    assert told["run"] == str(tmp_path / "run")
    assert told["metrics"] == json.loads((tmp_path / "run/metrics.json").read_text())
    assert result.stderr == ""


@pytest.mark.tensorflow
def test_a_device_that_is_not_there_is_refused(experiment, tmp_path, golden):
    result = call("train", experiment, "--runs", tmp_path, "--device", "gpu:9", "-q")
    assert result.exit_code == 4
    there = re.sub(r"sees .* machine", "sees <GPUs and system>", result.stderr)
    golden("device_error.txt", there)


@pytest.mark.tensorflow
def test_what_changes_by_set_is_in_the_resolved_settings(experiment, tmp_path):
    words = ["--set", "model.cell=rnn", "--set", "training.epochs=1", "--set", "seed=7"]
    call("train", experiment, *words, "--run-dir", tmp_path / "run", "-q")
    resolved = yaml.safe_load((tmp_path / "run" / "resolved.yaml").read_text())
    assert resolved["model"]["cell"] == "simple_rnn"
    assert resolved["training"]["epochs"] == 1
    assert resolved["seed"] == 7


def in_shell(words, ways, folder, program="-m seqforecast"):
    """Run a command with its streams as a shell gives them, as in `>&-`."""
    line = f'exec "$0" {program} "$@" {ways}'
    return subprocess.run(
        ["/bin/sh", "-c", line, sys.executable, *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


SHELL = pytest.mark.skipif(os.name == "nt", reason="the streams of a POSIX shell")
COMMANDS = [
    ["--help"],
    ["--version"],
    ["config", "ls"],
    ["config", "show", "gru", "--json"],
    ["runs", "ls"],
    ["doctor", "--list-checks"],
]


@SHELL
@pytest.mark.parametrize("ways", [">/dev/full", ">&-", ">&- <&-"])
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_result_that_cannot_be_delivered_is_exit_code_5(words, ways, tmp_path):
    """Before, Python ended with 120 and a traceback, or with 0 and nothing said."""
    if "full" in ways and not Path("/dev/full").exists():
        pytest.skip("only Linux has /dev/full")
    ended = in_shell(words, ways, tmp_path)
    assert ended.returncode == 5
    first, hint = ended.stderr.splitlines()
    assert first.startswith("error: the result cannot be written to stdout: ")
    assert hint == "hint: send it elsewhere, or free some space"


@SHELL
@pytest.mark.parametrize("ways", ["2>/dev/null", "2>/dev/full", "2>&-", "2>&- <&-"])
@pytest.mark.parametrize(
    ("words", "code"),
    [(["config", "validate", "gru"], 0), (["config", "validate", "x.yaml"], 2)],
)
def test_what_cannot_be_said_ends_no_work(words, code, ways, tmp_path):
    if "full" in ways and not Path("/dev/full").exists():
        pytest.skip("only Linux has /dev/full")
    ended = in_shell(words, ways, tmp_path)
    assert (ended.returncode, ended.stderr) == (code, "")
    assert ended.stdout.endswith("valid\n" if code == 0 else "")


@SHELL
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_reader_that_goes_away_is_no_error(words, tmp_path):
    """Before, it was exit code 1: a check failed, or a bug."""
    told = tmp_path / "told"
    ways = f"2>{told}; echo code $? >>{told}"
    line = f'("$0" -m seqforecast "$@" {ways}) | true'
    subprocess.run(
        ["/bin/sh", "-c", line, sys.executable, *words],
        cwd=tmp_path,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert told.read_text() == "code 0\n"


@SHELL
def test_no_file_of_a_run_takes_the_number_of_a_closed_stream(tmp_path):
    """Native code would write into it. Broken on purpose: streams left closed."""
    program = (
        "-c 'import os, sys; from seqforecast.cli import app; app.app = lambda: "
        'open("made", "w").write(str(os.open(os.devnull, 0))); app.main()\''
    )
    assert in_shell([], ">&- 2>&- <&-", tmp_path, program).returncode == 0
    assert int((tmp_path / "made").read_text()) > 2


@SHELL
@pytest.mark.parametrize("package", ["typer", "pydantic", "numpy", "yaml"])
def test_a_package_that_does_not_import_is_named_with_what_mends_it(package, tmp_path):
    """The command line itself is made with some of them."""
    (tmp_path / package).mkdir()
    text = "raise ImportError('undefined symbol: x')"
    (tmp_path / package / "__init__.py").write_text(text)
    words = ["config", "validate", "gru"]
    ended = in_shell(words, "", tmp_path)
    assert ended.returncode == 4
    said, hint = ended.stderr.splitlines()
    assert said == f"error: {package} does not import: ImportError: undefined symbol: x"
    assert hint.startswith(
        "hint: `seqforecast doctor --quick` says what mends it; or: "
    )


@SHELL
def test_quick_finds_a_numpy_that_does_not_import(tmp_path, monkeypatch):
    """It is not where one stands but before the installed one, as in a broken venv."""
    site = tmp_path / "site"
    (site / "numpy").mkdir(parents=True)
    (site / "numpy" / "__init__.py").write_text("raise ImportError('undefined: x')")
    monkeypatch.syspath_prepend(site)
    ended = in_shell(["doctor", "--quick"], "", tmp_path)
    assert ended.returncode == 1
    assert ended.stdout.startswith("Not ready: numpy does not import.\n")
    assert "fail  packages.imports: numpy does not import" in ended.stdout
    assert "numpy: ImportError: undefined: x" in ended.stdout


@SHELL
def test_a_removed_working_directory_ends_no_command_with_a_traceback(tmp_path):
    removing = (
        '-c \'import os, sys; os.mkdir("gone"); os.chdir("gone"); '
        'os.rmdir("../gone"); from seqforecast.cli import main; main()\''
    )
    for words, code in [
        (["doctor", "--quick", "--only", "host.disk"], 0),
        (["config", "show", "gru"], 0),
        (["config", "cp", "gru", tmp_path / "gru.yaml"], 0),
        (["runs", "ls", "--runs", tmp_path], 0),
        (["config", "cp", "gru"], 5),
        (["init", tmp_path / "gru.yaml"], 5),
        (["config", "validate", "x.yaml"], 2),
    ]:
        ended = in_shell(words, "", tmp_path, removing)
        assert ended.returncode == code, ended.stderr
        assert "Traceback" not in ended.stderr
        assert len(ended.stderr.splitlines()) <= 2


@SHELL
def test_a_user_without_a_home_is_served(tmp_path):
    """In a container, with a number that the system has no name for."""
    homeless = (
        '-c \'import os, pwd\nos.environ.pop("HOME", None)\n'
        'os.environ.pop("SEQFORECAST_CACHE", None)\n'
        "def nobody(number): raise KeyError(number)\n"
        "pwd.getpwuid = nobody\nfrom seqforecast.cli import main\nmain()'"
    )
    for words, code in [
        (["doctor", "--quick", "--report"], 0),
        (["config", "validate", "~/x.yaml"], 2),
        (["runs", "ls", "--runs", "~/runs"], 0),
    ]:
        ended = in_shell(words, "", tmp_path, homeless)
        assert ended.returncode == code, ended.stderr
        assert "Traceback" not in ended.stderr
