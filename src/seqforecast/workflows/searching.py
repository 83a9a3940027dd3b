"""Searching: trials one after another, in a study that survives its process."""

import importlib
import json
import logging
from typing import Any

import numpy as np

from seqforecast.config.experiment import Experiment
from seqforecast.config.tuning import Range, TuneSection
from seqforecast.data.panel import Panel
from seqforecast.data.parts import Parts
from seqforecast.errors import BackendError, SeqforecastError
from seqforecast.reporting.tuning import short
from seqforecast.runs.tuning import TuningDirectory
from seqforecast.training.autopsy import NotFiniteError
from seqforecast.workflows.trying import (
    PrunedError,
    Reporter,
    changed,
    metric_of,
    try_settings,
)

LOGGER = logging.getLogger("seqforecast")

WARM_UP = 5  # trials that are never pruned, and drawn at random


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


def open_study(directory: TuningDirectory, tune: TuneSection) -> Any:
    """Open the study in the directory, or begin it; give up trials that were on."""
    optuna = load_optuna()
    pruner: Any = optuna.pruners.NopPruner()
    if tune.can_prune:
        pruner = optuna.pruners.MedianPruner(n_startup_trials=WARM_UP)
    elif tune.prune:
        LOGGER.info("no trial is ended early: the space holds how losses are measured")
    study = optuna.create_study(
        storage=f"sqlite:///{directory.study}",
        study_name="tune",
        load_if_exists=True,
        pruner=pruner,
    )
    running = optuna.trial.TrialState.RUNNING
    for trial in study.get_trials(states=(running,)):
        study.tell(trial.number, state=optuna.trial.TrialState.FAIL)
        study.set_user_attr(f"stopped {trial.number}", value=True)
    return study


def search(
    study: Any,
    experiment: Experiment,
    data: tuple[Panel, Parts],
    tune: TuneSection,
    *,
    count: int,
) -> None:
    """Run trials until there are so many that were not stopped from outside."""
    optuna = load_optuna()
    seed = experiment.seed
    states = optuna.trial.TrialState
    stopped = len([name for name in study.user_attrs if name.startswith("stopped ")])
    metric = metric_of(tune.metric, data[0])
    while len(study.trials) - stopped < count:
        number = len(study.trials) - stopped
        # A sampler for each trial, so that a search that was stopped goes on alike.
        study.sampler = optuna.samplers.TPESampler(
            seed=_seed_of(seed, number), n_startup_trials=WARM_UP
        )
        trial = study.ask()
        values = suggest(trial, tune)
        reporter = Reporter(trial, prunes=tune.can_prune)
        said = ", ".join(f"{name} {short(value)}" for name, value in values.items())
        try:
            scores = try_settings(changed(experiment, values), *data, reporter)
        except PrunedError:
            study.tell(trial, state=states.PRUNED)
            LOGGER.info("trial %d of %d: %s: ended early", number + 1, count, said)
        except (SeqforecastError, NotFiniteError) as error:
            trial.set_user_attr("error", str(error).splitlines()[0])
            study.tell(trial, state=states.FAIL)
            LOGGER.warning("trial %d of %d: %s: %s", number + 1, count, said, error)
        else:
            trial.set_user_attr("epochs", reporter.epochs)
            study.tell(trial, scores[metric])
            LOGGER.info(
                "trial %d of %d: %s: validation %s %.4g",
                *(number + 1, count, said, metric.upper(), scores[metric]),
            )


def _seed_of(seed: int, trial: int) -> int:
    """Return the seed of a trial's sampler; neighbours have nothing in common."""
    return int(np.random.SeedSequence([seed, trial]).generate_state(1)[0])


def suggest(trial: Any, tune: TuneSection) -> dict[str, Any]:
    """Return the settings of a trial, by dotted name."""
    values: dict[str, Any] = {}
    for name, space in tune.space.items():
        if not isinstance(space, Range):
            # Optuna takes no lists for values.
            written = [json.dumps(each) for each in space]
            values[name] = json.loads(trial.suggest_categorical(name, written))
        elif space.is_whole:
            step = int(space.step or 1)
            values[name] = trial.suggest_int(
                name, int(space.low), int(space.high), step=step, log=space.log
            )
        else:
            values[name] = trial.suggest_float(
                name, space.low, space.high, step=space.step, log=space.log
            )
    return values
