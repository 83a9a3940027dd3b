"""One directory of each kind that commands leave, made without training."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from seqforecast.config.experiment_file import dump, load_experiment, load_mapping
from seqforecast.files import write_json
from seqforecast.runs.directory import Destination
from seqforecast.runs.multi_fit_directories import (
    BacktestDirectory,
    TuningDirectory,
    begin,
)
from seqforecast.runs.run_files import RunDirectory
from seqforecast.workflows.backtest.plan import plan_backtest
from seqforecast.workflows.backtest.results import describe_backtest, score_backtest
from seqforecast.workflows.compare import compare as compare_module
from seqforecast.workflows.compare.compare import compare_experiments
from seqforecast.workflows.compare.members import choose_members
from seqforecast.workflows.compare.plan import Budget
from seqforecast.workflows.pipeline.baselines import fit_baseline
from support.pretended_fits import pretend, write_run
from support.small_run import SINE, small

LONG = small(data=SINE | {"length": 600}) | {"model": {"cell": "gru", "units": [6]}}
TOLD = {"started": "2026-01-31T12:00:00+00:00", "versions": {"numpy": "2.0"}}


def write_manifest(directory, name, status="complete", **facts):
    write_json(directory.manifest, {"name": name, "status": status, **TOLD, **facts})


def a_run(root, **changed):
    path = root.parent / "small.yaml"
    path.write_text(yaml.safe_dump(LONG | changed))
    run = RunDirectory(root / "small" / f"run-{changed.get('seed', 0)}")
    write_run(path, run.path, lambda *_: 0.1)
    data = run.read_json(run.manifest)["data"]
    write_manifest(run, "small", data=data)
    run.resolved.write_text(dump(load_experiment(path).experiment))
    return run


def a_comparison(root, monkeypatch, error=0.1, units=(6,)):
    path = root.parent / "small.yaml"
    path.write_text(yaml.safe_dump(LONG | {"model": {"units": [*units]}}))
    fits = pretend(lambda cell, _: error if cell == "gru" else 0.1)
    monkeypatch.setattr(compare_module, "run_local", fits)
    monkeypatch.setattr(compare_module, "draw_comparison", lambda *_: None)
    sides = choose_members(["rnn", "gru"], str(path))
    return compare_experiments(sides, Budget(seeds=3, jobs=1), Destination(root))


def a_backtest(root, cutoffs=5):
    planned = plan_backtest(load_mapping(LONG), cutoffs=cutoffs)
    directory, _ = begin(
        BacktestDirectory, Destination(root), "backtest-small", planned.request
    )
    truth = planned.windows.targets(planned.first.panel.values).astype(np.float64)
    made = {"model": truth + 0.1}
    for name in planned.first.experiment.evaluation.reported:
        parts = [planned.prepare(fold) for fold in planned.folds]
        out = [fit_baseline(part, name)(part.test) for part in parts]
        made[name] = np.concatenate(out)
    fits = [{"fit": each.number, "epochs": 3, "levels": []} for each in planned.folds]
    document = describe_backtest(planned, score_backtest(planned, made, ()), fits)
    write_manifest(directory, "small", data={"sha256": "0" * 64, "series": 1})
    write_json(directory.metrics, document)
    return directory


def a_search(root, test, units=8):
    settings = LONG | {"tune": {"space": {"model.units": [[6], [units]]}}}
    experiment = load_mapping(settings).experiment
    request = {"settings": experiment.model_dump(mode="json"), "data": "0" * 64}
    directory, _ = begin(TuningDirectory, Destination(root), "tune-small", request)
    trial = {"state": "complete", "epochs": 3, "seconds": 1.0, "error": None}
    trials = [
        {"number": 0, "value": 2.0, "settings": {}, **trial},
        {"number": 1, "value": 1.0, "settings": {"model.units": [units]}, **trial},
    ]
    found = {"trials": trials, "best": trials[1], "searched": ["model.units"]}
    rest = {"metric": "mae", "validation": {"mae": 1.0}, "test": test}
    write_manifest(directory, "tune-small")
    write_json(directory.metrics, {"schema": 1, "name": "small", **found, **rest})
    return directory


def one_of_each(root: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return a run, a comparison, a backtest and a search below `root`, by kind."""
    run = a_run(root)
    test = run.read_json(run.metrics)["test"]
    return {
        "run": run,
        "comparison": a_comparison(root, monkeypatch),
        "backtest": a_backtest(root),
        "tuning": a_search(root, test),
    }
