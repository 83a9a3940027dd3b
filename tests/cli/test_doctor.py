"""The `doctor` command: what it prints where, and its exit codes."""

import json
import re
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from seqforecast.cli.app import app
from seqforecast.doctor import examination, fix
from seqforecast.doctor.facts.machine import Machine
from support.machines.broken import BREAKAGES
from support.machines.changes import running
from support.machines.ready import LINUX


@pytest.fixture
def doctor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Result]:
    """Run `doctor --quick` on an invented machine."""
    monkeypatch.setenv("SEQFORECAST_CACHE", str(tmp_path))

    def run(machine: Machine, *words: str, answer: str = "") -> Result:
        monkeypatch.setattr(examination, "gather", lambda *_: machine)
        return CliRunner().invoke(app, ["doctor", "--quick", *words], input=answer)

    return run


@pytest.mark.parametrize(
    ("name", "words", "code"),
    [
        ("linux_ready", (), 0),
        ("linux_protobuf", (), 1),
        ("cuda_hidden", (), 0),
        ("cuda_hidden", ("--strict",), 1),
        ("linux_ready", ("--only", "host.libc"), 0),
        ("linux_musl", ("--only", "packages.numpy"), 1),
        ("linux_ready", ("--only", "host.lib"), 2),
        ("linux_ready", ("--explain", "host.lib"), 2),
        ("linux_ready", ("--require", "tpu"), 2),
        ("linux_ready", ("--yes",), 2),
        ("linux_ready", ("--fix", "--json"), 2),
        ("linux_ready", ("--for", "nowhere.yaml"), 2),
    ],
)
def test_the_exit_code_says_how_it_went(
    doctor: Any, name: str, words: Sequence[str], code: int
) -> None:
    assert doctor(BREAKAGES[name], *words).exit_code == code


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--yes",), "--yes goes with --fix"),
        (("--fix", "--json"), "--fix goes with neither --json nor --report"),
        (("--fix", "--report"), "--fix goes with neither --json nor --report"),
        (
            ("--only", "host.lib"),
            (
                "no check is called 'host.lib' hint: did you mean 'host.libc'? "
                "`seqforecast doctor --list-checks` names all"
            ),
        ),
        (
            ("--explain", "moon"),
            (
                "no check is called 'moon' hint: "
                "`seqforecast doctor --list-checks` names all"
            ),
        ),
    ],
)
def test_a_wrong_call_says_what_is_wrong(
    doctor: Any, words: Sequence[str], said: str
) -> None:
    told = doctor(LINUX, *words)
    assert told.exit_code == 2
    assert said in " ".join(told.stderr.split())
    assert told.stdout == ""


def test_the_first_line_is_the_verdict(doctor: Any) -> None:
    told = doctor(BREAKAGES["linux_protobuf"])
    assert told.stdout.startswith("Not ready: protobuf 5.29.6 is outside the range")
    assert told.stderr == ""


def test_json_is_the_only_thing_on_stdout(doctor: Any) -> None:
    told = doctor(BREAKAGES["linux_protobuf"], "--json")
    assert json.loads(told.stdout)["exit_code"] == told.exit_code == 1


def test_a_report_to_paste_is_fenced(doctor: Any) -> None:
    told = doctor(BREAKAGES["linux_ready"], "--report").stdout
    assert told.startswith("```\n")
    assert told.endswith("```\n")
    assert "ada" not in told


def test_a_fault_of_the_doctor_itself_is_exit_code_4(
    doctor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken once by letting the exception through: it ended with exit code 1."""
    monkeypatch.setattr(examination, "judge", lambda _: 1 / 0)
    told = doctor(LINUX)
    assert told.exit_code == 4
    assert "ZeroDivisionError" in told.stderr
    assert "the examination broke off: ZeroDivisionError: " in told.stderr
    assert "hint: this is a fault of doctor; please report" in told.stderr


def test_fix_shows_its_plan_and_does_nothing_without_a_yes(
    doctor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken once by asking after the first command."""
    monkeypatch.setattr(fix, "carry_out", lambda _: pytest.fail("it was done"))
    told = doctor(BREAKAGES["linux_protobuf"], "--fix", answer="n\n")

    assert "--fix changes /home/ada/forecast/.venv:" in told.stdout
    assert "-m pip install 'protobuf<8.0.0,>=6.31.1'" in told.stdout
    assert "Do it?" in told.stderr
    assert told.exit_code == 1


def test_fix_does_what_it_showed_after_a_yes(
    doctor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[Sequence[str]] = []

    def call(step: Sequence[str], **_: Any) -> Any:
        called.append(step)
        return subprocess.CompletedProcess(step, 0)

    monkeypatch.setattr(fix.subprocess, "run", call)
    told = doctor(BREAKAGES["linux_protobuf"], "--fix", "--yes")

    assert [step[1:] for step in called] == [
        ("-m", "pip", "install", "protobuf<8.0.0,>=6.31.1")
    ]
    assert "run `seqforecast doctor` again" in told.stdout


def test_fix_leaves_a_shared_python_alone(doctor: Any) -> None:
    machine = running(BREAKAGES["linux_protobuf"], kind="conda-base", prefix="/conda")
    told = doctor(machine, "--fix", "--yes")
    assert told.exit_code == 4
    assert "--fix does not change /conda: it is conda base" in told.stderr


def test_the_shapes_of_an_experiment_are_taken_from_its_file() -> None:
    """The numbers of configs/etth1_96.yaml are read without its data."""
    from seqforecast.cli.doctor import _workload

    workload = _workload("simplernn")
    assert workload.model.cell.value == "simple_rnn"
    assert workload.lookback > 0


def test_the_time_of_quick_is_said_in_one_way() -> None:
    """0.7 seconds, measured on two cores: half of it imports of packages in a child."""
    root = Path(__file__).parents[2]
    pages = [root / "docs" / "commands.md", *root.glob("src/**/*.py")]
    said = {
        match
        for page in pages
        for line in page.read_text("utf-8").splitlines()
        if "--quick" in line or "static facts" in line
        for match in re.findall(r"(?:about )?(?:half a|one|under a|a) second", line)
    }
    assert said == {"under a second"}
