"""Whatever a machine is like, every check answers."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from seqforecast.doctor.checks.all_checks import CHECKS
from seqforecast.doctor.facts.machine import Machine, ProbeResult
from seqforecast.doctor.report import Diagnosis, text, verdict
from seqforecast.doctor.verdict import judge
from support.machines.broken import BREAKAGES
from support.machines.changes import having, hosted

WORST_FIRST = [BREAKAGES[name] for name in sorted(BREAKAGES)]

texts = st.sampled_from(["", "0", "1", "-1", "12.1", "2.21.0", "x", "9.x", "..", "ü"])


def probed(name: str) -> st.SearchStrategy[ProbeResult]:
    number = st.one_of(st.floats(), st.integers(-5, 5), st.none())
    keys = {
        "code": st.integers(-1, 999),
        "version": st.integers(0, 13000),
        "loaded": st.one_of(st.booleans(), st.dictionaries(texts, texts)),
        "failed": st.dictionaries(texts, texts, max_size=2),
        "cudnn": texts,
        "gpus": st.lists(st.fixed_dictionaries({"name": texts}), max_size=1),
        "device": st.sampled_from(["cpu", "gpu:0"]),
        "tries": st.lists(st.fixed_dictionaries({"minimum": number}), max_size=2),
        "cells": st.dictionaries(
            st.sampled_from(["lstm", "gru"]),
            st.fixed_dictionaries({"forward": number, "gradient": number}),
        ),
        "losses": st.dictionaries(texts, st.lists(number, max_size=2)),
        "difference": number,
        "milliseconds": st.dictionaries(texts, number, max_size=2),
        "error": texts,
    }
    return st.builds(
        ProbeResult,
        name=st.just(name),
        outcome=st.sampled_from(["ok", "failed", "signal", "timeout", "not_run"]),
        data=st.fixed_dictionaries({}, optional=keys),
        output=texts,
        seconds=st.floats(0, 200),
        signal=st.sampled_from([None, "SIGILL", "SIGKILL", "SIGSEGV"]),
    )


PROBES = (
    "driver", "libraries", "import", "canary", "parity", "training", "saving",
    "speed", "gpu",
)  # fmt: skip


@st.composite
def machines(draw: Any) -> Machine:
    """A broken machine with other probes, host and versions."""
    machine: Machine = draw(st.sampled_from(WORST_FIRST))
    names = draw(st.sets(st.sampled_from(PROBES)))
    probes: Mapping[str, ProbeResult] = {name: draw(probed(name)) for name in names}
    machine = hosted(
        machine,
        version=draw(texts),
        libc_version=draw(texts),
        disk_free=draw(st.one_of(st.none(), st.integers(0, 2**40))),
        system=draw(st.sampled_from(["Darwin", "Linux", "Windows", "Haiku"])),
    )
    machine = having(machine, tensorflow=draw(st.one_of(st.none(), texts)))
    required = draw(st.sampled_from(["", "gpu", "metal", "cuda"]))
    environ = draw(
        st.dictionaries(
            st.sampled_from(["CUDA_VISIBLE_DEVICES", "TURN_OFF_REMAPPER"]), texts
        )
    )
    return dataclasses.replace(
        machine, probes=probes, required=required, environ=environ
    )


@given(machines())
def test_no_machine_makes_a_check_raise(machine: Machine) -> None:
    """Also not where the table would not have asked it.

    Broken once by indexing the first of no tries of the canary.
    """
    for check in CHECKS:
        if not check.probe or check.probe in machine.probes:
            check.judge(machine)
    results = judge(machine)
    diagnosis = Diagnosis(machine, results)

    assert [one.check for one in results] == list(CHECKS)
    assert verdict(diagnosis)
    assert text(diagnosis, verbose=True)
    for one in results:
        assert one.finding.status != "fail" or one.finding.fixes
