"""Scalars: what a word without quotes means, by the YAML 1.2 core schema."""

import re

Scalar = str | int | float | bool | None

# https://yaml.org/spec/1.2.2/#1032-tag-resolution
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_DECIMAL = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"([-+]?)\.(?:inf|Inf|INF)")
_NOT_A_NUMBER = frozenset({".nan", ".NaN", ".NAN"})

# Python refuses to read whole numbers of more than 4300 digits; no setting needs
# more than this, and a float says "infinite" where it must.
_MOST_DIGITS = 300


def read_plain(text: str) -> Scalar:
    """Return what a plain (unquoted) scalar stands for.

    `1e-4`, `.5`, `+1`, `0x1F` and `0o17` are numbers; `NO`, `12:30`, `1_000` and
    `2016-07-01` are text; `0777` is 777. Whole numbers of more than 300 digits
    become floats.
    """
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    whole = _whole_number(text)
    if whole is not None:
        return whole
    number = _float(text)
    return text if number is None else number


def _whole_number(text: str) -> int | None:
    if len(text) > _MOST_DIGITS:
        return None
    if _DECIMAL.fullmatch(text):
        return int(text)
    prefixed = _OCTAL.fullmatch(text) or _HEXADECIMAL.fullmatch(text)
    return int(text, 0) if prefixed else None


def _float(text: str) -> float | None:
    if _FLOAT.fullmatch(text):
        return float(text)
    if infinite := _INFINITE.fullmatch(text):
        return float(f"{infinite[1]}inf")
    return float("nan") if text in _NOT_A_NUMBER else None
