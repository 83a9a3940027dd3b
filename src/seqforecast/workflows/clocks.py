"""Clocks: whether the time stamps of new data are on the clock of the run's."""

import logging
import re
from collections.abc import Sequence

LOGGER = logging.getLogger("seqforecast")

# What reading a time column says of its zone.
TURNED = re.compile(r"turned from (\S+),.* into UTC")
DROPPED = re.compile(r"the (?:zone|UTC offset) (\S+) .*stay local")
SAME_AS_UTC = ("Z", "z", "GMT", "+0000", "-0000", "Etc/UTC")


def say_clocks(of_run: Sequence[str], here: Sequence[str]) -> None:
    """Warn where stamps of two readings may be hours apart.

    Stamps without any zone go with those of a zone that was dropped: both are local.

    Args:
        of_run: what was noted when the run's data were read.
        here: what was noted now.
    """
    clocks = [_clock(notes) for notes in (of_run, here)]
    turned = any(TURNED.search(note) for note in (*of_run, *here))
    if clocks[0] == clocks[1] or not (turned or all(clocks)):
        return
    names = [f"in {clock}" if clock else "without a zone" for clock in clocks]
    LOGGER.warning(
        "the run's time stamps are %s, these are %s: they are compared as they stand, "
        "hours apart",
        *names,
    )


def _clock(notes: Sequence[str]) -> str:
    """Return the zone that stamps are in; empty where none was told."""
    if any(TURNED.search(note) for note in notes):
        return "UTC"
    found = [match[1] for note in notes if (match := DROPPED.search(note))]
    zone = found[0].replace(":", "") if found else ""
    return "UTC" if zone in SAME_AS_UTC else zone
