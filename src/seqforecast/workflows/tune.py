"""Search settings by validation, then train the best of them and score it once."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from seqforecast.config.loading import Loaded, dump, load_experiment
from seqforecast.data.panel import Panel
from seqforecast.data.splitting import split
from seqforecast.errors import ConfigError, TrainingError
from seqforecast.reporting.tuning import draw_trials
from seqforecast.runs import manifest, records
from seqforecast.runs.place import Place
from seqforecast.runs.requests import begin, check_place
from seqforecast.runs.tuning import TuningDirectory
from seqforecast.runs.writing import make_folder, write_json, write_text
from seqforecast.workflows.searching import load_optuna, open_study, search
from seqforecast.workflows.stopping import stoppable
from seqforecast.workflows.train import resume_run, train_experiment
from seqforecast.workflows.trying import changed, metric_of
from seqforecast.workflows.tune_document import describe_trials, tabulate_trials

LOGGER = logging.getLogger("seqforecast")


def tune_experiment(
    loaded: Loaded, place: Place, *, trials: int | None = None
) -> TuningDirectory:
    """Try settings of the search space, train the best and score it on the test part.

    Trials are ranked by the validation part; the test part is read once, by the run
    with the best settings. A search that was stopped goes on where it was: trials that
    were on are done again.

    Args:
        loaded: the experiment, with a `tune` section.
        place: where the search goes.
        trials: how many; default the section's.

    Raises:
        ConfigError: there is no `tune` section.
        BackendError: Optuna is not installed, or TensorFlow does not load.
        TrainingError: every trial failed.
        Interrupted: Ctrl-C or SIGTERM; the same command goes on.
    """
    load_optuna()
    experiment, tune = loaded.experiment, loaded.experiment.tune
    if tune is None:
        raise ConfigError(
            "the experiment has no tune section: there is nothing to search",
            hint="add one: tune: {space: {model.units: [[32], [64], [128]]}}",
        )
    count = trials or tune.trials
    with records.logged() as log, stoppable():
        check_place(place)
        panel = experiment.data.load(loaded.folder, experiment.evaluation.group)
        parts = split(panel, experiment.split)
        request = {
            "settings": experiment.model_dump(
                mode="json", exclude={"tune": {"trials"}}
            ),
            "data": panel.sha256,
        }
        name = f"tune-{experiment.name}"
        directory, goes_on = begin(TuningDirectory, place, name, request)
        facts = manifest.describe({"name": name, "trials": count}, loaded.folder)
        with directory.locked():
            records.log_into(directory, log)
            if goes_on:
                LOGGER.info("going on with %s", directory.path)
            with manifest.recorded(directory, facts):
                write_text(directory.config, loaded.text)
                study = open_study(directory, tune)
                search(study, experiment, (panel, parts), tune, count=count)
                _finish(directory, study, loaded, panel)
                manifest.end(directory, facts, status="complete")
    return directory


def _finish(
    directory: TuningDirectory, study: Any, loaded: Loaded, panel: Panel
) -> None:
    """Train the best settings, and write what was tried and what they are worth."""
    tune = loaded.experiment.tune
    trials = describe_trials(study)
    done = [each for each in trials if each["state"] == "complete"]
    if tune is None or not done:
        errors = [each["error"] for each in trials if each["error"]]
        raise TrainingError(
            f"none of {len(trials)} trials came to an end; the first: {errors[0]}",
            hint="see trials.csv; narrow tune.space",
        )
    best = min(done, key=lambda each: float(each["value"]))
    settled = changed(loaded.experiment, best["settings"])
    write_text(directory.best, dump(settled, folder=loaded.folder))
    run = _train_best(directory)
    metric = metric_of(tune.metric, panel)
    document = {
        "schema": 1,
        "name": loaded.experiment.name,
        "metric": metric,
        "trials": trials,
        "best": best,
        "run": "best",
        "validation": run["validation"]["model"],
        "test": run["test"],
    }
    write_text(directory.table, tabulate_trials(document).to_csv(index=False))
    make_folder(directory.plots)
    draw_trials(document, directory.plots / "trials.png")
    write_json(directory.metrics, document)


def _train_best(directory: TuningDirectory) -> Mapping[str, Any]:
    """Train the best settings as a run of their own, or go on with that."""
    run, file = directory.run, load_experiment(directory.best)
    LOGGER.info("training the best settings")
    if not run.is_complete and run.preprocess.is_file():
        resume_run(run.path)
    elif not run.is_complete:
        _clear(run.path)
        train_experiment(file, Place(exact=run.path))
    return run.read_json(run.metrics)


def _clear(path: Path) -> None:
    """Remove what a run left that stopped before its settings were written."""
    if path.is_dir():
        for each in path.iterdir():
            each.unlink()
