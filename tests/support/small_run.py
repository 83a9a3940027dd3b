"""A run small enough for tests, and what it means that two runs are the same."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd

from seqforecast.config.experiment_file import load_mapping
from seqforecast.runs.run_files import RunDirectory

SINE = {
    "source": "synthetic",
    "kind": "sine",
    "length": 160,
    "period": 8.0,
    "noise": 0.05,
    "trend": 0.02,
}


def small(**settings: Any) -> dict[str, Any]:
    """Return an experiment on 160 steps for three epochs."""
    return {
        "name": "small",
        "data": SINE,
        "window": {"lookback": 16, "horizon": 4},
        "model": {"cell": "gru", "units": [6], "dropout": 0.2},
        "training": {"epochs": 3, "learning_rate": 0.01, "batch_size": 20},
        **settings,
    }


SMALL = small()


def train(
    root: Path,
    mapping: Mapping[str, Any],
    start: Path | None = None,
    *,
    exact: Path | None = None,
    display: Any = None,
    drawn: bool = False,
    **overrides: Any,
) -> RunDirectory:
    """Train an experiment below `root`, as a graph where it does not say how.

    XLA compiles for longer than so few epochs take. What is compiled as by default is
    held against graphs and plain Keras step by step, and trained, stopped and resumed
    by the tests of `train` itself. Figures are `drawn`, and gradients measured for one
    of them, where a test looks at them: that is half the time of so short a run.
    """
    from seqforecast.runs.directory import Destination
    from seqforecast.workflows.train import train as workflow

    if "compile" not in mapping.get("training", {}):
        overrides = {"training.compile": "graph"} | overrides
    loaded = load_mapping(mapping, overrides)
    place = Destination(root, exact)
    with nullcontext() if drawn else undrawn():
        return workflow.train_experiment(loaded, place, display, start=start)


@contextmanager
def undrawn() -> Iterator[None]:
    """Let training draw nothing, and measure no gradients for a picture, meanwhile."""
    from seqforecast.workflows.train import train as workflow

    with (
        mock.patch.object(workflow, "draw_pictures"),
        mock.patch.object(workflow, "GradientProbe", Unmeasured),
    ):
        yield


class Unmeasured:
    """Stands in for `GradientProbe`: a profile without any gradients."""

    def __init__(self, _: Any, windows: Any) -> None:
        self._lookback = windows.lookback

    def measure(self) -> Any:
        return np.zeros(self._lookback)


def same_run(one: RunDirectory, other: RunDirectory) -> list[str]:
    """Return what differs beside times, rates and memory: names of files, columns.

    `training` and `stages` of metrics.json hold only such.
    """
    different = []
    histories = [pd.read_csv(run.history) for run in (one, other)]
    timed = ["seconds", "windows_per_second"]
    left, right = (history.drop(columns=timed) for history in histories)
    if not left.equals(right):
        different.append("history.csv")
    if one.forecasts.read_bytes() != other.forecasts.read_bytes():
        different.append("forecasts.csv")
    scores = [run.read_json(run.metrics) for run in (one, other)]
    parts = ("test", "validation")
    different += [part for part in parts if scores[0][part] != scores[1][part]]
    pairs = zip(weights(one), weights(other), strict=True)
    if not all(np.array_equal(mine, yours) for mine, yours in pairs):
        different.append("model.keras")
    return different


def weights(run: RunDirectory) -> list[Any]:
    """Return the weights of a run's saved model."""
    from seqforecast.models.builder import load_forecaster

    return [*load_forecaster(run.model).model.get_weights()]
