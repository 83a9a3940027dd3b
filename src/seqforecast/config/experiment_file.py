"""Experiment files: read from disk, overrides laid over, one checked experiment."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from seqforecast.config.dump import dump, to_yaml
from seqforecast.config.error_messages import explain, received
from seqforecast.config.experiment import Experiment
from seqforecast.config.overrides import Overrides, apply_overrides, plain
from seqforecast.config.problems import Location, Problem, Source, as_error, dotted
from seqforecast.config.problems import Path as SettingPath
from seqforecast.config.schema import reread
from seqforecast.config.search_space import find_problems
from seqforecast.config.shipped import list_shipped, resolve
from seqforecast.config.yaml_tree import Mark, Tree, read_tree
from seqforecast.data.table.kinds import ending_of, is_known
from seqforecast.errors import ConfigError, as_command, did_you_mean
from seqforecast.section import Section

__all__ = [
    "Loaded",
    "dump",
    "list_shipped",
    "load_experiment",
    "load_mapping",
    "read_experiment",
    "resolve",
]
LARGEST_FILE = 256 * 1024
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Loaded:
    """An experiment and where it came from.

    Attributes:
        experiment: every setting in force.
        text: the file as given; for a mapping, the mapping as YAML.
        folder: where relative paths start, absolute.
        path: the file; None for a mapping.
        origins: for every setting by its dotted name: `file:line:column`, `--set`,
            `overrides`, `mapping` or `default`.
    """

    experiment: Experiment
    text: str
    folder: Path
    path: Path | None
    origins: Mapping[str, str]

    @property
    def data_file(self) -> Path | None:
        """The file of the data, absolute; None where they are made."""
        data = self.experiment.data
        return data.file(self.folder) if data.source == "table" else None


def load_experiment(path: Path, overrides: Overrides = ()) -> Loaded:
    """Return the experiment of a YAML file, with overrides laid over it.

    Args:
        path: the file.
        overrides: `section.key=value` texts, or a mapping from dotted names.

    Raises:
        ConfigError: the file cannot be read, or tells all that is wrong in it.
    """
    return read_experiment(read_text(path), path, overrides)


def read_experiment(text: str, path: Path, overrides: Overrides = ()) -> Loaded:
    """Return the experiment of a text, as if it were the content of a file.

    Args:
        text: YAML.
        path: of the file, for messages, names and relative paths; it need not exist.
        overrides: as for `load_experiment`.

    Raises:
        ConfigError: tells all that is wrong.
    """
    tree = read_tree(text, Source(str(path), text))
    if tree.values is None and not tree.problems:
        raise ConfigError(f"{path} is empty", hint="it needs at least a data section")
    if () not in tree.refused and not isinstance(tree.values, dict):
        raise ConfigError(
            f"{path}:1:1: expected settings (lines such as `name: value`), "
            f"got {received(tree.values, None)}",
            hint="it needs at least a data section",
        )
    experiment = _check(tree, overrides, name=_name_of(path), file=str(path))
    origins = dict(_origins(experiment, tree, ()))
    experiment = _anchor_path(experiment, origins)
    return Loaded(experiment, text, path.absolute().parent, path, origins)


def load_mapping(
    mapping: Mapping[str, object],
    overrides: Overrides = (),
    folder: Path | None = None,
) -> Loaded:
    """Return the experiment that a mapping holds, as a file would hold it.

    Args:
        mapping: the settings, sections as mappings of their own.
        overrides: as for `load_experiment`.
        folder: where relative paths start; default the working directory.

    Raises:
        ConfigError: tells all that is wrong.
    """
    values = plain(mapping)
    place = Location("experiment")
    tree = Tree(values, {(): Mark(place, place)})
    experiment = _check(tree, overrides, name="experiment", file="experiment")
    origins = dict(_origins(experiment, tree, ()))
    text = to_yaml(plain(mapping))
    return Loaded(experiment, text, (folder or Path()).absolute(), None, origins)


def _check(tree: Tree, overrides: Overrides, *, name: str, file: str) -> Experiment:
    """Return the checked experiment, or raise everything that is wrong with it."""
    if () in tree.refused:
        raise as_error(tree.problems, file)
    apply_overrides(tree, overrides)
    tree.values.setdefault("name", name)
    experiment, problems = _validate(tree)
    problems = [*tree.problems, *problems, *find_problems(Experiment, tree)]
    if experiment is None or problems:
        raise as_error(problems, file)
    return experiment


def _validate(tree: Tree) -> tuple[Experiment | None, list[Problem]]:
    """Return the experiment, or the problems of its settings."""
    try:
        return Experiment.model_validate(tree.values), []
    except ValidationError as error:
        if reread(error, Experiment, tree):
            return _validate(tree)
        return None, explain(error, Experiment, tree)


def _name_of(path: Path) -> str:
    """Return the file's stem as a name a run can have."""
    return re.sub(r"[^A-Za-z0-9_.-]", "_", path.stem).lstrip("_.-") or "experiment"


def _anchor_path(experiment: Experiment, origins: Mapping[str, str]) -> Experiment:
    """Let a data path given as an override start where the user is, not the file."""
    data = experiment.data
    if data.source != "table" or origins["data.path"] not in ("--set", "overrides"):
        return experiment
    path = str(data.file(Path()).absolute())
    anchored = data.model_copy(update={"path": path})
    return experiment.model_copy(update={"data": anchored})


def _origins(
    section: Section, tree: Tree, path: SettingPath
) -> Iterator[tuple[str, str]]:
    """Yield every setting in force with where it was written."""
    for name in type(section).model_fields:
        value: Any = getattr(section, name)
        here = (*path, name)
        if isinstance(value, Section):
            yield from _origins(value, tree, here)
        else:
            yield dotted(here), tree.origin(here)


def read_text(path: Path) -> str:
    """Return the text of an experiment file, as it is.

    Raises:
        ConfigError: absent, a directory, unreadable, too large, or not UTF-8 text.
    """
    _refuse_a_table(path)
    if path.is_dir():
        raise ConfigError(
            f"{path} is a directory, not an experiment file",
            hint="name the YAML file in it",
        )
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise ConfigError(
                f"{path} is too large for an experiment file: "
                f"{path.stat().st_size:,} bytes, the most is {LARGEST_FILE:,}",
                hint="is this the data? name it by data.path in a file of its own",
            )
        content = path.read_bytes()
    except FileNotFoundError:
        raise ConfigError(
            f"no such experiment file: {path}", hint=_neighbours(path)
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigError(
            f"{path} cannot be read: {reason}",
            hint="check the path and its permissions",
        ) from None
    return _decode(content, path)


def _decode(content: bytes, path: Path) -> str:
    if content.startswith(_UTF_16):
        raise ConfigError(
            f"{path} is UTF-16, not UTF-8", hint="save it again as UTF-8 text"
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before, byte = error.object[: error.start], error.object[error.start]
        if b"\0" in content:
            raise _not_text(path) from None
        line = before.count(b"\n") + 1
        column = len(before.rsplit(b"\n", 1)[-1].decode("utf-8")) + 1
        raise ConfigError(
            f"{path}:{line}:{column}: not UTF-8 text: byte 0x{byte:02x}",
            hint="save it again as UTF-8 text",
        ) from None
    if "\0" in text:
        raise _not_text(path)
    return text


def _not_text(path: Path) -> ConfigError:
    return ConfigError(
        f"{path} is a binary file, not an experiment file",
        hint=f"name a YAML file, or a shipped experiment: {_shipped()}",
    )


def _refuse_a_table(path: Path) -> None:
    """Refuse data where an experiment was asked for."""
    if is_known(path) and ending_of(path) != ".txt" and path.is_file():
        raise ConfigError(
            f"{path} is data, not an experiment file",
            hint=f"{as_command('init', path)} writes an experiment for it",
        )


def _shipped() -> str:
    return ", ".join(list_shipped())


def _neighbours(path: Path) -> str:
    """Return a hint that names the experiment files beside an absent one."""
    try:
        names = [item.name for item in path.parent.iterdir()]
    except OSError:
        return f"the folder {path.parent} does not exist either"
    files = [name for name in names if name.endswith((".yaml", ".yml"))]
    if not files or len(files) > 20:
        return f"the shipped experiments are {_shipped()}"
    return did_you_mean(path.name, files)
