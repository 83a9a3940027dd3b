"""What probes found is kept for the environment it was found in, and no other."""

import json
import logging

import pytest

from seqforecast.doctor.facts.machine import ProbeResult
from seqforecast.doctor.measurements import judge_numbers, remember
from seqforecast.training import measured_devices as reading
from seqforecast.training.measured_devices import evidence_file, read_evidence

GOOD = {"forward": 2e-7, "gradient": 0.9999}


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SEQFORECAST_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def canary(lowest, device="gpu:0", outcome="ok"):
    tries = [{"switches": "", "minimum": -1.0}, {"switches": "x", "minimum": lowest}]
    return ProbeResult("canary", outcome, {"device": device, "tries": tries})


def parity(device="gpu:0", outcome="ok", **cells):
    cells = {"simple_rnn": GOOD, "lstm": GOOD, "gru": GOOD, **cells}
    return ProbeResult("parity", outcome, {"device": device, "cells": cells})


def training(*losses, device="gpu:0"):
    data = {"device": device, "losses": {"cpu": [1.0, 0.5], device: list(losses)}}
    return ProbeResult("training", "ok", data)


def speed(**milliseconds):
    times = {name.replace("_", ":"): value for name, value in milliseconds.items()}
    return ProbeResult("speed", "ok", {"shape": {"batch": 8}, "milliseconds": times})


@pytest.mark.parametrize(
    ("probes", "verdict", "because"),
    [
        ([canary(0.0), parity(), training(2.0, 1.0)], "right", ""),
        ([training(2.0, 2.5)], "wrong", "training does not lower the loss"),
        ([training(2.0, float("nan"))], "wrong", "training does not lower the loss"),
        (
            [canary(0.0), ProbeResult("saving", "timeout", {"device": "gpu:0"})],
            "unusable",
            "the saving probe hung",
        ),
        (
            [canary(0.0), ProbeResult("parity", "not_run", {"device": "gpu:0"})],
            "right",
            "",
        ),
        ([canary(-2.0), parity()], "wrong", "a ReLU returned -2"),
        ([canary(float("nan"))], "wrong", "a ReLU returned nan"),
        (
            [canary(0.0), parity(gru={"forward": 0.02, "gradient": 1.0})],
            "wrong",
            "the outputs of gru are off by 0.02 of their size",
        ),
        (
            [parity(lstm={"forward": 1e-7, "gradient": float("nan")})],
            "wrong",
            "the gradient of lstm points elsewhere (cosine nan)",
        ),
        (
            [
                canary(0.0),
                ProbeResult("parity", "signal", {"device": "gpu:0"}, signal="SIGABRT"),
            ],
            "unusable",
            "the parity probe was killed by SIGABRT",
        ),
        (
            [canary(-2.0), ProbeResult("parity", "timeout", {"device": "gpu:0"})],
            "wrong",
            "a ReLU returned -2",
        ),
        (
            [ProbeResult("canary", "failed", {"device": "gpu:0", "error": "x"})],
            "unusable",
            "the canary probe failed",
        ),
    ],
)
def test_a_device_is_judged_by_the_gravest_of_its_probes(probes, verdict, because):
    """Broken on purpose: `> tolerance` in place of `not <=`, which lets nan through."""
    (numbers,) = judge_numbers(probes).values()

    assert (numbers.verdict, numbers.because) == (verdict, because)
    assert judge_numbers(reversed(probes)) == judge_numbers(probes)


def test_devices_are_judged_apart_and_other_probes_say_nothing():
    judged = judge_numbers(
        [canary(0.0, "cpu"), canary(-1.0), speed(cpu=1.0), ProbeResult("import", "ok")]
    )

    assert {name: each.verdict for name, each in judged.items()} == {
        "cpu": "right",
        "gpu:0": "wrong",
    }


def test_what_is_remembered_is_read_again():
    assert remember([canary(-2.0), speed(cpu=4.0, gpu_0=2.0)]) == evidence_file()

    found = read_evidence()

    assert found.numbers["gpu:0"].verdict == "wrong"
    assert found.speed[0].milliseconds == {"cpu": 4.0, "gpu:0": 2.0}
    assert found.environment == reading.environment()
    assert len(found.measured) == len("2026-05-04")


def test_later_measurements_are_added_and_verdicts_replaced():
    remember([canary(-2.0), speed(cpu=4.0)])
    remember([canary(0.0)])
    remember([speed(cpu=5.0)])

    found = read_evidence()

    assert found.numbers["gpu:0"].verdict == "right"
    assert [each.milliseconds["cpu"] for each in found.speed] == [4.0, 5.0]


def test_another_environment_has_other_evidence(monkeypatch):
    """Broken on purpose: one key for all."""
    remember([canary(-2.0)])
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")

    assert not read_evidence().numbers
    remember([canary(0.0)])
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    assert read_evidence().numbers["gpu:0"].verdict == "wrong"


def test_measurements_that_are_no_numbers_are_not_kept():
    remember([speed(cpu=float("nan"), gpu_0=2.0), speed(cpu=0.0)])

    (kept,) = read_evidence().speed

    assert kept.milliseconds == {"gpu:0": 2.0}


@pytest.mark.parametrize(
    "content",
    ["{", "[]", "{}", '{"environments": 1}', '{"environments": {"a": {"x": 1}}}', "\0"],
)
def test_a_file_that_is_damaged_counts_as_none_and_is_warned_about(
    content, cache, caplog
):
    cache.mkdir()
    evidence_file().write_text(content, encoding="utf-8")

    with caplog.at_level(logging.WARNING):
        assert not read_evidence().numbers
        assert remember([canary(0.0)]) is not None

    assert "cannot be used" in caplog.text
    assert read_evidence().numbers["gpu:0"].verdict == "right"


def test_a_cache_that_cannot_be_written_is_warned_about(cache, caplog):
    cache.write_text("a file where the folder should be", encoding="utf-8")

    with caplog.at_level(logging.WARNING):
        assert remember([canary(0.0)]) is None

    assert "what was measured cannot be kept" in caplog.text


@pytest.mark.parametrize(
    ("system", "variables", "place"),
    [
        ("linux", {}, ".cache/seqforecast/evidence.json"),
        ("linux", {"XDG_CACHE_HOME": "/x"}, "/x/seqforecast/evidence.json"),
        ("darwin", {}, "Library/Caches/seqforecast/evidence.json"),
        (
            "darwin",
            {"XDG_CACHE_HOME": "/x"},
            "Library/Caches/seqforecast/evidence.json",
        ),
        ("win32", {"LOCALAPPDATA": "/y"}, "/y/seqforecast/evidence.json"),
    ],
)
def test_evidence_lies_where_the_platform_keeps_caches(
    system, variables, place, monkeypatch, tmp_path
):
    for name in ("SEQFORECAST_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"HOME": str(tmp_path), **variables}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(reading.sys, "platform", system)

    assert evidence_file() == tmp_path / place


def test_a_user_without_a_home_keeps_no_evidence(monkeypatch, caplog):
    """A number in a container, for which the system has no name."""
    for name in ("SEQFORECAST_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(reading, "home", lambda: None)
    with caplog.at_level(logging.WARNING):
        assert remember([canary(0.0)]) is None
    assert read_evidence().speed == []
    assert "there is no home folder; SEQFORECAST_CACHE names another" in caplog.text


def test_the_file_is_json_that_others_can_read():
    remember([canary(0.0)])

    content = json.loads(evidence_file().read_text(encoding="utf-8"))

    assert content["schema"] == 1
    (entry,) = content["environments"].values()
    assert set(entry["environment"]) == {
        "python",
        "system",
        "packages",
        "gpus",
        "visible",
    }
