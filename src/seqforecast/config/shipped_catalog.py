"""The catalog of shipped experiments: what each is, and a copy to change."""

import re
import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from seqforecast.config.experiment_file import load_experiment
from seqforecast.config.shipped import list_shipped
from seqforecast.errors import ConfigError, RunError, did_you_mean
from seqforecast.files import make_folder, named_by_user, write_whole
from seqforecast.runs.output_guard import check_kept


@dataclass(frozen=True, slots=True)
class Shipped:
    """A shipped experiment, by its opening comment.

    Attributes:
        name: it is found by.
        path: of the file.
        about: what it is.
        takes: how long it trains.
    """

    name: str
    path: Path
    about: str
    takes: str


def describe_shipped() -> list[Shipped]:
    """Return what is shipped, in alphabetical order."""
    return [_describe(name, path) for name, path in list_shipped().items()]


def _describe(name: str, path: Path) -> Shipped:
    text = path.read_text(encoding="utf-8")
    comment = [line[1:].strip() for line in text.splitlines() if line.startswith("#")]
    about = " ".join(comment).split(". ")[0].split(" Run it:")[0].rstrip(".")
    takes = next((line for line in comment if line.startswith("Takes:")), "Takes: ?")
    duration = re.split(r"[,;.(]", takes.removeprefix("Takes:").strip())[0]
    return Shipped(name, path, about, duration.removeprefix("about ").strip())


def copy_shipped(name: str, to: Path | None = None) -> list[Path]:
    """Copy a shipped experiment, and its data where these are shipped too.

    Args:
        name: of the experiment.
        to: the file to write; default `<name>.yaml` in the working directory.

    Returns:
        The files that were written, the experiment first.

    Raises:
        ConfigError: nothing of that name is shipped.
        RunError: a file is there already, or cannot be written.
    """
    shipped = list_shipped()
    if name not in shipped:
        raise ConfigError(
            f"no shipped experiment is called {name!r}",
            hint=did_you_mean(name, shipped),
        )
    source, target = shipped[name], to or Path(f"{name}.yaml")
    if target.is_dir():
        target = target / f"{name}.yaml"
    pairs = [(source, target)]
    data = getattr(load_experiment(source).experiment.data, "path", None)
    if data is not None and ".." not in Path(data).parts:
        shipped_data = source.parent / data
        if shipped_data.is_file():
            pairs.append((shipped_data, target.parent / data))
    for origin, path in pairs:
        if path.exists() and path.read_bytes() != origin.read_bytes():
            raise RunError(f"{path} is there already", hint="name another file")
        check_kept(path)
    with named_by_user():
        for origin, path in pairs:
            make_folder(path.parent)
            write_whole(path, partial(shutil.copyfile, origin))
    return [path for _, path in pairs]
