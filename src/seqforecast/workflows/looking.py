"""Looking at runs: what settings, data, versions and scores of two differ in."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from seqforecast.config.defaults import defaults_of, read_settings
from seqforecast.reporting.run.settings import split_settings
from seqforecast.reporting.settings import flatten_settings
from seqforecast.runs.directory import RunDirectory

ABSENT = "-"
SHOWN = ("mae", "rmse", "smape", "mase", "mse")


def settings_of(run: RunDirectory) -> dict[str, str]:
    """Return every setting in force of a run, by dotted name, as text."""
    return dict(flatten_settings(read_settings(run.resolved)))


def changed_settings(run: RunDirectory) -> list[tuple[str, ...]]:
    """Return the settings that are not the defaults: name, value, default."""
    settings = read_settings(run.resolved)
    return split_settings(settings, defaults_of(settings))[0]


def differences_of(one: Path, other: Path) -> list[dict[str, Any]]:
    """Return what differs between two runs: `what`, `name`, `first` and `second`.

    Settings, data, versions, device, and scores on the test part; times do not count.
    """
    runs = (RunDirectory(one), RunDirectory(other))
    pairs = {
        "setting": [settings_of(run) for run in runs],
        "data and machine": [_circumstances(run) for run in runs],
        "test score": [_scores(run) for run in runs],
    }
    return [
        {"what": what, "name": name, "first": first, "second": second}
        for what, (left, right) in pairs.items()
        for name, first, second in _apart(left, right)
    ]


def _apart(
    left: dict[str, Any], right: dict[str, Any]
) -> Iterator[tuple[str, Any, Any]]:
    for name in dict.fromkeys([*left, *right]):
        pair = left.get(name, ABSENT), right.get(name, ABSENT)
        if pair[0] != pair[1]:
            yield (name, *pair)


def _circumstances(run: RunDirectory) -> dict[str, Any]:
    manifest = run.read_json(run.manifest)
    data = manifest.get("data", {})
    return {
        "data SHA-256": str(data.get("sha256", ABSENT))[:12],
        "series": data.get("series", ABSENT),
        "values": data.get("values", ABSENT),
        "device": manifest.get("device", {}).get("name", ABSENT),
        "platform": manifest.get("platform", ABSENT),
        **manifest.get("versions", {}),
    }


def _scores(run: RunDirectory) -> dict[str, Any]:
    if not run.is_complete:
        return {}
    test = run.read_json(run.metrics)["test"]
    scores = {name: test["model"].get(name) for name in SHOWN}
    return {**scores, "windows": test["windows"], "verdict": test["verdict"]}
