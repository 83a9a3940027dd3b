"""Forecast the steps after the end of the data, with a finished run."""

import dataclasses
import logging
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from seqforecast.config.loading import Loaded, load_experiment
from seqforecast.data.covariates import check_future
from seqforecast.data.features import Features, FeatureSpec
from seqforecast.data.featuring import make_features, strange_texts
from seqforecast.data.panel import Panel
from seqforecast.data.windows import WindowIndex, count_windows
from seqforecast.errors import ConfigError, DataError
from seqforecast.evaluation.quantiles import by_name
from seqforecast.models.builder import load_forecaster
from seqforecast.models.forecasting import forecast
from seqforecast.models.normalization import check_values
from seqforecast.runs.directory import RunDirectory
from seqforecast.runs.forecasts import RowMaker
from seqforecast.workflows.setup import describe_strange

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
        Columns unique_id, ds, step, y_hat and those of quantiles, q_10 and so on, in
        the unit of the data.

    Raises:
        DataError: the data cannot be used, or a series is shorter than the lookback.
        ConfigError: a frame was given to a run on synthetic data.
    """
    loaded = load_experiment(run.resolved)
    panel = _load(loaded, frame)
    check_values(panel, loaded.experiment.model.instance_norm)
    if frame is None and panel.sha256 != run.read_json(run.manifest)["data"]["sha256"]:
        LOGGER.warning("the data have changed since this run was trained on them")
    forecaster = load_forecaster(run.model)
    history = loaded.experiment.window.min_history
    windows = last_windows(panel, forecaster.lookback, history)
    rows = RowMaker(panel, windows, forecaster.horizon)
    preprocess = run.read_json(run.preprocess)
    features = features_of(panel, preprocess.get("features"), forecaster.horizon)
    known = preprocess["series"]
    numbers = series_numbers(panel, known)
    if forecaster.needs_series:
        _warn_of_strangers(panel, known)

    import pandas as pd

    forecasts = forecast(forecaster, panel.values, windows, numbers, features)
    frames = [
        rows.rows(
            chunk, forecaster.median_of(out), None, by_name(forecaster.quantiles, out)
        )
        for chunk, out in forecasts
    ]
    made = pd.concat(frames, ignore_index=True)
    numbers_made = made.drop(columns=["unique_id", "ds", "step"]).to_numpy()
    is_bad = ~np.isfinite(numbers_made).all(axis=1)
    bad = made.loc[is_bad, "unique_id"].unique()
    if len(bad):
        raise DataError(
            f"the forecast of {bad[0]} is not a finite number",
            hint="its last values lie far outside those of the train part",
        )
    return made


def _load(loaded: Loaded, frame: "pd.DataFrame | None") -> Panel:
    """Return the panel of the run's data, or of a frame in their place."""
    source = loaded.experiment.data
    if frame is None:
        return source.load(loaded.folder)
    if not hasattr(frame, "columns"):
        raise DataError(
            f"expected a data frame, got {type(frame).__name__}",
            hint="read the file first: pandas.read_csv(path)",
        )
    if source.source == "table":
        return source.load_frame(frame)
    raise ConfigError(
        "this run made its data itself and cannot read others",
        hint="train on a table: data.source: table",
    )


def features_of(
    panel: Panel, spec: dict[str, Any] | None, horizon: int
) -> Features | None:
    """Return what the model reads beside the values, up to the end of the horizon.

    Raises:
        DataError: what it must know of the horizon is not there.
    """
    if spec is None:
        return None
    check_future(panel, horizon)
    features = make_features(panel, FeatureSpec.of(spec), horizon)
    for name, texts in strange_texts(panel, features.spec.static).items():
        LOGGER.warning("%s", describe_strange(name, texts))
    return features


def last_windows(
    panel: Panel, lookback: int, min_history: int | None = None
) -> WindowIndex:
    """Return the window that ends with each series' last step; it has no targets.

    Raises:
        DataError: a series is shorter than the lookback.
    """
    needed = min(min_history or lookback, lookback)
    short = np.flatnonzero(panel.lengths < needed)
    if len(short):
        what = "lookback" if min_history is None else "least history"
        raise DataError(
            f"{len(short)} of {len(panel.ids)} series are shorter than the {what} of "
            f"{needed} steps: {panel.ids[short[0]]} has {panel.lengths[short[0]]}",
            hint="give them more history, or leave them out",
        )
    one_each = np.ones(len(panel.ids), np.int64)
    windows = count_windows(panel.offsets[1:] - lookback, one_each, (lookback, 0))
    return dataclasses.replace(windows, begins=panel.offsets[:-1])


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
