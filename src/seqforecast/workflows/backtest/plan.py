"""What a backtest is asked for, settled by the data before anything is trained."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from seqforecast import __version__
from seqforecast.config.experiment_file import Loaded
from seqforecast.data.panel import Panel
from seqforecast.data.source import load_panel
from seqforecast.data.split import Fold, Rolling, roll, split
from seqforecast.data.window_lengths import WindowSection, choose_length
from seqforecast.data.windows import WindowIndex, index_windows
from seqforecast.errors import ConfigError, DataError
from seqforecast.evaluation.conformal import check_room
from seqforecast.reporting.backtest.text import say_early, say_overlap
from seqforecast.reporting.figures.labels import stamp_texts
from seqforecast.workflows.pipeline.prepare import Prepared, prepare_panel, with_season


@dataclass(frozen=True, slots=True, eq=False)
class BacktestPlan:
    """A backtest as it is carried out.

    Attributes:
        loaded: the experiment as it was given.
        rolling: how the cutoff moves.
        folds: the fits, in the order of time.
        first: the data as they are for the first fit; its experiment has every setting
            that they decide, its test part only the cutoffs of that fit.
        windows: those of all cutoffs, series by series.
        notes: what ought to be known of the cutoffs.
    """

    loaded: Loaded
    rolling: Rolling
    folds: tuple[Fold, ...]
    first: Prepared
    windows: WindowIndex
    notes: tuple[str, ...]

    @property
    def request(self) -> Mapping[str, Any]:
        """All that the results depend on; the same again goes on where it stopped."""
        rolling = self.rolling
        return {
            "schema": 2,
            "version": __version__,
            "sha256": self.first.panel.sha256,
            "cutoffs": rolling.cutoffs,
            "step": rolling.step,
            "window": rolling.window,
            "refit": rolling.refit,
            "experiment": self.first.experiment.model_dump(mode="json"),
        }

    @property
    def ends(self) -> tuple[str, str]:
        """The first and the last cutoff, as texts."""
        cutoffs = self.windows.cutoffs(self.first.panel)
        both = np.array([cutoffs.min(), cutoffs.max()])
        first, last = stamp_texts([*self.first.panel.clocks(both)])
        return first, last

    def prepare(self, fold: Fold) -> Prepared:
        """Return the data as they are for one fit."""
        experiment, panel = self.first.experiment, self.first.panel
        return at_cutoffs(
            prepare_panel(experiment, panel, fold.parts), self.rolling.step
        )


def plan_backtest(
    loaded: Loaded,
    *,
    cutoffs: int,
    step: int | None = None,
    window: Any = "expanding",
    refit: int | None = 1,
) -> BacktestPlan:
    """Read the data once, and place the cutoffs.

    What the data decide is decided from what precedes the first cutoff; a horizon
    that is `auto` may know the season of whole-number times from all of the
    experiment's train part: it is the question, not the answer.

    Args:
        loaded: the experiment.
        cutoffs: how many, at least 1.
        step: steps from one to the next; None: one horizon.
        window: expanding or sliding.
        refit: cutoffs that a fit is kept for; None: all.

    Raises:
        ConfigError: a setting does not fit the data, or whole series are dealt out.
        DataError: the data cannot be used, or are too short.
    """
    experiment = loaded.experiment
    if experiment.split.by == "series":
        raise ConfigError(
            "split.by: a backtest moves the cutoff through time, and split.by is "
            "series",
            hint="set split.by: time",
        )
    panel = load_panel(experiment.data, loaded.folder, experiment.evaluation.group)
    parts = split(panel, experiment.split)
    _, horizon = choose_length(
        with_season(panel, parts, experiment),
        parts,
        experiment.window,
        segment=experiment.model.segment,
    )
    rolling = Rolling(cutoffs, step or horizon, window, refit)
    folds = roll(panel, parts, rolling, horizon)
    _check_history(panel, folds[0], experiment.window, cutoffs)
    section = experiment.window.model_copy(update={"horizon": horizon})
    fixed = experiment.model_copy(update={"window": section})
    try:
        first = prepare_panel(fixed, panel, folds[0].parts)
    except DataError as error:
        which = (
            "at the cutoff" if cutoffs == 1 else f"at the first of {cutoffs} cutoffs"
        )
        raise DataError(
            f"{which}: {error}",
            hint=f"ask for fewer --cutoffs or a smaller --step, or {error.hint}",
        ) from error
    _check_room(first, folds)
    windows = _windows_of_all(first, folds, rolling.step)
    early = _before_test(folds[0], parts.test[:, 0], rolling)
    notes = (*say_overlap(rolling, horizon), *say_early(early, cutoffs))
    planned = at_cutoffs(first, rolling.step)
    return BacktestPlan(loaded, rolling, tuple(folds), planned, windows, notes)


def _check_history(
    panel: Panel, fold: Fold, section: WindowSection, cutoffs: int
) -> None:
    """Refuse series whose first cutoff comes before a whole lookback.

    A run leaves such windows out; here every cutoff is to have every series. A
    lookback that is `auto` is never longer.
    """
    if not section.lookbacks:
        return
    lookback = section.lookbacks[0]
    needed = min(section.min_history or lookback, lookback)
    begin = fold.parts.test[:, 0]
    short = np.flatnonzero(begin < needed)
    if not len(short):
        return
    raise DataError(
        f"{len(short)} of {len(panel.ids)} series have less than a lookback before "
        f"the first of {cutoffs} cutoffs: {panel.ids[short[0]]} has "
        f"{begin[short[0]]} steps there, {needed} are needed",
        hint="ask for fewer --cutoffs or a smaller --step, or lower "
        f"{'window.min_history' if section.min_history else 'window.lookback'}",
    )


def _check_room(first: Prepared, folds: list[Fold]) -> None:
    """Refuse intervals that a later fit has too few errors for: gaps do not count."""
    section = first.experiment.intervals
    levels = [] if section is None else section.levels
    for fold in folds:
        validation = _index(first, fold.parts.validation, 1)
        try:
            check_room(first.panel, validation, levels)
        except DataError as error:
            raise DataError(f"at fit {fold.number}: {error}", hint=error.hint) from None


def at_cutoffs(prepared: Prepared, step: int) -> Prepared:
    """Return the data with the windows of the cutoffs alone as their test part."""
    return replace(prepared, test=_index(prepared, prepared.parts.test, step))


def _windows_of_all(first: Prepared, folds: list[Fold], step: int) -> WindowIndex:
    spans = folds[0].parts.test.copy()
    spans[:, 1] = folds[-1].parts.test[:, 1]
    return _index(first, spans, step)


def _index(prepared: Prepared, spans: Any, step: int) -> WindowIndex:
    length = prepared.test.lookback, prepared.test.horizon
    history = prepared.experiment.window.min_history
    return index_windows(
        prepared.panel, spans, length, stride=step, min_history=history
    )


def _before_test(fold: Fold, test: Any, rolling: Rolling) -> int:
    """Return how many cutoffs lie before the test part in at least one series."""
    ahead = int((test - fold.parts.test[:, 0]).max())
    return min(max(-(-ahead // rolling.step), 0), rolling.cutoffs)
