"""How numbers are written as text: read in one dialect, or why one is none."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from seqforecast.data.panel import FloatArray
from seqforecast.data.table.batches import mask_of
from seqforecast.data.table.csv_file import Dialect

MISSING = (
    *("", "NA", "N/A", "n/a", "na", "<NA>", "#N/A", "#NA", "#N/A N/A"),
    *("NaN", "nan", "NAN", "-NaN", "-nan", "NULL", "Null", "null", "None", "none"),
)
"""Spellings of a missing value in a column of numbers."""

CORRECT = "correct the value, or leave the cell empty and set data.missing"
MARKS = "; if it means missing, list it in data.missing_marks"
FLAGS = dict.fromkeys(("TRUE", "True", "true"), 1.0)
FLAGS |= dict.fromkeys(("FALSE", "False", "false"), 0.0)
AS_FLAGS = (
    "flags are read as 1 and 0 where data.past or data.future names them; to forecast "
    "one, write 1 and 0"
)
_MINUS = "\u2212"  # the sign of typesetters

# What people put between thousands; spaces and apostrophes of typesetters are the same.
GROUPING = {",": ",", ".": ".", " ": " \u00a0\u2009\u202f", "'": "'\u2019"}
_NO_COMMAS = "write decimals with a point, as in 12.5, and no thousands separator"
_COMMAS = 'set data.decimal: "," if these are decimals'
_SOME = 8  # numbers
_CODES = "EUR|USD|GBP|CHF|JPY|CNY|INR|CAD|AUD|SEK|NOK|DKK|PLN|kr|Rs"


@dataclass(frozen=True, slots=True, eq=False)
class Readings:
    """What a column's texts mean; the arrays have shape (records,).

    Attributes:
        values: float64, NaN where there is none.
        bad: which are neither numbers, nor flags, nor missing.
        flags: which say true or false; their values are 1 and 0.
        numbers: which are numbers.
        marked: how many have a text that the user says means missing.
    """

    values: FloatArray
    bad: npt.NDArray[np.bool_]
    flags: npt.NDArray[np.bool_]
    numbers: npt.NDArray[np.bool_]
    marked: int = 0


def read_plain(column: Any, dialect: Dialect) -> FloatArray | None:
    """Return the numbers of an Arrow array of texts; None where some are none.

    This is the quick way, which most columns take.
    """
    try:
        numbers = _with_points(_ungrouped(column, dialect), dialect).cast(pa.float64())
    except pa.ArrowInvalid:
        return None
    return np.asarray(numbers.to_numpy(zero_copy_only=False), np.float64)


def read_closely(column: Any, dialect: Dialect, marks: Sequence[str] = ()) -> Readings:
    """Return what each text of an Arrow array is.

    Args:
        column: texts, with blanks around them or not.
        dialect: how numbers are written.
        marks: further texts that mean missing.
    """
    trimmed = pc.utf8_trim_whitespace(column)
    usual, told = (
        mask_of(pc.is_in(trimmed, value_set=pa.array(words, trimmed.type)))
        for words in (MISSING, [*marks])
    )
    absent = mask_of(pc.is_null(trimmed)) | usual | told
    signed = pc.replace_substring(trimmed, _MINUS, "-")
    plain = _with_points(_ungrouped(signed, dialect), dialect)
    texts = pd.Series(plain.to_numpy(zero_copy_only=False), dtype=object)
    values = pd.to_numeric(texts, errors="coerce").to_numpy(np.float64, copy=True)
    flags = np.zeros_like(absent)
    for word, value in FLAGS.items():
        is_word = mask_of(pc.equal(trimmed, word)) & ~absent
        values[is_word], flags = value, flags | is_word
    bad = np.isnan(values) & ~absent
    values = np.where(absent, np.nan, values)
    return Readings(values, bad, flags, ~(absent | bad | flags), int(told.sum()))


def _ungrouped(column: Any, dialect: Dialect) -> Any:
    """Return texts without the signs between thousands, where these stand right.

    Right is before groups of three digits, or as in India of two but the last.
    """
    if dialect.thousands not in GROUPING:
        return column
    signs = f"[{GROUPING[dialect.thousands]}]"
    right = pc.match_substring_regex(column, _grouped(signs, dialect.decimal))
    return pc.if_else(right, pc.replace_substring_regex(column, signs, ""), column)


def _grouped(signs: str, decimal: str) -> str:
    """Return what matches a number with signs between thousands."""
    decimals = rf"(?:{re.escape(decimal)}\d*)?(?:[eE][-+]?\d+)?"
    threes = rf"\d{{1,3}}(?:{signs}\d{{3}})+"
    as_in_india = rf"\d{{1,2}}(?:{signs}\d{{2}})+{signs}\d{{3}}"
    return rf"^\s*[-+{_MINUS}]?(?:{threes}|{as_in_india}){decimals}\s*$"


def _with_points(column: Any, dialect: Dialect) -> Any:
    """Return texts with points in place of commas; points make them no numbers."""
    if dialect.decimal == ".":
        return column
    return pc.replace_substring(pc.replace_substring(column, ".", "_"), ",", ".")


class Doubts:
    """Looks for numbers that can be read in two ways: 4,800 is 4800 or 4.8.

    They are in doubt where `data.thousands` is not said and all numbers of a column
    with the decimal sign have three digits after it. Where decimals have points, that
    is usual; there it takes whole numbers below 1000 beside them, and no commas
    between values: countries that write 4.800 for 4800 put something else there.

    Args:
        dialect: how numbers are written.
    """

    def __init__(self, dialect: Dialect) -> None:
        commas = dialect.decimal == ","
        self._open = dialect.thousands == "auto"
        self._open = self._open and (commas or dialect.separator != ",")
        self._sign = re.escape(dialect.decimal)
        self._is_usual, self._small = not commas, False
        self._first: tuple[int, str] | None = None

    def look(self, column: Any, start: int) -> None:
        """Look at texts of an Arrow array, the first of which is record `start`."""
        if not self._open:
            return
        three = rf"^[-+]?[1-9]\d{{0,2}}{self._sign}\d{{3}}$"
        if any(
            self._sign[-1] in text and not re.match(three, text.strip())
            for text in column[:_SOME].drop_null().to_pylist()
        ):  # most columns are settled by a few numbers
            self._open = False
            return
        texts = pc.utf8_trim_whitespace(column)
        signed = mask_of(pc.match_substring(texts, self._sign[-1]))
        threes = mask_of(pc.match_substring_regex(texts, three))
        if np.any(signed & ~threes):
            self._open = False
            return
        if self._is_usual:
            large = pc.match_substring_regex(texts, r"^[-+]?\d{4,}$")
            self._open = not mask_of(large).any()
            small = mask_of(pc.match_substring_regex(texts, r"^[-+]?[1-9]\d{0,2}$"))
            self._small = self._small or bool(small.any())
        if self._first is None and threes.any():
            i = int(np.argmax(threes))
            self._first = (start + i, texts[i].as_py())

    @property
    def first(self) -> tuple[int, str] | None:
        """The first record in doubt and its text, if the column remains so."""
        doubtful = self._open and (self._small or not self._is_usual)
        return self._first if doubtful else None


def both_ways(text: str) -> str:
    """Return what asks how 4,800 is meant."""
    sign = "," if "," in text else "."
    digits, other = text.replace(sign, ""), text.replace(sign, ".")
    return (
        f'set data.thousands: "{sign}" if that is {digits}, or data.thousands: none '
        f'and data.decimal: "{sign}" if it is {other}; init has options for both'
    )


def explain(text: str, dialect: Dialect, *, is_csv: bool) -> tuple[str, str]:
    """Return why a text is no number, and what to do; empty where nothing is known.

    Args:
        text: what a cell holds.
        dialect: how numbers are written.
        is_csv: whether values are separated by a sign.
    """
    text = text.strip()
    for explained in (_sign_of(text), _grouping_of(text, dialect, is_csv=is_csv)):
        if explained is not None:
            return explained
    if text in FLAGS:
        return ", but a flag", AS_FLAGS
    if re.fullmatch(r"\(\s*[\d.,' ]+\)|[\d.,' ]*\d\s*-", text):
        return ", but one below zero as accountants write it", "write a minus before it"
    if dialect.decimal == "." and re.fullmatch(r"[-+]?\d*,\d+", text):
        return "", _NO_COMMAS if is_csv and dialect.separator == "," else _COMMAS
    if dialect.decimal == "," and re.fullmatch(r"[-+]?\d*\.\d+", text):
        return ", as data.decimal is a comma", "write all decimals with one sign"
    return "", ""


def _sign_of(text: str) -> tuple[str, str] | None:
    """Explain numbers with a currency or a unit."""
    found = re.fullmatch(
        r"[-+]?(?P<before>[^\d.,'+-]*)[-+]?"
        r"(?P<number>\d[\d.,' ]*)(?P<behind>[^\d]{0,12})",
        text,
    )
    if found is None:
        return None
    sign = (found["before"] + " " + found["behind"]).strip()
    if not sign or sign in "()-":
        return None
    money = any(unicodedata.category(letter) == "Sc" for letter in sign)
    if money or re.fullmatch(_CODES, sign):
        what = f", for the currency sign {sign!r}"
    elif found["before"].strip() or len(sign) > 12:
        return None
    else:
        what = f", for the unit {sign!r}"
    number = found["number"].strip()
    hint = f"write {number} alone; the column's name has room for the sign"
    return what, hint


def _grouping_of(
    text: str, dialect: Dialect, *, is_csv: bool
) -> tuple[str, str] | None:
    """Explain numbers with signs between their thousands."""
    if dialect.thousands in GROUPING and any(
        sign in text for sign in GROUPING[dialect.thousands]
    ):
        if not re.fullmatch(r"[-+]?[\d.,'\s\u2019]+", text):
            return None
        what = f', as its digits are not in groups of three by "{dialect.thousands}"'
        return what, "correct it, or set data.thousands: none"
    for sign, alike in GROUPING.items():
        other = "," if sign == "." else "."
        for decimal in (dialect.decimal, ".", ","):
            pattern = _grouped(f"[{alike}]", decimal)
            if decimal == sign or not re.fullmatch(pattern, text):
                continue
            bare = re.sub(f"[{alike}]", "", text)
            setting = f'data.thousands: "{sign}"'
            if decimal != dialect.decimal and decimal in bare:
                setting += f' and data.decimal: "{decimal}"'
            is_lone = text.count(sign) == 1 and sign in ",." and other not in text
            if is_lone and not (is_csv and dialect.separator == sign):
                return ", or one with a thousands separator", both_ways(text)
            return (
                ", for its thousands separator",
                f"set {setting} if that is {bare.replace(',', '.')}",
            )
    return None
