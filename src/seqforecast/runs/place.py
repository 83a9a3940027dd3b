"""Where a run is to go, checked before anything is computed for it."""

import os
from dataclasses import dataclass
from pathlib import Path

from seqforecast.errors import RunError
from seqforecast.runs.directory import RunDirectory
from seqforecast.runs.manifest import now
from seqforecast.runs.opening import claim, create, refuse_taken


@dataclass(frozen=True, slots=True)
class Place:
    """A new directory below `root`, or exactly `exact`."""

    root: Path = Path("runs")
    exact: Path | None = None

    def check(self) -> None:
        """Refuse a place that cannot be had, without making anything.

        Raises:
            RunError: `exact` is taken, or nothing can be written there.
        """
        if self.exact is not None:
            refuse_taken(self.exact)
        wanted = (self.exact or self.root).absolute()
        there = next(path for path in (wanted, *wanted.parents) if path.exists())
        if not there.is_dir():
            raise RunError(
                f"{there} is a file, not a directory",
                hint="choose another --runs or --run-dir",
            )
        if not os.access(there, os.W_OK):
            raise RunError(
                f"nothing can be written to {there}",
                hint="choose another place with --runs or --run-dir",
            )

    def create(self, name: str) -> RunDirectory:
        """Make the directory.

        Raises:
            RunError: it is taken or cannot be made.
        """
        if self.exact is not None:
            return claim(self.exact)
        return create(self.root, name, now())
