"""The stages follow each other only as far as they make sense; fixing asks first."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from seqforecast.doctor import examination, fix
from seqforecast.doctor.examination import Request, examine
from seqforecast.doctor.facts.machine import Machine, ProbeResult
from seqforecast.doctor.this_machine import ThisMachine
from seqforecast.doctor.verdict import judge
from seqforecast.errors import BackendError
from support.machines.broken import BREAKAGES
from support.machines.changes import having, running, static
from support.machines.ready import CELLS, LINUX, NVIDIA, numeric


class Children:
    """Answers as probes do, and remembers what was asked."""

    def __init__(self, gpus: Sequence[str] = (), breaking: str = "") -> None:
        self.gpus, self.breaking = gpus, breaking
        self.asked: list[str] = []

    def __call__(
        self, name: str, arguments: Mapping[str, Any], _: float
    ) -> ProbeResult:
        device = str(arguments.get("device", ""))
        self.asked.append(f"{name} {device}".strip())
        if self.breaking == f"{name} {device}".strip():
            return ProbeResult(name, "signal", {}, "", 1.0, "SIGABRT")
        if name == "import":
            seen = [{"name": gpu, "kind": "NVIDIA L4"} for gpu in self.gpus]
            return ProbeResult(name, "ok", {"gpus": seen, "tensorflow": "2.21.0"})
        if name == "speed":
            taken = {"cpu": 8.0}.get(device, 2.0)
            return ProbeResult(
                name, "ok", {"shape": {}, "milliseconds": {device: taken}}
            )
        return numeric(device)[name]


@pytest.fixture
def facts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Make the examined machine the one a test gives; keep evidence out of home."""
    monkeypatch.setenv("SEQFORECAST_CACHE", str(tmp_path))

    def use(machine: Machine) -> None:
        monkeypatch.setattr(examination, "gather", lambda *_: static(machine))

    return use


def test_every_stage_is_gone_through_on_a_ready_machine(facts: Any) -> None:
    facts(NVIDIA)
    children = Children(["GPU:0"])
    diagnosis = examine(ThisMachine(), Request(), children)

    assert diagnosis.exit_code == 0
    assert children.asked == [
        "import",
        "canary gpu:0", "parity gpu:0", "training gpu:0", "saving gpu:0",
        "training cpu",
        "speed cpu", "speed gpu:0",
    ]  # fmt: skip
    assert diagnosis.recommendation.device == "gpu:0"


def test_tensorflow_is_not_started_when_it_cannot_be_imported(facts: Any) -> None:
    """Broken once by starting the import whatever the static stage had found."""
    facts(BREAKAGES["linux_protobuf"])
    children = Children()
    assert examine(ThisMachine(), Request(), children).exit_code == 1
    assert children.asked == []


def test_quick_starts_no_child(facts: Any) -> None:
    facts(LINUX)
    children = Children()
    assert examine(ThisMachine(), Request(quick=True), children).exit_code == 0
    assert children.asked == []


def test_after_a_gpu_that_breaks_the_cpu_is_tried(facts: Any) -> None:
    facts(NVIDIA)
    children = Children(["GPU:0"], breaking="canary gpu:0")
    diagnosis = examine(ThisMachine(), Request(), children)

    assert children.asked[1:] == [
        "canary gpu:0", "canary cpu", "parity cpu", "training cpu", "saving cpu",
        "speed cpu",
    ]  # fmt: skip
    assert diagnosis.exit_code == 0
    warned = [one for one in diagnosis.results if one.finding.status == "warn"]
    assert [one.check.id for one in warned] == ["numeric.gpu"]
    assert diagnosis.recommendation.device == "cpu"


def test_a_gpu_that_must_not_be_used_is_left_alone(facts: Any) -> None:
    facts(BREAKAGES["cuda_hidden"])
    children = Children()
    examine(ThisMachine(), Request(), children)
    assert "canary cpu" in children.asked


def test_only_one_check_goes_as_far_as_it_must(facts: Any) -> None:
    facts(LINUX)
    children = Children()
    diagnosis = examine(ThisMachine(), Request(only="import.tensorflow"), children)

    assert children.asked == ["import"]
    assert [one.check.id for one in diagnosis.results] == ["import.tensorflow"]


def test_only_one_check_shows_what_stands_in_its_way(facts: Any) -> None:
    facts(BREAKAGES["linux_musl"])
    diagnosis = examine(ThisMachine(), Request(only="numeric.lstm"), Children())

    assert [one.check.id for one in diagnosis.results] == ["host.libc", "numeric.lstm"]
    assert diagnosis.exit_code == 1


def test_parity_is_asked_for_every_cell() -> None:
    assert {f"numeric.{cell}" for cell in CELLS} <= {
        one.check.id for one in judge(LINUX)
    }


def test_the_plan_takes_the_first_way_out_of_each_failure() -> None:
    machine = BREAKAGES["mac_tensorflow_macos_leftover"]
    steps = fix.plan(machine, judge(machine))
    assert steps == (
        ("uninstall", "-y", "tensorflow", "tensorflow-macos"),
        ("install", "--no-cache-dir", "tensorflow>=2.18.1,<2.20"),
    )


@pytest.mark.parametrize("kind", ["system", "conda-base", "container"])
def test_shared_pythons_are_never_changed(kind: str) -> None:
    """Broken once by refusing conda base only."""
    machine = running(BREAKAGES["linux_protobuf"], kind=kind, prefix="/usr")
    with pytest.raises(BackendError, match="--fix does not change /usr"):
        fix.plan(machine, judge(machine))


def test_what_pip_cannot_do_is_not_planned() -> None:
    machine = BREAKAGES["linux_no_avx"]
    assert fix.plan(machine, judge(machine)) == ()


def test_an_environment_made_by_uv_is_mended_by_uv() -> None:
    machine = having(LINUX, pip=None)
    (first, second) = fix.commands(
        machine, (("uninstall", "-y", "a"), ("install", "--no-cache-dir", "b"))
    )
    assert first[:4] == ("uv", "pip", "uninstall", "--python")
    assert (first[5:], second[5:]) == (("a",), ("b",))


def test_mending_stops_at_the_first_command_that_fails() -> None:
    called: list[Sequence[str]] = []

    def call(step: Sequence[str]) -> int:
        called.append(step)
        return 3

    with pytest.raises(BackendError, match="exit code 3 from: pip x") as caught:
        fix.carry_out((("pip", "x"), ("pip", "y")), call)
    assert caught.value.hint == (
        "what it wrote above says why; nothing after it was done"
    )
    assert called == [("pip", "x")]


def test_a_tool_that_is_not_there_is_told_without_a_traceback() -> None:
    """An environment made by uv, opened where uv is not installed."""
    message = r"^no-such-tool-anywhere cannot be started: .*No such file or directory"
    with pytest.raises(BackendError, match=message) as caught:
        fix.carry_out([("no-such-tool-anywhere", "pip", "install", "a")])
    assert caught.value.hint == "install pip or uv here"


def test_the_facts_are_not_changed_by_judging() -> None:
    before = dataclasses.replace(NVIDIA)
    judge(NVIDIA)
    assert before == NVIDIA
