"""Unseen: which steps of another file a finished run can be scored on."""

import dataclasses
import logging
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from seqforecast.config.loading import Loaded
from seqforecast.data.panel import IntArray, Panel
from seqforecast.data.parts import Parts
from seqforecast.data.scaling import Scaler, train_deviation
from seqforecast.data.windows import index_windows
from seqforecast.errors import DataError
from seqforecast.models.forecaster import Forecaster
from seqforecast.models.normalization import check_values
from seqforecast.runs.directory import RunDirectory
from seqforecast.runs.tested import first_cutoffs
from seqforecast.workflows.new_data import load_data
from seqforecast.workflows.predict import features_of, series_numbers
from seqforecast.workflows.prepare import Prepared
from seqforecast.workflows.seen import read_seen

LOGGER = logging.getLogger("seqforecast")

# A mean this many spreads from the centre of the train part is told.
DRIFTED = 3.0


def prepare_unseen(
    run: RunDirectory, loaded: Loaded, data: Path, forecaster: Forecaster
) -> tuple[Prepared, npt.NDArray[np.int32], list[str]]:
    """Read another file, and index every window the run has not learnt from.

    A target is scored when it lies after the first cutoff of the run's test part,
    which is the end of what was trained and chosen on; of series that the run does not
    know, after the first lookback; and after what the weights that it began with had
    seen. What comes before is history: lookbacks reach into it, MASE divides by its
    errors, and `linear` is fitted on it. Series that the run
    knows and has not tested are not scored: how far it knows them is not recorded.

    Returns:
        The data, the number by which the model knows each series, and notes.

    Raises:
        ConfigError: the run is on synthetic data.
        DataError: the file cannot be used, or nothing in it is unseen.
    """
    experiment = loaded.experiment
    panel = load_data(loaded, data)
    check_values(panel, experiment.model.instance_norm)
    preprocess = run.read_json(run.preprocess)
    lookback, horizon = forecaster.lookback, forecaster.horizon
    history = min(experiment.window.min_history or lookback, lookback)
    borders, notes = _borders(run, panel, preprocess["series"], history)
    parts = _parts(borders, panel)
    length = (lookback, horizon)
    test, train = (
        index_windows(panel, spans, length, min_history=experiment.window.min_history)
        for spans in (parts.test, parts.train)
    )
    if not len(test):
        raise DataError(
            f"{data} has no window of {lookback} + {horizon} steps whose targets this "
            f"run has not been trained or chosen on",
            hint=f"it needs {horizon} steps after the run's validation part, and "
            f"{history} before them",
        )
    numbers = series_numbers(panel, preprocess["series"])
    scaler = _scaler_of(preprocess["scale"], numbers)
    drifted = _drift(panel, borders, scaler, numbers < len(preprocess["series"]))
    evaluation, fitted = _without_linear(experiment, len(train))
    prepared = Prepared(
        experiment=experiment.model_copy(update={"evaluation": evaluation}),
        panel=panel,
        parts=parts,
        scaler=scaler,
        deviation=_deviation(panel, parts),
        train=train,
        validation=train.take(slice(0, 0)),
        test=test,
        features=features_of(panel, preprocess.get("features"), 0),
    )
    return prepared, numbers, [*notes, *fitted, *drifted]


def _borders(
    run: RunDirectory, panel: Panel, known: list[str], history: int
) -> tuple[IntArray, list[str]]:
    """Return the step from which each series is unseen, shape (series,), and notes."""
    tested, names = first_cutoffs(run), set(known)
    # The weights that a run began with may have seen more than the run.
    until = read_seen(run) if run.start.is_file() else {}
    borders = np.full(len(panel.ids), history, np.int64)
    strangers, untold, overlaps, is_whole = [], [], 0, isinstance(panel.origin, int)
    for i, name in enumerate(panel.ids):
        if name in tested.index:
            borders[i] = _steps_until(panel, i, tested[name])
            overlaps += borders[i] > 0
        elif name in names:
            borders[i] = panel.lengths[i]
            untold.append(name)
        else:
            strangers.append(name)
        if name in until and isinstance(until[name], int) == is_whole:
            borders[i] = max(borders[i], _steps_until(panel, i, until[name]))
    notes = []
    if strangers:
        notes.append(
            f"Series that the run was not trained on: {_some(strangers)}; they are "
            "scaled like all its train series together."
        )
    if untold:
        notes.append(
            "Series that the run knows but did not test are not scored: "
            f"{_some(untold)}."
        )
    if overlaps:
        notes.append(
            f"Steps that the run was trained or chosen on are history here, and not "
            f"scored: {int(np.minimum(borders, panel.lengths).sum()):,} in "
            f"{overlaps:,} of {len(panel.ids):,} series."
        )
    return borders, notes


def _steps_until(panel: Panel, series: int, stamp: Any) -> int:
    """Return how many steps of a series lie at or before a time stamp."""
    if isinstance(panel.origin, int):
        step = (int(stamp) - panel.origin) // int(panel.frequency)
    else:
        last = int(panel.first_steps[series] + panel.lengths[series])
        grid = panel.stamps(np.arange(last))
        step = int(np.searchsorted(grid, np.datetime64(stamp), side="right")) - 1
    steps = step + 1 - int(panel.first_steps[series])
    return int(np.clip(steps, 0, panel.lengths[series]))


def _parts(borders: IntArray, panel: Panel) -> Parts:
    """Return what was seen as train, nothing as validation, and the rest as test."""
    zero, stops = np.zeros_like(borders), np.minimum(borders, panel.lengths)
    spans = (zero, stops), (stops, stops), (stops, panel.lengths)
    train, validation, test = (np.stack(each, axis=1) for each in spans)
    return Parts("time", train, validation, test, 0)


def _scaler_of(scale: dict[str, Any], numbers: npt.NDArray[np.int32]) -> Scaler:
    """Return the run's scale of each series of another panel."""
    center, spread = (np.array(scale[name]) for name in ("center", "spread"))
    rows = np.zeros_like(numbers) if scale["shared"] else numbers
    rows = np.append(rows, len(center) - 1)
    return Scaler(scale["kind"], center[rows], spread[rows])


def _deviation(panel: Panel, parts: Parts) -> npt.NDArray[np.float64]:
    """Return the deviation of each series' history; 0 where it is of one step."""
    stops = np.maximum(parts.train[:, 1], 1)
    train = np.stack([np.zeros_like(stops), stops], axis=1)
    return train_deviation(panel, dataclasses.replace(parts, train=train))


def _without_linear(experiment: Any, windows: int) -> tuple[Any, list[str]]:
    """Return the evaluation section, without `linear` where nothing can fit it."""
    section = experiment.evaluation
    if windows or "linear" not in section.baselines:
        return section, []
    rest = [name for name in section.baselines if name != "linear"] or ["naive"]
    note = "The baseline linear is left out: no window lies before the scored steps."
    return section.model_copy(update={"baselines": rest}), [note]


def _drift(
    panel: Panel, borders: IntArray, scaler: Scaler, known: npt.NDArray[np.bool_]
) -> list[str]:
    """Say which known series have moved away from their train part."""
    if scaler.kind not in ("standard", "robust"):
        return []
    far = []
    for i in np.flatnonzero(known & (borders < panel.lengths)).tolist():
        mean = panel.series(i)[borders[i] :].mean(dtype=np.float64)
        distance = abs(mean - scaler.center[i]) / scaler.spread[i]
        if distance > DRIFTED:
            far.append((distance, panel.ids[i]))
    if not far:
        return []
    distance, name = max(far)
    note = (
        f"Drift: the scored values of {len(far):,} of {int(known.sum()):,} series lie "
        f"on average more than {DRIFTED:g} spreads of the train part from its centre; "
        f"the farthest is {name}, {distance:.1f}."
    )
    return [note]


def _some(names: list[str]) -> str:
    more = f" and {len(names) - 5:,} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more
