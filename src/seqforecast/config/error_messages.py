"""Validation errors in our words, at the positions of the file, with the next step."""

from collections.abc import Callable, Mapping, Sequence, Set
from difflib import get_close_matches
from functools import partial
from typing import Any, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from seqforecast.config.problems import Location, Path, Problem, SettingError, dotted
from seqforecast.config.schema import (
    Setting,
    alternatives,
    choices,
    discriminator,
    homes,
    is_section,
    locate,
    sections,
    tags,
)
from seqforecast.config.yaml_tree import Tree, read_plain
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
LONGEST_TEXT = 60
_WORDS = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}
_PLURALS = {int: "whole numbers", float: "numbers", bool: "booleans", str: "text"}


def explain(error: ValidationError, root: type[Section], tree: Tree) -> list[Problem]:
    """Return one problem for each setting that was refused.

    What was already complained about while reading is left out, and so is a list
    called too short only because one of its items was refused.
    """
    groups: dict[Path, list[tuple[Setting, ErrorDetails]]] = {}
    for details in error.errors(include_url=False, include_input=False):
        setting = _setting(root, details)
        groups.setdefault(setting.path, []).append((setting, details))
    parents = {path[:length] for path in groups for length in range(len(path))}
    return [
        _problem(root, group, tree)
        for path, group in groups.items()
        if not tree.is_refused(path) and not _follows(path, group, parents)
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
    parents: Set[Path],
) -> bool:
    """Return whether an error only repeats that an item was refused."""
    kinds = {details["type"] for _, details in group}
    if not all(kind == "too_short" or kind.endswith("_type") for kind in kinds):
        return False
    return path in parents


def _problem(
    root: type[Section], group: list[tuple[Setting, ErrorDetails]], tree: Tree
) -> Problem:
    """Return the problem that the complaints about one setting come to."""
    exact = [item for item in group if item[1]["type"] in EXACT]
    setting, details = (exact or group)[0]
    kind = details["type"]
    broken = details.get("ctx", {}).get("error")
    path = setting.path
    hint: str | Callable[[], str]
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


def _place(tree: Tree, setting: Setting, path: Path, kind: str) -> Location:
    """Return where to look: a name, a value, or the override that asks for more."""
    spot = tree.spot(path)
    if kind in {"missing", "union_tag_not_found"}:
        for name, field in setting.owner.model_fields.items():
            sibling = (*path[:-1], name)
            asks = field.is_required() and choices(field.annotation)
            if asks and tree.has(sibling) and tree.is_override(sibling):
                return tree.spot(sibling).value
    return spot.key if kind == "extra_forbidden" else spot.value


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
    members = sections(setting.annotation)
    return bool(members) and setting.path[-1] in members[0].model_fields


def unknown(
    root: type[Section], setting: Setting
) -> tuple[str, str | Callable[[], str]]:
    """Return message and hint for a name that its section does not know."""
    name = str(setting.path[-1])
    if "." in name:
        first, _, last = name.rpartition(".")
        return "unknown setting", f"write `{last}:` on a line of its own under {first}:"
    if elsewhere := homes(root, name):
        return "unknown setting here", f"it belongs to {' or '.join(elsewhere)}"
    # Comparing words takes longest, and of thousands few are told.
    known = setting.owner.model_fields
    return "unknown setting", partial(did_you_mean, name.lower(), known)


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
        accepted = expected(setting.annotation)
        fix = remedy(value, setting.annotation)
        text = f"expected {accepted}, got {received(value, written)}{fix}"
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


def expected(annotation: Any) -> str:
    """Return what a type accepts: `auto, a whole number or null`."""
    members = alternatives(annotation)
    words = [str(choice) for choice in choices(annotation)]
    is_named = any(is_section(item) or get_origin(item) is dict for item in members)
    if discriminator(annotation) or is_named:
        words.append("a section of settings")
    words.extend(
        word
        for kind, word in _WORDS.items()
        if kind in members and not (kind is int and float in members)
    )
    lists = [item for item in members if get_origin(item) is list]
    words.extend(f"a list of {_plural(get_args(item)[0])}" for item in lists)
    if None in members:
        words.append("null")
    return any_of(list(dict.fromkeys(words))) if words else "something else"


def any_of(words: list[str]) -> str:
    """Return `a, b or c`."""
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def one_of(values: list[Any]) -> str:
    """Return `must be one of a, b, c`, or `must be a`."""
    listed = ", ".join(str(value) for value in values)
    return f"must be one of {listed}" if len(values) > 1 else f"must be {listed}"


def received(value: Any, written: str | None) -> str:
    """Return what was given: `text 'abc'`, `the number 50`, `a list`."""
    match value:
        case None:
            words = "nothing" if written == "" else "null"
        case bool():
            words = str(value).lower()
        case int() | float():
            words = f"the number {shown(value, written)}"
        case str():
            words = f"text {shown(value, written)}" if value else "empty text"
        case list():
            words = "a list" if value else "an empty list"
        case dict():
            words = "a section of settings"
        case _:
            words = f"a Python {type(value).__name__}"
    return words


def shown(value: Any, written: str | None) -> str:
    """Return a scalar as it was written, text in quotation marks, never too long."""
    if isinstance(value, str):
        return repr(_shorten(value))
    if isinstance(value, int | float) and not isinstance(value, bool):
        if written:
            return _shorten(written)
        big = isinstance(value, int) and value.bit_length() > 4000
        return "a number of too many digits" if big else _shorten(str(value))
    return received(value, written)


def remedy(value: Any, annotation: Any) -> str:
    """Return how the value should be written, ` (write 20)`, where that is clear."""
    members = alternatives(annotation)
    lists = [item for item in members if get_origin(item) is list]
    if lists and isinstance(value, int | float | str) and not isinstance(value, bool):
        return f" (write [{_shorten(str(value))}])" if value != "" else ""
    if int in members and isinstance(value, float) and value.is_integer():
        return f" (write {int(value)})" if abs(value) < 1e15 else ""
    if members in ([str], [str, None]) and isinstance(value, bool | int | float):
        return " (put it in quotes)"
    if isinstance(value, str):
        return _remedy_for_text(value.strip(), members)
    return ""


def _remedy_for_text(text: str, members: list[Any]) -> str:
    if bool in members and text.lower() in {"yes", "on", "no", "off", "true", "false"}:
        meant = "true" if text.lower() in {"yes", "on", "true"} else "false"
        return f" (write {meant})"
    if None in members and text.lower() in {"none", "null", "nothing", "off"}:
        return " (write null)"
    kinds = tuple(kind for kind in (int, float) if kind in members)
    number = read_plain(text.replace("_", "").replace(",", ""))
    if isinstance(number, bool) or not isinstance(number, kinds):
        return ""
    same = text == str(number) or read_plain(text) == number
    return " (remove the quotes)" if same else f" (write {number})"


def guess(value: Any, known: list[Any]) -> str:
    """Return `did you mean 'tanh'?`, or nothing when no choice is close."""
    if not isinstance(value, str):
        return ""
    words = [word for word in known if isinstance(word, str)]
    closest = get_close_matches(value.lower(), words, n=1)
    return f"did you mean {closest[0]!r}?" if closest else ""


def _plural(annotation: Any) -> str:
    if listed := choices(annotation):
        return any_of([str(choice) for choice in listed])
    return _PLURALS.get(alternatives(annotation)[0], "values")


def _shorten(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 3]}..."
