"""Settings as text: named as overrides, and told apart from defaults or members."""

from collections.abc import Mapping
from typing import Any

ABSENT = "-"

# The page says these elsewhere, or they say nothing.
UNSAID = ("name", "version")


def flatten_settings(
    section: Mapping[str, Any], before: str = ""
) -> list[tuple[str, str]]:
    """Return dotted names and values as the experiment file writes them.

    Args:
        section: settings, sections nested.
        before: the dotted name of the section, with a dot at its end.
    """
    pairs: list[tuple[str, str]] = []
    for name, value in section.items():
        if isinstance(value, Mapping) and value:
            pairs += flatten_settings(value, f"{before}{name}.")
        else:
            pairs.append((f"{before}{name}", setting_text(value)))
    return pairs


def setting_text(value: Any) -> str:
    """Return a value as the experiment file writes it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(setting_text, value))}]"
    return str(value)


def split_from_defaults(
    settings: Mapping[str, Any], defaults: Mapping[str, Any]
) -> tuple[list[tuple[str, ...]], list[tuple[str, str]]]:
    """Return name, value and default of what differs, and name and value of the rest.

    Args:
        settings: every setting in force, sections nested.
        defaults: of the same settings, by dotted name; absent where there is none.
    """
    changed: list[tuple[str, ...]] = []
    left: list[tuple[str, str]] = []
    for name, text in flatten_settings(settings):
        default = setting_text(defaults[name]) if name in defaults else ABSENT
        if name in UNSAID:
            continue
        if text == default:
            left.append((name, text))
        else:
            changed.append((name, text, default))
    return changed, left


def split_by_member(
    settings: Mapping[str, Mapping[str, Any]],
) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """Return what all members share, then each member's value of what differs.

    Settings are named as in overrides: `model.cell`.

    Args:
        settings: by member, at least one; every setting in force, sections nested.
    """
    members = [dict(flatten_settings(nested)) for nested in settings.values()]
    names = dict.fromkeys(name for member in members for name in member)
    values = {
        name: tuple(member.get(name, ABSENT) for member in members) for name in names
    }
    equal = {name: row[0] for name, row in values.items() if len(set(row)) == 1}
    return equal, {name: row for name, row in values.items() if name not in equal}
