"""Score a finished run again, on its own test part or on what it has not seen."""

import dataclasses
import logging
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from seqforecast.config.experiment_file import Loaded, load_experiment
from seqforecast.data.panel import IntArray, Panel, format_stamp
from seqforecast.data.scaling import Scaler, train_deviation
from seqforecast.data.split import Parts, split
from seqforecast.data.table.load import assemble
from seqforecast.data.table.open_file import open_table
from seqforecast.data.table.section import TableSource
from seqforecast.data.windows import index_windows
from seqforecast.errors import BackendError, DataError, name_first
from seqforecast.files import named_by_user
from seqforecast.models.builder import load_forecaster
from seqforecast.models.forecaster import Forecaster
from seqforecast.models.section import check_values
from seqforecast.runs.documents import Device, read_preprocess, read_trained
from seqforecast.runs.forecasts import write_frames
from seqforecast.runs.manifest import stoppable
from seqforecast.runs.run_files import RunDirectory
from seqforecast.runs.score_documents import read_metrics
from seqforecast.training.devices import use_device
from seqforecast.workflows.finished.diff import document_differences
from seqforecast.workflows.finished.leak_audit import audit_run
from seqforecast.workflows.finished.new_data import load_data, say_news
from seqforecast.workflows.finished.predict import (
    check_destination,
    check_lengths,
    features_of,
    series_numbers,
)
from seqforecast.workflows.pipeline.final_forecast import open_final
from seqforecast.workflows.pipeline.prepare import Prepared, prepare_panel
from seqforecast.workflows.pipeline.scores import read_intervals, score_forecasts
from seqforecast.workflows.pipeline.seen_data import note_seen, read_seen, steps_seen

if TYPE_CHECKING:
    import pandas as pd

LOGGER = logging.getLogger("seqforecast")
ANY: Device = {"name": "auto"}

# A mean this many spreads from the centre of the train part is told.
SHIFTED = 3.0


def evaluate_run(
    run: RunDirectory,
    data: Path | None = None,
    *,
    audit: bool = False,
    output: Path | None = None,
    device: str | None = None,
    raw_names: bool = False,
) -> dict[str, Any]:
    """Score a run as it was scored when it was trained: windows, baselines, verdict.

    Args:
        run: complete.
        data: a file with the columns of the run's; default the data of the run. What
            of it, or of data that have changed, is scored: see `prepare_unseen`.
        audit: whether to look for leaks too; see `audit_run`.
        output: where the forecasts go, .csv or .parquet; default nowhere.
        device: default that of the run, where it is there.
        raw_names: whether CSV has names that a spreadsheet would compute.

    Returns:
        `run`, `data` (its path is null where it is the run's, as it was), `scored`
        (series, first and last time stamp), `test` as in metrics.json, `recorded`
        (whether that is what metrics.json says; null for other or changed data) and
        `audit`, null unless asked for.

    Raises:
        ConfigError: a file other than its own for a run on synthetic data; or
            `output` is no file that may be written.
        DataError: the data cannot be used, hold nothing to score, or are to be audited
            and have changed.
    """
    manifest, trained_on = read_trained(run)
    with stoppable():
        loaded = load_experiment(run.resolved)
        if output is not None:
            check_destination(output, loaded, data)
        own = data or _own_data(trained_on["sha256"], loaded, audit=audit)
        _use(device, manifest.get("device", ANY)["name"])
        forecaster = load_forecaster(run.model)
        numbers, recorded = None, None
        notes: list[str] = []
        file = own if isinstance(own, Path) else None
        if isinstance(own, Path):
            unseen = prepare_unseen(run, loaded, own, forecaster)
            prepared, numbers, notes = unseen
        else:
            prepared, notes = own, note_seen(manifest)
        write = _writer(output, raw=raw_names)
        intervals = read_intervals(run, loaded.experiment)
        panel = prepared.panel
        final = open_final(run, loaded.experiment, forecaster, panel, numbers)
        scorer, quantiles = score_forecasts(
            prepared, final, write, intervals, numbers=numbers
        )
        test = quantiles.beside(scorer.result())
        test["notes"] = [*notes, *test["notes"]]
        if file is None:
            recorded = _is_recorded(run, test)
        return {
            "run": str(run.path),
            "data": {"path": file and str(file), "sha256": prepared.panel.sha256},
            "scored": _scored(prepared),
            "test": test,
            "recorded": recorded,
            "audit": audit_run(run, prepared, loaded.folder) if audit else None,
        }


def _use(wanted: str | None, trained_on: str) -> None:
    """Use the device asked for, else the run's, else any."""
    if wanted is not None:
        use_device(wanted)
        return
    try:
        use_device(trained_on)
    except BackendError as error:
        device = use_device("auto")
        LOGGER.warning("not on %s, where this run was trained: %s", trained_on, error)
        LOGGER.info("device: %s (%s)", device.name, device.why)


def _writer(output: Path | None, *, raw: bool) -> Any:
    """Return what takes the forecasts as they are made."""

    def write(frames: Iterator["pd.DataFrame"], date_format: str | None) -> None:
        if output is None:
            deque(frames, maxlen=0)
        else:
            with named_by_user():
                write_frames(output, frames, date_format, raw=raw)

    return write


def _own_data(trained_on: str, loaded: Loaded, *, audit: bool) -> Prepared | Path:
    """Return the data of the run as it was trained on them; if they changed, where.

    Cut anew, a changed file may have a test part that was trained on, and series whose
    numbers are those of others.

    Raises:
        DataError: they are to be audited, or were made by seqforecast, and changed.
    """
    experiment, source = loaded.experiment, loaded.experiment.data
    path = None
    load: Callable[[], Panel]
    if isinstance(source, TableSource):
        # A file is told by its bytes: one that has changed is not read here.
        file = source.file(loaded.folder)
        table = open_table(file, source.dialect, sheet=source.sheet)
        load = partial(assemble, source, table, experiment.evaluation.group)
        sha256, path = table.sha256, table.path
    else:
        regenerated = source.generate_panel()
        sha256, load = regenerated.sha256, lambda: regenerated
    if sha256 == trained_on:
        panel = load()
        return prepare_panel(experiment, panel, split(panel, experiment.split))
    changed = "the data have changed since this run was trained on them"
    if audit or path is None:
        raise DataError(
            f"{changed}: SHA-256 {sha256[:12]}..., it was {trained_on[:12]}...",
            hint="put the data back, or train anew on what they are now",
        )
    LOGGER.warning("%s; they are scored like other data", changed)
    return path


def _is_recorded(run: RunDirectory, test: Any) -> bool:
    """Return whether the scores are those of metrics.json; say what differs."""
    differences = [*document_differences(read_metrics(run)["test"], test)]
    if differences:
        path, before, now = differences[0]
        LOGGER.warning(
            "these are not the scores in metrics.json: %d differ, first %s: %s, it "
            "was %s",
            len(differences),
            path,
            now,
            before,
        )
    return not differences


def _scored(prepared: Prepared) -> dict[str, Any]:
    """Return how many series were scored, and the first and last target's stamp."""
    panel, windows = prepared.panel, prepared.test
    cutoffs = windows.cutoffs(panel)
    ends = panel.clocks(np.array([cutoffs.min() + 1, cutoffs.max() + windows.horizon]))
    texts = [_text(panel.origin, stamp) for stamp in ends]
    series = int((windows.counts > 0).sum())
    return {"series": series, "first": texts[0], "last": texts[1]}


def _text(origin: Any, stamp: Any) -> str | int:
    if isinstance(origin, int):
        return int(stamp)
    return format_stamp(type(origin)(stamp))


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
    group = experiment.evaluation.group
    panel, ungrouped = load_data(loaded, data, group), list[str]()
    if group is not None and panel.groups is None:
        ungrouped = [f"There are no scores of groups: {data} has no column {group!r}."]
    say_news(run, panel, is_own=False)
    check_values(panel, experiment.model.instance_norm)
    preprocess = read_preprocess(run)
    check_lengths(run, preprocess, forecaster)
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
    shifted = describe_shift(
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
    return prepared, numbers, [*notes, *ungrouped, *fitted, *shifted]


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


def _borders(
    run: RunDirectory, panel: Panel, known: list[str], history: int
) -> tuple[IntArray, list[str]]:
    """Return the step from which each series is unseen, shape (series,), and notes."""
    steps, names = steps_seen(panel, read_seen(run)), set(known)
    strangers = [name for name in panel.ids if name not in names]
    notes = []
    if strangers:
        notes.append(
            f"Series that the run was not trained on: {name_first(strangers)}; "
            "they are scaled like all its train series together."
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
    train, validation, test = (np.stack(span, axis=1) for span in spans)
    return Parts("time", train, validation, test, 0)


def _scaler_of(scale: Mapping[str, Any], numbers: npt.NDArray[np.int32]) -> Scaler:
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
    if windows or "linear" not in section.reported:
        return section, []
    rest = [name for name in section.reported if name != "linear"]
    note = "The baseline linear is left out: no window lies before the scored steps."
    return section.model_copy(update={"baselines": rest}), [note]


def describe_shift(
    panel: Panel, borders: IntArray, scaler: Scaler, known: npt.NDArray[np.bool_]
) -> list[str]:
    """Say which known series have moved away from their train part."""
    if scaler.kind not in ("standard", "robust"):
        return []
    far = []
    for i in np.flatnonzero(known & (borders < panel.lengths)).tolist():
        mean = panel.series(i)[borders[i] :].mean(dtype=np.float64)
        distance = abs(mean - scaler.center[i]) / scaler.spread[i]
        if distance > SHIFTED:
            far.append((distance, panel.ids[i]))
    if not far:
        return []
    distance, name = max(far)
    note = (
        f"Shift: the scored values of {len(far):,} of {int(known.sum()):,} series lie "
        f"on average more than {SHIFTED:g} spreads of the train part from its centre; "
        f"the farthest is {name}, {distance:.3g}."
    )
    return [note]
