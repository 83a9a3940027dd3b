"""What differs between two runs, or between two JSON documents."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from seqforecast.config.defaults import defaults_of, read_settings
from seqforecast.reporting.settings import flatten_settings, split_from_defaults
from seqforecast.runs.directory import RunDirectory

ABSENT = "-"
SHOWN = ("mae", "rmse", "smape", "mase", "mse")
NOT_THERE = "absent"


def settings_of(run: RunDirectory) -> dict[str, str]:
    """Return every setting in force of a run, by dotted name, as text."""
    return dict(flatten_settings(read_settings(run.resolved)))


def changed_settings(run: RunDirectory) -> list[tuple[str, ...]]:
    """Return the settings that are not the defaults: name, value, default."""
    settings = read_settings(run.resolved)
    return split_from_defaults(settings, defaults_of(settings))[0]


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


def leaves(content: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every value of a document by its path, as in `scale.spread[3]`."""
    if isinstance(content, Mapping):
        for name, value in content.items():
            yield from leaves(value, f"{path}.{name}" if path else str(name))
    elif isinstance(content, list | tuple):
        for number, value in enumerate(content):
            yield from leaves(value, f"{path}[{number}]")
    else:
        yield path, content


def document_differences(recorded: Any, now: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield path, recorded value and value now, wherever they are not the same.

    What only `now` has is not told: files of older runs lack what came later.
    """
    found = dict(leaves(now))
    for path, value in leaves(recorded):
        other = found.get(path, NOT_THERE)
        if value != other:
            yield path, value, other
