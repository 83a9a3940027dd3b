"""Look at a data file, and write a commented experiment for it."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from seqforecast.config.experiment_file import load_experiment
from seqforecast.config.starter_experiment import (
    Facts,
    choose_settings,
    longest_horizon,
    write_starter,
)
from seqforecast.data.panel import IntArray, Panel
from seqforecast.data.roles.detect import Roles, Wanted, detect_roles
from seqforecast.data.roles.sample import Sample
from seqforecast.data.season import infer_season
from seqforecast.data.table.batches import naming
from seqforecast.data.table.csv_file import Dialect
from seqforecast.data.table.detect_dialect import detect_dialect
from seqforecast.data.table.kinds import stem_of
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
)
from seqforecast.files import cannot_write, named_by_user, write_whole
from seqforecast.runs.output_guard import check_output
from seqforecast.workflows.found_data import TRAIN, data_choices, describe_data

HERE = "a relative path starts where you are"
FEWEST = 20  # steps of the shortest series
PARTS = 12  # of a series, whose swings are compared with their level
NEAR = 0.05  # of the mean; a share below which a value counts as 0
TOGETHER = 0.6  # correlation of swing and level from which on one grows with the other


@dataclass(frozen=True, slots=True)
class StarterExperiment:
    """What was written, or is to be.

    Attributes:
        path: the experiment file.
        text: its content.
        found: what was found in the data, a sentence each.
    """

    path: Path
    text: str
    found: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user says, so that it need not be found.

    Attributes:
        roles: of the columns.
        reading: settings of `data` by which the file is read.
        season: steps; 0: there is none; None: to be found.
        horizon: steps to forecast; None: at least one season.
    """

    roles: Wanted = field(default_factory=Wanted)
    reading: Mapping[str, Any] = field(default_factory=dict)
    season: int | None = None
    horizon: int | None = None


def start_experiment(
    data: Path, output: Path | None = None, asked: Asked | None = None
) -> StarterExperiment:
    """Write an experiment that trains on a data file as it is.

    Args:
        data: CSV or Parquet.
        output: the file to write; default `<stem>.yaml` in the working directory.
        asked: what is known already; default: nothing.

    Raises:
        DataError: the file cannot be read, or is too short, or so for the horizon.
        ConfigError: what was said about it fits no file.
        RunError: there is a file of that name already, or it cannot be written.
    """
    path = output or Path(f"{stem_of(data)}.yaml")
    with named_by_user():
        _check_place(path, data)
    started = examine(data, path, asked)
    with named_by_user():
        write_whole(path, lambda part: _write_valid(part, started.text, data))
    return started


def examine(data: Path, path: Path, asked: Asked | None = None) -> StarterExperiment:
    """Return an experiment that trains on a data file as it is; nothing is written.

    Args:
        data: CSV, Parquet or any other file of data.
        path: where the experiment is to go; its folder is where it looks from.
        asked: as for `start_experiment`.

    Raises:
        DataError: as for `start_experiment`.
        ConfigError: as for `start_experiment`.
    """
    asked = asked or Asked()
    check_file(data, hint=HERE)
    if not _is_text(str(data.resolve())):
        raise DataError(
            f"{data} has a name that is no text, so that no experiment can name it",
            hint="rename it",
        )
    dialect = _dialect(data, asked)
    with naming(data, "cannot be looked at"):
        table = open_table(data, dialect, HERE, asked.reading.get("sheet"))
        roles = detect_roles(Sample(table), asked.roles)
    source = _source(data, dialect, roles, asked)
    source, panel = _read(source)
    stops = (TRAIN * panel.lengths).astype(np.int64)
    season = infer_season(panel, stops) if asked.season is None else asked.season
    season = season or None
    if source.missing != "error":
        way = "previous" if season is None else "seasonal"
        source = source.model_copy(update={"missing": way})
    facts = _facts(data, panel, season, stops)
    if asked.horizon is not None:
        _refuse_long(asked.horizon, facts, data)
    said = asked.season is not None
    findings = describe_data(roles, panel, facts, source, season_said=said)
    findings += table.notes
    chosen = choose_settings(facts, asked.horizon)
    opening = [
        f"{data.name}: written by `seqforecast init`; every line may be changed.",
        f"Train it with {as_command('train', path.name)}.",
        *findings,
    ]
    choices = data_choices(source, panel, facts, roles, path)
    text = write_starter(opening, choices, chosen)
    return StarterExperiment(path, text, tuple(findings))


def _dialect(data: Path, asked: Asked) -> Dialect:
    """Return how a CSV file is written, as far as the user has not said it."""
    told = {name: asked.reading.get(name) for name in ("decimal", "thousands")}
    return detect_dialect(data, **told)


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
        positive=_is_positive(panel, stops),
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


def _source(data: Path, dialect: Dialect, roles: Roles, asked: Asked) -> TableSource:
    """Return how the file is read, nothing missing.

    Raises:
        ConfigError: what the user has said does not go together.
    """
    targets = [*roles.targets]
    settings: dict[str, Any] = {
        "source": "table",
        "path": str(data.resolve()),
        **asdict(dialect),
        **asked.reading,
        "layout": roles.layout,
        "time": roles.axis.time,
    }
    if roles.layout == "long":
        # As a text of its own, `all` stands for every column.
        target: str | list[str] = targets if targets == ["all"] else targets[0]
        settings |= {"id": roles.id, "target": target}
    elif roles.left_out:
        settings["target"] = targets
    try:
        return TableSource(**settings)
    except ValidationError as error:
        what = error.errors()[0]
        place = ".".join(["data", *map(str, what["loc"][:1])])
        raise ConfigError(
            f"{data} cannot be read so: {place}: {what['msg']}",
            hint="`seqforecast init --help` has the options",
        ) from error


def _read(source: TableSource) -> tuple[TableSource, Panel]:
    """Read the file, and fill what is missing only where something is."""
    for missing in ("error", "seasonal"):
        tried = source.model_copy(update={"missing": missing})
        with suppress(MissingValuesError, NoSeasonError):
            return tried, load_table(tried, Path())
    tried = source.model_copy(update={"missing": "previous"})
    return tried, load_table(tried, Path())


def _is_positive(panel: Panel, stops: IntArray) -> bool:
    """Return whether most series are above 0 and never near it, for their level."""
    votes = []
    for i in _some_series(panel):
        values = panel.series(i)[: stops[i]].astype(np.float64)
        votes.append(bool(values.min() > NEAR * values.mean()))
    return sum(votes) > len(votes) / 2


def _some_series(panel: Panel) -> list[int]:
    """Return which series are looked at: fifty at most, evenly spaced."""
    places = np.linspace(0, len(panel.ids) - 1, 50).astype(int)
    return sorted({int(place) for place in places})


def _grows(panel: Panel, stops: IntArray) -> bool:
    """Return whether most series are positive and swing more where they are higher."""
    votes = []
    for i in _some_series(panel):
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
