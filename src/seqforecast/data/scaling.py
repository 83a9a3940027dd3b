"""Scale: one centre and one spread a series, learnt on train only, and back."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from seqforecast.data.panel import FloatArray, Panel
from seqforecast.data.parts import Parts

Scale = Literal["none", "standard", "minmax", "robust"]
Doubles = npt.NDArray[np.float64]


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
    pooled = _center_and_spread(_train_values(panel, parts), kind)
    count = len(panel.ids)
    if parts.by == "series" or kind == "none":
        rows = [pooled] * (count + 1)
    else:
        rows = [
            _center_and_spread(panel.series(i)[start:stop], kind)
            for i, (start, stop) in enumerate(parts.train)
        ]
        rows.append(rows[0] if count == 1 else pooled)
    center, spread = np.array(rows, dtype=np.float64).T
    return Scaler(kind, center, spread)


def train_deviation(panel: Panel, parts: Parts) -> Doubles:
    """Return the population standard deviation of each series' train part.

    Shape (series,), 0 for a constant. By series: of all train series together.
    """
    if parts.by == "series":
        pooled = _train_values(panel, parts).std(dtype=np.float64)
        return np.full(len(panel.ids), pooled)
    return np.array(
        [
            _deviation(panel.series(i)[start:stop])
            for i, (start, stop) in enumerate(parts.train)
        ]
    )


def _train_values(panel: Panel, parts: Parts) -> FloatArray:
    """Return the train values of all series, one after another."""
    if len(panel.ids) == 1:
        start, stop = parts.train[0]
        return panel.series(0)[start:stop]
    return np.concatenate(
        [panel.series(i)[a:b] for i, (a, b) in enumerate(parts.train) if b > a]
    )


def _deviation(values: FloatArray) -> float:
    """Return the population standard deviation; exactly 0 for a constant."""
    if values.min() == values.max():
        return 0.0
    return float(values.std(dtype=np.float64))


def _center_and_spread(values: FloatArray, kind: Scale) -> tuple[float, float]:
    if kind == "none":
        return 0.0, 1.0
    if kind == "standard":
        center, spread = float(values.mean(dtype=np.float64)), _deviation(values)
    elif kind == "minmax":
        center = float(values.min())
        spread = float(values.max()) - center
    else:
        low, center, high = (float(q) for q in np.percentile(values, [25, 50, 75]))
        # Of values that are mostly equal the quartiles say nothing.
        spread = high - low if high > low else _deviation(values)
    return center, spread if spread > 0 else 1.0
