"""Problems: what is wrong in an experiment, at which position, and the remedy."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from seqforecast.errors import ConfigError

Path = tuple[str | int, ...]

WIDEST_EXCERPT = 100
_LINE_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Location:
    """Where something was written: in the file, or in an override.

    Attributes:
        where: `file:line:column`, or the override as it was given.
        order: problems are told in this order: the file's by line, then overrides.
        excerpt: the line with a caret under the column; may be empty.
    """

    where: str
    order: tuple[int, int, int] = (0, 0, 0)
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to correct: place, sentence, next step."""

    place: Location
    text: str
    hint: str


class SettingError(ValueError):
    """A rule across sections is broken; tells which setting to change."""

    def __init__(self, setting: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.path: Path = tuple(setting.split("."))
        self.hint = hint


class Source:
    """A text that positions point into."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.lines = _LINE_BREAK.split(text)

    def place(self, line: int, column: int) -> Location:
        """Return the place at a line and column, both counted from 1."""
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        return Location(
            f"{self.name}:{line}:{column}", (0, line, column), excerpt(text, column)
        )

    def start(self) -> Location:
        """Return the first position, without an excerpt: what is missing has none."""
        return Location(f"{self.name}:1:1", (0, 1, 1))


def excerpt(line: str, column: int) -> str:
    """Return a line and, below it, a caret; at most about 100 columns of it."""
    if not line.strip():
        return ""
    first = max(0, min(column - 1 - WIDEST_EXCERPT // 2, len(line) - WIDEST_EXCERPT))
    before = "..." if first > 0 else ""
    after = "..." if first + WIDEST_EXCERPT < len(line) else ""
    cut = line[first : first + WIDEST_EXCERPT].rstrip()
    printable = "".join(letter if letter.isprintable() else " " for letter in cut)
    caret = " " * (len(before) + column - 1 - first)
    return f"    {before}{printable}{after}\n    {caret}^"


def dotted(path: Path) -> str:
    """Return the name of a setting as overrides write it; items as `[0]`."""
    name = ""
    for step in path:
        if isinstance(step, int):
            name += f"[{step}]"
        else:
            name += f".{step}" if name else step
    return name


def as_error(problems: Sequence[Problem], name: str) -> ConfigError:
    """Return one error that tells all problems, in the order of the file."""
    ordered = sorted(problems, key=lambda problem: problem.place.order)
    if len(ordered) == 1:
        return ConfigError(_block(ordered[0]), hint=ordered[0].hint)
    blocks = [
        f"{_block(problem)}\n  {problem.hint}" if problem.hint else _block(problem)
        for problem in ordered
    ]
    return ConfigError(
        "\n\n".join([f"{name} has {len(ordered)} problems", *blocks]),
        hint="correct them all, then run the same command again",
    )


def _block(problem: Problem) -> str:
    """Return the headline and, where there is one, the offending line."""
    headline = f"{problem.place.where}: {problem.text}"
    return "\n".join(filter(None, [headline, problem.place.excerpt]))
