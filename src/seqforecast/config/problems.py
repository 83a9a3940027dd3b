"""Problems: what is wrong in an experiment, at which position, and the remedy."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from seqforecast.errors import ConfigError, one_line

Path = tuple[str | int, ...]

WIDEST_EXCERPT = 100
MOST_TOLD = 20  # problems; of the others the number is told
_LINE_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Location:
    """Where something was written: in the file, or in an override.

    Attributes:
        name: of the file, or the override as it was given.
        order: problems are told in this order: the file's by line, then overrides.
        line: of the file; None where nothing of it is shown.
    """

    name: str
    order: tuple[int, int, int] = (0, 0, 0)
    line: str | None = None

    @property
    def where(self) -> str:
        """`file:line:column`, or the override as it was given."""
        is_override, line, column = self.order
        return f"{self.name}:{line}:{column}" if line and not is_override else self.name

    @property
    def excerpt(self) -> str:
        """The line with a caret under the column; may be empty."""
        return "" if self.line is None else excerpt(self.line, self.order[2])


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to correct: place, sentence, next step.

    Attributes:
        place: where it stands.
        text: what is wrong.
        remedy: the next step, or what finds it once it is to be told.
    """

    place: Location
    text: str
    remedy: str | Callable[[], str]

    @property
    def hint(self) -> str:
        """The next step; may be empty."""
        return self.remedy if isinstance(self.remedy, str) else self.remedy()


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
        return Location(self.name, (0, line, column), text)

    def start(self) -> Location:
        """Return the first position, without an excerpt: what is missing has none."""
        return Location(self.name, (0, 1, 1))


def excerpt(line: str, column: int) -> str:
    """Return a line and, below it, a caret; at most about 100 columns of it."""
    if not line.strip():
        return ""
    first = max(0, min(column - 1 - WIDEST_EXCERPT // 2, len(line) - WIDEST_EXCERPT))
    before = "..." if first > 0 else ""
    after = "..." if first + WIDEST_EXCERPT < len(line) else ""
    cut = line[first : first + WIDEST_EXCERPT].rstrip(" ")
    left = line[first : column - 1].ljust(column - 1 - first)
    caret = " " * len(before + one_line(left))
    return f"    {before}{one_line(cut)}{after}\n    {caret}^"


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
    """Return one error that tells the first problems, in the order of the file."""
    ordered = sorted(problems, key=lambda problem: problem.place.order)
    if len(ordered) == 1:
        only = ordered[0]
        return ConfigError(_block(only), hint=only.hint, has_lines=True)
    blocks = [
        "\n  ".join(filter(None, [_block(problem), one_line(problem.hint)]))
        for problem in ordered[:MOST_TOLD]
    ]
    more = len(ordered) - len(blocks)
    return ConfigError(
        "\n\n".join(
            [
                one_line(f"{name} has {len(ordered):,} problems"),
                *blocks,
                *([f"and {more:,} more"] if more else []),
            ]
        ),
        hint="correct them all, then run the same command again",
        has_lines=True,
    )


def _block(problem: Problem) -> str:
    """Return the headline and, where there is one, the offending line."""
    headline = one_line(f"{problem.place.where}: {problem.text}")
    return "\n".join(filter(None, [headline, problem.place.excerpt]))
