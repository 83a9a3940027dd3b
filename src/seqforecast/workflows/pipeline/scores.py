"""Scores of a run: model and baselines on the same windows, intervals around them."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from seqforecast.config.experiment import Experiment
from seqforecast.data.panel import FloatArray, IntArray
from seqforecast.data.scaling import pooled_deviation
from seqforecast.data.split import Parts
from seqforecast.data.windows import WindowIndex, known_targets
from seqforecast.evaluation.baselines.maker import Forecaster as Baseline
from seqforecast.evaluation.baselines.registry import (
    BASELINES,
    baselines_on,
    maker_of,
    repeated,
)
from seqforecast.evaluation.conformal import calibrate, calibration_windows
from seqforecast.evaluation.coverage import CoverageTotals
from seqforecast.evaluation.intervals import Calibration, Intervals, quantiles_of, tails
from seqforecast.evaluation.metrics import Doubles
from seqforecast.evaluation.quantiles import QuantileTotals, by_name
from seqforecast.evaluation.scorer import MODEL, Scorer
from seqforecast.files import write_json
from seqforecast.models.batched_forecast import forecast
from seqforecast.models.forecaster import Forecaster
from seqforecast.runs.documents import (
    IntervalMargins,
    read_document,
    read_preprocess,
)
from seqforecast.runs.forecasts import RowMaker, path_for, write_frames
from seqforecast.runs.run_files import RunDirectory
from seqforecast.workflows.pipeline.prepare import Prepared

if TYPE_CHECKING:
    import pandas as pd


def score_validation(prepared: Prepared, forecaster: Forecaster) -> dict[str, Any]:
    """Return the model's metrics on the validation part."""
    windows, panel = prepared.validation, prepared.panel
    scorer = _scorer(prepared, windows, prepared.parts.validation, [MODEL])
    forecasts = forecast(forecaster, panel.values, windows, features=prepared.features)
    for chunk, out in forecasts:
        given = {MODEL: forecaster.median_of(out)}
        scorer.add(chunk, chunk.targets(panel.values), given)
    return scorer.metrics_of(MODEL)


def score_test(
    run: RunDirectory,
    prepared: Prepared,
    forecaster: Forecaster,
    intervals: Intervals | None = None,
) -> dict[str, Any]:
    """Forecast the test part, write forecasts and scores by series, return the scores.

    Raises:
        RunError: a file cannot be written.
        DataError: a forecast is not a finite number.
    """

    def write(frames: Iterator["pd.DataFrame"], date_format: str | None) -> None:
        write_frames(path_for(run, prepared.test), frames, date_format)

    scorer, quantiles = score_forecasts(prepared, forecaster, write, intervals)

    import pandas as pd

    write_frames(run.series, [pd.DataFrame(scorer.by_series())], None)
    return quantiles.beside(scorer.result())


def score_forecasts(
    prepared: Prepared,
    forecaster: Forecaster,
    write: Callable[[Iterator["pd.DataFrame"], str | None], None],
    intervals: Intervals | None = None,
    numbers: npt.NDArray[np.int32] | None = None,
) -> tuple[Scorer, QuantileTotals]:
    """Forecast the test part; return its scorer and its quantiles, both complete.

    Args:
        prepared: the data.
        forecaster: the model.
        write: is given the forecasts as they are made, and how stamps are written;
            it must take all of them.
        intervals: around the forecasts, if any.
        numbers: shape (series,), by which the model knows the series; default their
            own.

    Raises:
        DataError: a forecast is not a finite number.
    """
    windows, panel = prepared.test, prepared.panel
    names = prepared.baselines
    baselines = {name: fit_baseline(prepared, name) for name in names}
    scorer = _scorer(prepared, windows, prepared.parts.test, [MODEL, *names])
    quantiles = _quantile_totals(prepared, forecaster, intervals)
    rows = RowMaker(panel, windows, windows.horizon)

    forecasts = forecast(forecaster, panel.values, windows, numbers, prepared.features)

    def scored() -> Iterator["pd.DataFrame"]:
        for chunk, out in forecasts:
            y, y_hat = chunk.targets(panel.values), forecaster.median_of(out)
            given: dict[str, FloatArray] = {MODEL: y_hat}
            given |= {name: predict(chunk) for name, predict in baselines.items()}
            scorer.add(chunk, y, given)
            which = chunk.series if numbers is None else numbers[chunk.series]
            levels, ends = quantiles_of(out, forecaster.quantiles, intervals, which)
            quantiles.add(chunk, y, ends, y_hat)
            known = known_targets(panel, chunk)
            yield rows.rows(chunk, y_hat, known, by_name(levels, ends))

    write(scored(), rows.date_format)
    return scorer, quantiles


def _quantile_totals(
    prepared: Prepared, forecaster: Forecaster, intervals: Intervals | None
) -> QuantileTotals:
    """Return empty totals of the model's quantiles and of the ends of intervals."""
    panel, levels = prepared.panel, set(forecaster.quantiles)
    if intervals is None:
        return QuantileTotals(panel, forecaster.quantiles)
    ends = {tail for level in intervals.levels for tail in tails(level)}
    coverage = CoverageTotals(
        panel, prepared.test, intervals.levels, intervals.learnt_on
    )
    return QuantileTotals(panel, sorted(levels | ends), coverage)


def fit_baseline(prepared: Prepared, name: str) -> Baseline:
    """Return a baseline, fitted on the train part where it learns anything."""
    panel, scale = prepared.panel, prepared.scaler.spread[:-1]
    unit = np.where(prepared.deviation > 0, prepared.deviation, scale)
    season = baselines_on(panel, BASELINES)[name]
    return maker_of(name)(panel, prepared.train, season, unit)


def _scorer(
    prepared: Prepared, windows: WindowIndex, spans: IntArray, names: list[str]
) -> Scorer:
    return Scorer(
        prepared.panel,
        windows,
        names,
        season=prepared.panel.season,
        in_sample_stops=history_stops(prepared, spans),
        train_std=prepared.deviation,
        groups=prepared.panel.groups,
        repeated=repeated(prepared.baselines),
    )


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


def learn_intervals(prepared: Prepared, forecaster: Forecaster) -> Intervals | None:
    """Return the intervals that would have covered the validation part.

    Errors of windows that overlap are alike, so that their number says less than it
    seems; what they cover on the test part is measured.

    Args:
        prepared: the data.
        forecaster: has not been trained on the validation part.
    """
    section = prepared.experiment.intervals
    if section is None:
        return None
    panel, windows = prepared.panel, calibration_windows(prepared.validation)
    forecasts = forecast(forecaster, panel.values, windows, features=prepared.features)
    out = np.concatenate([chunk for _, chunk in forecasts])
    units = _units(prepared)
    margins = calibrate(
        section.level,
        known_targets(panel, windows),
        out,
        forecaster.quantiles,
        units[windows.series],
    )
    learnt_on = Calibration.of(panel, windows)
    return Intervals(tuple(section.level), margins, units, learnt_on)


def _units(prepared: Prepared) -> Doubles:
    """Return the deviation of each series' train part, and of all together."""
    own, scale = prepared.deviation, prepared.scaler.spread
    together = pooled_deviation(prepared.panel, prepared.parts) or float(scale[-1])
    return np.append(np.where(own > 0, own, scale[:-1]), together)


def write_intervals(run: RunDirectory, intervals: Intervals | None) -> None:
    """Write what `read_intervals` reads."""
    if intervals is not None:
        write_json(run.intervals, intervals.values())


def read_intervals(run: RunDirectory, experiment: Experiment) -> Intervals | None:
    """Return the intervals of a run; None where it has none.

    Raises:
        RunError: the file is missing, or not as seqforecast writes it.
    """
    if experiment.intervals is None:
        return None
    found = read_document(run, run.intervals, IntervalMargins)
    levels, horizon = experiment.intervals.level, experiment.window.horizon
    margins = found["margins"]
    shape = [horizon] * len(levels)
    if found["level"] != levels or [len(row) for row in margins] != shape:
        why = f"expected {len(levels)} x {horizon} margins, of the levels {levels}"
    elif min(map(min, margins)) < 0 and not experiment.model.quantiles:
        why = "a margin around the forecast is negative"
    elif len(found["units"]) != len(read_preprocess(run)["series"]) + 1:
        why = f"{len(found['units'])} units are not one more than there are series"
    else:
        return Intervals.of(found)
    raise run.not_as_written(run.intervals, why)
