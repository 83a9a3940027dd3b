"""Printing: results to stdout, everything else to stderr, all of it printable.

While a command runs, streams of ours stand in the place of Python's: what anyone
prints goes through them, typer's usage errors and Python's warnings too.
"""

import errno
import json
import logging
import os
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, TextIO, cast

from seqforecast.errors import (
    UNPRINTABLE,
    BackendError,
    ConfigError,
    Interrupted,
    RunError,
    SeqforecastError,
    WriteError,
    bounded,
    one_line,
    printable,
    root_cause,
)

# What is installed to have a package of another name.
DISTRIBUTIONS = {"PIL": "pillow", "yaml": "pyyaml"}

# Bytes. Together they stay below 20 kB.
LONGEST_MESSAGE, LONGEST_HINT = 15_000, 3_000


class ReaderGoneError(SystemExit):
    """Nobody reads the results any more; the process ends as if all had been read."""


class Stream:
    """A stream of text that takes every letter, and is there when Python has none.

    What is lost of the news on stderr is lost; a result that cannot be delivered is an
    error.

    Args:
        below: the stream that it is written to; None where the process has none.
        is_result: it is stdout.
    """

    def __init__(self, below: TextIO | None, *, is_result: bool = False) -> None:
        self.below = below
        self.is_result = is_result
        self.encoding: str = getattr(below, "encoding", None) or "utf-8"
        self.errors = "backslashreplace"

    def write(self, text: str) -> int:
        """Write a text as it is."""
        if not isinstance(text, str):
            raise TypeError(f"text is written here, not {type(text).__name__}")
        if text:  # typer tries streams by an empty text, and hides what comes of it
            self._try(lambda below: below.write(self._encodable(text)))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write texts one after another."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Hand on what was kept back."""
        if self.below is not None:
            self._try(lambda below: below.flush())

    def close(self) -> None:
        """Stay open: libraries keep the stream, and close what is stderr no more."""

    @property
    def closed(self) -> bool:
        """It never is."""
        return False

    def writable(self) -> bool:
        """It always is."""
        return True

    def readable(self) -> bool:
        """It never is."""
        return False

    def isatty(self) -> bool:
        """Return whether a person looks at it."""
        with suppress(OSError, ValueError):
            return self.below is not None and self.below.isatty()
        return False

    def fileno(self) -> int:
        """Return its number, for child processes that write there too.

        Raises:
            OSError: the process has no such stream.
        """
        if self.below is None:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        return self.below.fileno()

    def _encodable(self, text: str) -> str:
        try:
            text.encode(self.encoding)
        except UnicodeEncodeError:
            return text.encode(self.encoding, self.errors).decode(self.encoding)
        return text

    def _try(self, action: Any) -> None:
        if self.below is None:
            self._lose(OSError(errno.EBADF, os.strerror(errno.EBADF)))
            return
        try:
            action(self.below)
        except (OSError, ValueError) as error:  # a closed file is a ValueError
            _discard(self.below)
            self._lose(error)

    def _lose(self, error: Exception) -> None:
        if not self.is_result:
            return
        if isinstance(error, BrokenPipeError):
            raise ReaderGoneError(0) from None
        reason = getattr(error, "strerror", None) or error
        raise WriteError(
            f"the result cannot be written to stdout: {reason}",
            hint="send it elsewhere, or free some space",
        ) from None


def _discard(below: TextIO | None) -> None:
    """Let what a broken stream still holds go nowhere: Python flushes it at its end."""
    if below is None:
        return
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, below.fileno())
        finally:
            os.close(nowhere)


class PrintableStream(Stream):
    """A stream whose control characters are escaped; messages have a largest size."""

    def write(self, text: str) -> int:
        """Write what a terminal shows and does not obey."""
        if not isinstance(text, str):
            return super().write(text)
        shown = printable(text)
        if not self.is_result:
            shown = bounded(shown, LONGEST_MESSAGE + LONGEST_HINT)
        super().write(shown)
        return len(text)


@contextmanager
def printable_streams() -> Iterator[None]:
    """Put printable streams in the place of stdout and stderr meanwhile."""
    if isinstance(sys.stdout, PrintableStream):
        yield
        return
    before = sys.stdout, sys.stderr
    sys.stdout = cast(TextIO, PrintableStream(sys.stdout, is_result=True))
    sys.stderr = cast(TextIO, PrintableStream(sys.stderr))
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def display_stream() -> TextIO:
    """Return stderr for what draws on it with control sequences of our own."""
    stream = sys.stderr
    if isinstance(stream, PrintableStream):
        return cast(TextIO, Stream(stream.below))
    return stream


def print_result(text: str) -> None:
    """Print a result; where its reader has gone, the command goes on to its end."""
    with suppress(ReaderGoneError):
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


def print_path(path: object) -> None:
    """Print where something is, in one line."""
    print_result(one_line(str(path)))


def print_json(content: Mapping[str, Any]) -> None:
    """Print one JSON document, in letters that every terminal and program takes."""
    text = _escaped_in_json(json.dumps(content, indent=2, ensure_ascii=False))
    try:
        text.encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        text = _escaped_in_json(json.dumps(content, indent=2))
    print_result(text)


def _escaped_in_json(text: str) -> str:
    # Only texts in a document hold such characters; outside there is none.
    return UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def report_error(error: SeqforecastError, *, as_json: bool) -> None:
    """Say what failed and what to do next."""
    shown = printable if error.has_lines else one_line
    message = bounded(shown(str(error).strip()), LONGEST_MESSAGE)
    hint = bounded(one_line(error.hint), LONGEST_HINT)
    sys.stderr.write(f"error: {message}\n")
    if hint:
        sys.stderr.write(f"hint: {hint}\n")
    if as_json:
        record = {"message": message, "hint": hint, "exit_code": error.exit_code}
        with suppress(WriteError):  # said already, where that is what went wrong
            print_json({"schema": 1, "error": record})


def expected_failure(error: BaseException) -> SeqforecastError | None:
    """Return what an exception is to a user; None where it is a bug."""
    if isinstance(error, SeqforecastError):
        return error
    if isinstance(error, KeyboardInterrupt):
        return Interrupted("interrupted")
    if package := package_that_does_not_import(error):
        distribution = DISTRIBUTIONS.get(package, package)
        return BackendError(
            f"{package} does not import: {root_cause(error)}",
            hint="`seqforecast doctor --quick` says what mends it; or: "
            f"python -m pip install --force-reinstall {distribution}",
        )
    if isinstance(error, OSError) and not _has_working_directory():
        return RunError(
            "the working directory is not there any more",
            hint="change to another folder, then run the same command again",
        )
    if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
        return ConfigError(
            f"the name of a file is too long: {error.filename}",
            hint="shorten the path",
        )
    return None


def package_that_does_not_import(error: BaseException) -> str:
    """Return the installed package whose import an exception broke off, or "".

    It is the innermost whose module was being run, or one that lacks what is imported
    from it while ours was: half of a package is a module without anything in it.
    """
    names = [
        str(frame.f_globals.get("__name__", "")).partition(".")[0]
        for frame, _ in traceback.walk_tb(error.__traceback__)
        if frame.f_code.co_name == "<module>"
        and not frame.f_code.co_filename.startswith("<")  # text that is run
    ]
    found = [name for name in names if _is_installed_package(name)]
    if found:
        return found[-1]
    lacking = getattr(error, "name", None) if isinstance(error, ImportError) else None
    if isinstance(error, AttributeError) and names:
        lacking = getattr(error.obj, "__name__", None)
    name = str(lacking or "").partition(".")[0]
    return name if _is_installed_package(name) else ""


def _is_installed_package(name: str) -> bool:
    ours = {"", "__main__", "seqforecast"}
    return name not in ours | sys.stdlib_module_names


def _has_working_directory() -> bool:
    try:
        return bool(os.getcwd())  # noqa: PTH109 - Path.cwd is the same, and longer
    except OSError:
        return False


class MessageHandler(logging.Handler):
    """Writes what is said to stderr, above the progress display if there is one.

    Lines about single epochs are left to the display where there is one.
    """

    def __init__(self, level: int, *, live: bool) -> None:
        super().__init__(level)
        self.live = live

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        is_shown = record.name == "seqforecast.progress" and self.live
        if is_shown or record.name == "seqforecast.unheard":
            return
        prefix = "" if record.levelno <= logging.INFO else record.levelname.lower()
        text = one_line(record.getMessage())
        sys.stderr.write(f"{prefix}: {text}\n" if prefix else f"{text}\n")


def listen(*, quiet: bool, verbose: bool) -> None:
    """Send what the workflows say to stderr."""
    level = logging.WARNING if quiet else logging.INFO
    level = logging.DEBUG if verbose else level
    logger = logging.getLogger("seqforecast")
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    logger.handlers = [MessageHandler(level, live=has_terminal() and not quiet)]


def has_terminal() -> bool:
    """Return whether stderr is a terminal a person looks at."""
    return sys.stderr.isatty()
