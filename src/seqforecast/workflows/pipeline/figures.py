"""The figures of a run: loss, forecasts, error by step, scatter, gradient profile."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from seqforecast.data.panel import IntArray
from seqforecast.data.windows import WindowIndex, known_targets
from seqforecast.evaluation.intervals import Intervals, quantiles_of, tails
from seqforecast.files import make_folder
from seqforecast.models.batched_forecast import forecast
from seqforecast.models.forecaster import Forecaster
from seqforecast.reporting.figures import (
    error_by_step,
    forecasts,
    gradient_profile,
    loss,
    scatter,
)
from seqforecast.reporting.figures.forecasts import (
    WindowPicture,
    choose_windows,
    describe_forecasts,
)
from seqforecast.runs.run_files import RunDirectory
from seqforecast.training.early_stopping import kept_epoch
from seqforecast.training.history import selections
from seqforecast.workflows.pipeline.learners import LearningCurves
from seqforecast.workflows.pipeline.prepare import Prepared
from seqforecast.workflows.pipeline.scores import fit_baseline

# Windows whose points a scatter can show; more are chosen evenly.
SCATTERED = 5000


@dataclass(frozen=True, slots=True, eq=False)
class FigureInputs:
    """What the figures show.

    Attributes:
        forecaster: the model.
        intervals: around its forecasts, if any.
        learnt: what training left to look at.
    """

    forecaster: Forecaster
    intervals: Intervals | None
    learnt: LearningCurves


def draw_pictures(
    run: RunDirectory, prepared: Prepared, shown: FigureInputs, test: Mapping[str, Any]
) -> None:
    """Draw every figure into the run's plots folder.

    Raises:
        RunError: a figure cannot be written.
    """
    make_folder(run.plots)
    forecaster, learnt = shown.forecaster, shown.learnt
    first, *others = selections(learnt.history)
    curves = loss.describe_loss(
        [record.values() for record in first],
        kept_epoch(first, prepared.experiment.training.keep),
        loss=prepared.experiment.training.measured,
        naive=learnt.naive_loss,
        others=[[record.values() for record in member] for member in others],
    )
    loss.draw_loss(curves, run.plots / "loss.png")

    windows = _windows(prepared, shown, test["skill"]["against"])
    figure = describe_forecasts(windows, test)
    forecasts.draw_forecasts(figure, run.plots / "forecast.png")

    steps = error_by_step.describe_errors(test["by_step"], test["skill"]["against"])
    error_by_step.draw_errors(steps, run.plots / "error_by_step.png")

    cell = prepared.experiment.model.cell.layer_name
    profiles = {
        f"{cell} before training": learnt.profile_before,
        f"{cell} after training": learnt.profile_after,
    }
    gradient_profile.draw_gradient_profile(
        gradient_profile.describe_gradient_profile(profiles), run.plots / "memory.png"
    )

    if prepared.parts.by == "series":
        points = _scattered(prepared, forecaster)
        scatter.draw_scatter(points, run.plots / "scatter.png")


def _windows(
    prepared: Prepared, shown: FigureInputs, baseline: str
) -> list[WindowPicture]:
    """Return some windows of the test part with their forecasts."""
    forecaster, intervals = shown.forecaster, shown.intervals
    chosen = prepared.test.take(shown_of(prepared.test))
    out = _forecast(prepared, forecaster, chosen)
    levels, ends = quantiles_of(out, forecaster.quantiles, intervals, chosen.series)
    pictures = picture_windows(prepared, chosen, forecaster.median_of(out), baseline)
    if intervals is None:
        return pictures
    pairs = {
        level: [levels.index(tail) for tail in tails(level)]
        for level in intervals.levels
    }
    return [
        replace(
            picture,
            bands={
                level: (ends[i, :, low], ends[i, :, high])
                for level, (low, high) in pairs.items()
            },
        )
        for i, picture in enumerate(pictures)
    ]


def shown_of(windows: WindowIndex) -> IntArray:
    """Return which windows pictures show, by their places: always the same."""
    return np.array(choose_windows(len(windows)), dtype=np.int64)


def picture_windows(
    prepared: Prepared,
    chosen: WindowIndex,
    y_hat: npt.NDArray[Any],
    baseline: str,
) -> list[WindowPicture]:
    """Return windows with their forecasts, (windows, horizon), and what came.

    Args:
        prepared: the data.
        chosen: which windows.
        y_hat: what the model forecasts for them.
        baseline: whose forecasts stand beside it.
    """
    panel = prepared.panel
    others = fit_baseline(prepared, baseline)(chosen)
    lookbacks = chosen.inputs(panel.values)
    lookbacks[chosen.are_before(panel)] = np.nan
    truths = known_targets(panel, chosen)
    around = np.arange(1 - chosen.lookback, chosen.horizon + 1)
    # Windows may begin before their series does; nothing is drawn there.
    steps = np.maximum(chosen.cutoffs(panel)[:, np.newaxis] + around, 0)
    stamps = panel.clocks(steps)
    return [
        WindowPicture(
            series=panel.ids[chosen.series[i]],
            stamps=stamps[i],
            lookback=lookbacks[i],
            truth=truths[i],
            model=y_hat[i],
            baseline=others[i],
        )
        for i in range(len(chosen))
    ]


def _scattered(prepared: Prepared, forecaster: Forecaster) -> scatter.ScatterFigure:
    """Return truth against forecast over the whole test part."""
    panel, test = prepared.panel, prepared.test
    chosen = test.thinned(SCATTERED)
    return scatter.describe_scatter(
        known_targets(panel, chosen),
        forecaster.median_of(_forecast(prepared, forecaster, chosen)),
        chosen.inputs(panel.values)[:, -1],
    )


def _forecast(
    prepared: Prepared, forecaster: Forecaster, windows: WindowIndex
) -> npt.NDArray[Any]:
    """Return what the model forecasts for some windows, (windows, horizon, ...)."""
    forecasts = forecast(
        forecaster, prepared.panel.values, windows, features=prepared.features
    )
    return np.concatenate([out for _, out in forecasts])
