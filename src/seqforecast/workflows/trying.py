"""Trying: one trial of a search, trained and scored on the validation part only."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from seqforecast.backend import load_keras
from seqforecast.config.experiment import Experiment
from seqforecast.data.panel import Panel
from seqforecast.data.parts import Parts
from seqforecast.errors import ConfigError
from seqforecast.models.ensemble import join_members
from seqforecast.training.checkpoints import Checkpoint
from seqforecast.training.members import fit_members
from seqforecast.workflows.learning import build, models_of
from seqforecast.workflows.prepare import prepare_panel
from seqforecast.workflows.scoring import score_validation
from seqforecast.workflows.stages import Stages

LOGGER = logging.getLogger("seqforecast")
METRICS = ("mase", "mae")


class PrunedError(Exception):
    """The trial is worse than others were at the same epoch."""


@dataclass(slots=True)
class Reporter:
    """Tells a trial its validation losses; ends it when it is behind.

    Attributes:
        trial: Optuna's.
        prunes: whether it may end the trial.
        epochs: that have ended.
    """

    trial: Any
    prunes: bool
    epochs: int = 0

    def fit_began(self, fit: int, member: int, *, refit: bool) -> None:
        """Hear that a fit begins."""

    def stepped(self, epoch: int, done: int, total: int, loss: float) -> None:
        """Hear of a step."""

    def epoch_ended(self, checkpoint: Checkpoint) -> None:
        """Report the loss of an epoch.

        Raises:
            PrunedError: the trial is behind.
        """
        self.epochs += 1
        record = checkpoint.history[-1]
        if not self.prunes or record.val_loss is None:
            return
        self.trial.report(record.val_loss, self.epochs)
        if self.trial.should_prune():
            raise PrunedError


def changed(experiment: Experiment, values: Mapping[str, Any]) -> Experiment:
    """Return an experiment with other settings, by dotted name, and no search.

    Raises:
        ConfigError: they do not go together.
    """
    settings = experiment.model_dump(exclude={"tune"})
    for name, value in values.items():
        *sections, field = name.split(".")
        section = settings
        for step in sections:
            section = section[step]
        section[field] = value
    try:
        return Experiment.model_validate(settings)
    except ValidationError as error:
        said = "; ".join(each["msg"] for each in error.errors())
        raise ConfigError(said.replace("Value error, ", "")) from None


def try_settings(
    experiment: Experiment, panel: Panel, parts: Parts, reporter: Reporter
) -> dict[str, Any]:
    """Train an experiment and return its validation scores; the test part is not read.

    Raises:
        PrunedError: the trial is behind.
        SeqforecastError: the settings do not fit the data.
        NotFiniteError: a loss or a gradient was not finite.
    """
    load_keras().backend.clear_session()
    prepared = prepare_panel(experiment, panel, parts)
    _, learners = build(prepared, Stages())
    trained = fit_members(learners, experiment.seed, reporter)
    selected = join_members(models_of(learners), trained.selected)
    return score_validation(prepared, selected)


def metric_of(wanted: str, panel: Panel) -> str:
    """Return the metric that trials are ranked by."""
    if wanted != "auto":
        return wanted
    return "mase" if len(panel.ids) > 1 else "mae"
