"""Warm start: training begins with the weights of a finished run."""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from seqforecast.config.experiment import Experiment
from seqforecast.config.loading import load_experiment
from seqforecast.errors import ConfigError
from seqforecast.models.builder import load_forecaster
from seqforecast.models.forecaster import Forecaster
from seqforecast.reporting.settings import flatten_settings
from seqforecast.runs.directory import RunDirectory
from seqforecast.runs.opening import open_complete
from seqforecast.training.checkpoints import Arrays
from seqforecast.training.members import Learner, learner_of
from seqforecast.workflows.learnt import steps_tested_again
from seqforecast.workflows.prepare import Prepared

LOGGER = logging.getLogger("seqforecast")

# They change what weights mean, beside all of `model` but this one.
FREE = ("model.dropout",)
BINDING = ("window.lookback", "window.horizon", "training.ensemble")
COLUMNS = ("past", "future", "static", "calendar")


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """What training begins with.

    Attributes:
        weights: of the core of each member.
        facts: `from` of the manifest.
    """

    weights: list[Arrays]
    facts: dict[str, Any]


def start_from(path: Path, prepared: Prepared, learners: Sequence[Learner]) -> Start:
    """Return the weights that each member begins with, and say what has changed.

    Cells, decoder and vectors begin as the run ended; scales, of values and covariates,
    are those of the train part at hand. A series that the run did not know begins with
    the vector 0, as every series began.

    Args:
        path: of a complete run.
        prepared: the data to train on.
        learners: built for them.

    Raises:
        RunError: there is no such run, or it is not complete.
        ConfigError: a setting on which the meaning of weights depends differs.
    """
    run = open_complete(path)
    old = load_experiment(run.resolved).experiment
    _refuse_others(old, prepared.experiment, path)
    known = run.read_json(run.preprocess)["series"]
    _say_changes(run, prepared, known)
    flattering = _say_learnt(run, prepared, known)
    model = load_forecaster(run.model)
    members = range(1, prepared.experiment.training.ensemble + 1)
    weights = []
    for member in members:
        core = _member(model, member, len(members)).core
        mine = learner_of(learners, member).engine.forecaster.core
        weights.append(_fitting(core, mine, known, prepared.panel.ids, path))
    digest = hashlib.sha256(run.model.read_bytes()).hexdigest()
    facts: dict[str, Any] = {"path": str(path.resolve()), "model_sha256": digest}
    facts["test_steps_learnt"] = flattering
    return Start(weights, facts)


def _refuse_others(old: Experiment, new: Experiment, path: Path) -> None:
    """Refuse to begin with weights that mean something else; name every difference."""
    before, now = (_binding(each) for each in (old, new))
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


def _say_changes(run: RunDirectory, prepared: Prepared, known: Sequence[str]) -> None:
    """Say how the data differ from those of the run."""
    data = run.read_json(run.manifest)["data"]
    LOGGER.info("beginning with the weights of %s", run.path)
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


def _say_learnt(run: RunDirectory, prepared: Prepared, known: Sequence[str]) -> int:
    """Warn of test steps that the run was trained or chosen on; return how many."""
    steps = steps_tested_again(run, prepared, known)
    count = int(steps.sum())
    if count:
        LOGGER.warning(
            "%s was trained or chosen on %s steps that are tested here, in %s of %s "
            "series: the scores flatter; let the test part begin later",
            run.path,
            f"{count:,}",
            f"{np.count_nonzero(steps):,}",
            f"{len(steps):,}",
        )
    return count


def _member(model: Forecaster, number: int, count: int) -> Forecaster:
    if count == 1:
        return model
    return Forecaster.of(model.model.get_layer(f"member_{number}"))


def _fitting(
    old: Any, mine: Any, known: Sequence[str], ids: Sequence[str], path: Path
) -> Arrays:
    """Return the weights of a core, the vectors of series in the order of these."""
    weights = []
    for before, now in zip(old.weights, mine.weights, strict=True):
        value = np.asarray(before)
        if now.path.endswith("vectors/vectors"):
            value = _vectors(value, known, ids)
        if value.shape != tuple(now.shape):
            raise ConfigError(
                f"{now.path} has shape {tuple(now.shape)}, in {path} it is "
                f"{value.shape}: the columns of the data hold other texts",
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
