"""What a machine of a Ray cluster does with one fit."""

import tempfile
from pathlib import Path
from typing import Any

from seqforecast import __version__
from seqforecast.execution.fits import Command, Ended, Fit, Watcher
from seqforecast.execution.local import run_local
from seqforecast.execution.parcels import Delivery, Order, pack_run, unpack_order

SAME_VERSION = "install the same seqforecast on every machine of the cluster"

# Number of a fit, and its epochs so far; None when it starts.
News = tuple[int, int | None]


class Board:
    """An actor that keeps what tasks tell until it is read."""

    def __init__(self) -> None:
        self._news: list[News] = []

    def tell(self, number: int, epochs: int | None) -> None:
        """Write down how far a fit is."""
        self._news.append((number, epochs))

    def take(self) -> list[News]:
        """Return what is new, and forget it."""
        news, self._news = self._news, []
        return news


class Teller(Watcher):
    """Writes on the board; that it may be gone is no reason to stop."""

    def __init__(self, number: int, board: Any) -> None:
        self._number, self._board = number, board

    def started(self, fit: Fit) -> None:  # noqa: ARG002 - the watcher's form
        """Say so."""
        self._board.tell.remote(self._number, None)

    def progressed(self, fit: Fit, epochs: int) -> None:  # noqa: ARG002
        """Say how far."""
        self._board.tell.remote(self._number, epochs)


def train_there(
    number: int, sent: Order, data: bytes | None, board: Any, command: Command
) -> Delivery:
    """Train a fit in a temporary folder of this machine, by a process of its own."""
    with tempfile.TemporaryDirectory(prefix="seqforecast-fit-") as folder:
        fit = unpack_order(sent, data, Path(folder))
        if sent.version != __version__:
            error = f"a machine has seqforecast {__version__}, not {sent.version}"
            return Delivery(Ended(fit, "failed", error, SAME_VERSION), None)
        told = Teller(number, board)
        (ended,) = run_local([fit], jobs=1, watcher=told, command=command)
        return Delivery(ended, pack_run(fit.directory))
