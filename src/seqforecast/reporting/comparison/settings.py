"""Settings of the members: which are equal, and which differ."""

from collections.abc import Mapping
from typing import Any

ABSENT = "-"


def split_settings(
    settings: Mapping[str, Mapping[str, Any]],
) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """Return what all members share, then each member's value of what differs.

    Settings are named as in overrides: `model.cell`.

    Args:
        settings: by member, at least one; every setting in force, sections nested.
    """
    flat = [dict(_flat(of)) for of in settings.values()]
    names = dict.fromkeys(name for of in flat for name in of)
    values = {name: tuple(of.get(name, ABSENT) for of in flat) for name in names}
    equal = {name: of[0] for name, of in values.items() if len(set(of)) == 1}
    return equal, {name: of for name, of in values.items() if name not in equal}


def _flat(section: Mapping[str, Any], before: str = "") -> list[tuple[str, str]]:
    """Return dotted names and values as the experiment file writes them."""
    found: list[tuple[str, str]] = []
    for name, value in section.items():
        if isinstance(value, Mapping) and value:
            found += _flat(value, f"{before}{name}.")
        else:
            found.append((f"{before}{name}", _text(value)))
    return found


def _text(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_text, value))}]"
    return str(value)
