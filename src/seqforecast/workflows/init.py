"""Look at a data file, and write a commented experiment for it."""

import logging
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from seqforecast.config.choosing import Facts, choose_settings, longest_horizon
from seqforecast.config.starter import write_starter
from seqforecast.data.detecting.dialect import detect_dialect
from seqforecast.data.detecting.roles import Roles, detect_roles
from seqforecast.data.detecting.sample import read_sample
from seqforecast.data.frequency import infer_season
from seqforecast.data.panel import IntArray, Panel
from seqforecast.data.sources.dialect import PLAIN, Dialect
from seqforecast.data.sources.reading import open_table
from seqforecast.data.sources.table import TableSource
from seqforecast.errors import DataError, RunError
from seqforecast.runs.writing import refuse_output, write_text
from seqforecast.workflows.init_document import data_choices, describe_data

LOGGER = logging.getLogger("seqforecast")

# Only these steps of a series are looked at for its season, as for all that is learnt.
TRAIN = 0.7
FEWEST = 20  # steps of the shortest series
PARTS = 12  # of a series, whose swings are compared with their level
TOGETHER = 0.6  # correlation of swing and level from which on one grows with the other


@dataclass(frozen=True, slots=True)
class Started:
    """What was written.

    Attributes:
        path: the experiment file.
        text: its content.
        found: what was found in the data, a sentence each.
    """

    path: Path
    text: str
    found: tuple[str, ...]


def start_experiment(
    data: Path, output: Path | None = None, horizon: int | None = None
) -> Started:
    """Write an experiment that trains on a data file as it is.

    Args:
        data: CSV or Parquet.
        output: the file to write; default `<stem>.yaml` in the working directory.
        horizon: steps to forecast; default at least one season.

    Raises:
        DataError: the file cannot be read, or is too short, or so for the horizon.
        RunError: there is a file of that name already, or it cannot be written.
    """
    name = re.sub(r"(\.csv)?(\.gz)?$|\.parquet$", "", data.name, flags=re.IGNORECASE)
    path = output or Path(f"{name}.yaml")
    if path.exists():
        raise RunError(
            f"{path} is there already", hint="name another file with --output"
        )
    refuse_output(path)
    is_table = data.suffix.lower() == ".parquet"
    dialect = PLAIN if is_table else _dialect(data)
    open_table(data, dialect)  # refuses what is no table
    roles = detect_roles(read_sample(data, dialect), str(data))
    source = _source(data, dialect, roles)
    source, panel = _read(source)
    stops = (TRAIN * panel.lengths).astype(np.int64)
    season = infer_season(panel, stops)
    if source.missing != "error":
        way = "previous" if season is None else "seasonal"
        source = source.model_copy(update={"missing": way})
    facts = _facts(data, panel, season, stops)
    if horizon is not None:
        _refuse_long(horizon, facts, data)
    found = describe_data(roles, panel, facts, source)
    chosen = choose_settings(facts, horizon)
    opening = [
        f"{data.name}: written by `seqforecast init`; every line may be changed.",
        f"Train it with `seqforecast train {path.name}`.",
        *found,
    ]
    choices = data_choices(source, panel, facts, roles, path)
    text = write_starter(opening, choices, chosen)
    write_text(path, text)
    return Started(path, text, tuple(found))


def _facts(data: Path, panel: Panel, season: int | None, stops: IntArray) -> Facts:
    """Return what the settings are chosen by.

    Raises:
        DataError: a series is too short.
    """
    facts = Facts(
        shortest=int(panel.lengths.min()),
        middle=int(np.median(panel.lengths)),
        longest=int(panel.lengths.max()),
        series=len(panel.ids),
        season=season,
        grows=_grows(panel, stops),
    )
    if facts.shortest < FEWEST:
        i = int(np.argmin(panel.lengths))
        raise DataError(
            f"{data}: series {panel.ids[i]} has {facts.shortest} steps, at least "
            f"{FEWEST} are needed",
            hint="leave short series out",
        )
    return facts


def _refuse_long(horizon: int, facts: Facts, data: Path) -> None:
    """Refuse a horizon for which three parts and a lookback have no room."""
    longest = longest_horizon(facts)
    if horizon > longest:
        raise DataError(
            f"{data}: a horizon of {horizon:,} steps is too long for the shortest "
            f"series, which has {facts.shortest:,}",
            hint=f"at most --horizon {longest}: train, validation and test need one "
            "horizon each",
        )


def _dialect(data: Path) -> Dialect:
    """Return the dialect of a file; of none, so that its absence is told elsewhere."""
    return detect_dialect(data) if data.is_file() else PLAIN


def _source(data: Path, dialect: Dialect, roles: Roles) -> TableSource:
    """Return how the file is read, nothing missing."""
    targets = [*roles.targets]
    settings: dict[str, Any] = {
        "source": "table",
        "path": str(data.resolve()),
        "separator": dialect.separator,
        "decimal": dialect.decimal,
        "layout": roles.layout,
        "time": roles.time,
    }
    if roles.layout == "long":
        settings |= {"id": roles.id, "target": targets[0]}
    elif roles.left_out:
        settings["target"] = targets
    return TableSource(**settings)


def _read(source: TableSource) -> tuple[TableSource, Panel]:
    """Read the file, and fill what is missing only where something is."""
    for missing in ("error", "seasonal", "previous"):
        tried = source.model_copy(update={"missing": missing})
        try:
            return tried, tried.load(Path())
        except Exception as error:
            if missing == "previous" or not _is_about_missing(error):
                raise
    raise DataError("the file cannot be read")  # the last way raises its own error


def _is_about_missing(error: Exception) -> bool:
    hint = str(getattr(error, "hint", ""))
    return "data.missing" in f"{error} {hint}" or "season" in str(error)


def _grows(panel: Panel, stops: IntArray) -> bool:
    """Return whether most series are positive and swing more where they are higher."""
    votes = []
    for i in np.unique(np.linspace(0, len(panel.ids) - 1, 50).astype(int)).tolist():
        values = panel.series(i)[: stops[i]].astype(np.float64)
        if len(values) < 3 * PARTS or values.min() <= 0:
            votes.append(False)
            continue
        parts = np.array_split(values, PARTS)
        levels, swings = [part.mean() for part in parts], [part.std() for part in parts]
        if np.ptp(levels) == 0 or np.ptp(swings) == 0 or max(levels) < 2 * min(levels):
            votes.append(False)
            continue
        votes.append(bool(np.corrcoef(levels, swings)[0, 1] > TOGETHER))
    return sum(votes) > len(votes) / 2
