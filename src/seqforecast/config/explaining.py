"""Explaining: validation errors as problems in our words, at the user's positions."""

from collections.abc import Mapping, Sequence

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from seqforecast.config.problems import Path, Place, Problem, SettingError, dotted
from seqforecast.config.sentences import EXACT, missing, refusal, unknown
from seqforecast.config.settings import Setting, choices, locate, sections
from seqforecast.config.tree import Tree
from seqforecast.section import Section


def explain(error: ValidationError, root: type[Section], tree: Tree) -> list[Problem]:
    """Return one problem for each setting that was refused.

    What was already complained about while reading is left out, and so is a list
    called too short only because one of its items was refused.
    """
    groups: dict[Path, list[tuple[Setting, ErrorDetails]]] = {}
    for details in error.errors(include_url=False, include_input=False):
        setting = _setting(root, details)
        groups.setdefault(setting.path, []).append((setting, details))
    return [
        _problem(root, group, tree)
        for path, group in groups.items()
        if not tree.is_refused(path) and not _follows(path, group, groups)
    ]


def _setting(root: type[Section], details: ErrorDetails) -> Setting:
    """Return the setting an error is about; a missing tag is missing itself."""
    kind = details["type"]
    setting = locate(root, details["loc"])
    if kind in {"union_tag_invalid", "union_tag_not_found"}:
        tag = str(details["ctx"]["discriminator"]).strip("'")
        owner = sections(setting.annotation)[0]
        field = owner.model_fields[tag]
        path = (*setting.path, tag)
        return Setting(path, setting.annotation, owner, field.description or "")
    return setting


def _follows(
    path: Path,
    group: Sequence[tuple[Setting, ErrorDetails]],
    groups: Mapping[Path, object],
) -> bool:
    """Return whether an error only repeats that an item was refused."""
    kinds = {details["type"] for _, details in group}
    if not all(kind == "too_short" or kind.endswith("_type") for kind in kinds):
        return False
    return any(len(p) > len(path) and p[: len(path)] == path for p in groups)


def _problem(
    root: type[Section], group: list[tuple[Setting, ErrorDetails]], tree: Tree
) -> Problem:
    """Return the problem that the complaints about one setting come to."""
    exact = [item for item in group if item[1]["type"] in EXACT]
    setting, details = (exact or group)[0]
    kind = details["type"]
    broken = details.get("ctx", {}).get("error")
    path = setting.path
    if isinstance(broken, SettingError):
        path, hint = broken.path, broken.hint
        text = str(broken)
    elif kind in {"missing", "union_tag_not_found"}:
        text, hint = missing(setting)
    elif kind in {"extra_forbidden", "invalid_key", "unexpected_keyword_argument"}:
        text, hint = unknown(root, setting)
    else:
        text, hint = refusal(setting, details, tree, is_union=len(group) > 1)
    place = _place(tree, setting, path, kind)
    name = dotted(path)
    override = (f"--set {name}=", f"overrides[{name!r}]")
    named = not name or place.where.startswith(override)
    return Problem(place, text if named else f"{name}: {text}", hint)


def _place(tree: Tree, setting: Setting, path: Path, kind: str) -> Place:
    """Return where to look: a name, a value, or the override that asks for more."""
    spot = tree.spot(path)
    if kind in {"missing", "union_tag_not_found"}:
        for name, field in setting.owner.model_fields.items():
            sibling = (*path[:-1], name)
            asks = field.is_required() and choices(field.annotation)
            if asks and tree.has(sibling) and tree.is_override(sibling):
                return tree.spot(sibling).value
    return spot.key if kind == "extra_forbidden" else spot.value
