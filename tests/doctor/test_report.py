"""Reports: the verdict, JSON, what is redacted, explanations."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from seqforecast.doctor.checks.all_checks import BY_ID, CHECKS
from seqforecast.doctor.facts.machine import ProbeResult
from seqforecast.doctor.report import (
    Diagnosis,
    as_json,
    explanation,
    listing,
    redact,
    text,
    to_paste,
    verdict,
)
from seqforecast.doctor.verdict import judge
from support.machines.broken import BREAKAGES
from support.machines.broken_otherwise import OTHERS
from support.machines.changes import having, running, static, tried
from support.machines.ready import LINUX, MAC

KEYS = {
    "schema", "tool", "version", "verdict", "exit_code", "target", "host", "python",
    "packages", "recommend", "checks",
}  # fmt: skip
CHECK_KEYS = {
    "id", "stage", "status", "severity", "title", "cause", "detail", "evidence", "fix",
    "refs", "blocked_by", "ms",
}  # fmt: skip


def diagnosed(name: str, *, strict: bool = False) -> Diagnosis:
    machine = BREAKAGES[name]
    return Diagnosis(machine, judge(machine), strict)


@pytest.mark.parametrize("name", BREAKAGES)
def test_the_json_document_has_the_keys_of_schema_1(name: str) -> None:
    document = json.loads(json.dumps(as_json(diagnosed(name))))

    assert set(document) == KEYS
    assert document["schema"] == 1
    assert set(document["recommend"]) == {"device", "why", "env", "install"}
    assert [check["id"] for check in document["checks"]] == list(BY_ID)
    for check in document["checks"]:
        assert set(check) == CHECK_KEYS
        assert check["status"] in ("ok", "warn", "fail", "skip")
        assert all(set(fix) == {"cmd", "why"} for fix in check["fix"])


def test_the_exit_code_follows_failures_and_strictly_warnings() -> None:
    assert diagnosed("linux_ready").exit_code == 0
    assert diagnosed("linux_no_avx").exit_code == 1
    assert diagnosed("cuda_hidden").exit_code == 0
    assert diagnosed("cuda_hidden", strict=True).exit_code == 1
    machine = replace(BREAKAGES["cuda_hidden"], required="cuda")
    assert Diagnosis(machine, judge(machine)).exit_code == 1


def test_a_child_that_cannot_be_started_leaves_the_examination_unfinished() -> None:
    machine = tried(static(LINUX), ProbeResult("import", "not_run"))
    diagnosis = Diagnosis(machine, judge(machine))

    assert diagnosis.exit_code == 4
    assert verdict(diagnosis).startswith("Not finished")


def test_the_verdict_names_the_first_cause_and_counts_the_rest() -> None:
    machine = running(BREAKAGES["linux_no_avx"], shadows=("/tmp/keras.py",))
    told = verdict(Diagnosis(machine, judge(machine)))
    assert told.startswith("Not ready: this processor has no AVX")
    assert told.endswith("(and 1 more).")


@pytest.mark.parametrize("name", [*BREAKAGES, *OTHERS])
def test_lines_fit_80_columns_unless_a_command_or_a_path_is_longer(name: str) -> None:
    machine = {**BREAKAGES, **OTHERS}[name]
    for line in text(Diagnosis(machine, judge(machine)), verbose=True).splitlines():
        whole = "fix: " in line or "or:  " in line or " " not in line.strip()
        assert len(line) <= 80 or whole


def test_verbose_shows_every_check() -> None:
    shown = text(diagnosed("mac_ready"), verbose=True)
    assert all(f" {check.id} " in shown for check in CHECKS)


def test_a_report_to_paste_names_neither_person_nor_host() -> None:
    """Broken once by redacting the home directory only: the host name stayed."""
    machine = replace(
        MAC, environ={"PYTHONPATH": "/Users/ada/x:/srv/ada/y:/net/adas-macbook"}
    )
    shown = to_paste(Diagnosis(machine, judge(machine)))

    assert "ada" not in shown
    assert "~/forecast/.venv/bin/python" in shown
    assert "tensorflow 2.19.1" in shown
    assert "PYTHONPATH=~/x:/srv/USER/y:/net/HOST" in shown


def test_redacting_leaves_other_words_alone() -> None:
    assert redact("adapter /Users/ada/a /Users/adam", MAC) == "adapter ~/a /Users/adam"


def test_the_fix_is_told_in_words_of_uv_where_there_is_no_pip() -> None:
    machine = having(BREAKAGES["mac_tensorflow_2.18_metal_1.1.0"], pip=None)
    found = next(one for one in judge(machine) if one.finding.status == "fail")
    assert [fix.cmd for fix in found.finding.fixes] == [
        "uv pip install tensorflow-metal==1.2.0",
        "uv pip uninstall tensorflow-metal",
    ]


def test_all_checks_are_listed_and_one_is_explained_as_reviewed(
    golden: Callable[[str, str], None],
) -> None:
    golden("doctor/list_checks.txt", listing(CHECKS) + "\n")
    golden(
        "doctor/explain_metal_symbols.txt", explanation(BY_ID["metal.symbols"]) + "\n"
    )
