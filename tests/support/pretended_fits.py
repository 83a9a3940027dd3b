"""Fits that are only pretended: runs on disk without TensorFlow."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from seqforecast.config.experiment_file import load_experiment
from seqforecast.evaluation.scorer import MODEL, Scorer
from seqforecast.execution.fit import Ended, Fit, Watcher
from seqforecast.files import write_json
from seqforecast.runs.forecasts import RowMaker, write_frames
from seqforecast.runs.records import write_gradient_profile
from seqforecast.runs.run_files import RunDirectory
from seqforecast.workflows.pipeline.baselines import fit_baseline
from seqforecast.workflows.pipeline.prepare import Prepared, history_stops, prepare

Errors = Callable[[str, int], float]


def pretend(errors: Errors, failing: Sequence[str] = ()) -> Callable[..., list[Ended]]:
    """Return a stand-in for `run_local`.

    Args:
        errors: the spread of a fit's errors, by its cell and its seed.
        failing: names of fits that end without a result.
    """

    def run(fits: Sequence[Fit], *, watcher: Watcher, **_: Any) -> list[Ended]:
        ended = []
        for fit in fits:
            watcher.started(fit)
            if fit.name in failing:
                ended.append(Ended(fit, "failed", "it was told to", "try again"))
            else:
                write_run(fit.experiment, fit.directory, errors)
                ended.append(Ended(fit, "complete", seconds=1.0))
            watcher.ended(ended[-1])
        return ended

    return run


def write_run(experiment: Path, directory: Path, errors: Errors) -> None:
    """Write what a comparison reads of a run: the truth and noise as its forecasts."""
    loaded = load_experiment(experiment)
    prepared = prepare(loaded.experiment, loaded.folder)
    cell, seed = loaded.experiment.model.cell.value, loaded.experiment.seed
    random = np.random.default_rng([seed, *cell.encode()])
    noise = errors(cell, seed) * random.standard_normal(
        (len(prepared.test), prepared.test.horizon)
    )
    run = RunDirectory(directory)
    directory.mkdir(parents=True)
    y = prepared.test.targets(prepared.panel.values)
    made = (y + noise).astype(np.float32)
    rows = RowMaker(prepared.panel, prepared.test, prepared.test.horizon)
    frame = rows.rows(prepared.test, made, y)
    write_frames(run.forecasts, [frame], rows.date_format)
    history = {
        "epoch": [1, 2, 1],
        "loss": [2.0, 1.0, 1.0],
        "val_loss": [2.0, errors(cell, 0), None],  # a refit has none
        "member": [1, 1, 1],
        "refit": [0, 0, 1],
    }
    pd.DataFrame(history).to_csv(run.history, index=False)
    told = {"name": loaded.experiment.name, "status": "complete", "started": ""}
    write_json(run.manifest, {**told, "data": {"sha256": prepared.panel.sha256}})
    norms = np.geomspace(0.001, 1, prepared.test.lookback)
    write_gradient_profile(run, norms, norms[::-1].copy())
    metrics = {"test": _score(prepared, made), "training": TRAINING}
    validation = {"model": metrics["test"]["model"]}
    write_json(run.metrics, {"schema": 1, **metrics, "validation": validation})


TRAINING = {
    "epochs": 2,
    "parameters": 10,
    "seconds": 1.5,
    "windows_per_second": 1000.0,
    "naive_loss": 1.2,
    "device": "cpu",
}


def _score(prepared: Prepared, forecasts: Any) -> dict[str, Any]:
    names = prepared.experiment.evaluation.reported
    scorer = Scorer(
        prepared.panel,
        prepared.test,
        [MODEL, *names],
        season=prepared.panel.season,
        in_sample_stops=history_stops(prepared, prepared.parts.test),
        train_std=prepared.deviation,
    )
    made = {name: fit_baseline(prepared, name)(prepared.test) for name in names}
    y = prepared.test.targets(prepared.panel.values)
    scorer.add(prepared.test, y, {MODEL: forecasts, **made})
    return scorer.result()
