"""From an open table to a panel: columns, order, grid, gaps, what was done."""

from collections.abc import Callable

import numpy as np

from seqforecast.data.cleaning import Cleaned, fill_gaps
from seqforecast.data.covariates import Covariates
from seqforecast.data.covering import Covering, cover, describe_filling, leave_future
from seqforecast.data.frequency import calendar_season
from seqforecast.data.grid import Grid
from seqforecast.data.laying import lay_grid
from seqforecast.data.missing import Missing
from seqforecast.data.observations import Observations
from seqforecast.data.overview import check_order, look_over
from seqforecast.data.panel import IntArray, Panel
from seqforecast.data.placing import place
from seqforecast.data.sources.grouping import read_groups
from seqforecast.data.sources.layouts import observe_long, observe_wide
from seqforecast.data.sources.reading import Table
from seqforecast.data.sources.static import read_static
from seqforecast.data.sources.table import TableSource
from seqforecast.errors import DataError


def assemble(
    section: TableSource,
    table: Table,
    group: str | None = None,
    change: Callable[[Observations], Observations] | None = None,
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
    observe = observe_wide if section.layout == "wide" else observe_long
    observed, notes = observe(table, section, group)
    if change is not None:
        observed = change(observed)
    overview = look_over(observed)
    check_order(observed, overview)
    grid = lay_grid(observed, overview, section.frequency)
    placed, ahead = place(observed, overview, grid), ""
    if section.future:
        placed, ahead = leave_future(placed)
    season, inferred = _season_and_notes(section, grid)
    cleaned = fill_gaps(observed, placed, grid, section.missing, season)
    short = np.flatnonzero(np.diff(cleaned.offsets) < 2)
    if len(short):
        raise DataError(
            f"{observed.file}: series {observed.ids[short[0]]!r} has only one value",
            hint="leave it out; a series needs at least a lookback and a horizon",
        )
    covering = cover(observed, placed, cleaned, grid)
    covariates, covered = _covariates(section, table, covering, season)
    first = int(cleaned.first_steps.min())
    cleaned.values.flags.writeable = False
    ids = tuple(observed.ids)
    done = (*_describe(cleaned, section.missing, ids), *_warn(placed.coarse, ids))
    return Panel(
        values=cleaned.values,
        offsets=cleaned.offsets,
        ids=ids,
        first_steps=cleaned.first_steps - first,
        origin=grid.stamp(first),
        frequency=grid.frequency,
        season=season,
        sha256=table.sha256,
        notes=(*notes, *inferred, *done, *filter(None, [ahead]), *covered),
        filled=cleaned.places,
        groups=None if group is None else read_groups(table, section.id, group, ids),
        covariates=covariates,
    )


def _covariates(
    section: TableSource, table: Table, covering: Covering, season: int | None
) -> tuple[Covariates | None, tuple[str, ...]]:
    """Return the covariates that are asked for, and what was filled in them."""
    if not (section.past or section.future or section.static):
        return None, ()
    past, missing = len(section.past), section.missing
    filled = covering.fill(past, missing, season)
    static = read_static(
        table,
        section.id,
        section.static,
        covering.observed.ids,
        fill=missing != "error",
    )
    return covering.covariates(past, static), describe_filling(filled)


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
