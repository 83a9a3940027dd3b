"""Scrambling: the same data with other values after a cutoff, for the leak audit."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from seqforecast.data.observations import Batch, Observations
from seqforecast.data.panel import FloatArray, IntArray, Panel
from seqforecast.data.sources import Source
from seqforecast.data.sources.table import TableSource

NEVER = np.iinfo(np.int64).max
LARGEST = 1e30


def load_scrambled(
    source: Source, folder: Path, group: str | None, panel: Panel, stops: IntArray
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
        group: as for `Source.load`.
        panel: the same data as they are.
        stops: shape (series,), how many steps of each series are kept.
    """
    if not isinstance(source, TableSource):
        return _scramble_panel(panel, stops)
    from seqforecast.data.sources.assembling import assemble
    from seqforecast.data.sources.reading import open_table

    after = _times(panel, stops)
    kept = len(source.past)
    table = open_table(folder / Path(source.path).expanduser(), source.dialect)
    return assemble(source, table, group, _Scramble(after, kept))


class _Scramble:
    """Changes the records of a file on their way in.

    Args:
        after: shape (series,), the last time of each series that stays as it is.
        past: how many covariate columns are scrambled; the others are known ahead.
    """

    def __init__(self, after: IntArray, past: int) -> None:
        self._after, self._past = after, past

    def __call__(self, observed: Observations) -> Observations:
        """Return the observations with other values."""
        return replace(observed, values=self._through(observed))

    def _through(self, observed: Observations) -> Callable[[], Iterator[Batch]]:
        def values() -> Iterator[Batch]:
            for batch in observed.values():
                yield replace(batch, values=self._change(observed, batch))

        return values

    def _change(self, observed: Observations, batch: Batch) -> FloatArray:
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
