"""Settings as text: named as in overrides, written as in the experiment file."""

from collections.abc import Mapping
from typing import Any


def flatten_settings(
    section: Mapping[str, Any], before: str = ""
) -> list[tuple[str, str]]:
    """Return dotted names and values as the experiment file writes them.

    Args:
        section: settings, sections nested.
        before: the dotted name of the section, with a dot at its end.
    """
    found: list[tuple[str, str]] = []
    for name, value in section.items():
        if isinstance(value, Mapping) and value:
            found += flatten_settings(value, f"{before}{name}.")
        else:
            found.append((f"{before}{name}", setting_text(value)))
    return found


def setting_text(value: Any) -> str:
    """Return a value as the experiment file writes it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(setting_text, value))}]"
    return str(value)
