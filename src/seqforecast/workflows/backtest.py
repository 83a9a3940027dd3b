"""Backtest: train at several cutoffs, and score the forecasts after each of them."""

import logging
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

from seqforecast.config.loading import dump
from seqforecast.reporting.backtest.plan import say_plan
from seqforecast.runs import manifest, records
from seqforecast.runs.backtest import BacktestDirectory
from seqforecast.runs.place import Place
from seqforecast.runs.requests import begin, check_place
from seqforecast.runs.writing import write_json, write_text
from seqforecast.training.devices import Device
from seqforecast.training.members import Learner
from seqforecast.workflows.backtest_document import (
    describe_backtest,
    tabulate_cutoffs,
    write_forecasts,
)
from seqforecast.workflows.backtest_pictures import draw_backtest
from seqforecast.workflows.backtest_scores import score_backtest
from seqforecast.workflows.bench import Bench
from seqforecast.workflows.learning import build
from seqforecast.workflows.refitting import read_made, refit_all
from seqforecast.workflows.rolling import Planned
from seqforecast.workflows.setup import facts_of, say_notes
from seqforecast.workflows.stages import Stages
from seqforecast.workflows.stopping import stoppable
from seqforecast.workflows.watching import Silent

LOGGER = logging.getLogger("seqforecast")


def backtest_experiment(
    planned: Planned, place: Place, display: Silent | None = None
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
        with directory.locked(), closing(display or Silent()) as shown:
            records.log_into(directory, log)
            if goes_on:
                LOGGER.info("going on with %s", directory.path)
                directory.metrics.unlink(missing_ok=True)
            with manifest.recorded(directory, facts):
                _write_settings(directory, planned)
                refit_all(directory, planned, Bench.of(learners), shown)
                shown.close()
                _finish(directory, planned, facts, learners)
    return directory


def _facts(planned: Planned, device: Device) -> dict[str, Any]:
    """Return what the manifest says about data, seeds, device and cutoffs."""
    asked = dict(planned.request)
    rolling = {name: asked[name] for name in ("cutoffs", "step", "window", "refit")}
    facts = facts_of(planned.first, device)
    return {**facts, "backtest": rolling | {"fits": planned.rolling.fits}}


def _write_settings(directory: BacktestDirectory, planned: Planned) -> None:
    write_text(directory.config, planned.loaded.text)
    settled = dump(planned.first.experiment, folder=planned.loaded.folder)
    write_text(directory.resolved, settled)


def _finish(
    directory: BacktestDirectory,
    planned: Planned,
    facts: dict[str, Any],
    learners: Sequence[Learner],
) -> None:
    """Score all forecasts; write forecasts, table, figures, and last the document."""
    fits = [directory.fit(fold.number) for fold in planned.folds]
    told = [fit.read_json(fit.metrics) for fit in fits]
    levels = tuple(told[0]["levels"])
    made = read_made(directory, planned)
    scores = score_backtest(planned, made, levels)
    document = describe_backtest(planned, scores, told)
    write_forecasts(directory, planned, made, levels)
    write_text(directory.table, tabulate_cutoffs(document).to_csv(index=False))
    draw_backtest(directory, planned, made, levels, document)
    facts["kernel"] = learners[0].engine.kernel
    manifest.end(directory, facts, status="complete")
    write_json(directory.metrics, document)
