"""What lies beside an exported model: how other programs call it."""

from pathlib import Path
from typing import Any

from seqforecast.config.loading import load_experiment
from seqforecast.models.exporting import FORMATS, OUTPUT
from seqforecast.models.forecaster import Forecaster
from seqforecast.runs.directory import RunDirectory
from seqforecast.runs.manifest import versions
from seqforecast.workflows.calibrating import read_intervals

MEANINGS = {
    "values": "raw lookback, oldest step first, in the unit of the data",
    "series": "number of the series in `series`; their count stands for any other",
    "covariates": "raw covariates of lookback and horizon, in the order of `features`",
}


def describe_export(
    run: RunDirectory, forecaster: Forecaster, name: str, path: Path
) -> dict[str, Any]:
    """Return how the file is called: inputs, output, order of series and covariates.

    Args:
        run: it was made from.
        forecaster: its model.
        name: of the format.
        path: where it lies.
    """
    form, preprocess = FORMATS[name], run.read_json(run.preprocess)
    steps = forecaster.horizon
    files = [each for each in path.rglob("*") if each.is_file()] or [path]
    return {
        "schema": 1,
        "file": str(path),
        "format": name,
        "bytes": sum(each.stat().st_size for each in files),
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
        "intervals": _describe_intervals(run, forecaster),
        "lookback": forecaster.lookback,
        "horizon": steps,
        **{key: preprocess.get(key) for key in ("frequency", "features", "series")},
        "versions": versions(),
    }


def _describe_intervals(
    run: RunDirectory, forecaster: Forecaster
) -> dict[str, Any] | None:
    """Return how intervals are made around the output, which is without them."""
    experiment = load_experiment(run.resolved).experiment
    intervals = read_intervals(run, experiment)
    if intervals is None:
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
