"""How often `init` takes a column for what it is, on made-up tables of ordinary kinds.

    python benchmarks/role_rates.py [--tables 500] [--readme docs/guide/data.md]

Each table has a time axis, one or several series, and between none and four other
columns: covariates, flags, parts of the calendar, a count of rows, an identifier,
constants, columns with one value a series. Names are drawn from those that people use,
a third of them words that `data/roles/column_words.py` does not know. The order of the
columns is drawn too. Counted is how often time, names, targets and all the others are
right at once, by kind of table. Trains nothing; takes a minute.
"""

import argparse
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from measure.tables import put_into, table

from seqforecast.data.roles.detect import Roles, detect_roles
from seqforecast.data.roles.sample import Sample
from seqforecast.data.table.open_file import open_frame
from seqforecast.errors import DataError

DATES = ("ds", "date", "Date", "timestamp", "order_date", "dteday", "Zeitpunkt", "obs")
NAMES = ("unique_id", "store", "item_id", "Sensor", "sku", "region", "filiale", "who")
TARGETS = ("y", "sales", "Weekly_Sales", "cnt", "close", "load", "OT", "co2", "realgdp")
NUMBERS = ("temp", "Fuel_Price", "wind", "x1", "cpi", "index_dax", "discount", "gusts")
FLAGS = ("holiday", "promo", "IsHoliday", "workingday", "snap", "aktion", "z", "is_up")
STATIC = ("size", "Type", "cluster", "city_class", "area", "segment")
FREQUENCIES = ("D", "h", "W-SUN", "MS", "QS", "B")
KINDS = ("wide, one series", "wide, several", "long, one series", "long, several")


@dataclass
class Made:
    """A table, and what its columns are."""

    columns: dict[str, object]
    time: str | tuple[str, ...]
    id: str | None
    targets: set[str]
    others: dict[str, str] = field(default_factory=dict)


def make(kind: str, draw: np.random.Generator) -> Made:
    """Return a table of a kind."""
    series = int(draw.integers(2, 6)) if "several" in kind else 1
    rows = int(draw.integers(60, 300))
    frequency = str(draw.choice(FREQUENCIES))
    stamps = pd.date_range("2015-01-01", periods=rows, freq=frequency)
    is_long = kind.startswith("long")
    copies = series if is_long else 1
    whole = np.tile(stamps.to_numpy(), copies)
    made = Made({}, "", None, set())
    _add_time(made, pd.DatetimeIndex(whole), frequency, draw)
    if is_long:
        made.id = str(draw.choice(NAMES if series > 1 else NAMES[:5]))
        known = draw.permutation(100)[:series]
        names = known if draw.random() < 0.3 else [f"{made.id[:1]}{n}" for n in known]
        made.columns[made.id] = np.repeat(names, rows)
    _add_targets(made, rows, copies, 1 if is_long else series, draw)
    for _ in range(int(draw.integers(0, 5))):
        _add_other(made, whole, rows, copies, draw)
    return made


def _add_time(
    made: Made, stamps: pd.DatetimeIndex, frequency: str, draw: np.random.Generator
) -> None:
    if frequency in ("MS", "QS") and draw.random() < 0.3:
        inside = "month" if frequency == "MS" else "quarter"
        made.columns |= {"year": stamps.year, inside: getattr(stamps, inside)}
        made.time = ("year", inside)
    elif frequency == "h" and draw.random() < 0.3:
        made.columns |= {"date": stamps.normalize(), "hour": stamps.hour}
        made.time = ("date", "hour")
    else:
        made.time = str(draw.choice(DATES))
        is_text = draw.random() < 0.5
        made.columns[made.time] = stamps.astype(str) if is_text else stamps


def _add_targets(
    made: Made, rows: int, copies: int, wide: int, draw: np.random.Generator
) -> None:
    stem = str(draw.choice(TARGETS))
    names = [stem] if wide == 1 else [f"{stem}_{i}" for i in range(wide)]
    for name in names:
        values = np.cumsum(draw.normal(0, 1, (copies, rows)), axis=1).ravel() + 50
        if draw.random() < 0.3:
            values = np.round(values)
        made.columns[name] = values.round(2)
        made.targets.add(name)


def _add_other(
    made: Made, stamps: object, rows: int, copies: int, draw: np.random.Generator
) -> None:
    """Add a column that is no target, if its name is free."""
    size, when = rows * copies, pd.DatetimeIndex(stamps)
    kinds = ["number", "flag", "calendar", "count", "identifier", "constant", "static"]
    kind = str(draw.choice(kinds if copies > 1 else kinds[:-1]))
    name, values = {
        "number": lambda: (draw.choice(NUMBERS), draw.normal(0, 1, size).round(2)),
        "flag": lambda: (draw.choice(FLAGS), draw.integers(0, 2, size)),
        "calendar": lambda: (draw.choice(["weekday", "wday"]), when.day_of_week),
        "count": lambda: (
            draw.choice(["instant", "index", "row"]),
            np.tile(np.arange(rows), copies),
        ),
        "identifier": lambda: ("customer_id", draw.integers(1, 10**6, size)),
        "constant": lambda: ("constant", np.full(size, 3.5)),
        "static": lambda: (draw.choice(STATIC), np.repeat(np.arange(copies), rows)),
    }[kind]()
    if str(name) not in made.columns:
        made.columns[str(name)] = values
        made.others[str(name)] = kind


def judge(made: Made, draw: np.random.Generator) -> list[str]:
    """Return what `init` takes for something else."""
    order = draw.permutation([*made.columns])
    frame = pd.DataFrame({name: made.columns[name] for name in order})
    try:
        roles = detect_roles(Sample(open_frame(frame)))
    except DataError:
        return ["refused"]
    time = (made.time,) if isinstance(made.time, str) else made.time
    wrong = []
    if roles.axis.columns != time:
        wrong.append("time")
    if roles.id != made.id:
        wrong.append("names")
    if set(roles.targets) != made.targets:
        wrong.append("targets")
    if any(_is_wrong(roles, *other) for other in made.others.items()):
        wrong.append("others")
    return wrong


def _is_wrong(roles: Roles, name: str, kind: str) -> bool:
    where = {"number": roles.past, "flag": roles.future, "static": roles.static}
    offered = [*roles.past, *roles.future, *roles.static]
    return name not in where[kind] if kind in where else name in offered


def measure(tables: int) -> str:
    """Return the table of error rates."""
    answers = ("all right", "refused", "time", "names", "targets", "others")
    rows = []
    for number, kind in enumerate(KINDS):
        draw, wrong = np.random.default_rng(number), Counter()
        for _ in range(tables):
            found = judge(make(kind, draw), draw)
            wrong.update(found or ["all right"])
        shares = (f"{100 * wrong[answer] / tables:.1f} %" for answer in answers)
        rows.append([kind, *shares])
    wrongly = [f"{answer} wrong" for answer in answers[2:]]
    return table([f"{tables} tables each", *answers[:2], *wrongly], rows)


def main() -> None:
    """Print the table, and put it into a page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, default=500)
    parser.add_argument("--readme", type=Path)
    given = parser.parse_args()
    made = measure(given.tables)
    print(made)
    if given.readme:
        put_into(given.readme, "roles", made)


if __name__ == "__main__":
    main()
