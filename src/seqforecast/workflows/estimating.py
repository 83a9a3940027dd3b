"""How long the stages of a run that are still to come take, from a little of each."""

import dataclasses
import io
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from seqforecast.data.windows import WindowIndex
from seqforecast.models.ensemble import join_members
from seqforecast.models.forecaster import Forecaster
from seqforecast.models.forecasting import forecast
from seqforecast.runs.forecasts import MOST_CSV_ROWS
from seqforecast.training.fit import values_of
from seqforecast.training.members import Learner
from seqforecast.training.memory import MemoryProbe
from seqforecast.training.pace import Pace, measure_pace
from seqforecast.training.sampling import windows_in_epoch
from seqforecast.workflows.learning import models_of
from seqforecast.workflows.prepare import Prepared
from seqforecast.workflows.scoring import score_forecasts

if TYPE_CHECKING:
    import pandas as pd

# Windows that are forecast and scored to learn how long all of them take.
SCORED = 1024

# Drawing and saving are not tried. Like TensorFlow's start they are Python at work, and
# take this share of its time; `benchmarks/dry_run.py` prints both.
DRAWING_IN_STARTS = 0.3


def estimate(
    prepared: Prepared, learners: Sequence[Learner], seconds: dict[str, float]
) -> Pace:
    """Add the seconds of the stages that are still to come; return training's pace.

    Every member is taken to be as slow as that with the longest lookback, the first.
    """
    engine, data = learners[0].engine, learners[0].data
    probe = MemoryProbe(engine, data.validation)
    profile = [_seconds(probe.measure) for _ in "12"]
    pace = measure_pace(engine, data, prepared.experiment.seed)
    epochs = engine.section.epochs * count_fits(learners[0])
    seconds["train"] = profile[0] + pace.once * len(learners) + epochs * pace.epoch
    models = models_of(learners)
    members = [values_of(each.model.variables) for each in models]
    seconds["score"] = _scoring(prepared, join_members(models, members))
    start = seconds["start TensorFlow"]
    seconds["save and draw"] = profile[1] + DRAWING_IN_STARTS * start
    return pace


def count_fits(learner: Learner) -> float:
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
