"""Windows: (series, start) pairs into the flat array; values are never copied."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from seqforecast.data.panel import FloatArray, IntArray, Panel
from seqforecast.errors import DataError, name_first


@dataclass(frozen=True, slots=True, eq=False)
class WindowIndex:
    """Windows of one part, as positions in `Panel.values`; computed when asked for.

    Window i sees values[starts[i] : starts[i] + lookback] and must predict the
    `horizon` values that follow. Windows never leave their series: a lookback that
    begins before its series sees the first value there. A part of a hundred million
    windows takes a few numbers a series.

    Attributes:
        first: shape (series,), where the first window of each series starts in the
            flat array.
        ends: shape (series,), how many windows there are up to the end of each series.
        stride: steps between the windows of a series.
        lookback: steps the model sees.
        horizon: steps it predicts.
        chosen: numbers of the windows, counted series by series; shape (windows,).
        begins: shape (series,), where each series begins, when lookbacks may begin
            before it; else None.
    """

    first: IntArray
    ends: IntArray
    stride: int
    lookback: int
    horizon: int
    chosen: range | IntArray
    begins: IntArray | None = None

    def __len__(self) -> int:
        """Return the number of windows."""
        return len(self.chosen)

    @property
    def starts(self) -> IntArray:
        """Positions in the flat array, shape (windows,)."""
        return self.locate()[0]

    @property
    def first_targets(self) -> IntArray:
        """Where the first target of each window lies in the flat array."""
        return self.starts + self.lookback

    @property
    def series(self) -> npt.NDArray[np.int32]:
        """Which series each window belongs to, shape (windows,)."""
        return self.locate()[1]

    @property
    def counts(self) -> IntArray:
        """How many windows each series has, chosen or not, shape (series,)."""
        return np.diff(self.ends, prepend=0)

    def locate(self) -> tuple[IntArray, npt.NDArray[np.int32]]:
        """Return `starts` and `series`."""
        number = np.asarray(self.chosen, dtype=np.int64)
        if isinstance(self.chosen, range):  # NumPy would count it out one by one
            number = np.arange(self.chosen.start, self.chosen.stop, self.chosen.step)
        series = np.searchsorted(self.ends, number, side="right")
        within = number - (self.ends - self.counts)[series]
        starts = self.first[series] + within * self.stride
        return starts, series.astype(np.int32)

    def take(self, which: slice | IntArray | npt.NDArray[np.bool_]) -> "WindowIndex":
        """Return some of the windows: a slice, places from 0 on, or a mask."""
        if isinstance(which, slice):
            return replace(self, chosen=self.chosen[which])
        if isinstance(self.chosen, range):
            places = np.flatnonzero(which) if which.dtype == np.bool_ else which
            return replace(self, chosen=places + self.chosen.start)
        return replace(self, chosen=self.chosen[which])

    def thinned(self, most: int) -> "WindowIndex":
        """Return at most so many of the windows, spread evenly over all."""
        count = min(len(self), most)
        return self.take(np.linspace(0, len(self) - 1, count).astype(np.int64))

    def chunks(self, size: int) -> Iterator["WindowIndex"]:
        """Yield the windows in order, at most `size` at a time."""
        for start in range(0, len(self), size):
            yield self.take(slice(start, start + size))

    def inputs(self, values: FloatArray) -> FloatArray:
        """Gather the lookbacks, shape (windows, lookback)."""
        lookbacks: FloatArray = values[self.places(self.lookback)]
        return lookbacks

    def places(self, steps: int) -> IntArray:
        """Return where the first so many steps of each window are to be read."""
        starts, series = self.locate()
        places: IntArray = starts[:, np.newaxis] + np.arange(steps)
        if self.begins is None:
            return places
        return np.maximum(places, self.begins[series][:, np.newaxis])

    def are_before(self, panel: Panel) -> npt.NDArray[np.bool_]:
        """Return which steps of the lookbacks lie before their series begins."""
        starts, series = self.locate()
        steps = starts[:, np.newaxis] + np.arange(self.lookback)
        before: npt.NDArray[np.bool_] = steps < panel.offsets[series][:, np.newaxis]
        return before

    def targets(self, values: FloatArray) -> FloatArray:
        """Gather the steps to predict, shape (windows, horizon)."""
        first = self.starts[:, np.newaxis] + self.lookback
        horizons: FloatArray = values[first + np.arange(self.horizon)]
        return horizons

    def cutoffs(self, panel: Panel) -> IntArray:
        """Return the last observed step of each window, counted from the origin."""
        starts, series = self.locate()
        local = starts - panel.offsets[series] + self.lookback - 1
        return panel.first_steps[series] + local


def index_windows(
    panel: Panel,
    spans: IntArray,
    length: tuple[int, int],
    *,
    stride: int = 1,
    min_history: int | None = None,
) -> WindowIndex:
    """Return every window whose targets lie inside the spans of a part.

    Window starts of one series are `stride` steps apart, counted from its first.

    Args:
        panel: where the windows lie.
        spans: shape (series, 2), local steps [start, stop) of the targets.
        length: lookback and horizon, in steps.
        stride: steps between windows.
        min_history: steps of its series that a lookback must have; None: all.
    """
    lookback, horizon = length
    history = lookback if min_history is None else min(min_history, lookback)
    target = np.maximum(spans[:, 0], history)
    last = spans[:, 1] - horizon
    counts = np.where(spans[:, 1] > spans[:, 0], (last - target) // stride + 1, 0)
    first = panel.offsets[:-1] + target - lookback
    windows = count_windows(first, np.maximum(counts, 0), length, stride=stride)
    begins = panel.offsets[:-1] if history < lookback else None
    return replace(windows, begins=begins)


def count_windows(
    first: IntArray, counts: IntArray, length: tuple[int, int], *, stride: int = 1
) -> WindowIndex:
    """Return so many windows of each series.

    Args:
        first: shape (series,), where the first one starts in the flat array.
        counts: shape (series,), how many follow each other from there.
        length: lookback and horizon, in steps.
        stride: steps between windows.
    """
    ends = np.cumsum(counts, dtype=np.int64)
    return WindowIndex(first, ends, stride, *length, range(int(ends[-1])))


def count_filled(panel: Panel, windows: WindowIndex) -> IntArray:
    """Return how many targets of each window were filled, shape (windows,)."""
    low, high = _places(panel, windows)
    return high - low


def mark_observed(panel: Panel, windows: WindowIndex) -> npt.NDArray[np.bool_] | None:
    """Return which targets were in the file, shape (windows, horizon).

    None where all were.
    """
    if not len(panel.filled):
        return None
    low, high = _places(panel, windows)
    counts = high - low
    if not counts.any():
        return None
    rows = np.repeat(np.arange(len(windows)), counts)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    columns = panel.filled[low[rows] + within] - windows.first_targets[rows]
    observed = np.ones((len(windows), windows.horizon), dtype=np.bool_)
    observed[rows, columns] = False
    return observed


def known_targets(panel: Panel, windows: WindowIndex) -> FloatArray:
    """Gather the targets, shape (windows, horizon); NaN where they were filled."""
    targets, observed = windows.targets(panel.values), mark_observed(panel, windows)
    if observed is not None:
        targets[~observed] = np.nan
    return targets


def _places(panel: Panel, windows: WindowIndex) -> tuple[IntArray, IntArray]:
    """Return where the filled targets of each window begin and end in `filled`."""
    first = windows.first_targets
    low = np.searchsorted(panel.filled, first)
    high = np.searchsorted(panel.filled, first + windows.horizon)
    return low.astype(np.int64), high.astype(np.int64)


def latest_windows(
    panel: Panel, lookback: int, min_history: int | None = None
) -> WindowIndex:
    """Return the window that ends with each series' last step; it has no targets.

    Raises:
        DataError: a series is shorter than the lookback; the first are named with how
            many steps are missing.
    """
    needed = min(min_history or lookback, lookback)
    short = np.flatnonzero(panel.lengths < needed)
    if len(short):
        what = "lookback" if min_history is None else "least history"
        missing = [
            f"{panel.ids[i]} has {has}, {needed - has} missing"
            for i, has in zip(short, panel.lengths[short], strict=True)
        ]
        raise DataError(
            f"{len(short):,} of {len(panel.ids):,} series are shorter than the {what} "
            f"of {needed} steps: {name_first(missing, rest='; {:,} more')}",
            hint="give them more history, or leave them out",
        )
    one_each = np.ones(len(panel.ids), np.int64)
    windows = count_windows(panel.offsets[1:] - lookback, one_each, (lookback, 0))
    return replace(windows, begins=panel.offsets[:-1])
