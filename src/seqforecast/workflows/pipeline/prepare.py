"""From an experiment to data that are ready to train on; TensorFlow is not needed."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

import numpy as np

from seqforecast.config.experiment import Experiment
from seqforecast.data.features import Features, FeatureSpec, learn_features
from seqforecast.data.panel import IntArray, Panel
from seqforecast.data.scaling import Doubles, Scaler, learn_scale, train_deviation
from seqforecast.data.season import infer_season
from seqforecast.data.source import load_panel
from seqforecast.data.split import Parts, split
from seqforecast.data.window_lengths import check_length, choose_length
from seqforecast.data.windows import WindowIndex, index_windows
from seqforecast.errors import DataError
from seqforecast.evaluation.baselines.registry import (
    BASELINES,
    BaselineName,
    baselines_on,
    choose_baselines,
)
from seqforecast.evaluation.baselines.statistical import STATISTICAL, be_installed
from seqforecast.evaluation.conformal import settle_intervals
from seqforecast.models.section import check_values
from seqforecast.models.size import Tokens, tokens_of


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """Data cut, scaled and windowed as an experiment asks.

    Attributes:
        experiment: with every `auto` that the data decide replaced.
        panel: all series.
        parts: which steps belong to which part.
        scaler: learnt on train.
        deviation: of each series' train part, shape (series,).
        train: windows to learn from, thinned by the stride.
        validation: every window of the validation part.
        test: every window of the test part.
        features: what is read beside the values; None when nothing is.
    """

    experiment: Experiment
    panel: Panel
    parts: Parts
    scaler: Scaler
    deviation: Doubles
    train: WindowIndex
    validation: WindowIndex
    test: WindowIndex
    features: Features | None = None

    @property
    def spec(self) -> FeatureSpec | None:
        """What the features are."""
        return None if self.features is None else self.features.spec

    @property
    def baselines(self) -> dict[str, int | None]:
        """The baselines to report, and the season of each."""
        return baselines_on(self.panel, self.experiment.evaluation.reported)

    @property
    def tokens(self) -> Tokens:
        """The shape of what the cells read."""
        lookback, horizon = self.train.lookback, self.train.horizon
        section, spec = self.experiment.model, self.spec
        return tokens_of(section, lookback=lookback, horizon=horizon, features=spec)


def prepare(
    experiment: Experiment,
    folder: Path,
    check: Callable[[Panel], None] | None = None,
) -> Prepared:
    """Load, cut, scale and index the data of an experiment.

    Args:
        experiment: what is asked.
        folder: where relative paths start.
        check: refuses data as they are loaded, before anything is done with them.

    Raises:
        DataError: the data cannot be used as asked.
        ConfigError: a setting does not fit the data.
    """
    panel = load_panel(experiment.data, folder, experiment.evaluation.group)
    if check is not None:
        check(panel)
    _refuse_constant(panel)
    return prepare_panel(experiment, panel, split(panel, experiment.split))


def _refuse_constant(panel: Panel) -> None:
    """Refuse data in which no series ever changes.

    Raises:
        DataError: there is nothing to forecast.
    """
    if any(np.ptp(panel.series(i)) > 0 for i in range(len(panel.ids))):
        return
    name, value = panel.ids[0], panel.values[0]
    raise DataError(
        f"the target never changes: all {panel.lengths[0]:,} values of {name} are "
        f"{value:g}" + ", and no other series changes" * (len(panel.ids) > 1),
        hint="name another column by data.target",
    )


def prepare_panel(experiment: Experiment, panel: Panel, parts: Parts) -> Prepared:
    """Scale and index a panel that is loaded and cut.

    Nothing outside the train part influences scale, season or window.

    Raises:
        DataError: the data cannot be used as asked.
        ConfigError: a setting does not fit the data.
        BackendError: the final forecast is of a library that is not installed.
    """
    if experiment.final in STATISTICAL:
        be_installed()
    panel = with_season(panel, parts, experiment)
    window = experiment.window
    length = choose_length(panel, parts, window, segment=experiment.model.segment)
    notes = check_length(panel, parts, length, window.min_history)
    check_values(panel, experiment.model.instance_norm)
    index = partial(index_windows, panel, min_history=window.min_history)
    validation = index(parts.validation, length)
    experiment, said = _with_intervals(experiment, panel, validation)
    panel = dataclasses.replace(panel, notes=(*panel.notes, *notes, *said))
    test = index(parts.test, length)
    return Prepared(
        experiment=settle(experiment, panel, test),
        panel=panel,
        parts=parts,
        scaler=learn_scale(panel, parts, experiment.scale),
        deviation=train_deviation(panel, parts),
        train=index(parts.train, length, stride=window.stride),
        validation=validation,
        test=test,
        features=learn_features(
            panel, parts, (*getattr(experiment.data, "calendar", ()),), length[1]
        ),
    )


def _with_intervals(
    experiment: Experiment, panel: Panel, validation: WindowIndex
) -> tuple[Experiment, list[str]]:
    """Return the experiment with the intervals there will be, and notes."""
    section = experiment.intervals
    if section and experiment.training.refit and section.level == "auto":
        note = "no intervals: training.refit keeps nothing back to calibrate them on"
        return experiment.model_copy(update={"intervals": None}), [note]
    settled, note = settle_intervals(section, panel, validation)
    return experiment.model_copy(update={"intervals": settled}), [note] if note else []


def with_season(panel: Panel, parts: Parts, experiment: Experiment) -> Panel:
    """Infer the season of whole-number times from the train part, if asked to."""
    data = experiment.data
    if data.source != "table" or data.season != "auto" or panel.season is not None:
        return panel
    if not isinstance(panel.frequency, int):
        return panel
    season = infer_season(panel, parts.train[:, 1])
    what = "no season" if season is None else f"a season of {season} steps"
    note = f"{what} was found in the train part; data.season sets it"
    return dataclasses.replace(panel, season=season, notes=(*panel.notes, note))


def settle(experiment: Experiment, panel: Panel, test: WindowIndex) -> Experiment:
    """Write what the data decided into the experiment, so that it runs again.

    Args:
        experiment: what was asked.
        panel: the data.
        test: the windows of the test part, from which the baselines forecast.
    """
    section = experiment.window
    lookback = test.lookback if section.lookback == "auto" else section.lookback
    window = section.model_copy(update={"lookback": lookback, "horizon": test.horizon})
    settled: dict[str, Any] = {"window": window}
    if experiment.evaluation.baselines == "auto":
        names = choose_baselines(panel, test)
        if experiment.final in {*BASELINES} - {*names}:
            names.append(cast("BaselineName", experiment.final))
        chosen = {"baselines": names}
        settled["evaluation"] = experiment.evaluation.model_copy(update=chosen)
    if experiment.data.source == "table":
        from_data = {"frequency": panel.frequency, "season": panel.season}
        if panel.time_format is not None:
            from_data["time_format"] = panel.time_format
        settled["data"] = experiment.data.model_copy(update=from_data)
    return experiment.model_copy(update=settled)


def history_stops(prepared: Prepared, spans: IntArray) -> IntArray:
    """Return where the history that MASE divides by ends, shape (series,)."""
    # By series, the first target follows the shortest lookback of real steps.
    lookback = prepared.train.lookback
    history = prepared.experiment.window.min_history or lookback
    return in_sample_stops(prepared.parts, spans, min(history, lookback))


def in_sample_stops(parts: Parts, spans: IntArray, lookback: int) -> IntArray:
    """Return where the history that MASE divides by ends, shape (series,).

    By time that is where the part begins; by series, the first target.
    """
    if parts.by == "series":
        return np.full(len(spans), lookback, dtype=np.int64)
    starts: IntArray = spans[:, 0]
    return starts
