"""Documents that are broken somewhere, made from one that is whole."""

import copy
import pathlib
import random
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from seqforecast.errors import RunError

Path = tuple[Any, ...]


def deep(levels: int) -> Any:
    """Return lists in lists."""
    made: Any = []
    for _ in range(levels):
        made = [made]
    return made


# Of every type that JSON has, at the edges of what numbers and names can be.
OTHERS = (
    *(None, True, False, 0, 1, -1, 7, 2**31, 2**63, -(2**70), 10**400),
    *(0.5, -0.5, 1e308, -1e308, 1e-320, float("nan"), float("inf")),
    *("", "x", "naive", "mae", "q_10", "2026-13-45", "NaT", "\N{NULL}", "a" * 300),
    *([], [[]], [None], [0], [1, 2, 3], ["x"], [-1.0], [[1.0]], deep(40)),
    *({}, {"": None}, {"a": {"b": []}}, {"mae": "x"}, {"reasons": {}}),
)


def paths_of(document: Any, above: Path = ()) -> Iterator[Path]:
    """Yield the path of every value in a document, but its own."""
    items: Any = ()
    if isinstance(document, dict):
        items = document.items()
    elif isinstance(document, list):
        items = enumerate(document[:3])  # lists are alike from end to end
    for step, value in items:
        yield (*above, step)
        yield from paths_of(value, (*above, step))


def at(document: Any, path: Path) -> Any:
    """Return the value at a path."""
    for step in path:
        document = document[step]
    return document


def check_refusal(error: RunError, file: pathlib.Path) -> None:
    """An error says of which file it is, and what mends it."""
    assert str(file) in str(error)
    assert error.hint


def broken(whole: Any) -> st.SearchStrategy[Any]:
    """Return copies in which one to three values are gone, twice there, or others.

    One draw of Hypothesis a copy: a draw for each decision took most of the time.
    """
    return st.integers(0, 2**48).map(lambda seed: _break(whole, random.Random(seed)))


def _break(whole: Any, draw: random.Random) -> Any:
    document = copy.deepcopy(whole)
    for _ in range(draw.randint(1, 3)):
        paths = [*paths_of(document)]
        if not paths:
            break
        path = draw.choice(paths)
        parent, last = at(document, path[:-1]), path[-1]
        how = draw.choice(("other", "other", "gone", "twice", "renamed"))
        if how == "gone":
            del parent[last]
        elif how == "twice" and isinstance(parent, list):
            parent.append(copy.deepcopy(parent[last]))
        elif how == "renamed" and isinstance(parent, dict):
            parent[f"{last}_"] = parent.pop(last)
        else:
            parent[last] = copy.deepcopy(draw.choice(OTHERS))
    return document
