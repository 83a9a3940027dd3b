"""One fit on a machine of a Ray cluster: what is sent, done, and sent back."""

import io
import shutil
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqforecast import __version__
from seqforecast.config.experiment_file import dump, load_experiment
from seqforecast.execution.fit import (
    PATIENCE,
    Command,
    Ended,
    Fit,
    Watcher,
    wait_until_free,
)
from seqforecast.execution.local import run_local
from seqforecast.files import cannot_write, write_text
from seqforecast.runs.run_files import RunDirectory

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


@dataclass(frozen=True, slots=True)
class FitRequest:
    """A fit as it is sent to another machine, without its data.

    Attributes:
        name: of the fit.
        experiment: the text of its file.
        data: path of its data file; None for made data, or a file that is not there.
        version: of this package.
    """

    name: str
    experiment: str
    data: Path | None
    version: str = __version__


@dataclass(frozen=True, slots=True)
class Delivery:
    """A fit's end as it comes back.

    Attributes:
        ended: of the fit as it was there.
        run: its run directory, packed; None when it made none.
    """

    ended: Ended
    run: bytes | None


def train_there(
    number: int, sent: FitRequest, data: bytes | None, board: Any, command: Command
) -> Delivery:
    """Train a fit in a temporary folder of this machine, by a process of its own."""
    with tempfile.TemporaryDirectory(prefix="seqforecast-fit-") as folder:
        fit = unpack_request(sent, data, Path(folder))
        if sent.version != __version__:
            error = f"a machine has seqforecast {__version__}, not {sent.version}"
            return Delivery(Ended(fit, "failed", error, SAME_VERSION), None)
        teller = Teller(number, board)
        (ended,) = run_local([fit], jobs=1, watcher=teller, command=command)
        return Delivery(ended, pack_run(fit.directory))


def request_fit(fit: Fit) -> FitRequest:
    """Return what to send for a fit.

    Raises:
        ConfigError: its experiment file cannot be read.
    """
    loaded = load_experiment(fit.experiment)
    source, data = loaded.experiment.data, None
    if source.source == "table":
        path = source.file(loaded.folder)
        data = path if path.is_file() else None
    return FitRequest(fit.name, dump(loaded.experiment, loaded.folder), data)


def unpack_request(sent: FitRequest, data: bytes | None, folder: Path) -> Fit:
    """Write an order into a folder of this machine, and return the fit it is here.

    Args:
        sent: what was ordered.
        data: the bytes of its data file.
        folder: exists, and is empty.
    """
    experiment = folder / "experiment.yaml"
    experiment.write_text(sent.experiment, encoding="utf-8")
    if sent.data is not None and data is not None:
        path = folder / "data" / sent.data.name
        path.parent.mkdir()
        path.write_bytes(data)
        _name_data(experiment, path)
    return Fit(sent.name, experiment, folder / "run")


def pack_run(path: Path) -> bytes | None:
    """Return a run directory as bytes; None when there is none."""
    if not path.is_dir():
        return None
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(path.rglob("*")):
            if file.is_file() and not file.name.startswith("."):
                archive.write(file, file.relative_to(path))
    return packed.getvalue()


def unpack_run(packed: bytes, fit: Fit) -> None:
    """Put a run that was trained elsewhere into its place here, whole or not at all.

    Its settings are those of the fit here: they name the data where they are here.

    Raises:
        RunError: it cannot be written, or another process trains this run.
    """
    place = fit.directory
    part = RunDirectory(place.with_name(f".part-{place.name}"))
    loaded = load_experiment(fit.experiment)
    try:
        shutil.rmtree(part.path, ignore_errors=True)
        part.path.mkdir(parents=True)
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            archive.extractall(part.path)
        write_text(part.config, loaded.text)
        source = loaded.experiment.data
        if part.resolved.is_file() and source.source == "table":
            _name_data(part.resolved, source.file(loaded.folder))
        if place.is_dir():
            wait_until_free(RunDirectory(place), PATIENCE)
            shutil.rmtree(place)
        part.path.rename(place)
    except OSError as error:
        raise cannot_write(place, error) from error
    finally:
        shutil.rmtree(part.path, ignore_errors=True)


def _name_data(experiment: Path, path: Path) -> None:
    """Let an experiment file name another data file."""
    loaded = load_experiment(experiment, {"data.path": str(path)})
    write_text(experiment, dump(loaded.experiment, loaded.folder))
