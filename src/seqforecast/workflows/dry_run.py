"""What a run would be, and how long it would take; nothing is kept or written."""

import dataclasses
import io
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from seqforecast.config.loading import Loaded
from seqforecast.data.windows import WindowIndex
from seqforecast.models import counting
from seqforecast.models.forecaster import Forecaster
from seqforecast.models.forecasting import forecast
from seqforecast.runs.forecasts import MOST_CSV_ROWS
from seqforecast.training.epoch import Engine
from seqforecast.training.members import Learner
from seqforecast.training.memory import MemoryProbe
from seqforecast.training.pace import Pace, measure_pace
from seqforecast.training.sampling import windows_in_epoch
from seqforecast.workflows.learning import build
from seqforecast.workflows.prepare import Prepared, prepare
from seqforecast.workflows.scoring import score_forecasts
from seqforecast.workflows.setup import say_notes
from seqforecast.workflows.stages import Stages, peak_memory
from seqforecast.workflows.stopping import stoppable

if TYPE_CHECKING:
    import pandas as pd

# Windows that are forecast and scored to learn how long all of them take.
SCORED = 1024

# Drawing and saving are not tried. Like TensorFlow's start they are Python at work, and
# take this share of its time; `benchmarks/dry_run.py` prints both.
DRAWING_IN_STARTS = 0.3


def plan_run(loaded: Loaded, before: float = 0.0) -> dict[str, Any]:
    """Return what a run of an experiment comes to: the document of `--dry-run`.

    A few batches are trained and a few windows scored by a model that is thrown away.

    Args:
        loaded: the experiment.
        before: seconds that this process has taken already.

    Raises:
        ConfigError: a setting does not fit the data.
        DataError: the data cannot be used as asked.
        BackendError: TensorFlow does not load, or the device is not there.
        NotFiniteError: the loss leaves the finite numbers at once.
    """
    stages = Stages()
    with stoppable():
        prepared = prepare(loaded.experiment, loaded.folder)
        say_notes(prepared)
        stages.end("read data")
        device, (learner, *_) = build(prepared, stages)
        seconds = {"start Python": before}
        seconds |= {stage.name: stage.seconds for stage in stages.done}
        pace = _estimate(prepared, learner, seconds)
    return {
        "schema": 1,
        "experiment": prepared.experiment.name,
        **_size(prepared, learner.engine),
        "device": {"name": device.name, "why": device.why},
        **_duration(prepared, pace, seconds),
    }


def _estimate(prepared: Prepared, learner: Learner, seconds: dict[str, float]) -> Pace:
    """Add the seconds of the stages that are still to come; return training's pace."""
    engine, data = learner.engine, learner.data
    probe = MemoryProbe(engine, data.validation)
    profile = [_seconds(probe.measure) for _ in "12"]
    pace = measure_pace(engine, data, prepared.experiment.seed)
    epochs = engine.section.epochs
    seconds["train"] = profile[0] + pace.once + epochs * pace.epoch * _fits(learner)
    seconds["score"] = _scoring(prepared, engine.forecaster)
    start = seconds["start TensorFlow"]
    seconds["save and draw"] = profile[1] + DRAWING_IN_STARTS * start
    return pace


def _fits(learner: Learner) -> float:
    """Return how many selections all fits come to at most; a refit learns from more."""
    training, data = learner.engine.section, learner.data
    more = 0.0
    if training.refit:
        learnt, selected = len(data.both), len(data.train)
        more = windows_in_epoch(training, learnt) / windows_in_epoch(training, selected)
    return training.ensemble * (1 + more)


def _scoring(prepared: Prepared, forecaster: Forecaster) -> float:
    """Return how long scoring both parts takes, from a few windows of each."""
    validation, test = _some(prepared.validation), _some(prepared.test)
    values, features = prepared.panel.values, prepared.features

    def forecast_some() -> None:
        for _ in forecast(forecaster, values, validation, features=features):
            pass

    traced = _seconds(forecast_some)  # in front of the first one
    validating = _seconds(forecast_some) / len(validation) * len(prepared.validation)

    spent = []
    in_csv = len(prepared.test) * prepared.test.horizon <= MOST_CSV_ROWS

    def write(frames: Iterator["pd.DataFrame"], date_format: str | None) -> None:
        started = time.perf_counter()
        for frame in frames:
            if in_csv:
                frame.to_csv(io.StringIO(), index=False, date_format=date_format)
        spent.append(time.perf_counter() - started)

    small = dataclasses.replace(prepared, test=test)

    def score_some() -> None:
        scorer, _ = score_forecasts(small, forecaster, write)
        scorer.result()

    whole = _seconds(score_some)
    rest = sum(spent) / len(test) * (len(prepared.test) - len(test))
    return traced + validating + whole + rest


def _some(windows: WindowIndex) -> WindowIndex:
    """Return a few windows, spread evenly."""
    count = min(len(windows), SCORED)
    return windows.take(np.linspace(0, len(windows) - 1, count).astype(np.int64))


def _seconds(do: Callable[[], object]) -> float:
    started = time.perf_counter()
    do()
    return time.perf_counter() - started


def _size(prepared: Prepared, engine: Engine) -> dict[str, Any]:
    """Return what the run holds: windows, parameters, operations, bytes."""
    train, training, features = prepared.train, engine.section, prepared.features
    layers = counting.count_layers(
        prepared.experiment.model,
        lookback=train.lookback,
        horizon=train.horizon,
        features=prepared.spec,
        series=len(prepared.panel.ids),
    )
    window = train.lookback + train.horizon
    if features is not None:
        window *= 1 + len(features.spec.center)
    return {
        "series": len(prepared.panel.ids),
        "lookback": train.lookback,
        "horizon": train.horizon,
        "windows": {
            part: len(getattr(prepared, part))
            for part in ("train", "validation", "test")
        },
        "parameters": counting.parameters(layers),
        "operations": counting.training_operations(layers),
        "bytes": {
            "data": prepared.panel.values.nbytes + (features.nbytes if features else 0),
            "model": sum(each.value.numpy().nbytes for each in engine.variables),
            "batch": counting.batch_bytes(
                layers, window=window, batch=training.batch_size
            ),
            "resident": peak_memory(),
        },
    }


def _duration(
    prepared: Prepared, pace: Pace, seconds: dict[str, float]
) -> dict[str, Any]:
    """Return steps, speed and seconds."""
    training = prepared.experiment.training
    windows = windows_in_epoch(training, len(prepared.train))
    steps = -(-windows // training.batch_size)
    return {
        "steps": {
            "epoch": steps,
            "epochs": training.epochs,
            "all": steps * training.epochs,
        },
        "windows_per_second": pace.windows_per_second,
        "patience": training.patience,
        "seconds": {
            "stages": [
                {"name": name, "seconds": each} for name, each in seconds.items()
            ],
            "all": sum(seconds.values()),
        },
    }
