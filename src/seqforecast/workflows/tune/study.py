"""The study: trials suggested one by one, in a file that survives its process."""

import importlib
import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import prod
from typing import Any

import numpy as np

from seqforecast.config.experiment import Experiment
from seqforecast.config.tune_section import Range, TuneSection, accepts_whole
from seqforecast.errors import BackendError, ConfigError, RunError, SeqforecastError
from seqforecast.reporting.tune.table import AS_GIVEN, say_settings
from seqforecast.reporting.verdict import NAMES
from seqforecast.runs.multi_fit_directories import TuningDirectory
from seqforecast.workflows.pipeline.prepare import Prepared
from seqforecast.workflows.tune.trial import (
    PrunedError,
    Reporter,
    metric_of,
    try_settings,
)

LOGGER = logging.getLogger("seqforecast")
WARM_UP = 5  # trials that are never pruned, and drawn at random
UNJUDGED = 4  # of this many parts of the epochs, the first is too early to prune in


def load_optuna() -> Any:
    """Import Optuna.

    Raises:
        BackendError: it is not installed, or does not load.
    """
    try:
        optuna = importlib.import_module("optuna")
    except Exception as error:
        raise BackendError(
            f"Optuna does not load: {error}", hint="pip install 'seqforecast[tune]'"
        ) from error
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna


def open_study(directory: TuningDirectory, experiment: Experiment) -> Any:
    """Open the study in the directory, or begin it; give up trials that were on."""
    optuna, tune = load_optuna(), section_of(experiment)
    pruner: Any = optuna.pruners.NopPruner()
    if tune.can_prune(experiment.training.loss_unit):
        pruner = optuna.pruners.MedianPruner(
            n_startup_trials=WARM_UP,
            n_warmup_steps=experiment.training.epochs // UNJUDGED,
        )
    elif tune.prune:
        LOGGER.info("no trial is ended early: the space holds how losses are measured")
    # No pool: a connection that waits for its next use would never be closed.
    pool = importlib.import_module("sqlalchemy.pool").NullPool
    study = optuna.create_study(
        storage=optuna.storages.RDBStorage(
            f"sqlite:///{directory.study}", engine_kwargs={"poolclass": pool}
        ),
        study_name="tune",
        load_if_exists=True,
        pruner=pruner,
    )
    running = optuna.trial.TrialState.RUNNING
    for trial in study.get_trials(states=(running,)):
        # In this order: killed between the two, it is not taken for one that failed.
        study.set_user_attr(f"stopped {trial.number}", value=True)
        study.tell(trial.number, state=optuna.trial.TrialState.FAIL)
    return study


@contextmanager
def as_run_errors(directory: TuningDirectory) -> Iterator[None]:
    """Turn what databases raise into a message of ours.

    Raises:
        RunError: the disk is full, or the file is broken.
    """
    errors = importlib.import_module("sqlalchemy.exc")
    broken = load_optuna().exceptions.StorageInternalError
    try:
        yield
    except (errors.SQLAlchemyError, broken) as error:
        cause = error.__cause__ if isinstance(error, broken) else error
        reason = getattr(cause, "orig", None) or error
        raise RunError(
            f"{directory.study} cannot be read or written: {reason}",
            hint="free some space, then the same command goes on; where the file is "
            "broken, search anew with another --run-dir",
        ) from error


def section_of(experiment: Experiment) -> TuneSection:
    """Return what is searched.

    Raises:
        ConfigError: nothing is.
    """
    if experiment.tune is None:
        raise ConfigError(
            "the experiment has no tune section: there is nothing to search",
            hint="add one: tune: {space: {model.units: [[32], [64], [128]]}}",
        )
    return experiment.tune


def search(
    study: Any,
    experiment: Experiment,
    given: Prepared,
    *,
    count: int,
    minutes: float | None = None,
) -> None:
    """Try the experiment as given, then `count` other settings.

    Trials that were stopped from outside do not count.

    Args:
        study: where trials are kept; those it has are not done again.
        experiment: as given.
        given: its data.
        count: trials beside that of the experiment as given.
        minutes: after which no trial begins; None: no limit.

    Raises:
        BackendError: this machine cannot train.
        DataError: `tune.metric` is not defined on these data.
    """
    optuna = load_optuna()
    late = None if minutes is None else time.monotonic() + 60 * minutes
    stopped = len([name for name in study.user_attrs if name.startswith("stopped ")])
    while (number := len(study.get_trials(deepcopy=False)) - stopped) <= count:
        if late is not None and time.monotonic() > late and number:
            LOGGER.warning("no trial begins after %g minutes", minutes)
            return
        if number and are_all_tried(study, section_of(experiment)):
            LOGGER.info("every value of the space was tried: the search ends")
            return
        # A sampler for each trial, so that a search that was stopped goes on alike.
        study.sampler = optuna.samplers.TPESampler(
            seed=_seed_of(experiment.seed, number), n_startup_trials=WARM_UP
        )
        trial = study.ask()
        values = suggest(trial, section_of(experiment)) if number else {}
        ended = repeat(study, trial) or _run_trial(
            study, trial, values, experiment, given
        )
        tried = say_settings(values) or AS_GIVEN
        LOGGER.info("trial %d of %d: %s (%s)", number, count, ended, tried)


def _run_trial(
    study: Any,
    trial: Any,
    values: dict[str, Any],
    experiment: Experiment,
    given: Prepared,
) -> str:
    """Run one trial, tell the study how it ended, and return that in words."""
    states, tune = load_optuna().trial.TrialState, section_of(experiment)
    reporter = Reporter(trial, prunes=tune.can_prune(experiment.training.loss_unit))
    try:
        scores = try_settings(experiment, values, given, reporter)
    except PrunedError:
        study.tell(trial, state=states.PRUNED)
        return f"ended early, after epoch {reporter.epochs}"
    except BackendError:
        raise
    except SeqforecastError as error:
        reason = " ".join(str(error).split())
        trial.set_user_attr("error", reason)
        study.tell(trial, state=states.FAIL)
        return f"failed: {reason}"
    # Undefined here, it is undefined everywhere: that ends the search, not the trial.
    metric = metric_of(tune.metric, given.panel, scores)
    trial.set_user_attr("epochs", reporter.epochs)
    trial.set_user_attr("metric", metric)
    study.tell(trial, scores[metric])
    best = ", best so far" if study.best_trial.number == trial.number else ""
    return f"validation {NAMES[metric]} {scores[metric]:.4g}{best}"


def _seed_of(seed: int, trial: int) -> int:
    """Return the seed of a trial's sampler; neighbours have nothing in common."""
    return int(np.random.SeedSequence([seed, trial]).generate_state(1)[0])


def suggest(trial: Any, tune: TuneSection) -> dict[str, Any]:
    """Return the settings of a trial, by dotted name."""
    values: dict[str, Any] = {}
    for name, space in tune.space.items():
        if isinstance(space, list):
            # Optuna takes no lists for values.
            written = [json.dumps(value) for value in space]
            values[name] = json.loads(trial.suggest_categorical(name, written))
            continue
        ends = Range.model_validate(space)
        if accepts_whole(Experiment, name):
            low, high, step = int(ends.low), int(ends.high), int(ends.step or 1)
            values[name] = trial.suggest_int(name, low, high, step=step, log=ends.log)
        else:
            values[name] = trial.suggest_float(
                name, float(ends.low), float(ends.high), step=ends.step, log=ends.log
            )
    return values


def repeat(study: Any, trial: Any) -> str:
    """Tell the study how the same settings ended before, and return that in words.

    Trained again they would end alike. Empty where they are new, or failed.
    """
    for old in study.get_trials(deepcopy=False)[: trial.number]:
        if not trial.params or old.params != trial.params:
            continue
        if old.state.name == "PRUNED":
            study.tell(trial, state=old.state)
            return "tried before, and ended early"
        if old.state.name == "COMPLETE":
            for name, value in old.user_attrs.items():
                trial.set_user_attr(name, value)
            study.tell(trial, old.value)
            return f"tried before, {old.value:.4g}"
    return ""


def are_all_tried(study: Any, tune: TuneSection) -> bool:
    """Return whether nothing new can be drawn; of ranges something always can."""
    if not all(isinstance(values, list) for values in tune.space.values()):
        return False
    ended = ("COMPLETE", "PRUNED")
    tried = {
        json.dumps(trial.params, sort_keys=True)
        for trial in study.get_trials(deepcopy=False)
        if trial.params and trial.state.name in ended
    }
    return len(tried) == prod(map(len, tune.space.values()))
