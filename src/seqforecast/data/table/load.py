"""From a table to a panel: columns, grid, missing values, what was done."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from seqforecast.data.grid.covariate_rows import (
    CovariateRows,
    cover,
    describe_filling,
    leave_future,
)
from seqforecast.data.grid.first_pass import Overview, check_order, look_over
from seqforecast.data.grid.grid import Grid, lay_grid
from seqforecast.data.grid.outlier import refuse_outlier
from seqforecast.data.grid.placement import Placed, place
from seqforecast.data.grid.records import Batch, Records
from seqforecast.data.missing_marks import describe_marks, find_marks
from seqforecast.data.missing_values import Cleaned, fill_gaps
from seqforecast.data.panel import Covariates, FloatArray, IntArray, Panel
from seqforecast.data.season import calendar_season
from seqforecast.data.table.batches import naming
from seqforecast.data.table.joined_time import join_time
from seqforecast.data.table.layouts import observe_long, observe_wide
from seqforecast.data.table.open_file import Table, open_frame, open_table
from seqforecast.data.table.section import Missing, TableSource
from seqforecast.data.table.static_columns import read_groups, read_static
from seqforecast.errors import DataError
from seqforecast.section import Section

NEVER = np.iinfo(np.int64).max
LARGEST = 1e30


def load_table(section: TableSource, folder: Path, group: str | None = None) -> Panel:
    """Read a file into a panel, in file order, values as float32.

    Dates keep their frequency's season from `CALENDAR_SEASONS` with `season: auto`;
    for whole-number times it stays unknown, because it may only be learnt from the
    train part (see `infer_season`).

    Args:
        section: the `data:` section.
        folder: where a relative path starts.
        group: a column with one value a series, for `Panel.groups`; or None.

    Raises:
        DataError: the file or its values cannot be used as asked.
        ConfigError: `frequency` does not fit the time column.
    """
    return assemble(section, _open(section, folder), group)


def load_frame(section: TableSource, frame: Any) -> Panel:
    """Take a data frame with the columns of the file instead of the file.

    Args:
        section: the `data:` section.
        frame: as `open_frame` takes it.

    Raises:
        DataError: as for `load_table`.
        ConfigError: as for `load_table`.
    """
    return assemble(section, open_frame(frame))


def _open(section: TableSource, folder: Path) -> Table:
    return open_table(section.file(folder), section.dialect, sheet=section.sheet)


def assemble(
    section: TableSource,
    table: Table,
    group: str | None = None,
    change: Callable[[Records], Records] | None = None,
) -> Panel:
    """Return the panel a table holds, read as its section says.

    Args:
        section: what is asked.
        table: the file.
        group: the column of `Panel.groups`, or None.
        change: what is done to the records before anything is done with them.

    Raises:
        DataError: the table or its values cannot be used as asked.
        ConfigError: `frequency` does not fit the time column, or values are missing
            and there is no season that `missing: seasonal` needs.
    """
    with naming(table.path, "cannot be read"):
        return _assemble(section, table, group, change)


def _assemble(
    section: TableSource,
    table: Table,
    group: str | None,
    change: Callable[[Records], Records] | None,
) -> Panel:
    table = join_time(table, section.time)
    observe = observe_wide if section.layout == "wide" else observe_long
    observed, notes = observe(table, section, group)
    if change is not None:
        observed = change(observed)
    overview, turned = _look_over(observed)
    grid = lay_grid(observed, overview, section.frequency)
    placed, ahead = place(observed, overview, grid), ""
    if section.future:
        placed, ahead = leave_future(placed)
    season, inferred = _season_and_notes(section, grid)
    notes += (*observed.remarks, *_suspect(observed, placed), *inferred)
    cleaned = fill_gaps(observed, placed, grid, section.missing, season)
    _refuse_lone_values(observed, cleaned)
    covering = cover(observed, placed, cleaned, grid)
    covariates, covered = _covariates(section, table, covering, season)
    first = int(cleaned.first_steps.min())
    cleaned.values.flags.writeable = False
    ids = tuple(observed.ids)
    repairs = (*_describe(cleaned, section.missing, ids), *_warn(placed.coarse, ids))
    return Panel(
        values=cleaned.values,
        offsets=cleaned.offsets,
        ids=ids,
        first_steps=cleaned.first_steps - first,
        origin=grid.stamp(first),
        frequency=grid.frequency,
        season=season,
        sha256=table.sha256,
        time_notes=(*observed.time_notes, *turned),
        notes=(*notes, *turned, *repairs, *filter(None, [ahead]), *covered),
        filled=cleaned.places,
        groups=None if group is None else read_groups(table, section.id, group, ids),
        covariates=covariates,
        zone=observed.zone,
        time_format=observed.time_format,
    )


def _refuse_lone_values(observed: Records, cleaned: Cleaned) -> None:
    short = np.flatnonzero(np.diff(cleaned.offsets) < 2)
    if len(short):
        raise DataError(
            f"{observed.file}: series {observed.ids[short[0]]!r} has only one value",
            hint="leave it out; a series needs at least a lookback and a horizon",
        )


def _look_over(observed: Records) -> tuple[Overview, tuple[str, ...]]:
    """Return an overview of records that can be put in order, and what that took.

    Raises:
        DataError: they cannot, or a stamp is far from all others.
    """
    overview = look_over(observed)
    refuse_outlier(observed, overview)
    check_order(observed, overview)
    note = "records stood in order from the newest to the oldest, and were turned round"
    return overview, (note,) if overview.is_backward else ()


def _covariates(
    section: TableSource, table: Table, covering: CovariateRows, season: int | None
) -> tuple[Covariates | None, tuple[str, ...]]:
    """Return the covariates that are asked for, and what was filled in them."""
    if not (section.past or section.future or section.static):
        return None, ()
    past, missing = len(section.past), section.missing_covariates
    own = section.covariate_missing is not None
    setting = "data.covariate_missing" if own else "data.missing"
    filled = covering.fill(past, missing, season, setting)
    static = read_static(
        table,
        section.id,
        section.static,
        covering.observed.ids,
        fill=missing != "error",
    )
    return covering.covariates(past, static), describe_filling(filled, setting)


def _suspect(observed: Records, placed: Placed) -> tuple[str, ...]:
    """Say which values may stand for missing ones, as -9999 does."""
    sentences: list[str] = []
    for one in find_marks(placed.values, placed.offsets):
        # By name: which series comes first may differ from file to file.
        first, more = min(observed.ids[i] for i in one.series), len(one.series) - 1
        whose = f"series {first!r}" + (f" and {more:,} more" if more else "")
        sentences += describe_marks((one,), whose)
    for column, name in zip(placed.covariates.T, observed.covariates, strict=True):
        marks = find_marks(column, placed.bounds)
        sentences += describe_marks(marks, f"column {name!r}")
    return tuple(sentences)


def _season_and_notes(
    section: TableSource, grid: Grid
) -> tuple[int | None, tuple[str, ...]]:
    """Return the season as far as it is known, and what was inferred."""
    notes = []
    if section.frequency == "auto":
        notes.append(f"the frequency {grid.frequency} was taken from the time stamps")
    if section.season != "auto":
        return section.season, tuple(notes)
    if isinstance(grid.frequency, int):
        return None, tuple(notes)
    season = calendar_season(grid.frequency)
    length = f"of {season} steps was" if season else "was not"
    notes.append(f"a season {length} found from the frequency")
    return season, tuple(notes)


def _describe(
    cleaned: Cleaned, missing: Missing, ids: tuple[str, ...]
) -> tuple[str, ...]:
    """Say what was filled and left out."""
    notes, filled = [], cleaned.filled
    if filled.any():
        how = {
            "interpolate": "by a line between their neighbours, also later ones",
            "previous": "with the value before them",
            "seasonal": "with the median so far at their place in the season",
            "zero": "with zero",
        }[missing]
        notes.append(
            f"missing values filled {how}: {filled.sum():,}, in "
            f"{np.count_nonzero(filled):,} of {len(ids):,} series"
        )
    if cleaned.trimmed.any():
        notes.append(
            f"empty steps left out at the ends of series: {cleaned.trimmed.sum():,}, "
            f"in {np.count_nonzero(cleaned.trimmed):,} of {len(ids):,} series"
        )
    return tuple(notes)


def _warn(coarse: IntArray, ids: tuple[str, ...]) -> tuple[str, ...]:
    """Say which series float32 rounds noticeably."""
    if not len(coarse):
        return ()
    note = (
        f"series that float32 rounds by more than a thousandth of their changes: "
        f"{len(coarse):,}, first {ids[coarse[0]]!r}; subtract a constant from them"
    )
    return (note,)


def load_scrambled(
    source: Section, folder: Path, group: str | None, panel: Panel, stops: IntArray
) -> Panel:
    """Load the data with everything that is not known after cutoffs made wild.

    A table is scrambled as it is read, before gaps are filled and anything is learnt:
    the target and `past` columns of every record after the cutoff of its series.
    `future` and `static` columns, time stamps, and which cells are empty stay. In a
    wide file, whose `past` columns are one for all series, these are scrambled after
    the latest cutoff.

    Args:
        source: the `data:` section.
        folder: where a relative path starts.
        group: as for `load_table`.
        panel: the same data as they are.
        stops: shape (series,), how many steps of each series are kept.
    """
    if not isinstance(source, TableSource):
        return _scramble_panel(panel, stops)
    after = _times(panel, stops)
    kept = len(source.past)
    table = _open(source, folder)
    return assemble(source, table, group, _Scramble(after, kept))


class _Scramble:
    """Changes the records of a file on their way in.

    Args:
        after: shape (series,), the last time of each series that stays as it is.
        past: how many covariate columns are scrambled; the others are known ahead.
    """

    def __init__(self, after: IntArray, past: int) -> None:
        self._after, self._past = after, past

    def __call__(self, observed: Records) -> Records:
        """Return the observations with other values."""
        return replace(observed, values=self._through(observed))

    def _through(self, observed: Records) -> Callable[[], Iterator[Batch]]:
        def values() -> Iterator[Batch]:
            for batch in observed.values():
                yield replace(batch, values=self._change(observed, batch))

        return values

    def _change(self, observed: Records, batch: Batch) -> FloatArray:
        changed = batch.values.copy()
        # Each pass over the file must find the same values.
        random = np.random.default_rng([batch.start, batch.column])
        for row, column in enumerate(changed, start=batch.column):
            if row >= observed.columns + self._past:
                continue
            after = self._after[batch.groups]
            if observed.wide:
                target = row < observed.columns
                after = self._after[row] if target else self._after.max()
            is_after = batch.times > after
            column[is_after] = _wild(column[is_after], random)
        return changed


def _wild(values: FloatArray, random: np.random.Generator) -> FloatArray:
    """Return values far from these, of the same sign; what is missing stays so.

    The sign stays because logarithms of negative values are refused.
    """
    sizes = np.minimum(np.abs(values) + 1, LARGEST)
    signs = np.where(values < 0, -1, 1)
    wild: FloatArray = signs * sizes * random.uniform(2, 1000, values.shape)
    return wild


def _times(panel: Panel, stops: IntArray) -> IntArray:
    """Return the last time that is kept, as in `Batch.times`, shape (series,)."""
    stamps = panel.stamps(panel.first_steps + np.maximum(stops, 1) - 1)
    if not isinstance(panel.origin, int):
        stamps = stamps.astype("datetime64[us]")
    times: IntArray = stamps.astype(np.int64)
    times[stops == 0] = -NEVER
    times[stops >= panel.lengths] = NEVER
    return times


def _scramble_panel(panel: Panel, stops: IntArray) -> Panel:
    values, random = panel.values.copy(), np.random.default_rng(0)
    local = np.arange(len(values)) - np.repeat(panel.offsets[:-1], panel.lengths)
    is_after = local >= np.repeat(stops, panel.lengths)
    values[is_after] = _wild(values[is_after].astype(np.float64), random)
    values.flags.writeable = False
    return replace(panel, values=values)
