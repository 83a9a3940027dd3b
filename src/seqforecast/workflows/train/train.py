"""Train one experiment, or go on with a run, and complete its directory."""

import logging
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from seqforecast.config.experiment_file import Loaded, load_experiment
from seqforecast.data.panel import Panel
from seqforecast.errors import RunError
from seqforecast.evaluation.final_choice import NETWORK
from seqforecast.evaluation.intervals import Intervals
from seqforecast.files import write_json, write_whole
from seqforecast.models.forecaster import join_members
from seqforecast.runs import directory, manifest, records
from seqforecast.runs.directory import Destination
from seqforecast.runs.documents import read_trained
from seqforecast.runs.latest import is_stopped
from seqforecast.runs.manifest import stoppable
from seqforecast.runs.run_files import RunDirectory
from seqforecast.training.checkpoints import Arrays, Checkpoint, assign
from seqforecast.training.gradient_profile import GradientProbe
from seqforecast.training.loop import (
    Learner,
    Trained,
    fit_members,
)
from seqforecast.training.non_finite import NotFiniteError
from seqforecast.workflows.pipeline.epoch_recorder import NoDisplay, Recorder
from seqforecast.workflows.pipeline.figures import FigureInputs, draw_pictures
from seqforecast.workflows.pipeline.final_forecast import (
    FinalForecaster,
    Fitted,
    choose,
    finalise,
    say_choice,
    write_final,
)
from seqforecast.workflows.pipeline.future import write_future
from seqforecast.workflows.pipeline.learners import (
    LearningCurves,
    build,
    count_trained,
    describe_training,
    models_of,
    say_what_was_kept,
)
from seqforecast.workflows.pipeline.pages import unless_it_fails, write_run_page
from seqforecast.workflows.pipeline.prepare import Prepared, prepare
from seqforecast.workflows.pipeline.run_setup import (
    check_same_data,
    facts_of,
    say_notes,
    write_setup,
)
from seqforecast.workflows.pipeline.scores import (
    learn_intervals,
    say_power,
    score_test,
    score_validation,
    write_intervals,
)
from seqforecast.workflows.pipeline.seen_data import note_seen, write_seen
from seqforecast.workflows.pipeline.stage_timing import Stages, describe_stages
from seqforecast.workflows.train.budget import plan_budget
from seqforecast.workflows.train.mirrors import check_mirrors, mirrored
from seqforecast.workflows.train.warm_start import check_start, start_from

LOGGER = logging.getLogger("seqforecast")


def train_experiment(
    loaded: Loaded,
    place: Destination,
    display: NoDisplay | None = None,
    *,
    start: Path | None = None,
    mirrors: Sequence[str] = (),
    check: Callable[[Panel], None] | None = None,
    budget: float | None = None,
) -> RunDirectory:
    """Train, score on the test part, and write the run.

    Nothing is written before data and model are known to fit together.

    Args:
        loaded: the experiment.
        place: where the run goes.
        display: is told of epochs.
        start: a complete run with whose weights training begins; see `check_start`.
        mirrors: names in `MIRRORS`, told of the run as well.
        check: refuses data as they are loaded.
        budget: seconds that the run may take; training is planned to fit.

    Raises:
        ConfigError: a setting does not fit the data.
        DataError: the data cannot be used as asked.
        BackendError: TensorFlow does not load, or the device is not there.
        RunError: the run directory is taken, or the disk is full.
        Interrupted: Ctrl-C or SIGTERM.
    """
    stages = Stages()
    with records.logged() as log, stoppable():
        check_mirrors(mirrors)
        place.check()
        prepared = prepare(loaded.experiment, loaded.folder, check)
        say_notes(prepared)
        LOGGER.info("%s", say_power(prepared))
        origin = None if start is None else check_start(start, prepared)
        stages.end("read data")
        device, learners = build(prepared, stages)
        if budget is not None:
            prepared = plan_budget(prepared, learners, budget, stages)
        facts = manifest.describe(facts_of(prepared, device), loaded.folder)
        begun: list[Arrays] = []
        if origin is not None:
            begun = start_from(origin, prepared, learners)
            facts["from"] = origin.facts
        run = place.create(loaded.experiment.name)
        with run.locked(), closing(display or NoDisplay()) as shown:
            records.log_into(run, log)
            with manifest.recorded(run, facts):
                # Before the file without which a killed run is not resumed.
                if begun:
                    records.write_start(run, begun)
                write_seen(run, prepared, {} if origin is None else origin.seen)
                write_setup(run, loaded, prepared, learners[0].engine.forecaster)
                with mirrored(shown, run, mirrors) as watcher:
                    _finish(run, prepared, learners, watcher, facts, stages=stages)
    return run


def resume_run(
    path: Path, display: NoDisplay | None = None, *, mirrors: Sequence[str] = ()
) -> RunDirectory:
    """Go on with a run that was interrupted, failed or killed.

    The result is that of a run which was never interrupted.

    Args:
        path: of the run.
        display: is told of epochs.
        mirrors: names in `MIRRORS`, told of all epochs of the run.

    Raises:
        RunError: there is no such run, it is complete, or another process has it.
        DataError: the data are no longer those the run began with.
        BackendError: the package of a mirror is missing.
    """
    stages = Stages()
    check_mirrors(mirrors)
    run = directory.open_run(path, is_stopped)
    path = run.path
    directory.refuse_several(run)
    with records.logged() as log, stoppable(), run.locked():
        if run.is_complete:
            raise RunError(
                f"{path} is complete", hint="there is nothing to resume: train anew"
            )
        if not run.preprocess.is_file():
            raise RunError(
                f"{path} stopped before its settings were written",
                hint="start it again without --resume",
            )
        facts: dict[str, Any] = dict(read_trained(run)[0])
        facts.pop("error", None)
        loaded = load_experiment(run.resolved)
        prepared = prepare(loaded.experiment, loaded.folder)
        check_same_data(facts, prepared, path)
        stages.end("read data")
        device, learners = build(prepared, stages)
        resumed = [*facts.get("resumed", []), manifest.now().isoformat()]
        again = {"status": "running", "ended": None, "resumed": resumed}
        facts |= facts_of(prepared, device) | again
        with closing(display or NoDisplay()) as shown:
            records.log_into(run, log)
            LOGGER.info("resuming %s", path)
            with (
                manifest.recorded(run, facts),
                mirrored(shown, run, mirrors) as watcher,
            ):
                _finish(run, prepared, learners, watcher, facts, stages=stages)
    return run


def _finish(
    run: RunDirectory,
    prepared: Prepared,
    learners: Sequence[Learner],
    display: NoDisplay,
    facts: dict[str, Any],
    *,
    stages: Stages,
) -> None:
    """Train from the last checkpoint on, score, draw, and complete the run."""
    metrics, shown = _score(run, prepared, learners, display, facts, stages=stages)
    with unless_it_fails("drawing"):
        draw_pictures(run, prepared, shown, metrics["test"])
    stages.end("draw")
    facts["kernel"] = learners[0].engine.kernel
    metrics["stages"] = stages.values()
    with unless_it_fails("the page"):
        write_run_page(run, metrics, facts, run.report)
    stages.end("write page")
    for line in describe_stages(stages.done):
        LOGGER.debug("%s", line)
    metrics["stages"] = stages.values()
    run.check_records(
        *(run.config, run.resolved, run.manifest, run.preprocess, run.seen),
        *(run.history, run.model),
        *([run.start] if "from" in facts else []),
    )
    manifest.end(run, facts, status="complete")
    write_json(run.metrics, metrics)


def _score(
    run: RunDirectory,
    prepared: Prepared,
    learners: Sequence[Learner],
    display: NoDisplay,
    facts: dict[str, Any],
    *,
    stages: Stages,
) -> tuple[dict[str, Any], FigureInputs]:
    """Train, choose the final forecast, write what it forecasts.

    Returns:
        metrics.json, but for the time it took, and what there is to draw.
    """
    trained, learnt = learn(run, prepared, learners, display)
    stages.end("train")
    fitted = Fitted.on(prepared, chooses=prepared.experiment.final != NETWORK)
    final, intervals, validation = _choose_final(learners, trained, prepared, fitted)
    stages.end("choose the final forecast")
    engine, size = learners[0].engine, count_trained(models_of(learners))
    write_whole(run.model, final.network.model.save)
    write_intervals(run, intervals)
    write_final(run, prepared.experiment.final, final.choice, fitted)
    stages.end("save model")
    test = score_test(run, prepared, final, intervals, fitted)
    test["notes"] = [*note_seen(facts), *test["notes"]]
    about = describe_training(trained.history, engine, facts, parameters=size)
    metrics: dict[str, Any] = {
        "schema": 1,
        "test": test,
        "final": final.facts,
        "validation": {"model": validation},
        "training": about | {"naive_loss": learnt.naive_loss},
    }
    records.write_gradient_profile(run, learnt.profile_before, learnt.profile_after)
    stages.end("score")
    metrics["future"] = write_future(run, prepared, final, intervals)
    stages.end("forecast the future")
    has_future = metrics["future"]["file"] is not None
    return metrics, FigureInputs(final, intervals, learnt, has_future=has_future)


def _choose_final(
    learners: Sequence[Learner],
    trained: Trained,
    prepared: Prepared,
    fitted: Fitted,
) -> tuple[FinalForecaster, Intervals | None, dict[str, Any]]:
    """Choose the final forecast and its intervals by the validation part.

    Returns:
        Both, and the network's scores on the validation part.
    """
    selected = join_members(models_of(learners), trained.selected)
    validation = score_validation(prepared, selected)
    choice = choose(prepared, selected, fitted)
    say_choice(prepared, choice)
    intervals = learn_intervals(prepared, finalise(selected, choice, fitted))
    network = join_members(models_of(learners), trained.final)
    return finalise(network, choice, fitted), intervals, validation


def learn(
    run: RunDirectory,
    prepared: Prepared,
    learners: Sequence[Learner],
    display: NoDisplay,
) -> tuple[Trained, LearningCurves]:
    """Run every fit that the last checkpoint has not, and say what was kept.

    Raises:
        NotFiniteError: a loss or a gradient was not finite; the batch is in the run.
    """
    resume = Checkpoint.read(run.checkpoint) if run.checkpoint.is_file() else None
    engine, data = learners[0].engine, learners[0].data
    start = records.read_start(run)
    if start and len(start) != prepared.experiment.training.ensemble:
        why = f"it has the weights of {len(start)} members"
        raise run.not_as_written(run.start, why)
    if start:
        assign(engine.forecaster.core.weights, start[0])
    probe = GradientProbe(engine, data.validation)
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
    return trained, LearningCurves(trained.history, naive, untrained, probe.measure())
