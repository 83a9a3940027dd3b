"""Words by which columns are told: what people call times, names, values, flags."""

import re

_WORDS = re.compile(r"[^\W\d_]+|\d+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


PARTS = {
    "year": _set("year yr jahr ano annee"),
    "quarter": _set("quarter qtr quartal trimestre q"),
    "month": _set("month mon mnth mth monat mes mois"),
    "week": _set("week wk woche kw semana isoweek weekofyear"),
    "day": _set("day dayofmonth tag dia jour"),
    "hour": _set("hour hr hours stunde hora heure"),
    "minute": _set("minute min minutes"),
}
"""Of columns with a part of the time."""
TIMES = _set(
    "ds date dates time times timestamp datetime day week month quarter year period "
    "when step t datum fecha zeit tag monat jahr ts dt quartal woche ano mes"
)
"""Of columns of times."""
CLOCKS = PARTS["hour"] | _set("time clock uhrzeit")
"""Of columns of hours beside a column of dates."""
IDS = _set(
    "id uniqueid uid key code name series item store product sku sensor meter site "
    "location customer shop branch symbol ticker station region country city asset "
    "device channel household"
)
"""Of columns that name series; all of the name but blanks and underscores."""
ID_ENDS = _set("id key code name no nr number")
"""What longer names of such columns end with."""
VALUES = (
    _set("y target value values wert"),
    _set(
        "sales sale demand count counts cnt quantity qty amount units orders visits "
        "views visitors passengers passagiere revenue turnover consumption usage load "
        "production output traffic traded volume umsatz menge absatz nachfrage ventas "
        "demanda ventes consommation withdrawals arrivals calls trips rides"
    ),
    _set("price close rate level power energy total kwh mw preis"),
)
"""Of what is forecast: the first kind goes before the next. Words of the second kind
may stand in a longer name, the others are all of it but numbers: `y_1`, `close`."""
COVARIATES = _set(
    "temp temperature tmax tmin wind humidity rain regen rainfall precipitation "
    "pressure snow snowfall weather wetter cloud clouds sunshine fuel discount cpi "
    "rabatt unemployment inflation price preis cost advertising marketing spend budget "
    "latitude longitude lat lon"
)
"""Of what moves a target, and is rarely forecast beside it."""
CALENDAR = frozenset().union(*PARTS.values()) | _set(
    "dayofweek weekday weekdays dow wday wochentag dayofyear doy weekofyear weeknum "
    "weekno season hourofday dayname monthname quarterofyear saison"
)
"""Of columns with a part of the calendar, which `data.calendar` makes."""
FLAGS = _set(
    "holiday holidays isholiday feiertag workingday workday weekend isweekend event "
    "promo promotion onpromotion campaign closed school snap aktion special"
)
"""Of flags that are mostly known ahead."""


def words_of(name: str) -> list[str]:
    """Return the words of a name in small letters, of `Weekly_Sales`, `weeklySales`."""
    return _WORDS.findall(_CAMEL.sub(" ", name).lower())


def value_rank(name: str) -> int:
    """Return how much a name sounds like what is forecast; fewer is more.

    0 to 2 are the kinds of `VALUES`, 3 is a name that says nothing, 4 a covariate.
    """
    words = [word for word in words_of(name) if not word.isdigit()]
    for rank, known in enumerate(VALUES):
        if "".join(words) in known or (rank == 1 and not known.isdisjoint(words)):
            return rank
    return len(VALUES) + (not COVARIATES.isdisjoint(words))


def is_called(name: str, known: frozenset[str]) -> bool:
    """Return whether all of a name is one of some words."""
    return "".join(words_of(name)) in known


def has_word(name: str, known: frozenset[str]) -> bool:
    """Return whether a name is one of some words, or has one among its own."""
    return is_called(name, known) or not known.isdisjoint(words_of(name))
