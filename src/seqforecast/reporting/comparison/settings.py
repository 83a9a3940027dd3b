"""Settings of the members: which are equal, and which differ."""

from collections.abc import Mapping
from typing import Any

from seqforecast.reporting.settings import flatten_settings

ABSENT = "-"


def split_settings(
    settings: Mapping[str, Mapping[str, Any]],
) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """Return what all members share, then each member's value of what differs.

    Settings are named as in overrides: `model.cell`.

    Args:
        settings: by member, at least one; every setting in force, sections nested.
    """
    flat = [dict(flatten_settings(of)) for of in settings.values()]
    names = dict.fromkeys(name for of in flat for name in of)
    values = {name: tuple(of.get(name, ABSENT) for of in flat) for name in names}
    equal = {name: of[0] for name, of in values.items() if len(set(of)) == 1}
    return equal, {name: of for name, of in values.items() if name not in equal}
