"""What travels between machines: a fit's experiment and data there, its run back."""

import io
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path

from seqforecast import __version__
from seqforecast.config.loading import dump, load_experiment
from seqforecast.execution.beginning import PATIENCE, wait_until_free
from seqforecast.execution.fits import Ended, Fit
from seqforecast.runs.directory import RunDirectory
from seqforecast.runs.writing import cannot_write, write_text


@dataclass(frozen=True, slots=True)
class Order:
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


def order(fit: Fit) -> Order:
    """Return what to send for a fit.

    Raises:
        ConfigError: its experiment file cannot be read.
    """
    loaded = load_experiment(fit.experiment)
    source, data = loaded.experiment.data, None
    if source.source == "table":
        path = loaded.folder / Path(source.path).expanduser()
        data = path if path.is_file() else None
    return Order(fit.name, dump(loaded.experiment, loaded.folder), data)


def unpack_order(sent: Order, data: bytes | None, folder: Path) -> Fit:
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
        if part.resolved.is_file() and loaded.experiment.data.source == "table":
            path = loaded.folder / Path(loaded.experiment.data.path).expanduser()
            _name_data(part.resolved, path)
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
