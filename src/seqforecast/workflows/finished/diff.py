"""What differs between two runs, or between two JSON documents."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from seqforecast.config.defaults import defaults_of, read_settings
from seqforecast.errors import RunError
from seqforecast.reporting.settings_text import (
    flatten_settings,
    split_by_member,
    split_from_defaults,
)
from seqforecast.runs.directory import how_to_one_run
from seqforecast.runs.documents import Request, read_document, read_manifest
from seqforecast.runs.multi_fit_directories import (
    RequestDirectory,
    open_any,
    read_scores,
)
from seqforecast.runs.run_files import RunDirectory

ABSENT = "-"
SHOWN = ("mae", "rmse", "smape", "mase", "mse")
NOT_THERE = "absent"

# In the request of several fits, beside settings.
CIRCUMSTANCES = ("schema", "version", "sha256", "data")


def settings_of(run: RunDirectory) -> dict[str, str]:
    """Return every setting in force of a run, by dotted name, as text.

    Of several fits it is all that was asked for; of what stopped before its settings
    were written, nothing.
    """
    if isinstance(run, RequestDirectory):
        return dict(flatten_settings(_asked(run)))
    if not run.resolved.is_file():
        return {}
    return dict(flatten_settings(read_settings(run.resolved)))


def changed_settings(run: RunDirectory) -> list[tuple[str, ...]]:
    """Return the settings that are not the defaults: name, value, default.

    A setting in which the members of a comparison differ has a row for each.
    """
    if not isinstance(run, RequestDirectory):
        settings = read_settings(run.resolved) if run.resolved.is_file() else {}
        return _changed(settings)
    request = _asked(run)
    members = request.pop("members", {})
    settings = {**request.pop("experiment", {}), **request.pop("settings", {})}
    rows = [(name, value, ABSENT) for name, value in flatten_settings(request)]
    if not members:
        return rows + _changed(settings)
    equal, _ = split_by_member(members)
    of_each = {name: _changed(each) for name, each in members.items()}
    shared = [row for row in next(iter(of_each.values())) if row[0] in equal]
    own = [
        (f"{member}: {name}", *values)
        for member, changed in of_each.items()
        for name, *values in changed
        if name not in equal
    ]
    return rows + shared + own


def _asked(several: RequestDirectory) -> dict[str, Any]:
    """Return what was asked of several fits, but the data and the version."""
    if not several.is_begun:
        return {}
    request = dict(read_document(several, several.request, Request))
    return {name: value for name, value in request.items() if name not in CIRCUMSTANCES}


def _changed(settings: Mapping[str, Any]) -> list[tuple[str, ...]]:
    return split_from_defaults(settings, defaults_of(settings))[0]


def differences_of(one: Path, other: Path) -> list[dict[str, Any]]:
    """Return what differs between two runs: `what`, `name`, `first` and `second`.

    Settings, data, versions, device, and scores on the test part; times do not count.
    Two comparisons, backtests or searches differ in the same.

    Raises:
        RunError: there is none of them, or they are of different kinds.
    """
    opened = [open_any(one), open_any(other)]
    runs, kinds = [run for run, _ in opened], [facts.kind for _, facts in opened]
    if kinds[0] != kinds[1]:
        several = next(run for run in runs if isinstance(run, RequestDirectory))
        raise RunError(
            f"{one} is a {kinds[0]}, {other} is a {kinds[1]}: only two of one kind are "
            "set side by side",
            hint=how_to_one_run(several),
        )
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
    manifest = read_manifest(run)
    data = manifest.get("data", {})
    sha256: Any = data.get("sha256", ABSENT)
    if sha256 == ABSENT and isinstance(run, RequestDirectory) and run.is_begun:
        request = dict(read_document(run, run.request, Request))
        sha256 = request.get("sha256", request.get("data", ABSENT))
    return {
        "data SHA-256": str(sha256)[:12],
        "series": data.get("series", ABSENT),
        "values": data.get("values", ABSENT),
        "device": manifest.get("device", {}).get("name", ABSENT),
        "platform": manifest.get("platform", ABSENT),
        **manifest.get("versions", {}),
    }


def _scores(run: RunDirectory) -> dict[str, Any]:
    if not run.metrics.is_file():
        return {}
    document = read_scores(run)
    if "members" in document:
        return dict(_errors_of(document))
    test = document["test"]
    scores = {name: test["model"].get(name) for name in SHOWN}
    return {**scores, "windows": test["windows"], "verdict": test["verdict"]}


def _errors_of(comparison: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Yield the test error of each member, over all seeds, and of each baseline."""
    metric = comparison["metric"]
    for member in comparison["members"]:
        yield f"{member['name']}: {metric}", member["test"]["mean"]
    for name, baseline in comparison["baselines"].items():
        yield f"{name}: {metric}", baseline["test"]


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
    values_now = dict(leaves(now))
    for path, value in leaves(recorded):
        other = values_now.get(path, NOT_THERE)
        if value != other:
            yield path, value, other
