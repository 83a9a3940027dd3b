"""Train a finished run again from what it recorded, and compare."""

import logging
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from seqforecast.config.loading import load_experiment
from seqforecast.errors import DataError, RunError
from seqforecast.runs.directory import RunDirectory
from seqforecast.runs.place import Place
from seqforecast.workflows.differing import ABSENT
from seqforecast.workflows.likeness import compare_runs
from seqforecast.workflows.train import train_experiment
from seqforecast.workflows.watching import Silent

LOGGER = logging.getLogger("seqforecast")

EQUAL, WITHIN, DIFFERENT = "equal", "within tolerance", "different"


def reproduce_run(
    run: RunDirectory,
    *,
    tolerance: float,
    exact: Path | None = None,
    display: Silent | None = None,
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
    recorded = run.read_json(run.manifest)
    if recorded.get("from"):
        raise RunError(
            f"{run.path} began with the weights of another run: "
            f"{_path_of(recorded['from'])}",
            hint="only a run that began with weights of its own can be reproduced from "
            "its own record; reproduce the other one, then repeat the command in "
            "manifest.json",
        )
    loaded = load_experiment(run.resolved)
    _check_data(recorded, loaded, run.path)
    with tempfile.TemporaryDirectory(prefix="seqforecast-") as folder:
        place = Place(exact=exact or Path(folder) / "run")
        again = train_experiment(loaded, place, display)
        compared = compare_runs(run, again)
        now = again.read_json(again.manifest)
    return {
        "run": str(run.path),
        "again": exact and str(exact),
        "result": judge(compared, tolerance),
        "tolerance": tolerance,
        "compared": [each.as_json() for each in compared],
        "surroundings": compare_surroundings(recorded, now),
        "notes": _notes(recorded),
    }


def judge(compared: Any, tolerance: float) -> str:
    """Return equal, within tolerance or different."""
    if all(each.equal for each in compared):
        return EQUAL
    if all(each.equal or each.is_within(tolerance) for each in compared):
        return WITHIN
    return DIFFERENT


def compare_surroundings(
    recorded: Mapping[str, Any], now: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return what is not as it was: device, platform, kernel, versions."""
    pairs = {
        "device": [each.get("device", {}).get("name") for each in (recorded, now)],
        "platform": [each.get("platform") for each in (recorded, now)],
        "kernel": [each.get("kernel") for each in (recorded, now)],
    }
    versions = [each.get("versions", {}) for each in (recorded, now)]
    for name in sorted({*versions[0], *versions[1]}):
        pairs[name] = [each.get(name, ABSENT) for each in versions]
    return [
        {"what": what, "recorded": before, "now": after}
        for what, (before, after) in pairs.items()
        if before != after
    ]


def _check_data(recorded: Mapping[str, Any], loaded: Any, path: Path) -> None:
    """Refuse to train on other data than the run was trained on.

    Raises:
        DataError: the data are gone or have changed.
    """
    experiment = loaded.experiment
    panel = experiment.data.load(loaded.folder, experiment.evaluation.group)
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
