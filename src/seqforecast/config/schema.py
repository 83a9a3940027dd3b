"""The schema of settings: what the sections say of a name, a type, a value."""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from types import UnionType
from typing import Annotated, Any, Literal, TypeGuard, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from seqforecast.config.problems import Path, dotted
from seqforecast.config.yaml_tree import Tree
from seqforecast.section import Section


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting that a section knows, or would hold.

    Attributes:
        path: as in the file, without the names of union members.
        annotation: what it may hold; None for an unknown setting.
        owner: the section its last name belongs to, as far as known.
        description: one line; that of the list for its items; empty when unknown.
    """

    path: Path
    annotation: Any
    owner: type[Section]
    description: str = ""


def locate(root: type[Section], location: Sequence[str | int]) -> Setting:
    """Return the setting that a validation error's location stands for.

    Locations of members of a union hold an extra step: the tag or the type.
    """
    if not location:
        return Setting((), root, root)
    return _further(_locate(root, tuple(location[:-1])), location[-1])


# Of thousands of errors most lie side by side.
@functools.lru_cache(maxsize=256)
def _locate(root: type[Section], location: tuple[str | int, ...]) -> Setting:
    here = Setting((), root, root)
    for step in location:
        here = _further(here, step)
    return here


def _further(here: Setting, step: str | int) -> Setting:
    """Return the setting that one more step of a location leads to."""
    members = [item for item in alternatives(here.annotation) if item is not None]
    annotation = None
    if tag := discriminator(here.annotation):
        chosen = [item for item in members if _has_tag(item, tag, step)]
        annotation = chosen[0] if chosen else None
    elif len(members) > 1 and isinstance(step, str):
        lists = [item for item in members if get_origin(item) is list]
        if not (step.startswith("list") and lists):
            return here
        annotation = lists[0]
    else:
        return _inside(here, members, step)
    return Setting(here.path, annotation, here.owner, here.description)


def _inside(here: Setting, members: list[Any], step: str | int) -> Setting:
    """Return the setting one step further down."""
    path = (*here.path, step)
    section = members[0] if members else None
    if is_section(section):
        field = section.model_fields.get(str(step))
        if field is None:
            return Setting(path, None, section)
        return Setting(path, field_type(field), section, field.description or "")
    items = [item for item in members if get_origin(item) is list]
    item_type = get_args(items[0])[0] if items else None
    return Setting(path, item_type, here.owner, here.description)


def field_type(field: FieldInfo) -> Any:
    """Return what a field may hold, with its discriminator when it has one."""
    if field.discriminator is None:
        return field.annotation
    return Annotated[field.annotation, field]


def alternatives(annotation: Any) -> list[Any]:
    """Return the members of a union, or the type alone; null as None."""
    if get_origin(annotation) is Annotated:
        return alternatives(get_args(annotation)[0])
    if get_origin(annotation) in {Union, UnionType}:
        # A member that is itself a union chosen by a tag stays one member.
        return [
            member
            for item in get_args(annotation)
            for member in ([item] if discriminator(item) else alternatives(item))
        ]
    return [None if annotation is type(None) else annotation]


def discriminator(annotation: Any) -> str | None:
    """Return the setting that chooses the member of a union, if one does."""
    if get_origin(annotation) is not Annotated:
        return None
    for extra in get_args(annotation)[1:]:
        if isinstance(extra, FieldInfo) and isinstance(extra.discriminator, str):
            return extra.discriminator
    return None


def choices(annotation: Any) -> list[Any]:
    """Return the values that a type lists by name, without repetition."""
    values: list[Any] = []
    for item in alternatives(annotation):
        if get_origin(item) is Literal:
            values.extend(get_args(item))
        elif isinstance(item, type) and issubclass(item, Enum):
            values.extend(member.value for member in item)
    return list(dict.fromkeys(values))


def tags(annotation: Any, name: str) -> list[Any]:
    """Return the values of a discriminator that choose a member of the union."""
    values: list[Any] = []
    for section in sections(annotation):
        values.extend(choices(section.model_fields[name].annotation))
    return list(dict.fromkeys(values))


def sections(annotation: Any) -> list[type[Section]]:
    """Return every section a type may stand for."""
    if discriminator(annotation):
        union = get_args(annotation)[0]
        return [section for item in get_args(union) for section in sections(item)]
    return [
        section
        for item in alternatives(annotation)
        for section in ([item] if is_section(item) else _deeper(item))
    ]


def _deeper(annotation: Any) -> list[type[Section]]:
    return sections(annotation) if discriminator(annotation) else []


def is_section(annotation: Any) -> TypeGuard[type[Section]]:
    """Return whether a type is a section of the file."""
    return isinstance(annotation, type) and issubclass(annotation, Section)


def _has_tag(member: Any, name: str, tag: object) -> bool:
    return tag in tags(member, name)


def every_section(
    root: type[Section], path: Path = ()
) -> Iterator[tuple[Path, type[Section]]]:
    """Yield all sections with their paths, members of unions each on its own."""
    yield path, root
    for name, field in root.model_fields.items():
        for section in sections(field_type(field)):
            yield from every_section(section, (*path, name))


def homes(root: type[Section], name: str) -> list[str]:
    """Return where a name is a setting: `model`, `data with source: table`."""
    return _homes(root, name) if name in _names(root) else []


@functools.cache
def _names(root: type[Section]) -> frozenset[str]:
    """Return the names of all settings there are."""
    return frozenset(
        name for _, section in every_section(root) for name in section.model_fields
    )


def _homes(root: type[Section], name: str) -> list[str]:
    places: dict[Path, dict[str, list[str]]] = {}
    for path, section in every_section(root):
        if name not in section.model_fields:
            continue
        conditions = places.setdefault(path, {})
        for key, field in section.model_fields.items():
            values = choices(field.annotation)
            is_tag = field.is_required() and len(values) == 1
            if is_tag and key != name and values[0] not in conditions.get(key, []):
                conditions.setdefault(key, []).append(values[0])
    return [_home(path, conditions) for path, conditions in places.items()]


def _home(path: Path, conditions: dict[str, list[str]]) -> str:
    place = dotted(path) or "the top level of the file"
    clauses = [f"{key}: {' or '.join(values)}" for key, values in conditions.items()]
    return f"{place} with {', '.join(clauses)}" if clauses else place


def reread(error: ValidationError, root: type[Section], tree: Tree) -> bool:
    """Read refused values again as the settings they stand for; return if any was.

    A section without a line in it is a section of defaults. `null` means `none`
    where a setting knows that word. An override's number is the text it was written
    as where the setting holds text: a shell has no quotes left to give.
    """
    changed = False
    for details in error.errors(include_url=False, include_input=False):
        setting = locate(root, details["loc"])
        changed |= _reread(setting, details["type"], tree)
    return changed


def _reread(setting: Setting, kind: str, tree: Tree) -> bool:
    path = setting.path
    if not path or not tree.has(path):
        return False
    value = tree.value(path)
    if value is None and sections(setting.annotation):
        tree.put(path, {})
    elif value is None and "none" in choices(setting.annotation):
        tree.put(path, "none")
    elif kind == "string_type" and tree.is_override(path) and _is_word(value):
        written = tree.spots[path].written if path in tree.spots else None
        if written is None:
            return False
        tree.put(path, written)
    else:
        return False
    return True


def _is_word(value: object) -> bool:
    """Return whether a value was one word that YAML reads as something else."""
    return isinstance(value, bool | int | float)
