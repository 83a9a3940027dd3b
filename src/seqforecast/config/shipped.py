"""Shipped experiments: found by name, in the wheel or beside the source."""

from pathlib import Path

from seqforecast.errors import ConfigError, did_you_mean
from seqforecast.files import expand

SUFFIXES = (".yaml", ".yml")


def shipped_folder() -> Path:
    """Return the folder of the shipped experiments.

    In a wheel it lies inside the package; in an editable install at the top of
    the repository.
    """
    package = Path(__file__).parents[1]
    inside = package / "configs"
    return inside if inside.is_dir() else package.parents[1] / "configs"


def list_shipped() -> dict[str, Path]:
    """Return the shipped experiments by name, in alphabetical order."""
    return {path.stem: path for path in sorted(shipped_folder().glob("*.yaml"))}


def resolve(name_or_path: str) -> Path:
    """Return the file that a path, or the name of a shipped experiment, stands for.

    What holds a path separator or ends in .yaml or .yml is a path, and is not
    checked here. A shipped name goes before a file of the same name.

    Raises:
        ConfigError: neither a shipped experiment nor a file.
    """
    path = expand(name_or_path)
    has_separator = "/" in name_or_path or "\\" in name_or_path
    if has_separator or name_or_path.endswith(SUFFIXES):
        return path
    shipped = list_shipped()
    if name_or_path in shipped:
        return shipped[name_or_path]
    if name_or_path and path.exists():
        return path
    raise ConfigError(
        f"no shipped experiment is called {name_or_path!r}, and no such file exists",
        hint=did_you_mean(name_or_path, shipped),
    )
