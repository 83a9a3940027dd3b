"""Intervals of a run: learnt on the validation part, written, and read back."""

import numpy as np

from seqforecast.config.experiment import Experiment
from seqforecast.data.filled import known_targets
from seqforecast.data.scaling import pooled_deviation
from seqforecast.evaluation.calibrating import calibrate, calibration_windows
from seqforecast.evaluation.intervals import Calibration, Intervals
from seqforecast.evaluation.totals import Doubles
from seqforecast.models.forecaster import Forecaster
from seqforecast.models.forecasting import forecast
from seqforecast.runs.directory import RunDirectory
from seqforecast.runs.writing import write_json
from seqforecast.workflows.prepare import Prepared


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
    made = forecast(forecaster, panel.values, windows, features=prepared.features)
    out = np.concatenate([each for _, each in made])
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
        RunError: the file is broken, or missing.
    """
    if experiment.intervals is None:
        return None
    return Intervals.of(run.read_json(run.intervals))
