"""Warm start: training begins with the weights of a finished run."""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from seqforecast.config.experiment import Experiment
from seqforecast.config.experiment_file import load_experiment
from seqforecast.errors import ConfigError
from seqforecast.models.builder import load_forecaster
from seqforecast.models.forecaster import Forecaster
from seqforecast.reporting.settings_text import flatten_settings, setting_text
from seqforecast.runs.directory import open_complete
from seqforecast.runs.documents import read_preprocess, read_trained
from seqforecast.runs.run_files import RunDirectory
from seqforecast.training.checkpoints import Arrays
from seqforecast.training.loop import Learner, learner_of
from seqforecast.workflows.pipeline.prepare import Prepared
from seqforecast.workflows.pipeline.seen_data import (
    Seen,
    may_be_same,
    read_seen,
    warn_of_seen,
)

LOGGER = logging.getLogger("seqforecast")

# They change what weights mean, beside all of `model` but this one.
FREE = ("model.dropout",)
BINDING = ("window.lookback", "window.horizon", "training.ensemble", "scale")
COLUMNS = ("past", "future", "static", "calendar")


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """The run that training begins with.

    Attributes:
        run: complete, and of the same model.
        known: the names of its series.
        seen: how far into each series its weights have seen.
        facts: `from` of the manifest.
    """

    run: RunDirectory
    known: Sequence[str]
    seen: Seen
    facts: dict[str, Any]


def check_start(path: Path, prepared: Prepared) -> Origin:
    """Refuse a run that training cannot begin with, and say what has changed.

    TensorFlow is not needed. What the weights have seen of the test part is warned of.

    Args:
        path: of a complete run.
        prepared: the data to train on.

    Raises:
        RunError: there is no such run, or it is not complete.
        ConfigError: something on which the meaning of weights depends differs.
    """
    run = open_complete(path)
    old = load_experiment(run.resolved).experiment
    preprocess = read_preprocess(run)
    _refuse_others(old, prepared, preprocess, path)
    _say_changes(run, prepared, preprocess)
    facts: dict[str, Any] = {
        "path": str(run.path.resolve()),
        "model_sha256": hashlib.sha256(run.model.read_bytes()).hexdigest(),
    }
    seen: Seen = {}
    if may_be_same(run, prepared):
        seen = read_seen(run)
        facts["test_seen"] = warn_of_seen(prepared, seen, path)
    return Origin(run, preprocess["series"], seen, facts)


def start_from(
    origin: Origin, prepared: Prepared, learners: Sequence[Learner]
) -> list[Arrays]:
    """Return the weights that the core of each member begins with.

    Cells, decoder and vectors begin as the run ended; scales, of values and covariates,
    are those of the train part at hand. A series that the run did not know begins with
    the vector 0, as every series began.

    Args:
        origin: checked against the data.
        prepared: the data to train on.
        learners: built for them.

    Raises:
        ConfigError: the model reads other columns.
    """
    model = load_forecaster(origin.run.model)
    count = prepared.experiment.training.ensemble
    weights = []
    for member in range(1, count + 1):
        core = _member(model, member, count).core
        mine = learner_of(learners, member).engine.forecaster.core
        weights.append(_fitting(core, mine, origin, prepared.panel.ids))
    return weights


def _refuse_others(
    old: Experiment, prepared: Prepared, preprocess: Mapping[str, Any], path: Path
) -> None:
    """Refuse to begin with weights that mean something else; name every difference."""
    spec = None if prepared.spec is None else prepared.spec.values()
    before = _binding(old) | _texts(preprocess["features"])
    now = _binding(prepared.experiment) | _texts(spec)
    different = [
        f"{name}: {now.get(name, '-')}, it was {before.get(name, '-')}"
        for name in dict.fromkeys([*before, *now])
        if before.get(name) != now.get(name)
    ]
    if different:
        raise ConfigError(
            f"the model differs from that of {path}: " + "; ".join(different),
            hint="set them as they were, or train without --from",
        )


def _binding(experiment: Experiment) -> dict[str, str]:
    """Return the settings that must be equal, by dotted name."""
    settings = dict(flatten_settings(experiment.model_dump(mode="json")))
    names = [name for name in settings if name.startswith("model.")]
    names += [*BINDING, *(f"data.{name}" for name in COLUMNS)]
    return {name: settings[name] for name in names if name in settings} | dict.fromkeys(
        FREE, "any"
    )


def _texts(features: Mapping[str, Any] | None) -> dict[str, str]:
    """Return what each static column holds: every text has a weight of its own."""
    static = {} if features is None else features["static"]
    return {
        f"static column {name!r}": setting_text("numbers" if texts is None else texts)
        for name, texts in static.items()
    }


def _say_changes(
    run: RunDirectory, prepared: Prepared, preprocess: Mapping[str, Any]
) -> None:
    """Say how the data differ from those of the run."""
    (_, data), known = read_trained(run), preprocess["series"]
    LOGGER.info("beginning with the weights of %s", run.path)
    for name in ("frequency", "season"):
        before, now = preprocess[name], getattr(prepared.panel, name)
        if before != now:
            LOGGER.warning("the %s is %s, that of the run was %s", name, now, before)
    if data["sha256"] == prepared.panel.sha256:
        LOGGER.info("the data are those it was trained on")
    else:
        new = len(set(prepared.panel.ids) - set(known))
        gone = len(set(known) - set(prepared.panel.ids))
        LOGGER.info(
            "the data are others: %d values, they were %d; %d series are new, %d gone; "
            "scales are learnt anew",
            len(prepared.panel.values),
            data["values"],
            new,
            gone,
        )


def _member(model: Forecaster, number: int, count: int) -> Forecaster:
    if count == 1:
        return model
    return Forecaster.of(model.model.get_layer(f"member_{number}"))


def _fitting(old: Any, mine: Any, origin: Origin, ids: Sequence[str]) -> Arrays:
    """Return the weights of a core, the vectors of series in the order of these."""
    weights = []
    for before, now in zip(old.weights, mine.weights, strict=True):
        value = np.asarray(before)
        if now.path.endswith("vectors/vectors"):
            value = _vectors(value, origin.known, ids)
        if value.shape != tuple(now.shape):
            raise ConfigError(
                f"{now.path} has shape {tuple(now.shape)}, in {origin.run.path} it is "
                f"{value.shape}: the model reads other columns",
                hint="train without --from",
            )
        weights.append(value)
    return weights


def _vectors(value: Any, known: Sequence[str], ids: Sequence[str]) -> Any:
    """Return the vector of each series and of strangers, 0 for new ones."""
    row = {name: i for i, name in enumerate(known)}
    vectors = np.zeros((len(ids) + 1, value.shape[1]), value.dtype)
    for i, name in enumerate(ids):
        if name in row:
            vectors[i] = value[row[name]]
    return vectors
