"""Sentences: what is wrong with a setting, and the next step, in our words."""

from collections.abc import Mapping
from typing import Any

from pydantic_core import ErrorDetails

from seqforecast.config.problems import dotted
from seqforecast.config.settings import (
    Setting,
    choices,
    homes,
    is_section,
    sections,
    tags,
)
from seqforecast.config.tree import Tree
from seqforecast.config.wording import (
    expected,
    guess,
    one_of,
    received,
    remedy,
    shown,
)
from seqforecast.errors import did_you_mean
from seqforecast.section import Section

LIMITS = {
    "greater_than": ("gt", "must be more than"),
    "greater_than_equal": ("ge", "must be at least"),
    "less_than": ("lt", "must be less than"),
    "less_than_equal": ("le", "must be at most"),
    "multiple_of": ("multiple_of", "must be a multiple of"),
}
LENGTHS = {
    "too_short": ("min_length", "at least", "items"),
    "too_long": ("max_length", "at most", "items"),
    "string_too_short": ("min_length", "at least", "characters"),
    "string_too_long": ("max_length", "at most", "characters"),
}
RULES = {"value_error", "assertion_error"}
TYPES = ("_type", "_parsing", "_float", "literal_error", "enum")
FORMS = {"string_pattern_mismatch", "finite_number"}
# Of the complaints of a union's members, these are about a value of the right type.
EXACT = {*LIMITS, *LENGTHS, *RULES, *FORMS}


def missing(setting: Setting) -> tuple[str, str]:
    """Return message and hint for a required setting that is not there."""
    name = str(setting.path[-1])
    parent = dotted(setting.path[:-1])
    under = f"under {parent}" if parent else "at the top level"
    if not _chooses(setting):
        return "is missing", f"add `{name}: ...` {under}: {setting.description}"
    known = tags(setting.annotation, name)
    return (
        f"is missing; {one_of(known)}",
        f"add `{name}: {known[0]}`, or another, {under}",
    )


def _chooses(setting: Setting) -> bool:
    """Return whether the setting is the tag of the union it is annotated with."""
    held = sections(setting.annotation)
    return bool(held) and setting.path[-1] in held[0].model_fields


def unknown(root: type[Section], setting: Setting) -> tuple[str, str]:
    """Return message and hint for a name that its section does not know."""
    name = str(setting.path[-1])
    if "." in name:
        first, _, last = name.rpartition(".")
        return "unknown setting", f"write `{last}:` on a line of its own under {first}:"
    if elsewhere := homes(root, name):
        return "unknown setting here", f"it belongs to {' or '.join(elsewhere)}"
    hint = did_you_mean(name.lower(), setting.owner.model_fields)
    return "unknown setting", hint


def refusal(
    setting: Setting, details: ErrorDetails, tree: Tree, *, is_union: bool
) -> tuple[str, str]:
    """Return message and hint for a value: why it is refused, what is accepted."""
    kind = details["type"]
    value = tree.value(setting.path)
    written = tree.spot(setting.path).written if setting.path in tree.spots else None
    hint = _reminder(setting, kind)
    got = f"got {shown(value, written)}"
    if kind in EXACT:
        return _broken_limit(kind, details.get("ctx", {}), got), hint
    known = choices(setting.annotation)
    if kind == "union_tag_invalid":
        known = tags(setting.annotation, str(setting.path[-1]))
        text = f"{one_of(known)}, {got}"
    elif kind in {"literal_error", "enum"} and not is_union:
        text = f"{one_of(known)}, {got}"
    elif not kind.endswith(TYPES) and not is_union:
        text = f"cannot be used, got {received(value, written)}"
    else:
        wanted = expected(setting.annotation)
        fix = remedy(value, setting.annotation)
        text = f"expected {wanted}, got {received(value, written)}{fix}"
    return text, guess(value, known) or hint


def _reminder(setting: Setting, kind: str) -> str:
    """Say what a setting is; of a section, that its settings do not go together."""
    name = dotted(setting.path)
    if sections(setting.annotation) and kind not in RULES:
        return f"write settings of {name} below it, one a line, indented alike"
    if is_section(setting.annotation):
        return f"correct it under {name}:" if name else "correct one of them"
    steps = [step for step in setting.path if isinstance(step, str)]
    return f"{dotted(tuple(steps))}: {setting.description}"


def _broken_limit(kind: str, context: Mapping[str, Any], got: str) -> str:
    """Say which limit, length, form or rule a value of the right type breaks."""
    if kind in LIMITS:
        key, words = LIMITS[kind]
        limit = context[key]
        whole = isinstance(limit, float) and limit.is_integer()
        return f"{words} {int(limit) if whole else limit}, {got}"
    if kind in LENGTHS:
        return _length(kind, context)
    if kind in RULES:
        return str(context["error"])
    if kind == "finite_number":
        return f"must be a finite number, {got}"
    return f"has the wrong form, {got}"


def _length(kind: str, context: Mapping[str, Any]) -> str:
    key, words, unit = LENGTHS[kind]
    limit = context[key]
    if limit == 1 and key == "min_length":
        return "must not be empty"
    return f"must have {words} {limit} {unit}, got {context.get('actual_length', '')}"
