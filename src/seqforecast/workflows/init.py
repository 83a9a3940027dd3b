"""Look at a data file, and write a commented experiment for it."""

import logging
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from seqforecast.config.experiment_file import load_experiment
from seqforecast.config.starter_experiment import (
    Choice,
    Facts,
    choose_settings,
    longest_horizon,
    write_starter,
)
from seqforecast.data.detect import Roles, detect_roles, read_sample
from seqforecast.data.panel import IntArray, Panel
from seqforecast.data.season import calendar_season, infer_season
from seqforecast.data.table.batches import naming
from seqforecast.data.table.csv_file import PLAIN, Dialect
from seqforecast.data.table.detect_dialect import detect_dialect
from seqforecast.data.table.load import load_table
from seqforecast.data.table.open_file import check_file, open_table
from seqforecast.data.table.section import TableSource
from seqforecast.errors import (
    ConfigError,
    DataError,
    MissingValuesError,
    NoSeasonError,
    RunError,
    as_command,
    name_first,
)
from seqforecast.files import cannot_write, named_by_user, write_whole
from seqforecast.runs.output_guard import check_output
from seqforecast.workflows.finished.new_data import MANY

LOGGER = logging.getLogger("seqforecast")

# Only these steps of a series are looked at for its season, as for all that is learnt.
TRAIN = 0.7
LONGEST_STEP = 1_000_000_000  # of whole-number times, as data.frequency takes it
FEWEST = 20  # steps of the shortest series
PARTS = 12  # of a series, whose swings are compared with their level
TOGETHER = 0.6  # correlation of swing and level from which on one grows with the other


@dataclass(frozen=True, slots=True)
class StarterExperiment:
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
) -> StarterExperiment:
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
    with named_by_user():
        _check_place(path, data)
    check_file(data, hint="a relative path starts where you are")
    if not _is_text(str(data.resolve())):
        raise DataError(
            f"{data} has a name that is no text, so that no experiment can name it",
            hint="rename it",
        )
    is_parquet = data.suffix.lower() == ".parquet"
    dialect = PLAIN if is_parquet else detect_dialect(data)
    with naming(data, "cannot be looked at"):
        roles = detect_roles(read_sample(open_table(data, dialect)), str(data))
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
    findings = describe_data(roles, panel, facts, source)
    chosen = choose_settings(facts, horizon)
    opening = [
        f"{data.name}: written by `seqforecast init`; every line may be changed.",
        f"Train it with {as_command('train', path.name)}.",
        *findings,
    ]
    choices = data_choices(source, panel, facts, roles, path)
    text = write_starter(opening, choices, chosen)
    with named_by_user():
        write_whole(path, lambda part: _write_valid(part, text, data))
    return StarterExperiment(path, text, tuple(findings))


def _check_place(path: Path, data: Path) -> None:
    """Refuse a place for the experiment before the data are read.

    Raises:
        RunError: there is a file already, or none can be made.
    """
    reads: list[Path] = []
    with suppress(OSError):  # what is wrong with the data is told later
        reads = [data] if data.exists() else []
    try:
        is_there = path.exists()
    except OSError as error:  # such as a name that is too long
        raise cannot_write(path, error) from error
    if is_there:
        raise RunError(
            f"{path} is there already", hint="name another file with --output"
        )
    check_output(path, reads)


def _is_text(path: str) -> bool:
    """Return whether a path is Unicode; file systems keep other bytes as well."""
    try:
        path.encode()
    except UnicodeError:
        return False
    return True


def _write_valid(part: Path, text: str, data: Path) -> None:
    """Write an experiment that can be loaded.

    Raises:
        DataError: a name or the number of columns are nothing that a file can hold.
    """
    part.write_text(text, encoding="utf-8")
    try:
        load_experiment(part)
    except ConfigError as error:
        problem = str(error).splitlines()[0].replace(f"{part}", "")
        raise DataError(
            f"{data}: an experiment for it would be refused: {problem.strip(' :')}",
            hint="give the file and its columns short and plain names, or leave some "
            "columns out",
        ) from error


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
        # As a text of its own, `all` stands for every column.
        target: str | list[str] = targets if targets == ["all"] else targets[0]
        settings |= {"id": roles.id, "target": target}
    elif roles.left_out:
        settings["target"] = targets
    return TableSource(**settings)


def _read(source: TableSource) -> tuple[TableSource, Panel]:
    """Read the file, and fill what is missing only where something is."""
    for missing in ("error", "seasonal"):
        tried = source.model_copy(update={"missing": missing})
        with suppress(MissingValuesError, NoSeasonError):
            return tried, load_table(tried, Path())
    tried = source.model_copy(update={"missing": "previous"})
    return tried, load_table(tried, Path())


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


def describe_data(
    roles: Roles, panel: Panel, facts: Facts, source: TableSource
) -> list[str]:
    """Say what was found, and what could not be decided."""
    same = facts.shortest == facts.longest
    steps = f"{facts.shortest:,}" + ("" if same else f" to {facts.longest:,}")
    of_each = " each" if facts.series > 1 else ""
    noun = "column a series" if roles.layout == "wide" else "row an observation"
    what = f"{facts.series:,} series of {steps} steps{of_each}, one {noun}"
    sentences = [f"Found: {what}, frequency {panel.frequency}.", _columns(roles)]
    if facts.season:
        sentences.append(f"A season of {facts.season} steps, by autocorrelation.")
    else:
        usual = _usual(panel)
        sentences.append(
            "No season, by autocorrelation."
            + (f" The calendar would say {usual} steps." if usual else "")
        )
    if source.missing != "error":
        sentences.append(
            f"Missing values: {len(panel.filled):,}, filled as `missing` says; they "
            "are never scored."
        )
    if len(panel.filled) > MANY * len(panel.values):
        sentences.append(
            "That is more than half. If the gaps are meant (nights, closed days), "
            "number the steps with whole numbers instead of dates."
        )
    for name, why in list(roles.left_out.items())[:10]:
        sentences.append(f"Column {name} is not used: {why}.")
    return sentences


def _columns(roles: Roles) -> str:
    """Say which columns are used, and what for."""
    named = f", series are named in {roles.id}" if roles.id else ""
    targets = name_first(roles.targets)
    return f"Time is in column {roles.time}{named}, values are in {targets}."


def _usual(panel: Panel) -> int | None:
    return (
        None if isinstance(panel.frequency, int) else calendar_season(panel.frequency)
    )


def _way_to(data: str, folder: Path) -> str:
    """Return the path of the data from a folder; whole where there is no way to it."""
    try:
        way = os.path.relpath(data, folder)
    except ValueError:  # on Windows, another drive
        return data
    return data if way.startswith("~") else way  # that would be somebody's home


def data_choices(
    source: TableSource, panel: Panel, facts: Facts, roles: Roles, path: Path
) -> list[Choice]:
    """Return the settings of `data`, those that are not the defaults."""
    where = _way_to(source.path, path.resolve().parent)
    choices = [Choice("data.source", "table"), Choice("data.path", where)]
    if source.separator != ",":
        choices.append(Choice("data.separator", source.separator))
    if source.decimal != ".":
        choices.append(Choice("data.decimal", source.decimal, "as in 12,5"))
    choices += [Choice("data.layout", source.layout), Choice("data.time", source.time)]
    if source.layout == "long":
        choices.append(Choice("data.id", source.id, "names the series"))
    if source.target is not None:
        choices.append(Choice("data.target", source.target, "the values"))
    is_long = isinstance(panel.frequency, int) and panel.frequency > LONGEST_STEP
    choices.append(Choice("data.frequency", "auto" if is_long else panel.frequency))
    choices.append(Choice("data.season", facts.season, "steps; null: none"))
    if source.missing != "error":
        why = "never looks ahead; or interpolate, zero, error"
        choices.append(Choice("data.missing", source.missing, why))
    if roles.static:
        choices.append(
            Choice("data.static", [], f"possible: {', '.join(roles.static)}")
        )
    return choices
