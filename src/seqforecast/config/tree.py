"""Tree: the settings as plain values, and where each of them was written."""

from dataclasses import dataclass, field
from typing import Any

from seqforecast.config.problems import Path, Place, Problem


@dataclass(frozen=True, slots=True)
class Spot:
    """One setting as written: places of its name and value, and a scalar's text."""

    key: Place
    value: Place
    written: str | None = None


@dataclass(slots=True)
class Tree:
    """Plain values with their spots, and what is already known to be wrong.

    Attributes:
        values: dicts, lists, text, numbers, booleans and None.
        spots: by path; a path without a spot lies where its parent lies.
        problems: found while reading.
        refused: paths whose values are not worth a second complaint.
    """

    values: Any
    spots: dict[Path, Spot] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    refused: set[Path] = field(default_factory=set)

    def spot(self, path: Path) -> Spot:
        """Return the spot of a path, or of the nearest parent that has one."""
        while path not in self.spots:
            path = path[:-1]
        return self.spots[path]

    def has(self, path: Path) -> bool:
        """Return whether something is written at the path."""
        value = self.values
        for step in path:
            if isinstance(value, dict) and step in value:
                value = value[step]
            elif isinstance(value, list) and step in range(len(value)):
                value = value[int(step)]
            else:
                return False
        return True

    def value(self, path: Path) -> Any:
        """Return the value at a path; None where there is none."""
        value = self.values
        if not self.has(path):
            return None
        for step in path:
            value = value[step]
        return value

    def put(self, path: Path, value: Any) -> None:
        """Replace the value at a path whose parent exists."""
        self.value(path[:-1])[path[-1]] = value

    def forget(self, path: Path) -> None:
        """Forget the spots at and below a path."""
        for known in [known for known in self.spots if known[: len(path)] == path]:
            del self.spots[known]

    def is_refused(self, path: Path) -> bool:
        """Return whether the path or a parent of it was refused while reading."""
        return any(path[:length] in self.refused for length in range(len(path) + 1))

    def is_override(self, path: Path) -> bool:
        """Return whether an override, not the file, wrote the value."""
        return self.spot(path).value.order[0] > 0

    def origin(self, path: Path) -> str:
        """Return who wrote a setting: a position, `--set`, or `default`."""
        if not self.has(path) or (path == ("name",) and path not in self.spots):
            return "default"
        place = self.spot(path).value
        if self.is_override(path):
            return "--set" if place.where.startswith("--set") else "overrides"
        return place.where if path in self.spots else "mapping"
