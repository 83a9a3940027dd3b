"""Aligning: rows of cells as columns of plain text, sentences as wrapped lines."""

import textwrap
from collections.abc import Sequence

WIDTH = 80
MARKS = "*"  # what may follow a number without moving its decimal point


def align(rows: Sequence[Sequence[str]]) -> list[str]:
    """Align names at the left, numbers at their decimal points.

    Args:
        rows: the header first; in each the name, then one cell a column.
    """
    names, *numbers = zip(*rows, strict=True)
    columns = [align_names(names), *(align_numbers(column) for column in numbers)]
    return join(columns)


def join(columns: Sequence[Sequence[str]]) -> list[str]:
    """Return lines of columns that are aligned already."""
    return ["  ".join(cells).rstrip() for cells in zip(*columns, strict=True)]


def align_names(column: Sequence[str]) -> list[str]:
    """Align a column at the left."""
    width = max(map(len, column))
    return [cell.ljust(width) for cell in column]


def align_numbers(column: Sequence[str]) -> list[str]:
    """Align a header and the numbers below it; marks take no room of theirs."""
    header, *cells = column
    wholes = [cell.rstrip(MARKS).partition(".")[0] for cell in cells]
    before = max(map(len, wholes))
    padded = [
        " " * (before - len(whole)) + cell
        for whole, cell in zip(wholes, cells, strict=True)
    ]
    width = max(len(header), *(len(cell) for cell in padded))
    body = max(len(cell) for cell in padded)
    return [header.rjust(width), *(cell.ljust(body).rjust(width) for cell in padded)]


def wrap(sentences: Sequence[str]) -> list[str]:
    """Return sentences as lines of at most 80 letters, each with a hanging indent."""
    wrapper = textwrap.TextWrapper(
        WIDTH, break_long_words=False, break_on_hyphens=False, subsequent_indent="  "
    )
    return [line for sentence in sentences for line in wrapper.wrap(sentence)]
