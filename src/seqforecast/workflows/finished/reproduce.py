"""Train a finished run again from what it recorded, and compare."""

import logging
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from seqforecast.config.experiment_file import load_experiment
from seqforecast.data.panel import Panel
from seqforecast.errors import DataError, RunError
from seqforecast.models.builder import load_forecaster
from seqforecast.runs.directory import Destination
from seqforecast.runs.documents import read_manifest, read_trained
from seqforecast.runs.forecasts import read_forecasts
from seqforecast.runs.run_files import RunDirectory
from seqforecast.runs.score_documents import read_metrics
from seqforecast.workflows.finished.diff import NOT_THERE, document_differences
from seqforecast.workflows.pipeline.epoch_recorder import NoDisplay
from seqforecast.workflows.train.train import train_experiment

LOGGER = logging.getLogger("seqforecast")
EQUAL, WITHIN, DIFFERENT = "equal", "within tolerance", "different"
TIMED = ("seconds", "windows_per_second")

# Sentences repeat the numbers beside them.
TOLD = ("notes", "reasons")

# Shares and correlations are measured against 1, other scores against themselves.
SHARES = ("skill.value", "skill.low", "skill.high", "signs.")


def reproduce_run(
    run: RunDirectory,
    *,
    tolerance: float,
    exact: Path | None = None,
    display: NoDisplay | None = None,
) -> dict[str, Any]:
    """Train again with every recorded setting, and say whether it is the same run.

    Two runs are the same when they are equal in everything but times, rates and memory.

    Args:
        run: complete.
        tolerance: differences up to this share are within tolerance; see
            `compare_runs` for what they are a share of.
        exact: where the second run goes and stays; default nowhere.
        display: is told of epochs.

    Returns:
        `run`, `again` (the second run's directory, null when not kept), `result`
        (equal, within tolerance or different), `tolerance`, `compared`,
        `surroundings` (what is not as it was: `what`, `recorded`, `now`) and `notes`.

    Raises:
        DataError: the data are gone, or are not those of the run.
        RunError: the run began with the weights of another, or `exact` is taken.
    """
    recorded, _ = read_trained(run)
    if recorded.get("from"):
        raise RunError(
            f"{run.path} began with the weights of another run: "
            f"{_path_of(recorded['from'])}",
            hint="only a run that began with weights of its own can be reproduced from "
            "its own record; reproduce the other one, then repeat the command in "
            "manifest.json",
        )
    loaded = load_experiment(run.resolved)
    check = partial(_check_data, recorded, run.path)
    with tempfile.TemporaryDirectory(prefix="seqforecast-") as folder:
        place = Destination(exact=exact or Path(folder) / "run")
        again = train_experiment(loaded, place, display, check=check)
        compared = compare_runs(run, again)
        now = read_manifest(again)
    return {
        "run": str(run.path),
        "again": exact and str(exact),
        "result": judge(compared, tolerance),
        "tolerance": tolerance,
        "compared": [difference.as_json() for difference in compared],
        "surroundings": compare_surroundings(recorded, now),
        "notes": _notes(recorded),
    }


def judge(compared: Any, tolerance: float) -> str:
    """Return equal, within tolerance or different."""
    if all(difference.equal for difference in compared):
        return EQUAL
    if all(
        difference.equal or difference.is_within(tolerance) for difference in compared
    ):
        return WITHIN
    return DIFFERENT


def compare_surroundings(
    recorded: Mapping[str, Any], now: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return what is not as it was: device, platform, kernel, versions."""
    pairs = {
        "device": [
            manifest.get("device", {}).get("name") for manifest in (recorded, now)
        ],
        "platform": [manifest.get("platform") for manifest in (recorded, now)],
        "kernel": [manifest.get("kernel") for manifest in (recorded, now)],
    }
    versions = [manifest.get("versions", {}) for manifest in (recorded, now)]
    for name in sorted({*versions[0], *versions[1]}):
        pairs[name] = [version.get(name, NOT_THERE) for version in versions]
    return [
        {"what": what, "recorded": before, "now": after}
        for what, (before, after) in pairs.items()
        if before != after
    ]


def _check_data(recorded: Mapping[str, Any], path: Path, panel: Panel) -> None:
    """Refuse to train on other data than the run was trained on.

    Raises:
        DataError: the data have changed.
    """
    trained_on = recorded.get("data", {}).get("sha256", "?")
    if panel.sha256 != trained_on:
        raise DataError(
            f"the data have changed since {path} was trained: SHA-256 "
            f"{panel.sha256[:12]}..., it was {trained_on[:12]}...",
            hint="put the data back; a run can only be reproduced on the same data",
        )


def _notes(recorded: Mapping[str, Any]) -> list[str]:
    """Say what about the first run may matter."""
    times = len(recorded.get("resumed", []))
    if not times:
        return []
    often = "once" if times == 1 else f"{times} times"
    return [f"The run was stopped and resumed {often}; it was trained again in one go."]


def _path_of(origin: Any) -> str:
    return str(origin.get("path", origin)) if isinstance(origin, Mapping) else origin


@dataclass(frozen=True, slots=True)
class RunDifference:
    """One thing that two runs have in common, or have not.

    Attributes:
        what: history, forecasts, scores or weights.
        difference: the largest, as a share of what it is measured against; None where
            something is not a number or is not there.
        where: of that difference; empty where every number is the same.
        recorded: what the first run has there.
        again: what the second has.
    """

    what: str
    difference: float | None = 0.0
    where: str = ""
    recorded: Any = None
    again: Any = None

    @property
    def equal(self) -> bool:
        """Whether every number is the same."""
        return not self.where

    def is_within(self, tolerance: float) -> bool:
        """Return whether it differs by no more than this share."""
        return self.difference is not None and self.difference <= tolerance

    def as_json(self) -> dict[str, Any]:
        """Return an item of `compared`."""
        return {**asdict(self), "equal": self.equal}


def compare_runs(recorded: RunDirectory, again: RunDirectory) -> list[RunDifference]:
    """Compare everything but times, rates and memory.

    A number of a column, or of a layer's weights, is measured against the largest of
    them; a score against itself.
    """
    return [
        _history(recorded, again),
        _forecasts(recorded, again),
        _scores(recorded, again),
        _weights(recorded, again),
    ]


def _history(recorded: RunDirectory, again: RunDirectory) -> RunDifference:
    """Compare the lines of history.csv."""
    import pandas as pd

    frames = [
        pd.read_csv(run.history).drop(columns=[*TIMED], errors="ignore")
        for run in (recorded, again)
    ]
    return _tables("history", *frames)


def _forecasts(recorded: RunDirectory, again: RunDirectory) -> RunDifference:
    """Compare the test forecasts."""
    return _tables("forecasts", read_forecasts(recorded), read_forecasts(again))


def _tables(what: str, one: Any, two: Any) -> RunDifference:
    """Compare two tables column by column; what only the second has is not told."""
    if len(one) != len(two):
        return _apart(what, None, "rows", len(one), len(two))
    differences = []
    for name in one.columns:
        if name not in two.columns:
            return _apart(what, None, f"column {name}", "there", NOT_THERE)
        left, right = one[name], two[name]
        if left.equals(right):
            continue
        if left.dtype.kind != "f" or right.dtype.kind != "f":
            row = int(np.argmax((left != right).to_numpy()))
            values = str(left.iloc[row]), str(right.iloc[row])
            return _apart(what, None, f"{name}, row {row + 1}", *values)
        differences.append(_arrays(what, name, left.to_numpy(), right.to_numpy()))
    return _worst(what, iter(differences))


def _weights(recorded: RunDirectory, again: RunDirectory) -> RunDifference:
    """Compare the weights of the saved models, layer by layer."""
    models = [load_forecaster(run.model).model for run in (recorded, again)]
    left, right = (model.weights for model in models)
    if [array.shape for array in left] != [array.shape for array in right]:
        return _apart("weights", None, "shapes", len(left), len(right))
    return _worst(
        "weights",
        (
            _arrays("weights", one.path, np.asarray(one), np.asarray(two))
            for one, two in zip(left, right, strict=True)
        ),
    )


def _scores(recorded: RunDirectory, again: RunDirectory) -> RunDifference:
    """Compare the scores of the test and validation parts."""
    documents = [
        {part: metrics[part] for part in ("test", "validation")}
        for metrics in (read_metrics(run) for run in (recorded, again))
    ]
    differences = []
    for path, before, now in document_differences(*documents):
        if any(f".{name}" in path for name in TOLD):
            continue
        size = None
        if _is_number(before) and _is_number(now):
            against = max(abs(before), abs(now))
            size = abs(before - now) / (1.0 if _is_share(path) else against)
        differences.append(_apart("scores", size, path, before, now))
    return _worst("scores", iter(differences))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_share(path: str) -> bool:
    return any(name in path for name in SHARES)


def _arrays(
    what: str, name: str, one: npt.NDArray[Any], two: npt.NDArray[Any]
) -> RunDifference:
    """Compare arrays of one shape; NaN equals NaN."""
    if np.array_equal(one, two, equal_nan=True):
        return RunDifference(what)
    left, right = (np.ravel(array).astype(np.float64) for array in (one, two))
    defined = np.isfinite(left) & np.isfinite(right)
    strange = ~defined & ~(np.isnan(left) & np.isnan(right)) & (left != right)
    if strange.any():
        i, size = int(np.argmax(strange)), None
    else:
        gaps = np.where(defined, np.abs(left - right), 0.0)
        largest = max(np.abs(array[defined]).max() for array in (left, right))
        i = int(np.argmax(gaps))
        size = float(gaps[i] / largest)
    where = f"{name}, number {i + 1}"
    return _apart(what, size, where, float(left[i]), float(right[i]))


def _apart(
    what: str, size: float | None, where: str, recorded: Any, now: Any
) -> RunDifference:
    """Return a difference."""
    return RunDifference(what, size, where, recorded, now)


def _worst(what: str, differences: Iterator[RunDifference]) -> RunDifference:
    """Return the largest difference; one that has no size is larger than any."""
    different = [difference for difference in differences if not difference.equal]
    if not different:
        return RunDifference(what)
    infinite = float("inf")
    return max(
        different,
        key=lambda difference: (
            infinite if difference.difference is None else difference.difference
        ),
    )
