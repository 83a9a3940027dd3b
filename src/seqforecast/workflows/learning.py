"""Models and what they learn from: built for each lookback, and fitted."""

import logging
from collections.abc import Sequence
from functools import partial

from seqforecast.backend import load_keras
from seqforecast.data.windows import index_windows
from seqforecast.models.builder import build_forecaster
from seqforecast.models.forecaster import Forecaster
from seqforecast.runs import records
from seqforecast.runs.directory import RunDirectory
from seqforecast.training.autopsy import NotFiniteError
from seqforecast.training.checkpoints import Checkpoint
from seqforecast.training.devices import Device, use_device
from seqforecast.training.epoch import Engine
from seqforecast.training.evidence import shape_of
from seqforecast.training.fit import assign
from seqforecast.training.material import Material
from seqforecast.training.members import Learner, Trained, fit_members, learner_of
from seqforecast.training.memory import MemoryProbe
from seqforecast.training.running import TrainingData
from seqforecast.training.seeding import fix_seeds
from seqforecast.workflows.outcome import say_what_was_kept
from seqforecast.workflows.pictures import Learnt
from seqforecast.workflows.prepare import Prepared
from seqforecast.workflows.stages import Stages
from seqforecast.workflows.watching import Recorder, Silent

LOGGER = logging.getLogger("seqforecast")


def build(
    prepared: Prepared, stages: Stages, *, quiet: bool = False
) -> tuple[Device, list[Learner]]:
    """Start TensorFlow, choose the device, fix the seeds, build models and optimizers.

    Args:
        prepared: the data.
        stages: is told how long each took.
        quiet: the device is said already.

    Returns:
        The device, and a learner for each lookback, the longest first.

    Raises:
        BackendError: TensorFlow does not load, or the device is not there.
    """
    load_keras()
    stages.end("start TensorFlow")
    experiment = prepared.experiment
    lookback, batch = prepared.train.lookback, experiment.training.batch_size
    shape = shape_of(experiment.model, lookback, batch, prepared.tokens)
    device = use_device(experiment.training.device, shape)
    level = logging.DEBUG if quiet else logging.INFO
    LOGGER.log(level, "device: %s (%s)", device.name, device.why)
    fix_seeds(experiment.seed)
    lookbacks = experiment.window.lookbacks
    panel, history = prepared.panel, experiment.window.min_history
    begins = None if history is None else panel.offsets[:-1]
    material = Material(panel.values, panel.filled, prepared.features, begins)
    learners = [_build_learner(prepared, material, each) for each in lookbacks]
    stages.end("build model")
    return device, learners


def _build_learner(prepared: Prepared, material: Material, lookback: int) -> Learner:
    """Build the model of one lookback; it has windows of its own."""
    forecaster = untrained(prepared, lookback)
    engine = Engine(forecaster, prepared.experiment.training, material)
    return Learner(engine, windows_of(prepared, lookback))


def untrained(prepared: Prepared, lookback: int) -> Forecaster:
    """Build the model of one lookback, around the scales learnt on train."""
    return build_forecaster(
        prepared.experiment.model,
        prepared.scaler,
        lookback=lookback,
        horizon=prepared.train.horizon,
        season=prepared.panel.season,
        features=prepared.spec,
    )


def windows_of(prepared: Prepared, lookback: int) -> TrainingData:
    """Return what a model of one lookback learns from, and what it chooses by."""
    parts, window = prepared.parts, prepared.experiment.window
    index = partial(
        index_windows,
        prepared.panel,
        length=(lookback, prepared.train.horizon),
        min_history=window.min_history,
    )
    return TrainingData(
        prepared.panel,
        train=index(parts.train, stride=window.stride),
        validation=index(parts.validation),
        both=index(parts.seen, stride=window.stride),
    )


def learn(
    run: RunDirectory, prepared: Prepared, learners: Sequence[Learner], display: Silent
) -> tuple[Trained, Learnt]:
    """Run every fit that the last checkpoint has not, and say what was kept.

    Raises:
        NotFiniteError: a loss or a gradient was not finite; the batch is in the run.
    """
    resume = Checkpoint.read(run.checkpoint) if run.checkpoint.is_file() else None
    engine, data = learners[0].engine, learners[0].data
    start = records.read_start(run)
    if start:
        assign(engine.forecaster.core.weights, start[0])
    probe = MemoryProbe(engine, data.validation)
    untrained = probe.measure()
    recorder = Recorder(run, engine.section, display)
    recorder.begin(resume)
    try:
        seed = prepared.experiment.seed
        trained = fit_members(learners, seed, recorder, resume, start)
    except NotFiniteError as error:
        records.write_arrays(run.bad_batch, error.batch)
        raise
    display.close()
    say_what_was_kept(trained.history, engine)
    naive = engine.objective.naive_loss(data.validation)
    return trained, Learnt(trained.history, naive, untrained, probe.measure())


def models_of(learners: Sequence[Learner]) -> list[Forecaster]:
    """Return the model of each member, in order."""
    members = range(1, learners[0].engine.section.ensemble + 1)
    return [learner_of(learners, member).engine.forecaster for member in members]


def count_trained(forecasters: Sequence[Forecaster]) -> int:
    """Return the trained numbers of all members together."""
    return sum(int(each.core.count_params()) for each in forecasters)
