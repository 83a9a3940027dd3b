"""Features: what a model reads beside the values, gathered window by window.

Their order is that of the model's input: past, future, calendar, static.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from seqforecast.data.panel import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class FeatureSpec:
    """What the features of a model are, and what was learnt about them on train.

    Attributes:
        past: columns known up to the cutoff.
        future: columns known over the horizon too.
        calendar: features made from the time stamp; two numbers each.
        static: by column, the texts that were seen, one number each; None for numbers.
        anchor: the first time stamp of the data, from which a season is counted.
        center: subtracted from each number, shape (features,).
        factor: multiplied with then, shape (features,); 0 for what was constant.
    """

    past: tuple[str, ...]
    future: tuple[str, ...]
    calendar: tuple[str, ...]
    static: Mapping[str, tuple[str, ...] | None]
    anchor: str | int
    center: tuple[float, ...]
    factor: tuple[float, ...]

    @property
    def by_series(self) -> int:
        """How many numbers are the same at all steps of a series."""
        return sum(1 if seen is None else len(seen) for seen in self.static.values())

    @property
    def by_step(self) -> int:
        """How many numbers each step has of its own."""
        return len(self.past) + len(self.future) + 2 * len(self.calendar)

    @property
    def sizes(self) -> dict[str, Any]:
        """What tells apart the numbers of a step; see `models.joining.Join`."""
        return {
            "past": len(self.past),
            "by_step": self.by_step,
            "by_series": self.by_series,
        }

    def values(self) -> dict[str, Any]:
        """Return the `features` object of preprocess.json."""
        return asdict(self)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "FeatureSpec":
        """Read the `features` object of preprocess.json."""
        static = {
            name: None if seen is None else tuple(seen)
            for name, seen in values["static"].items()
        }
        lists = ("past", "future", "calendar", "center", "factor")
        return cls(
            static=static,
            anchor=values["anchor"],
            **{name: tuple(values[name]) for name in lists},
        )


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """Numbers by step: row p + shifts[i] belongs to position p of series i."""

    table: FloatArray
    shifts: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """The features of every step of a panel, raw.

    Attributes:
        spec: what they are.
        tracks: tables of numbers by step, side by side.
        static: shape (series, by_series), float32.
    """

    spec: FeatureSpec
    tracks: tuple[Track, ...]
    static: FloatArray

    @property
    def still(self) -> list[str]:
        """Calendar features that never change, as the hour of daily data."""
        if not self.spec.calendar:
            return []
        table = self.tracks[-1].table
        moves = np.ptp(table, axis=0).reshape(-1, 2).any(axis=1)
        return [
            name
            for name, does in zip(self.spec.calendar, moves, strict=True)
            if not does
        ]

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        tracks = sum(each.table.nbytes + each.shifts.nbytes for each in self.tracks)
        return tracks + self.static.nbytes

    def take(
        self, places: IntArray, series: npt.NDArray[np.integer[Any]]
    ) -> FloatArray:
        """Gather the features of windows, shape (windows, steps, features), float32.

        Steps beyond a table have the numbers of its last row: nobody may read them.

        Args:
            places: positions in the flat array, shape (windows, steps).
            series: which series they belong to, shape (windows,).
        """
        parts = []
        for track in self.tracks:
            rows = places + track.shifts[series][:, np.newaxis]
            parts.append(track.table[np.minimum(rows, len(track.table) - 1)])
        static = self.static[series][:, np.newaxis]
        shape = (*places.shape, self.static.shape[1])
        return np.concatenate([*parts, np.broadcast_to(static, shape)], axis=2)
