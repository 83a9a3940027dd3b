"""One comparison on disk: its files, and which one a request goes on with."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from seqforecast.errors import RunError
from seqforecast.runs.directory import RunDirectory
from seqforecast.runs.place import Place
from seqforecast.runs.writing import write_json


class ComparisonDirectory(RunDirectory):
    """The files of one comparison; the runs of its members are below `members`."""

    __slots__ = ()

    @property
    def request(self) -> Path:
        """What is compared: the same request goes on where it stopped."""
        return self.path / "request.json"

    @property
    def metrics(self) -> Path:
        """The comparison, written last; fits may have failed."""
        return self.path / "comparison.json"

    @property
    def is_begun(self) -> bool:
        """Whether it holds a comparison, complete or not."""
        return self.request.is_file()

    @property
    def is_complete(self) -> bool:
        """Whether every fit has a result, and all are compared."""
        if not (self.manifest.is_file() and self.metrics.is_file()):
            return False
        return bool(self.read_json(self.manifest).get("status") == "complete")

    @property
    def table(self) -> Path:
        """One row a member and baseline."""
        return self.path / "comparison.csv"

    @property
    def how_to_resume(self) -> str:
        """What goes on with it."""
        return "the same command"

    def experiment_of(self, member: str, seed: int) -> Path:
        """Return the experiment file of one fit."""
        return self.path / "members" / member / f"seed-{seed}.yaml"

    def run_of(self, member: str, seed: int) -> RunDirectory:
        """Return the run directory of one fit."""
        return RunDirectory(self.path / "members" / member / f"seed-{seed}")


def begin(
    place: Place, name: str, request: Mapping[str, Any]
) -> tuple[ComparisonDirectory, bool]:
    """Make a new directory for a request, or find the one that it stopped in.

    Args:
        place: where comparisons go.
        name: of the folder below `place.root`.
        request: plain values that say all that the results depend on.

    Returns:
        The directory, and whether it goes on with an earlier attempt.

    Raises:
        RunError: the directory cannot be made, or holds something else.
    """
    found = _stopped(place, name, request)
    if found is not None:
        return found, True
    if place.exact is not None:
        _refuse_begun(ComparisonDirectory(place.exact))
    made = ComparisonDirectory(place.create(name).path)
    # Another process may have claimed the same empty directory: one of them writes.
    with made.locked():
        _refuse_begun(made)
        write_json(made.request, request)
    return made, False


def _refuse_begun(directory: ComparisonDirectory) -> None:
    if directory.is_begun:
        raise RunError(
            f"{directory.path} holds a finished comparison, or another request",
            hint="choose another --run-dir, or repeat the command that began it",
        )


def _stopped(
    place: Place, name: str, request: Mapping[str, Any]
) -> ComparisonDirectory | None:
    """Return the newest unfinished attempt at a request."""
    places = [place.exact] if place.exact else (place.root / name).glob("*")
    for path in sorted(places, reverse=True):
        candidate = ComparisonDirectory(path)
        try:
            if not candidate.is_begun or candidate.is_complete:
                continue
            asked = candidate.read_json(candidate.request)
        except RunError:  # what cannot be read is nobody's to go on with
            continue
        if asked == json.loads(json.dumps(request)):
            return candidate
    return None
