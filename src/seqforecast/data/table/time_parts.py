"""Parts of a time stamp that stand in columns of their own: which go together."""

from collections.abc import Mapping

from seqforecast.errors import did_you_mean

PARTS = ("date", "year", "quarter", "month", "week", "day", "hour", "minute")
"""What a column may say: `date` as it is written, the others numbers; a month may be a
name, and an hour a clock such as 13:30. Weeks are those of ISO 8601."""


def joined_name(parts: Mapping[str, str]) -> str:
    """Return what messages call the column made of parts."""
    return " + ".join(parts.values())


def why_not_joined(parts: Mapping[str, str]) -> str | None:
    """Return why parts make no time stamp, or None where they do."""
    named = parts.keys()
    strange = [part for part in parts if part not in PARTS]
    if strange:
        known = did_you_mean(strange[0], PARTS)
        return f"{strange[0]!r} is no part of a time stamp; {known}"
    divisions = [part for part in ("quarter", "month", "week") if part in parts]
    rules = (
        (len(parts) < 2, "one part alone is a column: write its name"),
        (
            ("date" in parts) == ("year" in parts),
            "a time in parts needs a date or a year, and not both",
        ),
        (
            "date" in parts and bool(divisions or "day" in parts),
            "a date has its month and day already",
        ),
        (len(divisions) > 1, f"{' and '.join(divisions)} say the same twice"),
        ("day" in parts and "month" not in parts, "days are those of a month"),
        (
            "hour" in parts and not {"date", "day"} & named,
            "hours are those of a date or a day",
        ),
        ("minute" in parts and "hour" not in parts, "minutes are those of an hour"),
    )
    return next((why for is_so, why in rules if is_so), None)
