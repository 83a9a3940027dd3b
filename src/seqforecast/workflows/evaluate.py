"""Score a finished run again, on the test part of its own data or on other data."""

import logging
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seqforecast.config.loading import Loaded, load_experiment
from seqforecast.data.observations import format_stamp
from seqforecast.data.sources.table import TableSource
from seqforecast.data.splitting import split
from seqforecast.errors import BackendError, DataError
from seqforecast.models.builder import load_forecaster
from seqforecast.runs.directory import RunDirectory
from seqforecast.runs.forecasts import write_frames
from seqforecast.training.devices import use_device
from seqforecast.workflows.auditing import audit_run
from seqforecast.workflows.calibrating import read_intervals
from seqforecast.workflows.destination import check_destination
from seqforecast.workflows.differing import differences
from seqforecast.workflows.prepare import Prepared, prepare_panel
from seqforecast.workflows.scoring import score_forecasts
from seqforecast.workflows.seen import note_seen
from seqforecast.workflows.stopping import stoppable
from seqforecast.workflows.unseen import prepare_unseen

if TYPE_CHECKING:
    import pandas as pd

LOGGER = logging.getLogger("seqforecast")


def evaluate_run(
    run: RunDirectory,
    data: Path | None = None,
    *,
    audit: bool = False,
    output: Path | None = None,
    device: str | None = None,
) -> dict[str, Any]:
    """Score a run as it was scored when it was trained: windows, baselines, verdict.

    Args:
        run: complete.
        data: a file with the columns of the run's; default the data of the run. What
            of it, or of data that have changed, is scored: see `prepare_unseen`.
        audit: whether to look for leaks too; see `audit_run`.
        output: where the forecasts go, .csv or .parquet; default nowhere.
        device: default that of the run, where it is there.

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
    if output is not None:
        check_destination(output, run, data)
    manifest = run.read_json(run.manifest)
    with stoppable():
        loaded = load_experiment(run.resolved)
        own = data or _own_data(manifest, loaded, audit=audit)
        _use(device, manifest["device"]["name"])
        forecaster = load_forecaster(run.model)
        numbers, recorded = None, None
        notes: list[str] = []
        file = own if isinstance(own, Path) else None
        if isinstance(own, Path):
            made = prepare_unseen(run, loaded, own, forecaster)
            prepared, numbers, notes = made
        else:
            prepared, notes = own, note_seen(manifest)
        write = _writer(output)
        intervals = read_intervals(run, loaded.experiment)
        scorer, quantiles = score_forecasts(
            prepared, forecaster, write, intervals, numbers
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


def _writer(output: Path | None) -> Any:
    """Return what takes the forecasts as they are made."""

    def write(frames: Iterator["pd.DataFrame"], date_format: str | None) -> None:
        if output is None:
            deque(frames, maxlen=0)
        else:
            write_frames(output, frames, date_format)

    return write


def _own_data(
    manifest: dict[str, Any], loaded: Loaded, *, audit: bool
) -> Prepared | Path:
    """Return the data of the run as it was trained on them; if they changed, where.

    Cut anew, a changed file may have a test part that was trained on, and series whose
    numbers are those of others.

    Raises:
        DataError: they are to be audited, or were made by seqforecast, and changed.
    """
    experiment = loaded.experiment
    panel = experiment.data.load(loaded.folder, experiment.evaluation.group)
    if panel.sha256 == manifest["data"]["sha256"]:
        return prepare_panel(experiment, panel, split(panel, experiment.split))
    changed = "the data have changed since this run was trained on them"
    if audit or not isinstance(experiment.data, TableSource):
        raise DataError(
            f"{changed}: SHA-256 {panel.sha256[:12]}..., it was "
            f"{manifest['data']['sha256'][:12]}...",
            hint="put the data back, or train anew on what they are now",
        )
    LOGGER.warning("%s; they are scored like other data", changed)
    return loaded.folder / Path(experiment.data.path).expanduser()


def _is_recorded(run: RunDirectory, test: Any) -> bool:
    """Return whether the scores are those of metrics.json; say what differs."""
    found = [*differences(run.read_json(run.metrics)["test"], test)]
    if found:
        path, before, now = found[0]
        LOGGER.warning(
            "these are not the scores in metrics.json: %d differ, first %s: %s, it "
            "was %s",
            len(found),
            path,
            now,
            before,
        )
    return not found


def _scored(prepared: Prepared) -> dict[str, Any]:
    """Return how many series were scored, and the first and last target's stamp."""
    panel, windows = prepared.panel, prepared.test
    cutoffs = windows.cutoffs(panel)
    ends = panel.stamps(np.array([cutoffs.min() + 1, cutoffs.max() + windows.horizon]))
    texts = [_text(panel.origin, stamp) for stamp in ends]
    series = int((windows.counts > 0).sum())
    return {"series": series, "first": texts[0], "last": texts[1]}


def _text(origin: Any, stamp: Any) -> str | int:
    if isinstance(origin, int):
        return int(stamp)
    return format_stamp(type(origin)(stamp))
