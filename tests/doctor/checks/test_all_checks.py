"""What holds for every check, walked from the table; and for every machine."""

import dataclasses

import pytest

from seqforecast.doctor.checks.all_checks import BY_ID, CHECKS
from seqforecast.doctor.checks.finding import Check
from seqforecast.doctor.report import explanation
from seqforecast.doctor.verdict import judge
from support.machines.broken import BREAKAGES
from support.machines.broken_otherwise import OTHERS
from support.machines.changes import static
from support.machines.ready import LINUX, MAC, NVIDIA, WINDOWS

STAGES = ("static", "import", "numeric", "speed")
WORST_FIRST = [BREAKAGES[name] for name in sorted(BREAKAGES)]


def test_every_check_has_a_name_of_its_own() -> None:
    assert len(BY_ID) == len(CHECKS)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_check_says_what_it_asks_why_and_from_where_it_knows(check: Check) -> None:
    area, _, subject = check.id.partition(".")
    assert area in {
        "host", "python", "packages", "metal", "cuda", "import", "numeric", "speed"
    }  # fmt: skip
    assert subject
    assert check.stage in STAGES
    assert check.title[0].isupper() or check.title.startswith(
        ("macOS", "protobuf", "seqforecast")
    )
    assert not check.title.endswith(".")
    assert check.about.endswith(".")
    assert check.refs
    assert all(ref.startswith("https://") for ref in check.refs)
    assert all(len(line) <= 88 for line in explanation(check).splitlines()[:4])


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_what_a_check_needs_was_asked_before(check: Check) -> None:
    before = [one.id for one in CHECKS[: CHECKS.index(check)]]
    assert set(check.needs) <= set(before)
    assert STAGES.index(check.stage) >= max(
        (STAGES.index(BY_ID[need].stage) for need in check.needs), default=0
    )


def test_every_check_is_seen_to_complain() -> None:
    machines = [*BREAKAGES.values(), *OTHERS.values()]
    results = [result for machine in machines for result in judge(machine)]
    assert set(BY_ID) == {
        one.check.id for one in results if one.finding.status in ("warn", "fail")
    }


@pytest.mark.parametrize("name", OTHERS)
def test_a_rarer_breakage_is_told_by_its_check_alone(name: str) -> None:
    results = [
        result
        for result in judge(OTHERS[name])
        if result.finding.status in ("warn", "fail")
    ]
    assert [one.check.id for one in results] == [name]
    assert results[0].finding.fixes


@pytest.mark.parametrize("name", BREAKAGES)
def test_every_complaint_has_a_way_out_and_every_skip_a_reason(name: str) -> None:
    for result in judge(BREAKAGES[name]):
        found = result.finding
        assert found.cause
        assert not found.cause.endswith(".")
        if found.status in ("warn", "fail"):
            assert found.fixes
            assert all(fix.why for fix in found.fixes)
        if result.blocked_by:
            assert found.status == "skip"
            assert result.blocked_by in found.cause


@pytest.mark.parametrize("name", BREAKAGES)
def test_one_cause_is_told_once(name: str) -> None:
    """Broken once by asking for TensorFlow's range before the Metal plug-in's."""
    failed = [one for one in judge(BREAKAGES[name]) if one.finding.status == "fail"]
    warned = [one for one in judge(BREAKAGES[name]) if one.finding.status == "warn"]
    assert len(failed) + len(warned) <= 1


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_check_is_skipped_when_what_it_needs_failed(check: Check) -> None:
    """Each need in turn is made to fail; the check must not speak.

    Broken once by looking at direct needs only: what needs a skipped check spoke.
    """
    from seqforecast.doctor.checks.finding import Fix, fail

    for need in check.needs:
        broken = dataclasses.replace(
            BY_ID[need],
            judge=lambda _: fail("broken", Fix("x", "y")),
            needs=(),
            probe="",
        )
        table = [broken if one.id == need else one for one in CHECKS]
        for machine in (MAC, LINUX, NVIDIA, WINDOWS, *WORST_FIRST[::9]):
            results = {one.check.id: one for one in judge(machine, table)}
            assert results[check.id].finding.status == "skip"


def test_quick_looks_at_nothing_that_needs_tensorflow() -> None:
    later = [one for one in judge(static(LINUX)) if one.check.stage != "static"]
    assert {one.finding.status for one in later} == {"skip"}
