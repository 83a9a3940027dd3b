"""Differing: where two JSON documents are not the same."""

from collections.abc import Iterator, Mapping
from typing import Any

ABSENT = "absent"


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


def differences(recorded: Any, now: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield path, recorded value and value now, wherever they are not the same.

    What only `now` has is not told: files of older runs lack what came later.
    """
    found = dict(leaves(now))
    for path, value in leaves(recorded):
        other = found.get(path, ABSENT)
        if value != other:
            yield path, value, other
