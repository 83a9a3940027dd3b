"""Colours: one a member in every figure of a comparison, and how it is named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from seqforecast.models.section import Cell
from seqforecast.reporting.compare.verdict import names_of
from seqforecast.reporting.figures import style
from seqforecast.reporting.figures.labels import elide
from seqforecast.reporting.verdict import NAIVE

NAME_WIDTH = 25
LETTER = 0.082  # inches of an average letter at size 10
# Of a line, then of its name: light colours are too faint for letters. Okabe and Ito,
# 2008, without the naive forecast's; brown is the sixth.
COLORS = (
    (style.MODEL, style.MODEL),
    (style.BEST, "#00704F"),
    ("#CC79A7", "#9A3F73"),
    ("#E69F00", "#8F6200"),
    ("#56B4E9", "#1F6E9C"),
    ("#7B4B12", "#7B4B12"),
)
CELLS = [cell.value for cell in Cell]
MANY = len(CELLS)
MARKERS = "osD^vP"
DASHES = ("-", (0, (5, 2)), (0, (1, 1.5)))  # for the first six, the next, the others


@dataclass(frozen=True, slots=True)
class MemberStyle:
    """How a member or a baseline is drawn.

    Attributes:
        label: its name, shortened in the middle.
        color: of lines and points.
        ink: of its name.
        marker: of points; empty for a baseline.
        dash: of lines, as matplotlib writes it.
    """

    label: str
    color: str
    ink: str
    marker: str
    dash: Any


def styles_of(comparison: Mapping[str, Any]) -> dict[str, MemberStyle]:
    """Return a style a member, in their order, then one a baseline.

    Cells have the same style in every comparison, whoever is best there. More than six
    members share colours and are told apart by their dashes.
    """
    names = names_of(comparison)
    turn = sorted(names, key=lambda name: CELLS.index(name) if name in CELLS else MANY)
    styles: dict[str, MemberStyle] = {}
    for name in names:
        again, which = divmod(turn.index(name), len(COLORS))
        color, ink = COLORS[which]
        dash = DASHES[min(again, len(DASHES) - 1)]
        styles[name] = MemberStyle(
            elide(name, NAME_WIDTH), color, ink, MARKERS[which], dash
        )
    for name in comparison["baselines"]:
        color = style.NAIVE if name == NAIVE else style.FAINT_INK
        dash = "--" if name == NAIVE else "-."
        styles.setdefault(
            name, MemberStyle(elide(name, NAME_WIDTH), color, color, "", dash)
        )
    return styles


def room_of(labels: Sequence[str], least: float = 0.4) -> float:
    """Return the inches that the longest label needs beside the axes."""
    return max(least, LETTER * max(map(len, labels), default=0) + 0.25)


def fitting(label: str, inches: float) -> str:
    """Return a label no wider than so many inches."""
    return elide(label, max(int(inches / LETTER), 4))


def columns_for(count: int, most: int) -> int:
    """Return how many columns make rows as equally long as they can be."""
    return -(-count // -(-count // most))
