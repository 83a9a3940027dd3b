"""Wording: types and values in the words of the experiment file."""

from difflib import get_close_matches
from typing import Any, get_args, get_origin

from seqforecast.config.scalars import read_plain
from seqforecast.config.settings import alternatives, choices, discriminator, is_section

LONGEST_TEXT = 60

_WORDS = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}
_PLURALS = {int: "whole numbers", float: "numbers", bool: "booleans", str: "text"}


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


def guess(given: Any, known: list[Any]) -> str:
    """Return `did you mean 'tanh'?`, or nothing when no choice is close."""
    if not isinstance(given, str):
        return ""
    words = [word for word in known if isinstance(word, str)]
    closest = get_close_matches(given.lower(), words, n=1)
    return f"did you mean {closest[0]!r}?" if closest else ""


def _plural(annotation: Any) -> str:
    if listed := choices(annotation):
        return any_of([str(choice) for choice in listed])
    return _PLURALS.get(alternatives(annotation)[0], "values")


def _shorten(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 3]}..."
