"""Search settings by validation, then train the best of them and score it once."""

import json
import logging
import shutil
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from seqforecast.config.experiment_file import Loaded, dump, load_experiment
from seqforecast.errors import Interrupted, TrainingError
from seqforecast.files import make_folder, write_json, write_text
from seqforecast.reporting.tune.figures import (
    describe_settings,
    draw_settings,
    draw_trials,
)
from seqforecast.runs import manifest, records
from seqforecast.runs.directory import Destination
from seqforecast.runs.forecasts import write_frames
from seqforecast.runs.manifest import stoppable
from seqforecast.runs.multi_fit_directories import TuningDirectory, begin, check_place
from seqforecast.workflows.pipeline.pages import unless_it_fails, write_tuning_page
from seqforecast.workflows.pipeline.prepare import prepare
from seqforecast.workflows.pipeline.run_setup import say_notes
from seqforecast.workflows.train.train import resume_run, train_experiment
from seqforecast.workflows.tune.study import (
    as_run_errors,
    load_optuna,
    open_study,
    search,
    section_of,
)
from seqforecast.workflows.tune.trial import changed

if TYPE_CHECKING:
    import pandas as pd

LOGGER = logging.getLogger("seqforecast")
STATES = {"COMPLETE": "complete", "PRUNED": "pruned", "FAIL": "failed"}


def tune_experiment(
    loaded: Loaded,
    place: Destination,
    *,
    trials: int | None = None,
    minutes: float | None = None,
) -> TuningDirectory:
    """Try settings of the search space, train the best and score it on the test part.

    Trials are ranked by the validation part; the test part is read once, by the run
    with the best settings. A search that was stopped goes on where it was: trials that
    were on are done again.

    Args:
        loaded: the experiment, with a `tune` section.
        place: where the search goes.
        trials: how many beside the experiment as given; default the section's.
        minutes: after which no trial begins; None: no limit.

    Raises:
        ConfigError: there is no `tune` section, or a setting does not fit the data.
        DataError: the data cannot be used as asked, or every trial failed.
        BackendError: Optuna is not installed, or TensorFlow does not load.
        RunError: the directory is taken, or the disk is full.
        Interrupted: Ctrl-C or SIGTERM; the same command goes on.
    """
    load_optuna()
    experiment = loaded.experiment
    count = trials or section_of(experiment).trials
    with records.logged() as log, stoppable():
        check_place(place)
        given = prepare(experiment, loaded.folder)
        say_notes(given)
        request = {
            "settings": experiment.model_dump(
                mode="json", exclude={"tune": {"trials"}}
            ),
            "data": given.panel.sha256,
        }
        name = f"tune-{experiment.name}"
        directory, goes_on = begin(TuningDirectory, place, name, request)
        facts = manifest.describe({"name": name, "trials": count}, loaded.folder)
        with directory.locked():
            records.log_into(directory, log)
            if goes_on:
                LOGGER.info("going on with %s", directory.path)
            with manifest.recorded(directory, facts), as_run_errors(directory):
                write_text(directory.config, loaded.text)
                study = open_study(directory, experiment)
                search(study, experiment, given, count=count, minutes=minutes)
                _finish(directory, study, loaded, facts)
                manifest.end(directory, facts, status="complete")
    return directory


def _finish(
    directory: TuningDirectory, study: Any, loaded: Loaded, facts: Mapping[str, Any]
) -> None:
    """Train the best settings, and write what was tried and what they are worth."""
    trials = describe_trials(study)
    done = [trial for trial in trials if trial["state"] == "complete"]
    if not done:
        errors = [trial["error"] for trial in trials if trial["error"]]
        raise TrainingError(
            f"none of {len(trials)} trials came to an end; the first: {errors[0]}",
            hint="run.log tells why each failed; narrow tune.space",
        )
    best = min(done, key=lambda candidate: float(candidate["value"]))
    settled = changed(loaded.experiment, best["settings"])
    run = _train_best(directory, dump(settled, folder=loaded.folder))
    document = {
        "schema": 1,
        "name": loaded.experiment.name,
        "metric": ranked_by(study),
        "searched": list(section_of(loaded.experiment).space),
        "trials": trials,
        "best": best,
        "run": "best",
        "validation": run["validation"]["model"],
        "test": run["test"],
    }
    write_frames(directory.table, [tabulate_trials(document)], None)
    make_folder(directory.plots)
    draw_trials(document, directory.plots / "trials.png")
    if by_setting := describe_settings(document):
        draw_settings(by_setting, directory.plots / "settings.png")
    with unless_it_fails("the page"):
        write_tuning_page(directory, document, facts, directory.report)
    write_json(directory.metrics, document)


def _train_best(directory: TuningDirectory, text: str) -> Mapping[str, Any]:
    """Train the best settings as a run of their own, or go on with that.

    A search that goes on with more trials may have found others meanwhile.
    """
    run, path = directory.run, directory.best
    is_same = path.is_file() and path.read_text(encoding="utf-8") == text
    if not (is_same and run.preprocess.is_file()):
        shutil.rmtree(run.path, ignore_errors=True)
        write_text(path, text)
    LOGGER.info("training the best settings")
    try:
        if not run.path.is_dir():
            train_experiment(load_experiment(path), Destination(exact=run.path))
        elif not run.is_complete:
            resume_run(run.path)
    except Interrupted:
        # The same command goes on with all of it, not `--resume` with the run alone.
        raise KeyboardInterrupt from None
    return run.read_json(run.metrics)


def describe_trials(study: Any) -> list[dict[str, Any]]:
    """Return every trial that was not stopped from outside, in order.

    Number 0 is the experiment as given: it has no settings of its own.
    """
    trials: list[dict[str, Any]] = []
    for trial in study.trials:
        if f"stopped {trial.number}" in study.user_attrs:
            continue
        duration = trial.duration
        trials.append(
            {
                "number": len(trials),
                "state": STATES.get(trial.state.name, "running"),
                "value": trial.value if trial.state.name == "COMPLETE" else None,
                "settings": {
                    name: json.loads(value) if isinstance(value, str) else value
                    for name, value in trial.params.items()
                },
                "epochs": trial.user_attrs.get(
                    "epochs", len(trial.intermediate_values)
                ),
                "seconds": None if duration is None else duration.total_seconds(),
                "error": trial.user_attrs.get("error"),
            }
        )
    return trials


def ranked_by(study: Any) -> str:
    """Return the metric of the trials' values; at least one has one."""
    attributes = [trial.user_attrs for trial in study.trials]
    return next(
        str(attribute["metric"]) for attribute in attributes if "metric" in attribute
    )


def tabulate_trials(document: Mapping[str, Any]) -> "pd.DataFrame":
    """Return trials.csv: one row a trial, a column for each setting."""
    import pandas as pd

    rows = []
    for trial in document["trials"]:
        settings = {
            name: json.dumps(trial["settings"].get(name)) if trial["settings"] else None
            for name in document["searched"]
        }
        named = {f"validation_{document['metric']}": trial["value"]}
        rest = {name: trial[name] for name in ("epochs", "seconds", "error")}
        head = {"trial": trial["number"], "state": trial["state"]}
        rows.append({**head, **named, **settings, **rest})
    return pd.DataFrame(rows)
