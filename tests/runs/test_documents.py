"""What a run says of itself is read as it was written, or refused with its place."""

import dataclasses
import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seqforecast.config.experiment_file import load_mapping
from seqforecast.data.features import FeatureSpec
from seqforecast.data.panel import TimeZone
from seqforecast.data.windows import latest_windows
from seqforecast.errors import RunError
from seqforecast.files import write_json
from seqforecast.reporting.run import page, tables
from seqforecast.runs.documents import (
    BacktestFitFacts,
    Request,
    read_document,
    read_manifest,
    read_preprocess,
    read_trained,
)
from seqforecast.runs.multi_fit_directories import ComparisonDirectory
from seqforecast.runs.records import read_history
from seqforecast.runs.run_files import RunDirectory
from seqforecast.workflows.finished.diff import changed_settings, settings_of
from seqforecast.workflows.pipeline.final_forecast import open_final
from seqforecast.workflows.pipeline.scores import read_intervals
from seqforecast.workflows.pipeline.seen_data import read_seen, steps_seen
from support.broken_documents import broken, check_refusal, deep
from support.panels import panel_of
from support.small_run import small

MANIFEST = {
    "schema": 1,
    "name": "small",
    "status": "complete",
    "started": "2026-01-31T12:00:00+00:00",
    "ended": None,
    "command": "seqforecast train small.yaml",
    "device": {"name": "gpu:1", "why": "asked for"},
    "data": {
        "sha256": "961137884a1bed24",
        "series": 2,
        "values": 144,
        "frequency": "MS",
        "season": 12,
        "notes": ["a note"],
        "zone": {"name": "UTC", "is_utc": True},
    },
    "windows": {"train": 73, "validation": 13, "test": 13},
    "seeds": {"run": 0, "data": None},
    "versions": {"seqforecast": "0.1.0"},
    "platform": "Linux",
    "git": None,
    "kernel": "one XLA program",
    "resumed": ["2026-01-31T12:00:00+00:00"],
    "from": {"path": "runs/old", "test_seen": 0},
}
PREPROCESS = {
    "schema": 1,
    "columns": {
        "layout": "long",
        "time": "ds",
        "id": "unique_id",
        "target": "y",
        "missing": "error",
        "past": ["p"],
        "future": [],
        "static": ["kind"],
        "calendar": ["month"],
    },
    "frequency": "MS",
    "season": None,
    "lookback": 16,
    "horizon": 2,
    "scale": {
        "kind": "standard",
        "shared": False,
        "center": [0.0, 1.0, 0.5],
        "spread": [1.0, 2.0, 1.5],
    },
    "train_range": {"low": [0.0, 1.0], "high": [1.0, 2.0]},
    "features": {
        "past": ["p"],
        "future": [],
        "calendar": ["month"],
        "static": {"kind": ["a", "b"], "size": None},
        "center": [0.0, 0.0],
        "factor": [1.0, 1.0],
        "anchor": 0,
    },
    "series": ["s0", "s1"],
}
INTERVALS = {
    "schema": 1,
    "method": "conformal",
    "level": [50.0, 80.0],
    "margins": [[0.1, 0.2], [0.3, 0.4]],
    "units": [1.0, 2.0, 1.5],
    "learnt_on": {"stretches": 4, "of_series": 8},
}
SEEN = {"schema": 1, "until": {"s0": 30, "s1": "2024-01-31", "s2": "2024-01-31T12:00"}}
REQUEST = {
    "version": 1,
    "members": {"gru": {"seed": 0, "model": {"cell": "gru"}}, "rnn": {"seed": 0}},
    "sha256": "961137884a1bed24",
    "budget": {"seeds": [0, 1]},
}
EXPERIMENT = load_mapping(
    small(window={"lookback": 16, "horizon": 2}, intervals={"level": [50, 80]})
).experiment
PANEL = panel_of([np.arange(40.0), np.arange(40.0)])


def use_manifest(run: RunDirectory) -> None:
    manifest = read_manifest(run)
    tables.tabulate_data(manifest)
    tables.tabulate_environment(manifest)
    tables.name_command(manifest)
    _, facts = read_trained(run)
    if "zone" in facts:
        TimeZone(**facts["zone"])


def use_preprocess(run: RunDirectory) -> None:
    facts = read_preprocess(run)
    page.tabulate_columns(facts)
    page.tabulate_shapes(facts, {})
    page.list_commands("runs/small", facts)
    if facts.get("features"):
        FeatureSpec.of(facts["features"])
    rows = 1 if facts["scale"]["shared"] else len(facts["series"]) + 1
    assert {len(facts["scale"][end]) for end in ("center", "spread")} == {rows}


def use_intervals(run: RunDirectory) -> None:
    intervals = read_intervals(run, EXPERIMENT)
    assert intervals is not None
    assert intervals.margins.min() >= 0
    _, ends = intervals.apply(np.zeros((3, 2), np.float32), (), intervals.units)
    assert ends.shape == (3, 2, 4)
    assert intervals.values()


def use_seen(run: RunDirectory) -> None:
    assert (steps_seen(PANEL, read_seen(run)) >= 0).all()


def use_request(run: RunDirectory) -> None:
    several = ComparisonDirectory(run.path)
    read_document(several, several.request, Request)
    settings_of(several)
    changed_settings(several)


def use_fit(run: RunDirectory) -> None:
    levels = read_document(run, run.path / "fit.json", BacktestFitFacts)["levels"]
    assert all(-np.inf < level < np.inf for level in levels)


class Network:
    """Stands in for a network of the lookback and horizon of the run."""

    lookback, horizon, quantiles = 16, 2, ()

    def median_of(self, out: Any) -> Any:
        return out


FINAL = {
    "schema": 1,
    "asked": "auto",
    "weights": {"linear": 0.5, "network": 0.3, "naive": 0.2},
    "reason": "50% linear + 30% network + 20% naive",
    "linear": {
        "weights": [[0.1, 0.2]] * 16,
        "bias": [0.0, 1.0],
        "units": [1.0, 2.0, 1.5],
    },
}
AUTO = load_mapping(small(final="auto")).experiment


def use_final(run: RunDirectory) -> None:
    network: Any = Network()
    final = open_final(run, AUTO, network, PANEL)
    windows = latest_windows(PANEL, 1)
    last = dataclasses.replace(windows, lookback=1, horizon=2)
    for name, predict in final.baselines.items():
        if name != "linear":
            assert predict(last).shape == (len(PANEL.ids), 2)
    assert sum(final.weights.values()) == pytest.approx(1)
    assert final.choice.reason is not None


KINDS: dict[str, tuple[dict[str, Any], Any]] = {
    "manifest.json": (MANIFEST, use_manifest),
    "preprocess.json": (PREPROCESS, use_preprocess),
    "intervals.json": (INTERVALS, use_intervals),
    "seen.json": (SEEN, use_seen),
    "final.json": (FINAL, use_final),
    "request.json": (REQUEST, use_request),
    "fit.json": ({"fit": 1, "levels": [0.1, 0.9]}, use_fit),
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunDirectory:
    """A directory with one file of each kind."""
    run = RunDirectory(tmp_path_factory.mktemp("run"))
    for name, (document, _) in KINDS.items():
        write_json(run.path / name, document)
    return run


@pytest.mark.parametrize("name", KINDS)
def test_what_is_whole_is_read_as_it_is(run: RunDirectory, name: str) -> None:
    KINDS[name][1](run)


@settings(
    max_examples=1000, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
@pytest.mark.parametrize("name", KINDS)
def test_what_is_broken_is_used_rightly_or_refused(
    name: str, data: st.DataObject, run: RunDirectory
) -> None:
    """Whatever is wrong with a document: it says so, with its file, or nothing is.

    Broken on purpose: any one type, or check of what belongs together, left out.
    """
    whole, use = KINDS[name]
    document = data.draw(broken(whole))
    path = run.path / name
    path.write_text(json.dumps(document), encoding="utf-8")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            use(run)
    except RunError as error:
        check_refusal(error, path)
    finally:
        path.write_text(json.dumps(whole), encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "cannot be read: Expecting value"),
        (b"{", "cannot be read: Expecting property name"),
        (b'{"name": "\xff"}', "cannot be read: 'utf-8' codec can't decode"),
        (b"[" * 200_000, "cannot be read: "),
        (b'{"x": ' + b"9" * 5000 + b"}", "cannot be read: "),
        (b"[]", "is not as seqforecast writes it: it does not hold a JSON object"),
        (b"{}", "is not as seqforecast writes it: name: field required"),
        (
            b'{"name": "x", "status": "running", "started": ""}',
            "is not as seqforecast writes it: data: field required",
        ),
        (
            b'{"name": [1], "status": "running", "started": ""}',
            "name: input should be a valid string, got [1]",
        ),
    ],
)
def test_the_file_and_what_is_wrong_are_named(
    text: bytes, message: str, tmp_path: Path
) -> None:
    run = RunDirectory(tmp_path)
    run.manifest.write_bytes(text)
    with pytest.raises(RunError) as caught:
        read_trained(run)
    assert str(caught.value).startswith(f"{run.manifest} {message}") or (
        message in str(caught.value)
    )
    assert "makes it again" in caught.value.hint


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"margins": [[0.1, 0.2]]}, "expected 2 x 2 margins, of the levels"),
        ({"margins": [[0.1], [0.2]]}, "expected 2 x 2 margins, of the levels"),
        ({"level": [50.0, 90.0]}, "expected 2 x 2 margins, of the levels"),
        (
            {"margins": [[0.1, -0.2], [0.3, 0.4]]},
            "a margin around the forecast is negative",
        ),
        ({"units": [1.0, 2.0]}, "2 units are not one more than there are series"),
        ({"units": [1.0, 0.0, 1.0]}, "units.1: input should be greater than 0, got 0"),
        ({"margins": deep(3)}, "margins.0.0: input should be a valid number, got [[]]"),
    ],
)
def test_margins_of_another_model_are_refused(
    run: RunDirectory, changed: dict[str, Any], message: str
) -> None:
    write_json(run.intervals, INTERVALS | changed)
    with pytest.raises(RunError) as caught:
        read_intervals(run, EXPERIMENT)
    write_json(run.intervals, INTERVALS)
    assert message in str(caught.value)
    assert str(run.intervals) in str(caught.value)


def test_a_time_that_is_none_and_a_row_that_is_cut_off_are_refused(
    run: RunDirectory,
) -> None:
    write_json(run.seen, {"until": {"s0": "NaT"}})
    with pytest.raises(RunError, match=r"until.s0.*is no time stamp"):
        read_seen(run)
    write_json(run.seen, SEEN)
    run.history.write_text("epoch,loss\n1,0.5\n2")
    with pytest.raises(RunError, match="a row has not as many cells as") as caught:
        read_history(run)
    check_refusal(caught.value, run.history)
    run.history.unlink()


def test_scales_that_are_not_one_a_series_are_refused(run: RunDirectory) -> None:
    for changed, message in (
        ({"series": ["s0"]}, "scale.center must have 2 numbers"),
        ({"train_range": {"low": [0.0], "high": [1.0]}}, "train_range.low must have 2"),
        (
            {"features": {**PREPROCESS["features"], "factor": [1.0]}},  # type: ignore[dict-item]
            "features.center and features.factor differ in length",
        ),
    ):
        write_json(run.preprocess, {**PREPROCESS, **changed})
        with pytest.raises(RunError, match=message):
            read_preprocess(run)
    write_json(run.preprocess, PREPROCESS)
