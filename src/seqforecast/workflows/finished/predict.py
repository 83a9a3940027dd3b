"""Forecast the steps after the end of the data, with a finished run."""

from collections.abc import Mapping
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
from seqforecast.data.panel import Panel, check_future
from seqforecast.data.windows import latest_windows
from seqforecast.errors import ConfigError
from seqforecast.files import expand
from seqforecast.models.builder import load_forecaster
from seqforecast.models.forecaster import Forecaster
from seqforecast.models.section import check_values
from seqforecast.runs.documents import read_preprocess
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
from seqforecast.workflows.pipeline.final_forecast import open_final
from seqforecast.workflows.pipeline.future import Forecasts, forecast_future
from seqforecast.workflows.pipeline.run_setup import describe_strange
from seqforecast.workflows.pipeline.scores import read_intervals

if TYPE_CHECKING:
    import pandas as pd

SUFFIXES = (".csv", ".parquet")


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
    numbers = series_numbers(panel, known)
    final = open_final(run, loaded.experiment, forecaster, panel, numbers)
    return forecast_future(
        final, panel, windows, intervals, numbers=numbers, features=features
    )


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
