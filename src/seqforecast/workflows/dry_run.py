"""What a run would be, and how long it would take; nothing is kept or written."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from seqforecast.config.loading import Loaded
from seqforecast.models import counting
from seqforecast.training.members import Learner
from seqforecast.training.pace import Pace
from seqforecast.training.sampling import windows_in_epoch
from seqforecast.workflows.estimating import count_fits, estimate
from seqforecast.workflows.learning import build, count_trained, models_of
from seqforecast.workflows.mirrors import check_mirrors
from seqforecast.workflows.prepare import Prepared, prepare
from seqforecast.workflows.setup import say_notes
from seqforecast.workflows.stages import Stages, peak_memory
from seqforecast.workflows.stopping import stoppable
from seqforecast.workflows.warm_start import check_start


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
    held = [each for learner in learners for each in learner.engine.variables]
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
        "parameters": count_trained(models_of(learners)),
        "operations": counting.training_operations(layers),
        "bytes": {
            "data": prepared.panel.values.nbytes + (features.nbytes if features else 0),
            "model": sum(each.value.numpy().nbytes for each in held),
            "batch": counting.batch_bytes(
                layers, window=window, batch=training.batch_size
            ),
            "resident": peak_memory(),
        },
    }


def _duration(
    learner: Learner, pace: Pace, seconds: dict[str, float]
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
                {"name": name, "seconds": each} for name, each in seconds.items()
            ],
            "all": sum(seconds.values()),
        },
    }
