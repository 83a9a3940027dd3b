"""Train one experiment, or go on with a run, and complete its directory."""

import logging
from contextlib import closing
from pathlib import Path
from typing import Any

from seqforecast.backend import load_keras
from seqforecast.config.loading import Loaded, load_experiment
from seqforecast.errors import RunError
from seqforecast.models.builder import build_forecaster
from seqforecast.models.ensemble import join_members
from seqforecast.runs import manifest, opening, records
from seqforecast.runs.directory import RunDirectory
from seqforecast.runs.place import Place
from seqforecast.runs.writing import write_json, write_whole
from seqforecast.training.autopsy import NotFiniteError
from seqforecast.training.checkpoints import Checkpoint
from seqforecast.training.devices import Device, use_device
from seqforecast.training.epoch import Engine
from seqforecast.training.evidence import shape_of
from seqforecast.training.members import Trained, fit_members
from seqforecast.training.memory import MemoryProbe
from seqforecast.training.objective import Material
from seqforecast.training.seeding import fix_seeds
from seqforecast.workflows.outcome import describe_training, say_what_was_kept
from seqforecast.workflows.pictures import Learnt, draw_pictures
from seqforecast.workflows.prepare import Prepared, prepare
from seqforecast.workflows.scoring import score_test, score_validation
from seqforecast.workflows.setup import (
    check_same_data,
    facts_of,
    say_notes,
    training_data,
    write_setup,
)
from seqforecast.workflows.stages import Stages, describe_stages
from seqforecast.workflows.stopping import stoppable
from seqforecast.workflows.watching import Recorder, Silent

LOGGER = logging.getLogger("seqforecast")


def train_experiment(
    loaded: Loaded, place: Place, display: Silent | None = None
) -> RunDirectory:
    """Train, score on the test part, and write the run.

    Nothing is written before data and model are known to fit together.

    Raises:
        ConfigError: a setting does not fit the data.
        DataError: the data cannot be used as asked.
        BackendError: TensorFlow does not load, or the device is not there.
        RunError: the run directory is taken, or the disk is full.
        Interrupted: Ctrl-C or SIGTERM.
    """
    stages = Stages()
    with records.logged() as log, stoppable():
        place.check()
        prepared = prepare(loaded.experiment, loaded.folder)
        say_notes(prepared)
        stages.end("read data")
        device, engine = build(prepared, stages)
        facts = manifest.describe(facts_of(prepared, device), loaded.folder)
        run = place.create(loaded.experiment.name)
        with run.locked(), closing(display or Silent()) as shown:
            records.log_into(run, log)
            with manifest.recorded(run, facts):
                write_setup(run, loaded, prepared, engine.forecaster)
                _finish(run, prepared, engine, shown, facts, stages=stages)
    return run


def resume_run(path: Path, display: Silent | None = None) -> RunDirectory:
    """Go on with a run that was interrupted, failed or killed.

    The result is that of a run which was never interrupted.

    Raises:
        RunError: there is no such run, it is complete, or another process has it.
        DataError: the data are no longer those the run began with.
    """
    stages = Stages()
    run = opening.open_run(path)
    with records.logged() as log, stoppable(), run.locked():
        if run.is_complete:
            raise RunError(
                f"{path} is complete", hint="there is nothing to resume: train anew"
            )
        facts = run.read_json(run.manifest)
        facts.pop("error", None)
        if not run.preprocess.is_file():
            raise RunError(
                f"{path} stopped before its settings were written",
                hint="start it again without --resume",
            )
        loaded = load_experiment(run.resolved)
        prepared = prepare(loaded.experiment, loaded.folder)
        check_same_data(facts, prepared, path)
        stages.end("read data")
        device, engine = build(prepared, stages)
        resumed = [*facts.get("resumed", []), manifest.now().isoformat()]
        again = {"status": "running", "ended": None, "resumed": resumed}
        facts |= facts_of(prepared, device) | again
        with closing(display or Silent()) as shown:
            records.log_into(run, log)
            LOGGER.info("resuming %s", path)
            with manifest.recorded(run, facts):
                _finish(run, prepared, engine, shown, facts, stages=stages)
    return run


def build(prepared: Prepared, stages: Stages) -> tuple[Device, Engine]:
    """Start TensorFlow, choose the device, fix the seeds, build model and optimizer.

    Raises:
        BackendError: TensorFlow does not load, or the device is not there.
    """
    load_keras()
    stages.end("start TensorFlow")
    experiment = prepared.experiment
    lookback, batch = prepared.train.lookback, experiment.training.batch_size
    shape = shape_of(experiment.model, lookback, batch, prepared.tokens)
    device = use_device(experiment.training.device, shape)
    LOGGER.info("device: %s (%s)", device.name, device.why)
    fix_seeds(experiment.seed)
    forecaster = build_forecaster(
        experiment.model,
        prepared.scaler,
        lookback=lookback,
        horizon=prepared.train.horizon,
        features=prepared.spec,
    )
    panel, begins = prepared.panel, prepared.train.begins
    material = Material(panel.values, panel.filled, prepared.features, begins)
    engine = Engine(forecaster, experiment.training, material)
    stages.end("build model")
    return device, engine


def _finish(
    run: RunDirectory,
    prepared: Prepared,
    engine: Engine,
    display: Silent,
    facts: dict[str, Any],
    *,
    stages: Stages,
) -> None:
    """Train from the last checkpoint on, score, draw, and complete the run."""
    trained, learnt = _train(run, prepared, engine, display)
    selected = join_members(engine.forecaster, trained.selected)
    validation = score_validation(prepared, selected)
    stages.end("train")
    forecaster = join_members(engine.forecaster, trained.final)
    write_whole(run.model, forecaster.model.save)
    stages.end("save model")
    metrics: dict[str, Any] = {
        "schema": 1,
        "test": score_test(run, prepared, forecaster),
        "validation": {"model": validation},
        "training": describe_training(trained.history, engine, facts),
    }
    stages.end("score")
    draw_pictures(run, prepared, forecaster, learnt, metrics["test"])
    stages.end("draw")
    for line in describe_stages(stages.done):
        LOGGER.debug("%s", line)
    metrics["stages"] = stages.values()
    facts["kernel"] = engine.kernel
    manifest.end(run, facts, status="complete")
    write_json(run.metrics, metrics)


def _train(
    run: RunDirectory, prepared: Prepared, engine: Engine, display: Silent
) -> tuple[Trained, Learnt]:
    """Run every fit that the last checkpoint has not, and say what was kept."""
    resume = Checkpoint.read(run.checkpoint) if run.checkpoint.is_file() else None
    probe = MemoryProbe(engine, prepared.validation)
    untrained = probe.measure()
    recorder = Recorder(run, engine.section, display)
    recorder.begin(resume)
    data, seed = training_data(prepared), prepared.experiment.seed
    try:
        trained = fit_members(engine, data, seed, recorder, resume)
    except NotFiniteError as error:
        records.write_arrays(run.bad_batch, error.batch)
        raise
    display.close()
    say_what_was_kept(trained.history, engine)
    naive = engine.objective.naive_loss(prepared.validation)
    return trained, Learnt(trained.history, naive, untrained, probe.measure())
