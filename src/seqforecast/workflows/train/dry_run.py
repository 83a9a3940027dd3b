"""What a run would be, and how long it would take; nothing is kept or written."""

import dataclasses
import io
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqforecast.config.experiment_file import Loaded
from seqforecast.hardware import peak_memory
from seqforecast.models import size
from seqforecast.models.batched_forecast import forecast
from seqforecast.models.forecaster import Forecaster, join_members
from seqforecast.runs.forecasts import MOST_CSV_ROWS
from seqforecast.runs.manifest import stoppable
from seqforecast.training.gradient_profile import GradientProbe
from seqforecast.training.loop import Learner, values_of
from seqforecast.training.time_estimate import TrainingCost, measure_training_cost
from seqforecast.training.window_order import windows_in_epoch
from seqforecast.workflows.pipeline.final_forecast import FinalForecaster
from seqforecast.workflows.pipeline.learners import build, count_trained, models_of
from seqforecast.workflows.pipeline.prepare import Prepared, prepare
from seqforecast.workflows.pipeline.run_setup import say_notes
from seqforecast.workflows.pipeline.scores import score_forecasts
from seqforecast.workflows.pipeline.stage_timing import Stages
from seqforecast.workflows.train.mirrors import check_mirrors
from seqforecast.workflows.train.warm_start import check_start

if TYPE_CHECKING:
    import pandas as pd


# Windows that are forecast and scored to learn how long all of them take.
SCORED = 1024

# Drawing and saving are not tried. Like TensorFlow's start they are Python at work, and
# take this share of its time; `benchmarks/dry_run.py` prints both.
DRAWING_IN_STARTS = 0.3


def plan_run(
    loaded: Loaded,
    before: float = 0.0,
    *,
    start: Path | None = None,
    mirrors: Sequence[str] = (),
) -> dict[str, Any]:
    """Return what a run of an experiment comes to: the document of `--dry-run`.

    A few batches are trained and a few windows scored by a model that is thrown away.

    Args:
        loaded: the experiment.
        before: seconds that this process has taken already.
        start: the run whose weights it would begin with; refused as by `train`.
        mirrors: names in `MIRRORS`, refused as by `train`.

    Raises:
        RunError: there is no such run to begin with.
        ConfigError: a setting does not fit the data.
        DataError: the data cannot be used as asked.
        BackendError: TensorFlow does not load, or the device is not there.
        NotFiniteError: the loss leaves the finite numbers at once.
    """
    stages = Stages()
    with stoppable():
        check_mirrors(mirrors)
        prepared = prepare(loaded.experiment, loaded.folder)
        say_notes(prepared)
        if start is not None:
            check_start(start, prepared)
        stages.end("read data")
        device, learners = build(prepared, stages)
        seconds = {"start Python": before}
        seconds |= {stage.name: stage.seconds for stage in stages.done}
        pace = estimate(prepared, learners, seconds)
    return {
        "schema": 1,
        "experiment": prepared.experiment.name,
        **_size(prepared, learners),
        "device": {"name": device.name, "why": device.why},
        **_duration(learners[0], pace, seconds),
    }


def _size(prepared: Prepared, learners: Sequence[Learner]) -> dict[str, Any]:
    """Return what the run holds: windows, parameters, operations, bytes.

    Operations and one batch are those of the longest lookback.
    """
    train, features = prepared.train, prepared.features
    training = learners[0].engine.section
    held = [variable for learner in learners for variable in learner.engine.variables]
    layers = size.count_layers(
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
        "parameters": count_trained(models_of(learners)),
        "operations": size.training_operations(layers),
        "bytes": {
            "data": prepared.panel.values.nbytes + (features.nbytes if features else 0),
            "model": sum(weight.value.numpy().nbytes for weight in held),
            "batch": size.batch_bytes(layers, window=window, batch=training.batch_size),
            "resident": peak_memory(),
        },
    }


def _duration(
    learner: Learner, pace: TrainingCost, seconds: dict[str, float]
) -> dict[str, Any]:
    """Return steps, speed and seconds; of all steps as many as there are at most."""
    training = learner.engine.section
    windows = windows_in_epoch(training, len(learner.data.train))
    steps = -(-windows // training.batch_size)
    return {
        "steps": {
            "epoch": steps,
            "epochs": training.epochs,
            "all": round(steps * training.epochs * count_fits(learner)),
        },
        "windows_per_second": pace.windows_per_second,
        "patience": training.patience,
        "seconds": {
            "stages": [
                {"name": name, "seconds": second} for name, second in seconds.items()
            ],
            "all": sum(seconds.values()),
        },
    }


def estimate(
    prepared: Prepared, learners: Sequence[Learner], seconds: dict[str, float]
) -> TrainingCost:
    """Add the seconds of the stages that are still to come; return training's pace.

    Every member is taken to be as slow as that with the longest lookback, the first.
    """
    engine, data = learners[0].engine, learners[0].data
    probe = GradientProbe(engine, data.validation)
    profile = [_seconds(probe.measure) for _ in "12"]
    pace = measure_training_cost(engine, data, prepared.experiment.seed)
    epochs = engine.section.epochs * count_fits(learners[0])
    seconds["train"] = profile[0] + pace.once * len(learners) + epochs * pace.epoch
    models = models_of(learners)
    members = [values_of(model.model.variables) for model in models]
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
    validation = prepared.validation.thinned(SCORED)
    test = prepared.test.thinned(SCORED)
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
        final = FinalForecaster.of_network(forecaster)
        scorer, _ = score_forecasts(small, final, write)
        scorer.result()

    whole = _seconds(score_some)
    rest = sum(spent) / len(test) * (len(prepared.test) - len(test))
    return traced + validating + whole + rest


def _seconds(do: Callable[[], object]) -> float:
    started = time.perf_counter()
    do()
    return time.perf_counter() - started
