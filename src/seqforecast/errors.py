"""The error tree: what a user can act on, with a hint and an exit code; and its words.

SeqforecastError
├── ConfigError              2    the request is wrong
│   └── NoSeasonError        2    what needs a season is asked for, and there is none
├── DataError                3    the data cannot be used as asked
│   ├── MissingValuesError   3    values are missing, and nothing says what to do
│   ├── AmbiguousTimesError  3    time stamps can be read in several ways
│   └── TrainingError        3    the loss left the finite numbers
├── BackendError             4    this machine cannot do it
├── RunError                 5    the run is missing, incomplete, in use or taken
│   └── WriteError           5    a file of it cannot be written
│       └── DiskFullError    5    there is no space left to write it
└── Interrupted            130    Ctrl-C or SIGTERM; the run can be resumed
"""

import re
import shlex
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import ClassVar

# Controls but the line break, bidirectional controls, other line breaks, and what
# stands for the bytes of a file name that is not UTF-8.
UNPRINTABLE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff]"
)
LONGEST_LINE = 2_000  # bytes
MOST_NAMED = 30


class SeqforecastError(Exception):
    """An expected failure; the command line prints it without a traceback.

    Attributes:
        hint: the next thing to try; empty when the message already says it.
        has_lines: line breaks of the message are its own, not those of names in it.
    """

    exit_code: ClassVar[int] = 1

    def __init__(
        self, message: str, *, hint: str = "", has_lines: bool = False
    ) -> None:
        super().__init__(message)
        self.hint = hint
        self.has_lines = has_lines


class ConfigError(SeqforecastError):
    """The experiment file or an override asks for something that cannot be."""

    exit_code = 2


class NoSeasonError(ConfigError):
    """Something needs a season, and there is none."""


class DataError(SeqforecastError):
    """The series cannot be used as configured."""

    exit_code = 3


class MissingValuesError(DataError):
    """Values are missing, and nothing says what to do about it."""


class AmbiguousTimesError(DataError):
    """Time stamps can be read in several ways, and nothing tells which is meant.

    Attributes:
        candidates: what `data.time_format` may be.
    """

    def __init__(
        self, message: str, *, hint: str = "", candidates: tuple[str, ...] = ()
    ) -> None:
        super().__init__(message, hint=hint)
        self.candidates = candidates


class TrainingError(DataError):
    """Training left the finite numbers on these data with these settings."""


class BackendError(SeqforecastError):
    """This machine cannot do what was asked of TensorFlow."""

    exit_code = 4

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint, has_lines=True)  # those of libraries


class RunError(SeqforecastError):
    """A run directory is missing, incomplete, in use or already there."""

    exit_code = 5


class WriteError(RunError):
    """A file cannot be written."""


class DiskFullError(WriteError):
    """There is no space left to write a file; with space the run goes on."""


class Interrupted(SeqforecastError):  # noqa: N818 - nothing went wrong
    """The user or the system stopped the run; it can be resumed."""

    exit_code = 130


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """Return a hint that names the closest known word, then all of them."""
    names = sorted(known)
    # No longer word is near a short one, and the comparison takes its length squared.
    closest = get_close_matches(given, names, n=1) if len(given) <= 500 else []
    guess = f"did you mean {closest[0]!r}? " if closest else ""
    return f"{guess}known: {name_first(names, MOST_NAMED)}"


def shorten(text: object, most: int = 60) -> str:
    """Return what was received as Python writes it, of a long text the beginning."""
    written = repr(text)
    if len(written) <= most:
        return written
    return f"{written[:most]}... ({len(str(text)):,} characters)"


def as_command(*words: object) -> str:
    """Return a command of ours as hints show it, each word quoted for a shell."""
    return f"`seqforecast {shlex.join(map(str, words))}`"


def name_first(
    names: Sequence[str], most: int = 5, rest: str = " and {:,} more"
) -> str:
    """Return the first names, and how many more there are: `a, b and 3 more`."""
    more = len(names) - most
    return ", ".join(names[:most]) + (rest.format(more) if more > 0 else "")


def root_cause(error: BaseException) -> str:
    """Return what an exception was raised because of, in one line.

    NumPy's own message, for one, has thirty lines, and the reason in the last.
    """
    while error.__cause__ is not None:
        error = error.__cause__
    return bounded(" ".join(f"{type(error).__name__}: {error}".split()), 1_000)


def printable(text: str) -> str:
    r"""Return a text with what a terminal would obey as Python's escapes, as `\x1b`.

    Line breaks stay.
    """
    return UNPRINTABLE.sub(_escape, text)


def one_line(text: str) -> str:
    """Return a printable text whose line breaks are escaped too."""
    return printable(text).replace("\n", "\\n")


def _escape(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode()


def bounded(text: str, most: int) -> str:
    """Return a printable text without the middle of long lines, then without its own.

    Args:
        text: what may be too long.
        most: bytes; longer lines than `LONGEST_LINE` are never kept.
    """
    lines = [_without_middle(line) for line in text.split("\n")]
    return _without_middle("\n".join(lines), most)


def _without_middle(text: str, most: int = LONGEST_LINE) -> str:
    coded = text.encode(errors="surrogatepass")
    if len(coded) <= most:
        return text
    first, last = coded[: most * 2 // 3 - 50], coded[-(most // 3) :]
    left_out = len(coded) - len(first) - len(last)
    begin, end = (part.decode(errors="ignore") for part in (first, last))
    return f"{begin} [{left_out:,} bytes left out] {end}"
