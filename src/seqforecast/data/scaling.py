"""Scale: one centre and one spread a series, learnt on train only, and back."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from seqforecast.data.panel import FloatArray, IntArray, Panel
from seqforecast.data.split import Parts

Scale = Literal["none", "standard", "minmax", "robust"]
Doubles = npt.NDArray[np.float64]

AT_A_TIME = 1_000_000  # values looked at, so that nothing grows with the panel


@dataclass(frozen=True, slots=True, eq=False)
class Scaler:
    """scaled = (value - center) / spread, series by series.

    The last row is learnt over all train values together: by series it serves
    every series, and it serves series that were not there when it was learnt.

    Attributes:
        kind: none, standard, minmax or robust.
        center: shape (series + 1,), in the unit of the data.
        spread: shape (series + 1,), positive, in the unit of the data.
    """

    kind: Scale
    center: Doubles
    spread: Doubles

    @property
    def is_shared(self) -> bool:
        """Whether every series has the same scale."""
        return bool(np.all(self.center == self.center[-1])) and bool(
            np.all(self.spread == self.spread[-1])
        )


def learn_scale(panel: Panel, parts: Parts, kind: Scale) -> Scaler:
    """Learn the scale of each series from its train part, of all from all.

    standard: mean and population standard deviation; minmax: minimum and range;
    robust: median and the distance of the quartiles, or, where that is 0, the
    deviation. A spread of 0, a constant, becomes 1. Nothing outside the train part
    has any influence.
    """
    count = len(panel.ids)
    center, spread = np.zeros(count + 1), np.ones(count + 1)
    if kind == "none":
        return Scaler(kind, center, spread)
    if parts.by == "time":
        for which, rows in _train_rows(panel, parts):
            center[which], spread[which] = _of_rows(rows, kind)
    if parts.by == "time" and count == 1:
        center[-1], spread[-1] = center[0], spread[0]
        return Scaler(kind, center, spread)
    pooled = _of_all(panel, parts, kind)
    everywhere = slice(None) if parts.by == "series" else -1
    center[everywhere], spread[everywhere] = pooled
    return Scaler(kind, center, spread)


def train_deviation(panel: Panel, parts: Parts) -> Doubles:
    """Return the population standard deviation of each series' train part.

    Shape (series,), 0 for a constant. By series: of all train series together.
    """
    deviation = np.zeros(len(panel.ids))
    if parts.by == "series":
        deviation[:] = pooled_deviation(panel, parts)
        return deviation
    for which, rows in _train_rows(panel, parts):
        deviation[which] = _deviations(rows)
    return deviation


def train_range(panel: Panel, parts: Parts) -> dict[str, list[float]]:
    """Return `low` and `high` of each series' train part, in file order.

    By series: of all train series together.
    """
    lowest, highest = _extremes(panel, parts)
    low = np.full(len(panel.ids), lowest)
    high = np.full(len(panel.ids), highest)
    if parts.by == "time":
        for which, rows in _train_rows(panel, parts):
            low[which], high[which] = rows.min(axis=1), rows.max(axis=1)
    return {"low": low.tolist(), "high": high.tolist()}


def _train_rows(panel: Panel, parts: Parts) -> Iterator[tuple[IntArray, FloatArray]]:
    """Yield train parts of the same length together: their series, and the values.

    The values have shape (series, steps).
    """
    starts, lengths = (
        panel.offsets[:-1] + parts.train[:, 0],
        np.ptp(parts.train, axis=1),
    )
    order = np.argsort(lengths, kind="stable")
    for same in np.split(order, np.flatnonzero(np.diff(lengths[order])) + 1):
        length = int(lengths[same[0]])
        size = max(1, AT_A_TIME // length)
        for i in range(0, len(same), size):
            which = same[i : i + size]
            if len(which) == 1:
                start = starts[which[0]]
                yield which, panel.values[np.newaxis, start : start + length]
            else:
                steps = starts[which, np.newaxis] + np.arange(length)
                yield which, panel.values[steps]


def _train_pieces(panel: Panel, parts: Parts) -> Iterator[FloatArray]:
    """Yield the train values of all series, one after another, some at a time."""
    some: list[FloatArray] = []
    size = 0
    for i, (start, stop) in enumerate(parts.train.tolist()):
        for low in range(start, stop, AT_A_TIME):
            piece = panel.series(i)[low : min(low + AT_A_TIME, stop)]
            if size + len(piece) > AT_A_TIME:
                yield np.concatenate(some)
                some, size = [], 0
            some.append(piece)
            size += len(piece)
    yield np.concatenate(some)


def _of_rows(rows: FloatArray, kind: Scale) -> tuple[Doubles, Doubles]:
    """Return centre and spread of each row, shape (rows,)."""
    if kind == "standard":
        center, spread = rows.mean(axis=1, dtype=np.float64), _deviations(rows)
    elif kind == "minmax":
        center = rows.min(axis=1).astype(np.float64)
        spread = rows.max(axis=1) - center
    else:
        low, center, high = np.percentile(rows, [25, 50, 75], axis=1).astype(np.float64)
        spread = high - low
        # Of values that are mostly equal the quartiles say nothing.
        equal = high <= low
        spread[equal] = _deviations(rows[equal])
    return center, np.where(spread > 0, spread, 1.0)


def _deviations(rows: FloatArray) -> Doubles:
    """Return the population standard deviations; exactly 0 for a constant."""
    constant = rows.min(axis=1, initial=np.inf) == rows.max(axis=1, initial=-np.inf)
    deviations: Doubles = np.where(constant, 0.0, rows.std(axis=1, dtype=np.float64))
    return deviations


def _of_all(panel: Panel, parts: Parts, kind: Scale) -> tuple[float, float]:
    """Return centre and spread of all train values together."""
    if kind == "standard":
        center, spread = _mean(panel, parts), pooled_deviation(panel, parts)
    elif kind == "minmax":
        center, high = _extremes(panel, parts)
        spread = high - center
    else:
        # Quartiles need all values at once: one copy, as large as the train part.
        values = np.concatenate([*_train_pieces(panel, parts)])
        quartiles = np.percentile(values, [25, 50, 75], overwrite_input=True)
        low, center, high = (float(quartile) for quartile in quartiles)
        spread = high - low if high > low else pooled_deviation(panel, parts)
    return center, spread if spread > 0 else 1.0


def _extremes(panel: Panel, parts: Parts) -> tuple[float, float]:
    pieces = _train_pieces(panel, parts)
    lows, highs = zip(*((piece.min(), piece.max()) for piece in pieces), strict=True)
    return float(min(lows)), float(max(highs))


def _mean(panel: Panel, parts: Parts) -> float:
    total = sum(part.sum(dtype=np.float64) for part in _train_pieces(panel, parts))
    return float(total) / int(np.ptp(parts.train, axis=1).sum())


def pooled_deviation(panel: Panel, parts: Parts) -> float:
    """Return the population standard deviation of all train parts together."""
    low, high = _extremes(panel, parts)
    if low == high:
        return 0.0
    mean = np.float64(_mean(panel, parts))
    squares = sum(np.square(part - mean).sum() for part in _train_pieces(panel, parts))
    return float(np.sqrt(squares / int(np.ptp(parts.train, axis=1).sum())))
