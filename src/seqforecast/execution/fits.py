"""What a fit is, how it ended, and who is told meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class Fit:
    """One experiment that is to become one run.

    Attributes:
        name: for messages, such as `gru, seed 3`.
        experiment: its file, with every setting in force and an absolute data path.
        directory: its run directory; an earlier attempt may have left something.
    """

    name: str
    experiment: Path
    directory: Path


@dataclass(frozen=True, slots=True)
class Ended:
    """How a fit ended.

    Attributes:
        fit: which.
        status: `complete` when its scores are on disk.
        error: what went wrong; empty when complete.
        hint: what to do next, where the fit said so.
        exit_code: of its process; 0 where it had none.
        seconds: wall time of this attempt; 0 for a run that was complete before.
    """

    fit: Fit
    status: Literal["complete", "failed"]
    error: str = ""
    hint: str = ""
    seconds: float = 0.0
    exit_code: int = 0


class Watcher:
    """Is told what the fits do; this one does nothing with it."""

    def begin(self, fits: int, epochs: int) -> None:
        """Fits begin, each of at most so many epochs, members and refits counted."""

    def started(self, fit: Fit) -> None:
        """A fit has a process; told again when a worker died and it starts over."""

    def progressed(self, fit: Fit, epochs: int) -> None:
        """So many epochs of a fit are on disk."""

    def ended(self, ended: Ended) -> None:
        """A fit is over."""

    def close(self) -> None:
        """All are over, or broke off."""


# What Python is to run for a fit: the words after `python`.
Command = Callable[[Fit], list[str]]
