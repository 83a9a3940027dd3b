"""Listing: every run below a folder, finished or not, from what it recorded."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqforecast.runs.directory import RunDirectory

# What is written last, by kind of directory.
DOCUMENTS = {
    "run": "metrics.json",
    "comparison": "comparison.json",
    "backtest": "backtest.json",
    "tuning": "tune.json",
}


@dataclass(frozen=True, slots=True)
class Listed:
    """A run, comparison, backtest or tuning.

    Attributes:
        path: its directory.
        kind: which of them.
        name: of the experiment.
        status: complete, running, interrupted, failed, or broken.
        started: UTC, as recorded; empty where that is unknown.
        test: the `test` object of metrics.json; empty where there is none.
    """

    path: Path
    kind: str
    name: str
    status: str
    started: str
    test: Mapping[str, Any]


def list_runs(root: Path) -> list[Listed]:
    """Return what lies in root/<name>/<stamp>/, newest first.

    A directory that cannot be read is listed as broken, and ends nothing.
    """
    found = [*_each(root)]
    return sorted(found, key=lambda each: (each.started, each.path.name), reverse=True)


def _each(root: Path) -> Iterator[Listed]:
    names = ("manifest.json", *DOCUMENTS.values())
    for path in root.glob("*/*"):
        if any((path / name).is_file() for name in names):
            yield describe_run(path)


def describe_run(path: Path) -> Listed:
    """Return what one directory says of itself."""
    run = RunDirectory(path)
    kind = next(
        (kind for kind, name in DOCUMENTS.items() if (path / name).is_file()),
        _kind_of(path),
    )
    try:
        manifest = json.loads(run.manifest.read_text(encoding="utf-8"))
        name, status = str(manifest["name"]), str(manifest["status"])
        started = str(manifest["started"])
        test = _test_of(run) if kind == "run" else {}
    except (OSError, ValueError, KeyError, TypeError):
        return Listed(path, kind, path.parent.name, "broken", "", {})
    return Listed(path, kind, name, status, started, test)


def _kind_of(path: Path) -> str:
    """Return the kind of an unfinished directory, by the name of its folder."""
    for kind, start in (
        ("comparison", "compare-"),
        ("backtest", "backtest-"),
        ("tuning", "tune-"),
    ):
        if path.parent.name.startswith(start):
            return kind
    return "run"


def _test_of(run: RunDirectory) -> Mapping[str, Any]:
    if not run.is_complete:
        return {}
    test = json.loads(run.metrics.read_text(encoding="utf-8"))["test"]
    return test if isinstance(test, dict) else {}
