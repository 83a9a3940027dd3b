"""Forms of dates written as text: which a text may have, and reading them."""

import re
import warnings
from itertools import permutations
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from seqforecast.data.panel import IntArray

ISO = "ISO8601"
FIRST_YEAR, LAST_YEAR = 2, 9000
"""Dates that are read; forecasts follow the last, and Python's end with 9999."""
YEARS = f"the years {FIRST_YEAR} to {LAST_YEAR}"
_EARLIEST, _LATEST = (
    int(np.datetime64(f"{year:04}-01-01", "us").astype(np.int64))
    for year in (FIRST_YEAR, LAST_YEAR + 1)
)
_LONGEST = 100  # letters of a date

_HOURS = re.compile(
    r"(?P<gap>[T,\s_-]+)(?P<hour>\d{1,2})"
    r"(?:(?P<sign>[:.])\d{2}(?P<seconds>(?P=sign)\d{2}(?P<parts>[.,]\d{1,9})?)?)?"
    r"(?P<room>\s*)(?P<half>[ap]\.?m\.?)?$",
    re.IGNORECASE,
)
_TOKENS = re.compile(r"\d+|[^\W\d_]+|[\W_]+")
_MONTHS = pd.date_range("2020-01-01", periods=12, freq="MS")
_DAYS = pd.date_range("2020-01-06", periods=7)
_NAMES = {
    form: {stamp.strftime(form).lower() for stamp in stamps}
    for form, stamps in (("%b", _MONTHS), ("%B", _MONTHS), ("%a", _DAYS), ("%A", _DAYS))
}
_NAMES["%b"].add("sept")
_QUARTERS = {"q", "qtr", "quarter"}
_COUNTED = dict.fromkeys(_QUARTERS, "%q") | {"m": "%m"}
_WEEKS = {"w", "kw", "cw", "wk", "week"}
_HALF = re.compile(r"\b([ap])\.m\b\.?", re.IGNORECASE)
_SEPT = re.compile(r"\bsept\b", re.IGNORECASE)
_QUARTER = {"%q": "(?P<quarter>[1-4])", "%Y": r"(?P<year>\d{4})", "%y": r"(?P<yy>\d\d)"}
_CENTURY = 69  # two digits from here on are of the 1900s, as everywhere


def are_far(ticks: IntArray) -> npt.NDArray[np.bool_]:
    """Return which time stamps lie outside the years that are read."""
    return (ticks < _EARLIEST) | (ticks >= _LATEST)


def possible_forms(text: str) -> list[tuple[str, ...]]:
    """Return the forms a text may be written in, besides ISO 8601.

    They stand in tiers: a later one is for columns that none of an earlier one reads.
    Days and months come in either order; years have four digits or two.
    """
    if len(text) > _LONGEST:
        return []
    time = _HOURS.search(text)
    if time is not None and _is_time(time, text[: time.start()]):
        hours = _form_of_hours(time)
        tiers = _forms_of_date(text[: time.start()])
        if tiers:
            return [tuple(form + hours for form in tier) for tier in tiers]
    return _forms_of_date(text)


def _is_time(time: re.Match[str], date: str) -> bool:
    """Return whether what ends a text is a time of day rather than a part of its date.

    An hour alone, as in `31/01/2020 13`, could be a year of two digits.
    """
    if time["sign"] or time["half"]:
        return bool(date)
    return not set(time["gap"]) & {"-", "_"} and bool(re.search(r"\d{4}", date))


def _form_of_hours(time: re.Match[str]) -> str:
    """Return the form of a time of day, and of what stands before it."""
    sign = time["sign"] or ""
    form = time["gap"] + ("%I" if time["half"] else "%H")
    if sign:
        form += f"{sign}%M"
    if time["seconds"]:
        form += f"{sign}%S"
    if time["parts"]:
        form += f"{time['parts'][0]}%f"
    return f"{form}{time['room']}%p" if time["half"] else form


def _forms_of_date(text: str) -> list[tuple[str, ...]]:
    """Return the forms of a text without a time of day, in tiers."""
    tokens = _TOKENS.findall(text)
    words = [i for i, token in enumerate(tokens) if token[0].isalpha()]
    parts = [token.replace("%", "%%") for token in tokens]
    if words and (name := _name_form(tokens[words[0]], "%a", "%A")):
        parts[words.pop(0)] = name
    numbers = [i for i, token in enumerate(tokens) if token.isdecimal()]
    if len(words) > 1 or not numbers:
        return []
    if not words:
        return _filled(parts, numbers, _numeric(tokens, numbers))
    word, i = tokens[words[0]].lower(), words[0]
    # May is long and short: what it is, the others tell.
    months = [form for form in ("%b", "%B") if word in _NAMES[form]]
    if not months:
        return _filled(parts, numbers, _counted(tokens, numbers, word, i))
    tiers = []
    for parts[i] in months:
        tiers.append(_filled(parts, numbers, _named(tokens, numbers)))
    return [sum(same, ()) for same in zip(*tiers, strict=True)]


def _name_form(word: str, short: str, long: str) -> str:
    """Return the form of the name of a day, "" where it is none."""
    return next((form for form in (short, long) if word.lower() in _NAMES[form]), "")


Tier = list[tuple[str, ...]]
Fields = list[Tier]


def _filled(
    parts: list[str], numbers: list[int], tiers: Fields
) -> list[tuple[str, ...]]:
    """Return the forms in which numbers are replaced by fields."""
    result = []
    for tier in tiers:
        forms = []
        for fields in tier:
            form = list(parts)
            for i, name in zip(numbers, fields, strict=True):
                form[i] = name
            forms.append("".join(form))
        result.append(tuple(sorted(forms)))
    return [tier for tier in result if tier]


def _numeric(tokens: list[str], numbers: list[int]) -> Fields:
    """Return what numbers alone may mean."""
    sizes = [len(tokens[i]) for i in numbers]
    if sizes == [8]:
        return [[("%Y%m%d",)], [("%d%m%Y",), ("%m%d%Y",)]]
    if len(sizes) == 2:
        between = "".join(tokens[numbers[0] + 1 : numbers[1]]).strip()
        return _pairs(*sizes, is_decimal=between in (".", ","))
    if len(sizes) != 3 or sum(size <= 2 for size in sizes) < 2:
        return []
    if sizes[0] == 4:
        return [[("%Y", "%m", "%d")], [("%Y", "%d", "%m")]]
    if sizes[2] == 4:
        return [[("%d", "%m", "%Y"), ("%m", "%d", "%Y")]]
    two: Tier = [("%d", "%m", "%y"), ("%m", "%d", "%y"), ("%y", "%m", "%d")]
    return [two] if max(sizes) <= 2 else []


def _pairs(one: int, other: int, *, is_decimal: bool) -> Fields:
    """Return what two numbers of so many digits may mean."""
    if max(one, other) <= 2:
        return [] if is_decimal else [[("%m", "%y"), ("%y", "%m")]]
    if max(one, other) != 4 or min(one, other) > 3:
        return []
    tiers = [[("%Y", "%m"), ("%Y", "%q")], [("%G", "%V")]]
    if min(one, other) == 2:
        tiers[0].pop()
    elif min(one, other) == 3:
        tiers = [[("%Y", "%j")]]
    return [[pair if one == 4 else pair[::-1] for pair in tier] for tier in tiers]


def _named(tokens: list[str], numbers: list[int]) -> Fields:
    """Return what numbers beside the name of a month may mean."""
    sizes = [len(tokens[i]) for i in numbers]
    if len(sizes) == 1:
        return [[("%Y" if sizes[0] == 4 else "%y",)]] if sizes[0] in (2, 4) else []
    if len(sizes) != 2 or min(sizes) > 2:
        return []
    if max(sizes) == 4:
        return [[tuple("%Y" if size == 4 else "%d" for size in sizes)]]
    return [list(permutations(("%d", "%y")))] if max(sizes) == 2 else []


def _counted(tokens: list[str], numbers: list[int], word: str, place: int) -> Fields:
    """Return what numbers beside Q, W or M may mean: quarters, weeks, months."""
    year = next((i for i in numbers if len(tokens[i]) == 4), None)
    if year is None:
        two = [i for i in numbers if len(tokens[i]) == 2 and word in _QUARTERS]
        year = two[0] if len(two) == 1 else None
    rest = [i for i in numbers if i != year]
    if year is None or not rest or len(numbers) > 3:
        return []
    of_year = "%Y" if len(tokens[year]) == 4 else "%y"
    fields: dict[int, str] | None = None
    beside = rest[0] - place in (-1, 1) or word in _WEEKS
    if len(rest) == 1 and (beside or word in _QUARTERS) and word in _COUNTED:
        fields = {year: of_year, rest[0]: _COUNTED[word]}
    elif word in _WEEKS and rest[0] > place:
        both = len(tokens[rest[0]]) == 3  # 2020W051
        fields = {year: "%G", rest[0]: "%V%u" if both else "%V"}
        fields |= dict.fromkeys(rest[1:], "%u")
    return [[tuple(fields[i] for i in numbers)]] if fields else []


def read_dates(texts: npt.NDArray[Any], form: str) -> npt.NDArray[np.datetime64]:
    """Return datetime64[us], not-a-time where a text is no date of this form.

    Args:
        texts: shape (texts,).
        form: ISO8601, or of strptime; `%q` is a quarter, and weeks without a day
            begin on their Monday.

    Raises:
        ValueError: the form is none.
    """
    if "%q" in form:
        return _read_quarters(texts, form)
    column = pd.Series(texts, dtype=object)
    if "%p" in form:
        column = column.str.replace(_HALF, r"\1m", regex=True)
    if "%b" in form:
        column = column.str.replace(_SEPT, "Sep", regex=True)
    if re.search("%[VWU]", form) and not re.search("%[uwaA]", form):
        column, form = column + " 1", f"{form} %u"
    none = np.full(max(len(texts), 1), np.datetime64("NaT"), "datetime64[us]")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            stamps = pd.to_datetime(column, format=form, errors="coerce")
        except OverflowError:  # far away
            return none
        except ValueError:
            if form != ISO:
                raise
            return none  # of several offsets
    if stamps.dtype.kind != "M" or stamps.dt.tz is not None:
        return none
    dates = stamps.to_numpy().astype("datetime64[us]")
    dates[are_far(dates.astype(np.int64))] = none[:1]
    return dates


def _read_quarters(texts: npt.NDArray[Any], form: str) -> npt.NDArray[np.datetime64]:
    """Return the first days of quarters.

    Raises:
        ValueError: the form has other fields, or no year.
    """
    fields = re.findall("%.", form)
    if sorted(fields) not in (["%Y", "%q"], ["%q", "%y"]):
        raise ValueError(f"{form!r} must have %q and a year")
    pattern = "".join(
        _QUARTER.get(piece, re.escape(piece)) for piece in re.split("(%.)", form)
    )
    found = pd.Series(texts, dtype=object).str.extract(f"(?i)^{pattern}$")
    if "%y" in fields:
        years = pd.to_numeric(found["yy"])
        years += np.where(years >= _CENTURY, 1900, 2000)
    else:
        years = pd.to_numeric(found["year"])
    months = 12 * (years - 1970) + 3 * (pd.to_numeric(found["quarter"]) - 1)
    is_date = months.notna().to_numpy() & (years >= FIRST_YEAR).to_numpy()
    whole = months.fillna(0).to_numpy().astype(np.int64)
    dates = whole.astype("datetime64[M]").astype("datetime64[us]")
    dates[~is_date] = np.datetime64("NaT")
    dates[are_far(dates.astype(np.int64))] = np.datetime64("NaT")
    return dates


def is_far_date(text: str, form: str) -> bool:
    """Return whether a text is a date of a year that is not read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return not pd.isna(pd.to_datetime(text, format=form, errors="coerce"))
        except (ValueError, OverflowError):
            return False


def may_count_quarters(text: str) -> bool:
    """Return whether a text such as 2020-1 may be a quarter, which ISO 8601 is not."""
    return re.fullmatch(r"\d{4}\D\d", text) is not None
