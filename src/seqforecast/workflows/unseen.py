"""Unseen: which steps of another file a finished run can be scored on."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from seqforecast.config.experiment import Experiment
from seqforecast.config.loading import Loaded
from seqforecast.data.panel import IntArray, Panel
from seqforecast.data.parts import Parts
from seqforecast.data.scaling import Scaler, train_deviation
from seqforecast.data.sources.reading import open_table
from seqforecast.data.windows import index_windows
from seqforecast.errors import DataError
from seqforecast.models.forecaster import Forecaster
from seqforecast.models.normalization import check_values
from seqforecast.runs.directory import RunDirectory
from seqforecast.workflows.drifting import describe_drift
from seqforecast.workflows.new_data import load_data, say_news
from seqforecast.workflows.predict import features_of, series_numbers
from seqforecast.workflows.prepare import Prepared
from seqforecast.workflows.seen import read_seen, steps_seen


def prepare_unseen(
    run: RunDirectory, loaded: Loaded, data: Path, forecaster: Forecaster
) -> tuple[Prepared, npt.NDArray[np.int32], list[str]]:
    """Read another file, and index every window the run has not learnt from.

    A target is scored when it lies after all of its series that the run, or the weights
    it began with, were trained or chosen on; of series whose steps in the file are all
    new, after the first lookback. What comes before is history: lookbacks reach into
    it, MASE divides by its errors, and `linear` is fitted on it.

    Returns:
        The data, the number by which the model knows each series, and notes.

    Raises:
        ConfigError: the run is on synthetic data.
        DataError: the file cannot be used, or nothing in it is unseen.
    """
    experiment = loaded.experiment
    group, ungrouped = _group_of(experiment, data)
    panel = load_data(loaded, data, group)
    say_news(run, panel, is_own=False)
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
        raise _nothing_new(data, length, history, panel.lengths - borders)
    numbers = series_numbers(panel, preprocess["series"])
    scaler = _scaler_of(preprocess["scale"], numbers)
    drifted = describe_drift(
        panel, borders, scaler, numbers < len(preprocess["series"])
    )
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
    return prepared, numbers, [*notes, *ungrouped, *fitted, *drifted]


def _nothing_new(
    data: Path, length: tuple[int, int], history: int, new: IntArray
) -> DataError:
    """Return the refusal of data with no window of (lookback, horizon) to score.

    Args:
        data: named in it.
        length: of a window.
        history: steps that a lookback needs.
        new: steps of each series that the run has not seen.
    """
    return DataError(
        f"{data} has no window of {length[0]} + {length[1]} steps whose targets this "
        "run has not been trained or chosen on",
        hint=f"it needs {length[1]} new steps and {history} before them; no series has "
        f"more than {max(int(new.max()), 0):,} new ones",
    )


def _group_of(experiment: Experiment, data: Path) -> tuple[str | None, list[str]]:
    """Return the column of `evaluation.group`, where the file has it, and notes."""
    group, source = experiment.evaluation.group, experiment.data
    file = data.expanduser()
    # What is not there is refused by `load_data`.
    if group is None or source.source != "table" or not file.exists():
        return None, []
    if group in open_table(file, source.dialect).columns:
        return group, []
    return None, [f"There are no scores of groups: {data} has no column {group!r}."]


def _borders(
    run: RunDirectory, panel: Panel, known: list[str], history: int
) -> tuple[IntArray, list[str]]:
    """Return the step from which each series is unseen, shape (series,), and notes."""
    steps, names = steps_seen(panel, read_seen(run)), set(known)
    strangers = [name for name in panel.ids if name not in names]
    notes = []
    if strangers:
        notes.append(
            f"Series that the run was not trained on: {_some(strangers)}; they are "
            "scaled like all its train series together."
        )
    seen = steps[steps > 0]
    if len(seen):
        notes.append(
            f"Steps that the run was trained or chosen on are history here, and not "
            f"scored: {seen.sum():,} in {len(seen):,} of {len(panel.ids):,} series."
        )
    return np.maximum(steps, history), notes


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


def _some(names: list[str]) -> str:
    more = f" and {len(names) - 5:,} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more
