"""Printing: results to stdout, everything else to stderr."""

import json
import logging
import sys
from collections.abc import Mapping
from typing import Any

import typer

from seqforecast.errors import SeqforecastError


def print_result(text: str) -> None:
    """Print a result."""
    typer.echo(text)


def print_json(content: Mapping[str, Any]) -> None:
    """Print one JSON document."""
    typer.echo(json.dumps(content, indent=2, ensure_ascii=False))


def report_error(error: SeqforecastError, *, as_json: bool) -> None:
    """Say what failed and what to do next."""
    typer.echo(f"error: {error}", err=True)
    if error.hint:
        typer.echo(f"hint: {error.hint}", err=True)
    if as_json:
        record = {
            "message": str(error),
            "hint": error.hint,
            "exit_code": error.exit_code,
        }
        print_json({"schema": 1, "error": record})


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
        text = f"{prefix}: {record.getMessage()}" if prefix else record.getMessage()
        # typer.echo would write below what a display has put in stderr's place.
        sys.stderr.write(text + "\n")


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
