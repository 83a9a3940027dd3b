"""Directories of long requests: the same request goes on where it was stopped."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from seqforecast.errors import RunError
from seqforecast.runs.directory import REQUEST, RunDirectory
from seqforecast.runs.place import Place
from seqforecast.runs.writing import write_json


class RequestDirectory(RunDirectory):
    """What several fits leave together, and what was asked of them."""

    __slots__ = ()

    @property
    def request(self) -> Path:
        """What is asked: the same request goes on where it stopped."""
        return self.path / REQUEST

    @property
    def is_begun(self) -> bool:
        """Whether a request began here, complete or not."""
        return self.request.is_file()

    @property
    def is_complete(self) -> bool:
        """Whether every fit has a result, and its document is written."""
        if not (self.manifest.is_file() and self.metrics.is_file()):
            return False
        return bool(self.read_json(self.manifest).get("status") == "complete")

    @property
    def how_to_resume(self) -> str:
        """What goes on with it."""
        return "the same command"


Directory = TypeVar("Directory", bound=RequestDirectory)


def check_place(place: Place) -> None:
    """Refuse a place that cannot be had; one where a request began can be.

    Raises:
        RunError: `exact` is taken, or nothing can be written there.
    """
    if place.exact is None or not RequestDirectory(place.exact).is_begun:
        place.check()


def begin(
    kind: type[Directory], place: Place, name: str, request: Mapping[str, Any]
) -> tuple[Directory, bool]:
    """Make a new directory for a request, or find the one that it stopped in.

    Args:
        kind: of directory.
        place: where it goes.
        name: of the folder below `place.root`.
        request: plain values that say all that the results depend on.

    Returns:
        The directory, and whether it goes on with an earlier attempt.

    Raises:
        RunError: the directory cannot be made, or holds something else.
    """
    found = _stopped(kind, place, name, request)
    if found is not None:
        return found, True
    if place.exact is not None:
        _refuse_begun(kind(place.exact))
    made = kind(place.create(name).path)
    # Another process may have claimed the same empty directory: one of them writes.
    with made.locked():
        _refuse_begun(made)
        write_json(made.request, request)
    return made, False


def _refuse_begun(directory: RequestDirectory) -> None:
    if directory.is_begun:
        raise RunError(
            f"{directory.path} is finished, or holds another request",
            hint="choose another --run-dir, or repeat the command that began it",
        )


def _stopped(
    kind: type[Directory], place: Place, name: str, request: Mapping[str, Any]
) -> Directory | None:
    """Return the newest unfinished attempt at a request."""
    places = [place.exact] if place.exact else (place.root / name).glob("*")
    for path in sorted(places, reverse=True):
        candidate = kind(path)
        try:
            if not candidate.is_begun or candidate.is_complete:
                continue
            asked = candidate.read_json(candidate.request)
        except RunError:  # what cannot be read is nobody's to go on with
            continue
        if asked == json.loads(json.dumps(request)):
            return candidate
    return None
