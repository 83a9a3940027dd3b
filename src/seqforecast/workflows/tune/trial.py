"""One trial of a search, trained and scored on the validation part only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from seqforecast.config.experiment import Experiment
from seqforecast.config.experiment_file import load_mapping
from seqforecast.data.panel import Panel
from seqforecast.data.windows import WindowIndex
from seqforecast.errors import ConfigError, DataError
from seqforecast.models.forecaster import join_members
from seqforecast.training.checkpoints import Checkpoint
from seqforecast.training.loop import fit_members
from seqforecast.workflows.pipeline.learners import build, models_of
from seqforecast.workflows.pipeline.prepare import Prepared, prepare_panel
from seqforecast.workflows.pipeline.scores import score_validation
from seqforecast.workflows.pipeline.stage_timing import Stages

# Validation is over when a refit begins: what a trial is judged by does not need it.
NO_REFIT = {"training.refit": False}


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

        Of an ensemble only the first member is: patience ends members at different
        epochs, and the same count of epochs is then another one of another member.

        Raises:
            PrunedError: the trial is behind.
        """
        self.epochs += 1
        record = checkpoint.history[-1]
        if not self.prunes or record.val_loss is None or record.member > 1:
            return
        self.trial.report(record.val_loss, record.epoch)
        if self.trial.should_prune():
            raise PrunedError


def changed(experiment: Experiment, values: Mapping[str, Any]) -> Experiment:
    """Return an experiment with other settings, by dotted name, and no search.

    Raises:
        ConfigError: they do not go together.
    """
    settings = experiment.model_dump(mode="json", exclude={"tune"})
    return load_mapping(settings, values).experiment


def try_settings(
    experiment: Experiment,
    values: Mapping[str, Any],
    given: Prepared,
    reporter: Reporter,
) -> dict[str, Any]:
    """Train other settings and return their validation scores.

    The test part is not read.

    Args:
        experiment: as given, with what the data decide still open.
        values: other settings, by dotted name.
        given: the data of the experiment as given; every trial shares the panel, and
            is scored on the same windows.
        reporter: is told of epochs.

    Raises:
        PrunedError: the trial is behind.
        SeqforecastError: the settings do not fit each other or the data, or a loss or a
            gradient was not finite.
    """
    tried = changed(experiment, {**values, **NO_REFIT})
    prepared = prepare_panel(tried, given.panel, given.parts)
    _check_same_targets(prepared.validation, given.validation)
    _, learners = build(prepared, Stages(), quiet=bool(values))
    trained = fit_members(learners, tried.seed, reporter)
    selected = join_members(models_of(learners), trained.selected)
    return score_validation(prepared, selected)


def _check_same_targets(windows: WindowIndex, given: WindowIndex) -> None:
    """Refuse scores on other windows: the easier ones would win.

    A longer lookback leaves short series out, and by series it moves the targets.

    Raises:
        ConfigError: the targets are others.
    """
    if not np.array_equal(windows.first_targets, given.first_targets):
        raise ConfigError(
            f"a lookback of {windows.lookback} has other validation windows "
            f"({len(windows)}) than the experiment as given ({len(given)}): their "
            "scores cannot be compared",
            hint="search shorter lookbacks, or set window.min_history",
        )


def metric_of(wanted: str, panel: Panel, scores: Mapping[str, Any]) -> str:
    """Return the metric that trials are ranked by; the same for all of a search.

    Args:
        wanted: the section's.
        panel: of the data.
        scores: of any trial; all have the same windows.

    Raises:
        DataError: it is not defined.
    """
    if wanted == "auto":
        has_mase = len(panel.ids) > 1 and scores["mase"] is not None
        return "mase" if has_mase else "mae"
    if scores[wanted] is None:
        why = scores.get("reasons", {}).get(wanted, "it is not defined")
        raise DataError(f"{wanted.upper()}: {why}", hint="set tune.metric: mae")
    return wanted
