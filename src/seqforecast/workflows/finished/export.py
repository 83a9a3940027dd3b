"""Export a finished run's model for other programs, checked on real windows."""

import json
import logging
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from seqforecast.config.experiment import Experiment
from seqforecast.config.experiment_file import Loaded, load_experiment
from seqforecast.data.panel import FloatArray
from seqforecast.data.windows import WindowIndex
from seqforecast.errors import RunError, SeqforecastError
from seqforecast.evaluation.final_choice import NETWORK
from seqforecast.files import make_folder, write_folder, write_json, write_whole
from seqforecast.models.builder import load_forecaster
from seqforecast.models.export import FORMATS, OUTPUT, Format, check_format
from seqforecast.models.forecaster import Forecaster
from seqforecast.runs.documents import read_preprocess
from seqforecast.runs.manifest import versions
from seqforecast.runs.output_guard import check_kept
from seqforecast.runs.run_files import RunDirectory
from seqforecast.workflows.pipeline.final_forecast import read_choice
from seqforecast.workflows.pipeline.prepare import Prepared, prepare
from seqforecast.workflows.pipeline.scores import read_intervals

LOGGER = logging.getLogger("seqforecast")

# In units of a series' deviation: far below what any forecast can tell, far above the
# rounding of float32.
TOLERANCE = 1e-4
MOST_WINDOWS = 256

# Where values are large beside their deviation, the last digits of float32 are more
# than the tolerance; so many of them are rounding.
ROUNDINGS = 4
MEANINGS = {
    "values": "raw lookback, oldest step first, in the unit of the data",
    "series": "number of the series in `series`; their count stands for any other",
    "covariates": "raw covariates of lookback and horizon, in the order of `features`",
}


def export_run(
    run: RunDirectory,
    name: str,
    output: Path | None = None,
    *,
    tolerance: float = TOLERANCE,
) -> dict[str, Any]:
    """Write a run's model in another format, and compare forecasts on test windows.

    Args:
        run: complete.
        name: of the format, one of `FORMATS`.
        output: file or folder; default in the run's `export` folder.
        tolerance: most difference allowed, in units of a series' deviation.

    Returns:
        What lies beside the file as `<file>.json`: how to call it, and the check.

    Raises:
        BackendError: a package is missing.
        DataError: the data of the run cannot be read.
        RunError: nothing can be written there.
        SeqforecastError: the forecasts differ; the file is not kept.
    """
    form = FORMATS[name]
    path = output or run.exports / form.name
    loaded = load_experiment(run.resolved)
    _check_place(path, form, loaded, run)
    check_format(name)
    prepared = prepare(loaded.experiment, loaded.folder)
    forecaster = load_forecaster(run.model)
    windows = prepared.test.thinned(MOST_WINDOWS)
    inputs = _inputs_of(forecaster, prepared, windows)
    wanted = np.asarray(forecaster.forecast(**_flat(inputs)))
    unit = _unit_of(prepared)[windows.series]
    distances: list[float] = []

    def write(part: Path) -> None:
        form.write(forecaster, part)
        outputs = form.read(part)(inputs)
        distances.append(_largest(wanted, outputs, unit))
        if not _largest(wanted, outputs, unit, ROUNDINGS) <= tolerance:
            raise _differs(name, distances[0], tolerance)

    make_folder(path.parent)
    (write_folder if form.is_folder else write_whole)(path, write)
    check = {"windows": len(windows), "largest": distances[0], "tolerance": tolerance}
    document = describe_export(run, forecaster, name, path, loaded.experiment)
    document |= {"check": check, "final": _say_final(run, loaded.experiment)}
    write_json(_beside(path), document)
    return document


def _say_final(run: RunDirectory, experiment: Experiment) -> dict[str, Any] | None:
    """Say where a run forecasts with more than the network, which alone is exported.

    Returns:
        What the final forecast is; None where that is the network.
    """
    choice = read_choice(run, experiment)
    if [*choice.weights] == [NETWORK]:
        return None
    LOGGER.warning(
        "what is exported is the network alone; the final forecast of this run is %s",
        choice.reason,
    )
    return {"weights": dict(choice.weights), "reason": choice.reason}


def _beside(path: Path) -> Path:
    """Return the file that says how an export is called."""
    return path.with_name(f"{path.name}.json")


def _check_place(path: Path, form: Format, loaded: Loaded, run: RunDirectory) -> None:
    """Refuse to write over what is no earlier export, or what a run recorded.

    Raises:
        ConfigError: it is the data, or a record.
        RunError: there is something else.
    """
    about = _beside(path)
    for place in (path, about):
        check_kept(place, filter(None, [loaded.data_file]), own=run.exports)
    is_empty = path.is_dir() and not any(path.iterdir())
    is_free = {
        path: (path / "saved_model.pb").is_file() or is_empty
        if form.is_folder
        else path.is_file() and _is_of_export(about),
        about: _is_of_export(about),
    }
    for place in (path, about):
        if place.exists() and not is_free[place]:
            raise RunError(
                f"{place} holds something else",
                hint="choose another place with --output",
            )


def _is_of_export(path: Path) -> bool:
    """Return whether a file says how an export is called."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(document, dict) and {"file", "format", "inputs"} <= set(document)


def _inputs_of(
    forecaster: Forecaster, prepared: Prepared, windows: WindowIndex
) -> dict[str, npt.NDArray[Any]]:
    """Return what the model reads, by the names of its inputs."""
    inputs: dict[str, npt.NDArray[Any]] = {
        "values": windows.inputs(prepared.panel.values)[:, :, np.newaxis]
    }
    if forecaster.needs_series:
        inputs["series"] = windows.series
    if prepared.features is not None:
        places = windows.places(forecaster.lookback + forecaster.horizon)
        inputs["covariates"] = prepared.features.take(places, windows.series)
    return {name: np.ascontiguousarray(values) for name, values in inputs.items()}


def _flat(inputs: dict[str, npt.NDArray[Any]]) -> dict[str, Any]:
    """Return the inputs as `Forecaster.forecast` takes them."""
    return {"series": None, **inputs, "values": inputs["values"][:, :, 0]}


def _unit_of(prepared: Prepared) -> npt.NDArray[np.float64]:
    """Return the deviation of each series, its spread where it is constant."""
    deviation = prepared.deviation
    return np.where(deviation > 0, deviation, prepared.scaler.spread[:-1])


def _largest(
    wanted: FloatArray,
    outputs: FloatArray,
    unit: npt.NDArray[np.float64],
    roundings: int = 0,
) -> float:
    """Return the largest difference in units of the series, beyond so many roundings.

    Args:
        wanted: shape (windows, horizon), or with quantiles as a third axis.
        outputs: the same windows by another program.
        unit: shape (windows,).
        roundings: last digits of the wanted value that are no difference.
    """
    if outputs.shape != wanted.shape or not np.isfinite(outputs).all():
        return float("inf")
    apart = np.abs(outputs.astype(np.float64) - wanted)
    apart -= roundings * np.finfo(np.float32).eps * np.abs(wanted)
    of_windows = apart.reshape(len(wanted), -1).max(axis=1)
    return max(float((of_windows / unit).max()), 0.0)


def _differs(name: str, distance: float, tolerance: float) -> SeqforecastError:
    return SeqforecastError(
        f"the {name} model forecasts otherwise: by up to {distance:.2g} of a series' "
        f"deviation, allowed are {tolerance:g}",
        hint="nothing was kept; another --format may hold this model, or allow more "
        "with --tolerance",
    )


def describe_export(
    run: RunDirectory,
    forecaster: Forecaster,
    name: str,
    path: Path,
    experiment: Experiment,
) -> dict[str, Any]:
    """Return how the file is called: inputs, output, order of series and covariates.

    Args:
        run: it was made from.
        forecaster: its model.
        name: of the format.
        path: where it lies.
        experiment: of the run.
    """
    form, preprocess = FORMATS[name], read_preprocess(run)
    steps = forecaster.horizon
    files = [file for file in path.rglob("*") if file.is_file()] or [path]
    return {
        "schema": 1,
        "file": str(path),
        "format": name,
        "bytes": sum(file.stat().st_size for file in files),
        "run": str(run.path),
        "inputs": [
            {
                "name": each.name,
                "shape": [form.batch or "batch", *each.shape[1:]],
                "dtype": str(each.dtype),
                "meaning": MEANINGS[each.name],
            }
            for each in forecaster.model.inputs
        ],
        "output": {
            "name": OUTPUT,
            "shape": [form.batch or "batch", *forecaster.model.output_shape[1:]],
            "dtype": "float32",
            "meaning": f"the {steps} steps after the lookback, in the unit of the data",
        },
        "quantiles": list(forecaster.quantiles),
        "intervals": _describe_intervals(run, forecaster, experiment),
        "lookback": forecaster.lookback,
        "horizon": steps,
        **{key: preprocess.get(key) for key in ("frequency", "features", "series")},
        "versions": versions(),
    }


def _describe_intervals(
    run: RunDirectory, forecaster: Forecaster, experiment: Experiment
) -> dict[str, Any] | None:
    """Return how intervals are made around the output, which is without them.

    None where there are none, or none around the network.
    """
    intervals = read_intervals(run, experiment)
    # They are around the final forecast.
    is_final = [*read_choice(run, experiment).weights] == [NETWORK]
    if intervals is None or not is_final:
        return None
    of = "the forecast"
    if forecaster.quantiles:
        of = "the output's quantiles of the same ends, else from its median"
    values = intervals.values()
    return {name: values[name] for name in ("level", "margins", "units")} | {
        "meaning": f"an interval lies margins[level][step] x units[series] below and "
        f"above {of}, and contains those of lower levels; the last unit is that of any "
        "other series"
    }
