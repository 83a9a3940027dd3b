"""Forecast the steps after the end of the data, with a finished run."""

import logging
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from seqforecast.config.loading import load_experiment
from seqforecast.data.panel import Panel
from seqforecast.data.windows import WindowIndex, count_windows
from seqforecast.errors import ConfigError, DataError
from seqforecast.models.builder import load_forecaster
from seqforecast.models.forecasting import forecast
from seqforecast.models.normalization import check_values
from seqforecast.runs.directory import RunDirectory
from seqforecast.runs.forecasts import RowMaker

LOGGER = logging.getLogger("seqforecast")

if TYPE_CHECKING:
    import pandas as pd


def predict_run(
    run: RunDirectory, frame: "pd.DataFrame | None" = None
) -> "pd.DataFrame":
    """Forecast each series' horizon after its last step.

    Args:
        run: complete.
        frame: data with the columns of the run's; default the data of the run.
            Series the run did not know are scaled by all its train series together.

    Returns:
        Columns unique_id, ds, step, y_hat, in the unit of the data.

    Raises:
        DataError: the data cannot be used, or a series is shorter than the lookback.
        ConfigError: a frame was given to a run on synthetic data.
    """
    loaded = load_experiment(run.resolved)
    source = loaded.experiment.data
    if frame is not None and not hasattr(frame, "columns"):
        raise DataError(
            f"expected a data frame, got {type(frame).__name__}",
            hint="read the file first: pandas.read_csv(path)",
        )
    if frame is None:
        panel = source.load(loaded.folder)
    elif source.source == "table":
        panel = source.load_frame(frame)
    else:
        raise ConfigError(
            "this run made its data itself and cannot read others",
            hint="train on a table: data.source: table",
        )
    check_values(panel, loaded.experiment.model.instance_norm)
    if frame is None and panel.sha256 != run.read_json(run.manifest)["data"]["sha256"]:
        LOGGER.warning("the data have changed since this run was trained on them")
    forecaster = load_forecaster(run.model)
    windows = last_windows(panel, forecaster.lookback)
    rows = RowMaker(panel, windows, forecaster.horizon)
    known = run.read_json(run.preprocess)["series"]
    numbers = series_numbers(panel, known)
    if forecaster.needs_series:
        _warn_of_strangers(panel, known)

    import pandas as pd

    forecasts = forecast(forecaster, panel.values, windows, numbers)
    frames = [rows.rows(chunk, y_hat, None) for chunk, y_hat in forecasts]
    made = pd.concat(frames, ignore_index=True)
    bad = made.loc[~np.isfinite(made["y_hat"]), "unique_id"].unique()
    if len(bad):
        raise DataError(
            f"the forecast of {bad[0]} is not a finite number",
            hint="its last values lie far outside those of the train part",
        )
    return made


def last_windows(panel: Panel, lookback: int) -> WindowIndex:
    """Return the window that ends with each series' last step; it has no targets.

    Raises:
        DataError: a series is shorter than the lookback.
    """
    short = np.flatnonzero(panel.lengths < lookback)
    if len(short):
        raise DataError(
            f"{len(short)} of {len(panel.ids)} series are shorter than the lookback of "
            f"{lookback} steps: {panel.ids[short[0]]} has {panel.lengths[short[0]]}",
            hint="give them more history, or leave them out",
        )
    one_each = np.ones(len(panel.ids), np.int64)
    return count_windows(panel.offsets[1:] - lookback, one_each, (lookback, 0))


def _warn_of_strangers(panel: Panel, known: list[str]) -> None:
    """Say which series have no scale of their own in this run."""
    strangers = [name for name in panel.ids if name not in set(known)]
    if strangers:
        more = f" and {len(strangers) - 5} more" if len(strangers) > 5 else ""
        LOGGER.warning(
            "this run was not trained on %s%s: scaled like all its train series "
            "together; its series are %s",
            ", ".join(strangers[:5]),
            more,
            ", ".join(known[:5]) + (", ..." if len(known) > 5 else ""),
        )


def series_numbers(panel: Panel, known: list[str]) -> npt.NDArray[np.int32]:
    """Return the number by which the model knows each series of a panel."""
    number = {name: i for i, name in enumerate(known)}
    numbers = [number.get(name, len(known)) for name in panel.ids]
    return np.array(numbers, dtype=np.int32)
