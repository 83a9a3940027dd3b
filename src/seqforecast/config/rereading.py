"""Rereading: values whose meaning only the setting they are given to can tell."""

from pydantic import ValidationError

from seqforecast.config.settings import Setting, choices, locate, sections
from seqforecast.config.tree import Tree
from seqforecast.section import Section


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
