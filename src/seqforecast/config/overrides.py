"""Overrides: `--set section.key=value` or a mapping, laid over the file's settings."""

import numbers
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from seqforecast.config.problems import Location, Path, Problem, Source, dotted
from seqforecast.config.yaml_tree import DEEPEST, Mark, Tree, read_plain, read_tree

Overrides = Sequence[str] | Mapping[str, object]
TOO_DEEP = f"names more than {DEEPEST} levels of sections"
HOW = "write --set section.key=value, such as --set training.epochs=3"


@dataclass(frozen=True, slots=True)
class Override:
    """One setting to replace: its path, its value, and who asked for it."""

    path: Path
    tree: Tree
    place: Location


def apply_overrides(tree: Tree, overrides: Overrides) -> None:
    """Lay overrides over the settings, in order; a later one wins.

    A value replaces what was there, a whole section too. What cannot be applied
    becomes a problem of the tree.
    """
    if isinstance(overrides, Mapping):
        items = [_from_item(i, item) for i, item in enumerate(overrides.items())]
    else:
        items = [_from_text(i, text) for i, text in enumerate(overrides)]
    for item in items:
        if isinstance(item, Problem):
            tree.problems.append(item)
        else:
            _apply(tree, item)


def plain(value: Any) -> Any:
    """Return a Python value as a file would hold it.

    Tuples become lists, NumPy numbers plain ones, paths text.
    """
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, numbers.Real) and not isinstance(value, bool):
        return int(value) if isinstance(value, numbers.Integral) else float(value)
    return value


def _from_item(number: int, item: tuple[str, object]) -> Override | Problem:
    key, value = item
    place = Location(f"overrides[{key!r}]", (1, number, 0))
    path = tuple(key.split("."))
    if not all(path):
        hint = "write the setting's dotted name, such as 'training.epochs'"
        return Problem(place, "names no setting", hint)
    if len(path) > DEEPEST:
        return Problem(place, TOO_DEEP, "no setting is nested so deeply")
    return Override(path, Tree(plain(value)), place)


def _from_text(number: int, text: str) -> Override | Problem:
    place = Location(f"--set {text}", (1, number, 0))
    key, equals, value = text.partition("=")
    path = tuple(part.strip() for part in key.split("."))
    if not equals or not all(path):
        return Problem(place, "not of the form section.key=value", HOW)
    if len(path) > DEEPEST:
        return Problem(place, TOO_DEEP, "no setting is nested so deeply")
    tree = _read_value(value.strip())
    if tree.problems:
        problem = tree.problems[0]
        column = problem.place.order[2]
        return Problem(
            place,
            f"the value cannot be read: {problem.text} (character {column} of it)",
            problem.remedy,
        )
    return Override(path, tree, place)


def _read_value(text: str) -> Tree:
    """Read a flow list, a flow mapping or quoted text; all else is one word."""
    if text[:1] in {"[", "{", '"', "'"}:
        return read_tree(text, Source("value", text))
    spot = Mark(Location("value"), Location("value"), text)
    return Tree(read_plain(text), {(): spot})


def _apply(tree: Tree, override: Override) -> None:
    spot = Mark(override.place, override.place)
    parent = tree.values
    for length in range(1, len(override.path)):
        path = override.path[:length]
        step = override.path[length - 1]
        if parent.get(step) is None:
            parent[step] = {}
            tree.spots.setdefault(path, spot)
        parent = parent[step]
        if not isinstance(parent, dict):
            text = f"{dotted(path)} is no section, so nothing in it can be set"
            hint = f"set {dotted(path)} itself"
            tree.problems.append(Problem(override.place, text, hint))
            return
    if isinstance(parent.get(override.path[-1]), dict | list):
        tree.forget(override.path)  # looks through every place there is
    parent[override.path[-1]] = override.tree.values
    tree.refused.discard(override.path)
    tree.spots[override.path] = spot
    for path, inner in override.tree.spots.items():
        full = (*override.path, *path)
        tree.spots[full] = Mark(spot.key, spot.value, inner.written)
