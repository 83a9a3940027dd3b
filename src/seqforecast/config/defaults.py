"""Defaults: what every setting of an experiment is when nothing is written."""

from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from seqforecast.config.experiment import Experiment
from seqforecast.config.experiment_file import read_text
from seqforecast.config.problems import Source
from seqforecast.config.schema import choices, field_type, sections
from seqforecast.config.yaml_tree import read_tree
from seqforecast.errors import ConfigError
from seqforecast.section import Section


def read_settings(path: Path) -> dict[str, Any]:
    """Return the settings of a file as they stand there, sections nested.

    They are not checked: a file of an older version may have others.

    Raises:
        ConfigError: the file cannot be read, or is not YAML.
    """
    text = read_text(path)
    values = read_tree(text, Source(str(path), text)).values
    if not isinstance(values, dict):
        raise ConfigError(f"{path} holds no settings", hint="train the run again")
    return values


def defaults_of(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the default of each setting by its dotted name.

    Without one are settings that must be written, those of a section that is absent
    by default, and those this version does not know.

    Args:
        settings: as in an experiment file, sections nested.
    """
    return dict(_defaults(Experiment, settings, ""))


def _defaults(
    section: type[Section], settings: Mapping[str, Any], before: str
) -> Iterator[tuple[str, Any]]:
    for name, value in settings.items():
        field = section.model_fields.get(name)
        if field is None:
            continue
        default = _plain(field)
        inner = _section_of(field, value)
        if inner is not None and default is not None:
            yield from _defaults(inner, value, f"{before}{name}.")
        elif inner is None and default is not PydanticUndefined:
            yield f"{before}{name}", default


def _plain(field: FieldInfo) -> Any:
    """Return the default as the experiment file writes it."""
    default = field.get_default(call_default_factory=True)
    return default.value if isinstance(default, Enum) else default


def _section_of(field: FieldInfo, value: Any) -> type[Section] | None:
    """Return the section that a value is written as, of a union the one it names."""
    if not isinstance(value, Mapping):
        return None
    for section in sections(field_type(field)):
        tags = {
            name: choices(model_field.annotation)
            for name, model_field in section.model_fields.items()
            if model_field.is_required() and len(choices(model_field.annotation)) == 1
        }
        if all(value.get(name) in values for name, values in tags.items()):
            return section
    return None
