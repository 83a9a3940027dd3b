"""Text: numbers with so many digits, rows as aligned columns, wrapped sentences.

Columns are aligned here and nowhere else, and not by rich: its tables know no decimal
points, fold or crop cells to the width of a terminal, and take `[name]` for markup.
"""

import math
import os
import shutil
import sys
import textwrap
from collections.abc import Sequence
from contextlib import suppress
from itertools import zip_longest

from seqforecast.errors import one_line

SCIENTIFIC_BELOW = 1e-4
SCIENTIFIC_FROM = 1e7
SUFFIXES = ((1e9, "G"), (1e6, "M"), (1e3, "k"))
SUFFIX_FROM = 1e4
MINUS = "\N{MINUS SIGN}"
WIDTH = 80
GAP = "  "  # between columns
JOINED = "\0"  # before what follows without a space; no text has it
MARKS = "*"  # what may follow a number without moving its decimal point


def significant(value: float | None, digits: int = 4) -> str:
    """Write a number with so many significant digits.

    Digits before the decimal point are never rounded away: 12345.6 is 12346.
    Very small and very large numbers have an exponent; None is "-".
    """
    if value is None:
        return "-"
    if not math.isfinite(value):
        return str(value)
    rounded = float(f"{value:.{digits - 1}e}")
    size = abs(rounded)
    if size == 0:
        return "0"
    if not SCIENTIFIC_BELOW <= size < SCIENTIFIC_FROM:
        return _exponent(value, digits - 1)
    decimals = digits - 1 - math.floor(math.log10(size))
    return f"{value:.{max(decimals, 0)}f}"


def decimal(value: float, decimals: int) -> str:
    """Write a number with so many decimals, more where they would make it 0."""
    text = f"{value:.{decimals}f}"
    hidden = value != 0 and not text.strip("-0.")
    return significant(value, 1) if hidden else text


def percent(share: float) -> str:
    """Write a share as whole percent, with a digit more below ten.

    What is not 0 never reads 0.
    """
    value = 100 * share
    return f"{decimal(value, 0 if abs(value) >= 9.95 else 1)} %"


def mib(size: int | None) -> str:
    """Write a size of memory as whole MiB; "-" where it is unknown."""
    return "-" if size is None else f"{size / 2**20:,.0f} MiB"


def plural(noun: str, count: int) -> str:
    """Return a noun as it follows a number."""
    return noun if count == 1 else f"{noun}s"


def tick_texts(ticks: Sequence[float]) -> list[str]:
    """Write evenly spaced ticks alike: same decimals, same suffix, true minus sign."""
    largest = max((abs(tick) for tick in ticks), default=0.0)
    spacing = ticks[1] - ticks[0] if len(ticks) > 1 else largest
    for size, suffix, most_decimals in _units(largest):
        scaled = [tick / size for tick in ticks]
        for decimals in range(most_decimals + 1):
            texts = [f"{tick:.{decimals}f}" for tick in scaled]
            if _are_exact(texts, scaled, spacing / size):
                return [_signed(text, suffix) for text in texts]
    texts = [_exponent(tick, 0) for tick in ticks]
    for decimals in range(1, 16):
        if _are_exact(texts, ticks, spacing):
            break
        texts = [_exponent(tick, decimals) for tick in ticks]
    return [_signed(text) for text in texts]


def _units(largest: float) -> list[tuple[float, str, int]]:
    """Return size, suffix and most decimals of the units to try for a number."""
    units = [
        (size, suffix, 2)
        for size, suffix in SUFFIXES
        if max(size, SUFFIX_FROM) <= largest < 1e3 * size
    ]
    # Numbers near 0.1 are shorter with six decimals than with an exponent.
    decimals = 6 if 0.01 <= largest < 1 else 4
    return [*units, (1.0, "", decimals)] if largest < SCIENTIFIC_FROM else units


def power_texts(ticks: Sequence[float]) -> list[str]:
    """Write ticks of a logarithmic axis, each as short as it can be."""
    return [f"{tick:g}" if 1e-4 < tick < 1e5 else _exponent(tick, 0) for tick in ticks]


def _are_exact(texts: Sequence[str], ticks: Sequence[float], spacing: float) -> bool:
    """Return whether texts say what the ticks are, as seen from their spacing."""
    pairs = zip(texts, ticks, strict=True)
    return all(abs(float(text) - tick) <= 1e-3 * spacing for text, tick in pairs)


def _exponent(value: float, decimals: int) -> str:
    mantissa, exponent = f"{value:.{decimals}e}".split("e")
    return "0" if float(mantissa) == 0 else f"{mantissa}e{int(exponent)}"


def _signed(text: str, suffix: str = "") -> str:
    zero = not text.strip("-0.")
    return "0" if zero else text.replace("-", MINUS) + suffix


def align(rows: Sequence[Sequence[str]]) -> list[str]:
    """Align names at the left, numbers at their decimal points.

    Args:
        rows: the header first; in each the name, then one cell a column.
    """
    names, *numbers = zip(*rows, strict=True)
    columns = [align_names(names), *(align_numbers(column) for column in numbers)]
    return join(columns)


def join(columns: Sequence[Sequence[str]], before: str = "") -> list[str]:
    """Return lines of columns that are aligned already.

    Where a line is longer than the terminal is wide, columns that do not fit follow in
    blocks of their own, each with the first column again; no word is cut.

    Args:
        columns: the names first; all of one length.
        before: what each line begins with.
    """
    cells = [[one_line(cell) for cell in column] for column in columns]
    rows = zip(*cells, strict=True)
    lines = [before + GAP.join(row).rstrip() for row in rows]
    width = terminal_width()
    if len(cells) < 2 or max(map(len, lines), default=0) <= width:
        return lines
    return [before + line for line in _in_blocks(cells, int(width) - len(before))]


def terminal_width() -> float:
    """Return the letters of a line on the terminal that stdout is; else no limit.

    Without a terminal COLUMNS counts where it is below the 80 that texts are made for.
    """
    with suppress(AttributeError, OSError, ValueError):
        if sys.stdout.isatty():
            return shutil.get_terminal_size().columns
    given = os.environ.get("COLUMNS", "")
    return int(given) if given.isdigit() and 0 < int(given) < WIDTH else math.inf


def _in_blocks(columns: Sequence[Sequence[str]], width: int) -> list[str]:
    """Return lines of as many columns as fit, then of the next ones, and so on."""
    names, *others = columns
    left = min(max(map(len, names)), max(width // 2, 1))  # longer names have more lines
    blocks: list[list[Sequence[str]]] = []
    free = 0
    for column in others:
        needed = max(map(len, column)) + len(GAP)
        if not blocks or needed > free:
            blocks.append([])
            free = width - left
        blocks[-1].append(column)
        free -= needed
    lines: list[str] = []
    for block in blocks:
        lines += [""] * bool(lines)
        for name, *cells in zip(names, *block, strict=True):
            lines += _folded(name, GAP.join(cells), left, width)
    return lines


def _folded(name: str, rest: str, left: int, width: int) -> list[str]:
    """Return a row as one line, or more where a name or a lone cell is too long."""
    heads = [name[:left]] if len(name.rstrip()) <= left else _words(name, left)
    room = width - left - len(GAP)
    tails = [rest.rstrip()] if len(rest.rstrip()) <= room else _words(rest, room)
    pairs = zip_longest(heads, tails, fillvalue="")
    return [f"{head.ljust(left)}{GAP}{tail}".rstrip() for head, tail in pairs]


def _words(text: str, width: int) -> list[str]:
    """Return a text as lines.

    A word that is longer than a line goes on after a slash, as in a path; without one
    it is left whole.
    """
    wrapper = textwrap.TextWrapper(
        max(width, 1), break_long_words=False, break_on_hyphens=False
    )
    if max(map(len, text.split()), default=0) > width:
        text = text.replace("/", f"/ {JOINED}")
    lines = wrapper.wrap(text) or [""]
    return [line.replace(f" {JOINED}", "").replace(JOINED, "") for line in lines]


def align_names(column: Sequence[str]) -> list[str]:
    """Align a column at the left."""
    texts = [one_line(cell) for cell in column]
    width = max(map(len, texts))
    return [text.ljust(width) for text in texts]


def align_right(column: Sequence[str]) -> list[str]:
    """Align a column at the right."""
    width = max(map(len, column))
    return [cell.rjust(width) for cell in column]


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
    """Return sentences as lines with a hanging indent.

    They have at most 80 letters, or those of a terminal that is less wide.
    """
    width = int(min(WIDTH, terminal_width()))
    wrapper = textwrap.TextWrapper(
        width, break_long_words=False, break_on_hyphens=False, subsequent_indent="  "
    )
    texts = [one_line(sentence) for sentence in sentences]
    return [line for text in texts for line in wrapper.wrap(text)]
