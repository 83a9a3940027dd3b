"""Forecast the steps after the end of the data, with a finished run."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from seqforecast.config.experiment_file import Loaded, load_experiment
from seqforecast.data.features import (
    Features,
    FeatureSpec,
    make_features,
    strange_texts,
)
from seqforecast.data.panel import FloatArray, Panel, check_future
from seqforecast.data.windows import latest_windows
from seqforecast.errors import ConfigError, DataError
from seqforecast.evaluation.intervals import Intervals, quantiles_of
from seqforecast.evaluation.quantiles import by_name
from seqforecast.files import expand
from seqforecast.models.batched_forecast import forecast
from seqforecast.models.builder import load_forecaster
from seqforecast.models.forecaster import Forecaster
from seqforecast.models.section import check_values
from seqforecast.runs.documents import read_preprocess
from seqforecast.runs.forecasts import RowMaker
from seqforecast.runs.output_guard import check_output
from seqforecast.runs.run_files import RunDirectory
from seqforecast.training.devices import use_device
from seqforecast.workflows.finished.new_data import (
    LOGGER,
    load_data,
    say_news,
    say_shift,
    say_strangers,
)
from seqforecast.workflows.pipeline.run_setup import describe_strange
from seqforecast.workflows.pipeline.scores import read_intervals

if TYPE_CHECKING:
    import pandas as pd

SUFFIXES = (".csv", ".parquet")


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


def predict_run(run: RunDirectory, data: Any = None) -> "pd.DataFrame":
    """Forecast each series' horizon after its last step.

    Args:
        run: complete.
        data: a file or frame with the columns of the run's; default the data of the
            run. Series the run did not know are scaled by all its train series
            together.

    Returns:
        Columns unique_id, ds, step, y_hat and those of quantiles, q_10 and so on, in
        the unit of the data.

    Raises:
        DataError: the data cannot be used, or a series is shorter than the lookback.
        ConfigError: data were given to a run on synthetic data.
    """
    import pandas as pd

    return pd.concat([*forecast_run(run, data).frames], ignore_index=True)


def forecast_run(
    run: RunDirectory,
    data: Any = None,
    device: str | None = None,
    output: Path | None = None,
) -> Forecasts:
    """Check data and begin to forecast; as `predict_run`, some series at a time.

    Args:
        run: complete.
        data: as for `predict_run`.
        device: auto, cpu, gpu or gpu:N; None: where TensorFlow runs already.
        output: where the forecasts will go; refused before any work.

    Raises:
        DataError: as for `predict_run`, before the first forecast; while they are
            taken, one that is not a finite number.
        ConfigError: as for `predict_run`, or for `check_destination`.
        RunError: as for `check_destination`.
        BackendError: TensorFlow does not load, or the device is not there.
    """
    loaded = load_experiment(run.resolved)
    if output is not None:
        check_destination(output, loaded, data)
    panel = load_data(loaded, data)
    check_values(panel, loaded.experiment.model.instance_norm)
    say_news(run, panel, is_own=data is None)
    preprocess = read_preprocess(run)
    intervals = read_intervals(run, loaded.experiment)
    known, horizon = preprocess["series"], int(preprocess["horizon"])
    history = loaded.experiment.window.min_history
    windows = latest_windows(panel, int(preprocess["lookback"]), history)
    say_shift(panel, windows, preprocess, known)
    features = features_of(panel, preprocess.get("features"), horizon)
    if device is not None:
        use_device(device)
    forecaster = load_forecaster(run.model)
    check_lengths(run, preprocess, forecaster)
    say_strangers(panel, known, scaled=forecaster.needs_series)
    rows = RowMaker(panel, windows, horizon)
    numbers = series_numbers(panel, known)
    forecasts = forecast(forecaster, panel.values, windows, numbers, features)
    frames = (
        _checked(rows.rows(chunk, forecaster.median_of(out), None, columns))
        for chunk, out in forecasts
        for columns in [_columns(forecaster, intervals, out, numbers[chunk.series])]
    )
    return Forecasts(frames, rows.date_format, len(panel.ids), horizon)


def _columns(
    forecaster: Forecaster,
    intervals: Intervals | None,
    out: FloatArray,
    series: npt.NDArray[np.int32],
) -> dict[str, FloatArray]:
    """Return quantiles and ends of intervals by the names of their columns."""
    return by_name(*quantiles_of(out, forecaster.quantiles, intervals, series))


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


def check_lengths(
    run: RunDirectory, preprocess: Mapping[str, Any], forecaster: Forecaster
) -> None:
    """Refuse windows of other lengths than the model's.

    Raises:
        RunError: preprocess.json has others.
    """
    for name in ("lookback", "horizon"):
        mine, theirs = preprocess[name], getattr(forecaster, name)
        if mine != theirs:
            why = f"{name}: {mine}, that of the model is {theirs}"
            raise run.not_as_written(run.preprocess, why)


def features_of(
    panel: Panel, spec: Mapping[str, Any] | None, horizon: int
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


def series_numbers(panel: Panel, known: list[str]) -> npt.NDArray[np.int32]:
    """Return the number by which the model knows each series of a panel."""
    number = {name: i for i, name in enumerate(known)}
    numbers = [number.get(name, len(known)) for name in panel.ids]
    return np.array(numbers, dtype=np.int32)


def check_destination(output: Path, loaded: Loaded, data: Any) -> None:
    """Refuse a file that is read, or that a run recorded, or of no known kind.

    Args:
        output: where forecasts are to go.
        loaded: the settings of the run that makes them.
        data: what they are made from; None: the run's own data.

    Raises:
        ConfigError: they cannot go there.
        RunError: no file can be written there.
    """
    if output.suffix.lower() not in SUFFIXES:
        raise ConfigError(
            f"{output}: forecasts are written as {' or '.join(SUFFIXES)}",
            hint=f"name it {output.with_suffix('.csv')}",
        )
    given = expand(data) if isinstance(data, str | Path) else None
    check_output(output, filter(None, [loaded.data_file, given]))
