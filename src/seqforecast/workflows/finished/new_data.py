"""Data for a finished run: its own, or others in the same form, and how they differ."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seqforecast.config.experiment_file import Loaded
from seqforecast.data.panel import FloatArray, Panel, TimeZone
from seqforecast.data.source import load_panel
from seqforecast.data.table.formats.in_memory import is_frame
from seqforecast.data.table.joined_time import join_time
from seqforecast.data.table.load import assemble
from seqforecast.data.table.open_file import Table, open_frame, open_table
from seqforecast.data.table.section import TableSource
from seqforecast.data.table.time_column import survey_times
from seqforecast.data.windows import WindowIndex
from seqforecast.errors import (
    ConfigError,
    DataError,
    SeqforecastError,
    did_you_mean,
    name_first,
)
from seqforecast.files import expand
from seqforecast.runs.documents import read_trained
from seqforecast.runs.run_files import RunDirectory

if TYPE_CHECKING:
    pass

LOGGER = logging.getLogger("seqforecast")
WINDOWS_AT_ONCE = 10_000

# Above this share of values filled in, steps are likely longer than the run's.
MANY = 0.5

SAME_AS_UTC = ("Z", "z", "GMT", "+0000", "-0000", "Etc/UTC")


def load_data(loaded: Loaded, data: Any, group: str | None = None) -> Panel:
    """Return the panel of a run's data, or of others in their place.

    Args:
        loaded: the settings of the run.
        data: a file, or what `open_frame` takes, with the columns of the run's;
            None: its own data.
        group: a column with one value a series; other data need not have it.

    Raises:
        DataError: they cannot be used, columns are absent, or steps have another
            length.
        ConfigError: the run made its data itself.
    """
    source = loaded.experiment.data
    if data is None:
        if isinstance(source, TableSource):
            _refuse_gone(source.file(loaded.folder))
        return load_panel(source, loaded.folder, group)
    if not is_frame(data) and not isinstance(data, str | Path):
        hint = "name a file, or read it first: pandas.read_csv(path)"
        if hasattr(type(data), "collect"):  # of Polars, or of Spark
            hint = "collect it first: data.collect()"
        raise DataError(
            f"expected a file or a data frame, got {type(data).__name__}", hint=hint
        )
    if source.source != "table":
        raise ConfigError(
            "this run made its data itself and cannot read others",
            hint="train on a table: data.source: table",
        )
    place = "data frame"
    if isinstance(data, str | Path):
        place, file = str(data), expand(data)
        hint = "a relative path starts where you are"
        table: Table = open_table(file, source.dialect, hint, source.sheet)
    else:
        # A named index is read as a column, as it is from a Parquet file.
        table = open_frame(data)
    columns = [name for name in table.columns if name]
    _refuse_absent(source, columns, place)
    return _same_steps(source, table, place, group if group in columns else None)


def _refuse_gone(path: Path) -> None:
    """Refuse a run whose data are no longer where they were."""
    if not path.exists():
        raise DataError(
            f"{path}, which this run was trained on, is no longer there",
            hint="put it back, or name a file with the same columns: --data FILE",
        )


def _refuse_absent(source: TableSource, columns: Sequence[str], place: str) -> None:
    """Refuse data without a column that the model reads; all of them at once."""
    wanted = [*source.time_columns, *(source.target_columns or [])]
    if source.layout == "long" and source.id is not None:
        wanted.append(source.id)
    wanted += [*source.past, *source.future, *source.static]
    absent = [name for name in wanted if name not in columns]
    if absent:
        listed = ", ".join(map(repr, absent))
        noun = "column" if len(absent) == 1 else "columns"
        raise DataError(
            f"{place} has no {noun} {listed}, which this run reads",
            hint=did_you_mean(absent[0], columns),
        )


def _same_steps(
    source: TableSource, table: Table, place: str, group: str | None
) -> Panel:
    """Read data, and say so where their steps are others than the run's.

    Data of another frequency fail in many ways; what they have in common is that they
    can be read by their own one.
    """

    def read(section: TableSource) -> Panel:
        return assemble(section, table, group)

    source = _as_written(source, table)
    try:
        panel = read(source)
        if len(panel.filled) <= MANY * len(panel.values):
            return panel
        failed: SeqforecastError | None = None
    except (DataError, ConfigError) as error:
        failed = error
    try:
        own = read(source.model_copy(update={"frequency": "auto"}))
    except (DataError, ConfigError):
        own = None
    if own is not None and own.frequency != source.frequency:
        raise DataError(
            f"{place} has steps of {own.frequency!r}, this run was trained on "
            f"{source.frequency!r}",
            hint="bring the data to the steps of the run, or train anew on these",
        )
    if failed is not None:
        raise failed
    return panel


def _as_written(source: TableSource, table: Table) -> TableSource:
    """Return the section of the run, its `time_format` only where it reads the data.

    It is kept where it does: a few stamps alone allow several readings.
    """
    if source.time_format is None:
        return source
    try:
        joined = join_time(table, source.time)
        survey_times(joined, source.time_name, source.time_format, source.time_zone)
    except (DataError, ConfigError):
        return source.model_copy(update={"time_format": None})
    return source


def say_news(run: RunDirectory, panel: Panel, *, is_own: bool) -> None:
    """Say what was done to data, and in what they differ from those of the run."""
    _, facts = read_trained(run)
    if is_own:
        if panel.sha256 != facts["sha256"]:
            LOGGER.warning("the data have changed since this run was trained on them")
        return
    for note in panel.notes:
        LOGGER.info("data: %s", note)
    if "zone" in facts:  # 0.1.0 did not record it
        say_clocks(TimeZone(**facts["zone"]), panel.zone)


def say_strangers(panel: Panel, known: Sequence[str], *, scaled: bool) -> None:
    """Say which series the run was not trained on.

    Args:
        panel: the data.
        known: names of the run's series.
        scaled: whether they have scales or vectors of their own.
    """
    trained = set(known)
    strangers = [name for name in panel.ids if name not in trained]
    if strangers:
        how = "scaled like all its train series together" if scaled else "forecast too"
        LOGGER.warning(
            "this run was not trained on %s: %s; its series are %s",
            name_first(strangers),
            how,
            name_first(known),
        )


def say_shift(
    panel: Panel,
    windows: WindowIndex,
    preprocess: Mapping[str, Any],
    known: Sequence[str],
) -> None:
    """Warn of series whose lookbacks lie far from all that was trained on.

    That is further outside the range of their train part than this range is wide.
    Runs of older versions do not tell the range.
    """
    ranges = preprocess.get("train_range")
    if ranges is None:
        return
    low, high = (np.array(ranges[end], np.float64) for end in ("low", "high"))
    number = {name: i for i, name in enumerate(known)}
    numbers = np.array([number.get(name, -1) for name in panel.ids])
    beyond = np.full(len(panel.ids), -np.inf)
    for some in windows.chunks(WINDOWS_AT_ONCE):
        lookbacks: FloatArray = some.inputs(panel.values)
        which = numbers[some.series]
        width = np.maximum(high - low, np.finfo(np.float32).tiny)[which]
        above = (lookbacks.max(axis=1) - high[which]) / width
        below = (low[which] - lookbacks.min(axis=1)) / width
        beyond[some.series] = np.where(which >= 0, np.maximum(above, below), -np.inf)
    far = np.flatnonzero(beyond > 1)
    if len(far):
        worst = int(far[np.argmax(beyond[far])])
        i = numbers[worst]
        LOGGER.warning(
            "shift: %s lie further outside what was trained on than that is wide; most "
            "of all %s, whose train part ran from %.6g to %.6g: do not trust these "
            "forecasts before evaluating the run on newer data",
            name_first([panel.ids[i] for i in far]),
            panel.ids[worst],
            low[i],
            high[i],
        )


def say_clocks(of_run: TimeZone, here: TimeZone) -> None:
    """Warn where stamps of two readings may be hours apart.

    Stamps without any zone go with those of a zone that was dropped: both are local.

    Args:
        of_run: the zone when the run's data were read.
        here: the zone now.
    """
    clocks = [_clock(zone) for zone in (of_run, here)]
    turned = of_run.is_utc or here.is_utc
    if clocks[0] == clocks[1] or not (turned or all(clocks)):
        return
    names = [f"in {clock}" if clock else "without a zone" for clock in clocks]
    LOGGER.warning(
        "the run's time stamps are %s, these are %s: they are compared as they stand, "
        "hours apart",
        *names,
    )


def _clock(zone: TimeZone) -> str:
    """Return the zone that stamps are in; empty where none was told."""
    name = "UTC" if zone.is_utc else zone.name.replace(":", "")
    return "UTC" if name in SAME_AS_UTC else name
