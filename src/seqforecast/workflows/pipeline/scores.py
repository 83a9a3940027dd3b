"""Scores of a run: model and baselines on the same windows, intervals around them."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from seqforecast.config.experiment import Experiment
from seqforecast.data.panel import FloatArray, IntArray
from seqforecast.data.windows import WindowIndex, known_targets
from seqforecast.evaluation.baselines.registry import repeated
from seqforecast.evaluation.conformal import calibrate, calibration_windows
from seqforecast.evaluation.coverage import CoverageTotals
from seqforecast.evaluation.final_choice import NETWORK, FinalChoice
from seqforecast.evaluation.intervals import Calibration, Intervals, quantiles_of, tails
from seqforecast.evaluation.quantiles import QuantileTotals, by_name
from seqforecast.evaluation.scorer import MODEL, Origins, Scorer
from seqforecast.evaluation.skill import FEWEST
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
from seqforecast.workflows.pipeline.baselines import fit_baselines, units_of
from seqforecast.workflows.pipeline.final_forecast import FinalForecaster, Fitted
from seqforecast.workflows.pipeline.prepare import Prepared, history_stops

if TYPE_CHECKING:
    import pandas as pd

WINDOWS_AT_ONCE = 50_000


def score_validation(prepared: Prepared, forecaster: Forecaster) -> dict[str, Any]:
    """Return the model's metrics on the validation part."""
    windows, panel = prepared.validation, prepared.panel
    scorer = _scorer(prepared, windows, prepared.parts.validation, [MODEL])
    forecasts = forecast(forecaster, panel.values, windows, features=prepared.features)
    for chunk, out in forecasts:
        given = {MODEL: forecaster.median_of(out)}
        scorer.add(chunk, chunk.targets(panel.values), given)
    return scorer.metrics_of(MODEL)


def score_baselines(
    prepared: Prepared, names: Sequence[str]
) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """Return metrics of baselines on the validation part by name, and notes.

    Those that cannot forecast it are left out, as `fit_baselines` does.
    """
    windows, panel = prepared.validation, prepared.panel
    fitted, notes = fit_baselines(prepared, [windows], names)
    scorer = _scorer(prepared, windows, prepared.parts.validation, [*fitted])
    for chunk in windows.chunks(WINDOWS_AT_ONCE):
        given = {name: predict(chunk) for name, predict in fitted.items()}
        scorer.add(chunk, chunk.targets(panel.values), given)
    return {name: scorer.metrics_of(name) for name in fitted}, notes


def score_test(
    run: RunDirectory,
    prepared: Prepared,
    final: FinalForecaster,
    intervals: Intervals | None,
    fitted: Fitted,
) -> dict[str, Any]:
    """Forecast the test part, write forecasts and scores by series, return the scores.

    Raises:
        RunError: a file cannot be written.
        DataError: a forecast is not a finite number.
    """

    def write(frames: Iterator["pd.DataFrame"], date_format: str | None) -> None:
        write_frames(path_for(run, prepared.test), frames, date_format)

    scorer, quantiles = score_forecasts(
        prepared, final, write, intervals, fitted=fitted
    )

    import pandas as pd

    write_frames(run.series, [pd.DataFrame(scorer.by_series())], None)
    return quantiles.beside(scorer.result())


def score_forecasts(
    prepared: Prepared,
    final: FinalForecaster,
    write: Callable[[Iterator["pd.DataFrame"], str | None], None],
    intervals: Intervals | None = None,
    *,
    numbers: npt.NDArray[np.int32] | None = None,
    fitted: Fitted | None = None,
) -> tuple[Scorer, QuantileTotals]:
    """Forecast the test part; return its scorer and its quantiles, both complete.

    Args:
        prepared: the data.
        final: what is forecast in the end; the network has a row of its own where it
            is not that.
        write: is given the forecasts as they are made, and how stamps are written;
            it must take all of them.
        intervals: around the forecasts, if any.
        numbers: shape (series,), by which the model knows the series; default their
            own.
        fitted: the baselines, where they are fitted already.

    Raises:
        DataError: a forecast is not a finite number.
    """
    windows, panel = prepared.test, prepared.panel
    fitted = fitted or Fitted.on(prepared)
    baselines = fitted.baselines
    own = [] if final.is_network else [NETWORK]
    names = [MODEL, *own, *baselines]
    choice = final.choice
    scorer = _scorer(prepared, windows, prepared.parts.test, names, choice)
    scorer.tell(fitted.notes)
    quantiles = _quantile_totals(prepared, final, intervals)
    rows = RowMaker(panel, windows, windows.horizon)
    forecasts = final.forecast(panel, windows, numbers, prepared.features)

    def scored() -> Iterator["pd.DataFrame"]:
        for chunk, out, alone in forecasts:
            y, y_hat = chunk.targets(panel.values), final.median_of(out)
            given: dict[str, FloatArray] = {MODEL: y_hat}
            given |= dict.fromkeys(own, final.median_of(alone))
            given |= {name: predict(chunk) for name, predict in baselines.items()}
            scorer.add(chunk, y, given)
            which = chunk.series if numbers is None else numbers[chunk.series]
            levels, ends = quantiles_of(out, final.quantiles, intervals, which)
            quantiles.add(chunk, y, ends, y_hat)
            known = known_targets(panel, chunk)
            yield rows.rows(chunk, y_hat, known, by_name(levels, ends))

    write(scored(), rows.date_format)
    return scorer, quantiles


def _quantile_totals(
    prepared: Prepared, final: FinalForecaster, intervals: Intervals | None
) -> QuantileTotals:
    """Return empty totals of the model's quantiles and of the ends of intervals."""
    panel, levels = prepared.panel, set(final.quantiles)
    if intervals is None:
        return QuantileTotals(panel, final.quantiles)
    ends = {tail for level in intervals.levels for tail in tails(level)}
    coverage = CoverageTotals(
        panel, prepared.test, intervals.levels, intervals.learnt_on
    )
    return QuantileTotals(panel, sorted(levels | ends), coverage)


def _scorer(
    prepared: Prepared,
    windows: WindowIndex,
    spans: IntArray,
    names: list[str],
    choice: FinalChoice | None = None,
) -> Scorer:
    own = choice or FinalChoice({NETWORK: 1.0}, "", {})
    return Scorer(
        prepared.panel,
        windows,
        names,
        season=prepared.panel.season,
        in_sample_stops=history_stops(prepared, spans),
        train_std=prepared.deviation,
        groups=prepared.panel.groups,
        origins=Origins(repeated(prepared.baselines), own.weights, own.reason),
    )


def say_power(prepared: Prepared) -> str:
    """Say, before training, whether the test part can tell skill from chance.

    Raises:
        DataError: every value of the test part was missing and filled.
    """
    scorer = _scorer(prepared, prepared.test, prepared.parts.test, [MODEL])
    count, unit = scorer.drawn
    noun = unit.replace("blocks", "block") if count == 1 else unit
    drawn = f"the test part has {count:,} {noun}"
    if count >= FEWEST:
        return f"{drawn} to tell skill from chance by"
    return (
        f"{drawn}, and chance is told from {FEWEST} on: the verdict will be 'no "
        "telling'; a longer test part, or more series, would tell"
    )


def learn_intervals(prepared: Prepared, final: FinalForecaster) -> Intervals | None:
    """Return the intervals that would have covered the validation part.

    Errors of windows that overlap are alike, so that their number says less than it
    seems; what they cover on the test part is measured.

    Args:
        prepared: the data.
        final: its network has not been trained on the validation part.
    """
    section = prepared.experiment.intervals
    if section is None:
        return None
    panel, windows = prepared.panel, calibration_windows(prepared.validation)
    forecasts = final.forecast(panel, windows, features=prepared.features)
    out = np.concatenate([chunk for _, chunk, _ in forecasts])
    units = units_of(prepared)
    margins = calibrate(
        section.levels,
        known_targets(panel, windows),
        out,
        final.quantiles,
        units[windows.series],
    )
    learnt_on = Calibration.of(panel, windows)
    return Intervals(tuple(section.levels), margins, units, learnt_on)


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
    levels, horizon = experiment.intervals.levels, experiment.window.horizon
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
