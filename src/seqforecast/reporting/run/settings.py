"""Settings of a run: first those that are not the defaults."""

from collections.abc import Mapping
from typing import Any

from seqforecast.reporting.settings import flatten_settings, setting_text

ABSENT = "-"
# The page says these elsewhere, or they say nothing.
UNSAID = ("name", "version")


def split_settings(
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
