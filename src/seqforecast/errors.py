"""The error tree: what a user can act on, with a hint and an exit code.

SeqforecastError
├── ConfigError              2    the request is wrong
│   └── NoSeasonError        2    what needs a season is asked for, and there is none
├── DataError                3    the data cannot be used as asked
│   ├── MissingValuesError   3    values are missing, and nothing says what to do
│   └── TrainingError        3    the loss left the finite numbers
├── BackendError             4    this machine cannot do it
├── RunError                 5    the run is missing, incomplete, in use or taken
│   └── WriteError           5    a file of it cannot be written
│       └── DiskFullError    5    there is no space left to write it
└── Interrupted            130    Ctrl-C or SIGTERM; the run can be resumed
"""

import shlex
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import ClassVar


class SeqforecastError(Exception):
    """An expected failure; the command line prints it without a traceback.

    Attributes:
        hint: the next thing to try; empty when the message already says it.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


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


class TrainingError(DataError):
    """Training left the finite numbers on these data with these settings."""


class BackendError(SeqforecastError):
    """This machine cannot do what was asked of TensorFlow."""

    exit_code = 4


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
    closest = get_close_matches(given, names, n=1)
    guess = f"did you mean {closest[0]!r}? " if closest else ""
    return f"{guess}known: {', '.join(names)}"


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
