"""Backtest: train at several cutoffs, score and draw the forecasts after each."""

import logging
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from seqforecast.config.experiment_file import dump
from seqforecast.evaluation.final_choice import mean_weights
from seqforecast.evaluation.intervals import tails
from seqforecast.evaluation.scorer import MODEL
from seqforecast.files import make_folder, write_json, write_text
from seqforecast.reporting.backtest import rolling_forecasts
from seqforecast.reporting.backtest.cutoffs import describe_cutoffs, draw_cutoffs
from seqforecast.reporting.backtest.text import say_plan
from seqforecast.reporting.figures.forecasts import choose_windows
from seqforecast.runs import manifest, records
from seqforecast.runs.directory import Destination
from seqforecast.runs.documents import BacktestFitFacts, read_document
from seqforecast.runs.forecasts import write_frames
from seqforecast.runs.manifest import stoppable
from seqforecast.runs.multi_fit_directories import (
    QUANTILES,
    BacktestDirectory,
    begin,
    check_place,
)
from seqforecast.training.devices import Device
from seqforecast.training.loop import Learner
from seqforecast.workflows.backtest.fits import SharedModels, read_made, refit_all
from seqforecast.workflows.backtest.plan import BacktestPlan
from seqforecast.workflows.backtest.results import (
    describe_backtest,
    score_backtest,
    tabulate_cutoffs,
    write_forecasts,
)
from seqforecast.workflows.pipeline.epoch_recorder import NoDisplay
from seqforecast.workflows.pipeline.learners import build
from seqforecast.workflows.pipeline.pages import unless_it_fails, write_backtest_page
from seqforecast.workflows.pipeline.run_setup import facts_of, say_notes
from seqforecast.workflows.pipeline.stage_timing import Stages

LOGGER = logging.getLogger("seqforecast")
BEFORE = 3  # horizons that are shown before the first cutoff


def backtest_experiment(
    planned: BacktestPlan, place: Destination, display: NoDisplay | None = None
) -> BacktestDirectory:
    """Train every fit of a plan, and write what they forecast and what that is worth.

    Where an earlier attempt at the same request was stopped, it goes on there:
    finished fits are not trained again, and the one that was on goes on from its last
    epoch.

    Raises:
        ConfigError: a setting does not fit the data.
        DataError: the data cannot be used as asked, or a forecast is no number.
        BackendError: TensorFlow does not load, or the device is not there.
        RunError: the directory is taken, or the disk is full.
        Interrupted: Ctrl-C or SIGTERM.
    """
    with records.logged() as log, stoppable():
        check_place(place)
        say_notes(replace(planned.first, test=planned.windows))
        LOGGER.info("%s", say_plan(planned.rolling, *planned.ends))
        for note in planned.notes:
            LOGGER.info("%s", note)
        device, learners = build(planned.first, Stages())
        name = f"backtest-{planned.first.experiment.name}"
        directory, goes_on = begin(BacktestDirectory, place, name, planned.request)
        facts = manifest.describe(_facts(planned, device), planned.loaded.folder)
        with directory.locked(), closing(display or NoDisplay()) as shown:
            records.log_into(directory, log)
            if goes_on:
                LOGGER.info("going on with %s", directory.path)
                directory.metrics.unlink(missing_ok=True)
            with manifest.recorded(directory, facts):
                _write_settings(directory, planned)
                refit_all(directory, planned, SharedModels.of(learners), shown)
                shown.close()
                _finish(directory, planned, facts, learners)
    return directory


def _facts(planned: BacktestPlan, device: Device) -> dict[str, Any]:
    """Return what the manifest says about data, seeds, device and cutoffs."""
    request = dict(planned.request)
    rolling = {name: request[name] for name in ("cutoffs", "step", "window", "refit")}
    facts = facts_of(planned.first, device)
    return {**facts, "backtest": rolling | {"fits": planned.rolling.fits}}


def _write_settings(directory: BacktestDirectory, planned: BacktestPlan) -> None:
    write_text(directory.config, planned.loaded.text)
    settled = dump(planned.first.experiment, folder=planned.loaded.folder)
    write_text(directory.resolved, settled)


def _finish(
    directory: BacktestDirectory,
    planned: BacktestPlan,
    facts: dict[str, Any],
    learners: Sequence[Learner],
) -> None:
    """Score all forecasts; write forecasts, table, figures, and last the document."""
    fits = [directory.fit(fold.number) for fold in planned.folds]
    fit_metrics = [read_document(fit, fit.metrics, BacktestFitFacts) for fit in fits]
    levels = tuple(fit_metrics[0]["levels"])
    forecasts = read_made(directory, planned, levels)
    final = mean_weights(
        [fit["final"]["weights"] for fit in fit_metrics if "final" in fit]
    )
    scores = score_backtest(planned, forecasts, levels, final)
    document = describe_backtest(planned, scores, fit_metrics)
    write_forecasts(directory, planned, forecasts, levels)
    write_frames(directory.table, [tabulate_cutoffs(document)], None)
    draw_backtest(directory, planned, forecasts, levels, document)
    facts["kernel"] = learners[0].engine.kernel
    with unless_it_fails("the page"):
        write_backtest_page(directory, document, facts, directory.report)
    write_json(directory.metrics, document)
    manifest.end(directory, facts, status="complete")


def draw_backtest(
    directory: BacktestDirectory,
    planned: BacktestPlan,
    forecasts: Mapping[str, npt.NDArray[Any]],
    levels: Sequence[float],
    document: Mapping[str, Any],
) -> None:
    """Draw both figures into the folder of plots.

    Args:
        directory: complete but for them.
        planned: whose forecasts they are.
        forecasts: forecasts by name, in the order of `planned.windows`.
        levels: of quantiles, ends of intervals among them; empty without.
        document: backtest.json.

    Raises:
        RunError: a figure cannot be written.
    """
    make_folder(directory.plots)
    by_cutoff = describe_cutoffs(document)
    draw_cutoffs(by_cutoff, directory.plots / "error_by_cutoff.png")
    chosen = choose_windows(len(planned.first.panel.ids), rolling_forecasts.MOST_SERIES)
    best = forecasts[document["test"]["skill"]["against"]]
    pictures = [_picture(planned, i, forecasts, levels, best) for i in chosen]
    figure = rolling_forecasts.describe_rolled(pictures, document)
    rolling_forecasts.draw_rolled(figure, directory.plots / "forecasts.png")


def _picture(
    planned: BacktestPlan,
    i: int,
    forecasts: Mapping[str, npt.NDArray[Any]],
    levels: Sequence[float],
    baseline: npt.NDArray[Any],
) -> rolling_forecasts.SeriesPicture:
    """Return what is shown of one series: all cutoffs, and some steps before."""
    panel, windows, count = (
        planned.first.panel,
        planned.windows,
        planned.rolling.cutoffs,
    )
    mine = slice(i * count, (i + 1) * count)
    cutoffs = windows.take(mine).starts + windows.lookback - 1
    offset = int(panel.offsets[i])
    begin = max(int(cutoffs[0]) + 1 - BEFORE * windows.horizon, offset)
    end = int(cutoffs[-1]) + 1 + windows.horizon
    truth = panel.values[begin:end].astype(np.float64)
    truth[panel.filled[(panel.filled >= begin) & (panel.filled < end)] - begin] = np.nan
    intervals = planned.first.experiment.intervals
    pairs = {
        level: [levels.index(tail) for tail in tails(level)]
        for level in ([] if intervals is None else intervals.levels)
    }
    steps = int(panel.first_steps[i]) + np.arange(begin, end) - offset
    return rolling_forecasts.SeriesPicture(
        series=panel.ids[i],
        stamps=panel.clocks(steps),
        truth=truth,
        cutoffs=cutoffs - begin,
        model=forecasts[MODEL][mine],
        baseline=baseline[mine],
        bands={
            level: (
                forecasts[QUANTILES][mine, :, low],
                forecasts[QUANTILES][mine, :, high],
            )
            for level, (low, high) in pairs.items()
        },
    )
