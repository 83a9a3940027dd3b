"""The figures of a run: loss, forecasts, error by step, scatter, gradient profile."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from seqforecast.data.panel import FloatArray, IntArray
from seqforecast.data.windows import WindowIndex, known_targets, latest_windows
from seqforecast.evaluation.intervals import Intervals, quantiles_of, tails
from seqforecast.files import make_folder
from seqforecast.reporting.figures import (
    error_by_step,
    forecasts,
    future,
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
from seqforecast.workflows.pipeline.baselines import fit_baseline
from seqforecast.workflows.pipeline.final_forecast import FinalForecaster
from seqforecast.workflows.pipeline.learners import LearningCurves
from seqforecast.workflows.pipeline.prepare import Prepared

# Windows whose points a scatter can show; more are chosen evenly.
SCATTERED = 5000


@dataclass(frozen=True, slots=True, eq=False)
class FigureInputs:
    """What the figures show.

    Attributes:
        final: what is forecast.
        intervals: around its forecasts, if any.
        learnt: what training left to look at.
        has_future: whether the steps after the end of the data are forecast.
    """

    final: FinalForecaster
    intervals: Intervals | None
    learnt: LearningCurves
    has_future: bool = True


def draw_pictures(
    run: RunDirectory, prepared: Prepared, shown: FigureInputs, test: Mapping[str, Any]
) -> None:
    """Draw every figure into the run's plots folder.

    Raises:
        RunError: a figure cannot be written.
    """
    make_folder(run.plots)
    learnt = shown.learnt
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

    if shown.has_future:
        ahead = _future(prepared, shown.final, shown.intervals)
        future.draw_future(ahead, run.plots / "future.png")

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
        points = _scattered(prepared, shown.final)
        scatter.draw_scatter(points, run.plots / "scatter.png")


def _windows(
    prepared: Prepared, shown: FigureInputs, baseline: str
) -> list[WindowPicture]:
    """Return some windows of the test part with their forecasts."""
    final, intervals = shown.final, shown.intervals
    chosen = prepared.test.take(shown_of(prepared.test))
    out = _forecast(prepared, final, chosen)
    pictures = picture_windows(prepared, chosen, final.median_of(out), baseline)
    bands = _bands(out, final, intervals, chosen)
    return [
        replace(picture, bands=band)
        for picture, band in zip(pictures, bands, strict=True)
    ]


def _bands(
    out: FloatArray,
    final: FinalForecaster,
    intervals: Intervals | None,
    windows: WindowIndex,
) -> list[dict[float, tuple[FloatArray, FloatArray]]]:
    """Return both ends of the intervals of each window, by level."""
    if intervals is None:
        return [{} for _ in range(len(windows))]
    levels, ends = quantiles_of(out, final.quantiles, intervals, windows.series)
    pairs = {
        level: [levels.index(tail) for tail in tails(level)]
        for level in intervals.levels
    }
    return [
        {level: (row[:, low], row[:, high]) for level, (low, high) in pairs.items()}
        for row in ends
    ]


def _future(
    prepared: Prepared, final: FinalForecaster, intervals: Intervals | None
) -> future.FutureFigure:
    """Return the end of some series with their forecasts."""
    panel, window = prepared.panel, prepared.experiment.window
    latest = latest_windows(panel, prepared.train.lookback, window.min_history)
    windows = replace(latest, horizon=prepared.test.horizon)
    windows = windows.take(np.array(choose_windows(len(windows), future.MOST_SERIES)))
    out = _forecast(prepared, final, windows)
    y_hat, bands = final.median_of(out), _bands(out, final, intervals, windows)
    pictures = []
    for i, series in enumerate(windows.series.tolist()):
        count, offset = int(panel.lengths[series]), int(panel.offsets[series])
        steps = int(panel.first_steps[series]) + np.arange(count + windows.horizon)
        stamps = panel.clocks(steps)
        past = panel.series(series).astype(np.float64)
        mine = (panel.filled >= offset) & (panel.filled < offset + count)
        past[panel.filled[mine] - offset] = np.nan
        pictures.append(
            future.FuturePicture(
                series=panel.ids[series],
                past_stamps=stamps[:count],
                past=past,
                stamps=stamps[count:],
                y_hat=y_hat[i],
                bands=bands[i],
            )
        )
    return future.describe_future(
        pictures,
        total=len(panel.ids),
        forecaster=final.name,
        season=panel.season,
    )


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


def _scattered(prepared: Prepared, final: FinalForecaster) -> scatter.ScatterFigure:
    """Return truth against forecast over the whole test part."""
    panel, test = prepared.panel, prepared.test
    chosen = test.thinned(SCATTERED)
    return scatter.describe_scatter(
        known_targets(panel, chosen),
        final.median_of(_forecast(prepared, final, chosen)),
        chosen.inputs(panel.values)[:, -1],
    )


def _forecast(
    prepared: Prepared, final: FinalForecaster, windows: WindowIndex
) -> npt.NDArray[Any]:
    """Return what is forecast for some windows, (windows, horizon, ...)."""
    forecasts = final.forecast(prepared.panel, windows, features=prepared.features)
    return np.concatenate([out for _, out, _ in forecasts])
