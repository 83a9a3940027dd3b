"""Forecasts of the steps after the end of the data: rows that are made on demand."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from seqforecast.data.features import Features
from seqforecast.data.panel import FloatArray, Panel, check_future, format_stamp
from seqforecast.data.windows import WindowIndex, latest_windows
from seqforecast.errors import DataError
from seqforecast.evaluation.intervals import Intervals, quantiles_of
from seqforecast.evaluation.quantiles import by_name
from seqforecast.runs.forecasts import MOST_CSV_ROWS, RowMaker, write_frames
from seqforecast.runs.run_files import RunDirectory
from seqforecast.workflows.pipeline.final_forecast import FinalForecaster
from seqforecast.workflows.pipeline.prepare import Prepared

if TYPE_CHECKING:
    import pandas as pd

LOGGER = logging.getLogger("seqforecast")


@dataclass(frozen=True, slots=True)
class Forecasts:
    """Forecasts that are made while they are taken.

    Attributes:
        frames: columns unique_id, ds, step, y_hat and those of quantiles; some series
            at a time.
        date_format: how stamps are written.
        series: how many there are.
        horizon: steps of each.
    """

    frames: Iterator["pd.DataFrame"]
    date_format: str | None
    series: int
    horizon: int

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield plain values, a step at a time, stamps as text."""
        for frame in self.frames:
            if self.date_format is not None:
                frame["ds"] = frame["ds"].dt.strftime(self.date_format)
            elif frame["ds"].dtype.kind == "M":
                frame["ds"] = frame["ds"].map(str)
            for record in frame.to_dict("records"):
                yield {str(name): value for name, value in record.items()}


def forecast_future(
    final: FinalForecaster,
    panel: Panel,
    latest: WindowIndex,
    intervals: Intervals | None,
    *,
    numbers: npt.NDArray[np.int32],
    features: Features | None,
) -> Forecasts:
    """Begin to forecast each series' horizon after its last step.

    Args:
        final: what is forecast.
        panel: the history, all of it.
        latest: the last window of each series, as of `latest_windows`.
        intervals: of the run; None where it has none.
        numbers: shape (series,), by which the run knows the series.
        features: of the panel, where the model reads any.

    Raises:
        DataError: while the forecasts are taken, one that is not a finite number.
    """
    horizon = final.network.horizon
    windows = replace(latest, horizon=horizon)
    rows = RowMaker(panel, windows, horizon)
    frames = (
        _checked(rows.rows(chunk, final.median_of(out), None, columns))
        for chunk, out, _ in final.forecast(panel, windows, numbers, features)
        for columns in [_columns(final, intervals, out, numbers[chunk.series])]
    )
    return Forecasts(frames, rows.date_format, len(panel.ids), horizon)


def _columns(
    final: FinalForecaster,
    intervals: Intervals | None,
    out: FloatArray,
    series: npt.NDArray[np.int32],
) -> dict[str, FloatArray]:
    """Return quantiles and ends of intervals by the names of their columns."""
    return by_name(*quantiles_of(out, final.quantiles, intervals, series))


def _checked(forecasts: "pd.DataFrame") -> "pd.DataFrame":
    """Refuse a forecast that is no number."""
    numbers = forecasts.drop(columns=["unique_id", "ds", "step"]).to_numpy()
    is_bad = ~np.isfinite(numbers).all(axis=1)
    if is_bad.any():
        raise DataError(
            f"the forecast of {forecasts.loc[is_bad, 'unique_id'].iloc[0]} is not a "
            "finite number",
            hint="its last values lie far outside those of the train part",
        )
    return forecasts


def write_future(
    run: RunDirectory,
    prepared: Prepared,
    final: FinalForecaster,
    intervals: Intervals | None,
) -> dict[str, Any]:
    """Write the forecasts after the end of a run's own data.

    Returns:
        `future` of metrics.json: the file, and its first and last time stamp. Where
        the horizon cannot be forecast all are null, and `reasons` says why.

    Raises:
        RunError: the file cannot be written.
    """
    panel, horizon = prepared.panel, prepared.test.horizon
    numbers = np.arange(len(panel.ids), dtype=np.int32)
    path = run.future
    if len(panel.ids) * horizon > MOST_CSV_ROWS:
        path = path.with_suffix(".parquet")
    try:
        check_future(panel, horizon)
        history = prepared.experiment.window.min_history
        latest = latest_windows(panel, prepared.train.lookback, history)
        forecasts = forecast_future(
            final,
            panel,
            latest,
            intervals,
            numbers=numbers,
            features=prepared.features,
        )
        write_frames(path, forecasts.frames, forecasts.date_format)
    except DataError as error:
        LOGGER.warning("no forecast after the end of the data: %s", error)
        reasons = dict.fromkeys(("file", "first", "last"), str(error))
        return {"file": None, "first": None, "last": None, "reasons": reasons}
    ends = panel.first_steps + panel.lengths
    first, last = panel.clocks(np.array([ends.min(), ends.max() + horizon - 1]))
    stamps = [_text(panel, stamp) for stamp in (first, last)]
    return {"file": path.name, "first": stamps[0], "last": stamps[1]}


def _text(panel: Panel, stamp: Any) -> str | int:
    if isinstance(panel.origin, int):
        return int(stamp)
    return format_stamp(type(panel.origin)(stamp))
