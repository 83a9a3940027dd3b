"""Panel: all series of a data set in one flat array, on one grid of time steps."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

    from seqforecast.data.covariates import Covariates

FloatArray = npt.NDArray[np.floating[Any]]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """Series without gaps, one after another in a flat array.

    Every time stamp of every series is a whole number of steps after `origin`,
    so that cutoffs of different series can be compared as whole numbers.

    Attributes:
        values: shape (total,), float32, in the unit of the data; read-only.
        offsets: shape (series + 1,); series i is values[offsets[i]:offsets[i + 1]].
        ids: one name a series, in file order.
        first_steps: shape (series,); steps from `origin` to each series' start.
        origin: the earliest time stamp: a pandas Timestamp, or a whole number.
        frequency: a pandas offset alias, or, for whole-number times, their step.
        season: steps in one season; None when there is none or it is unknown.
        sha256: of the file, or of the generated values.
        notes: what was inferred, ignored or repaired, one sentence each.
        filled: shape (filled,), rising; where in `values` those lie that the data do
            not have. They are inputs like others, and are never scored.
        groups: the group of each series, when one was asked for.
        covariates: what the file says beside the series; None when nothing is asked.
    """

    values: FloatArray
    offsets: IntArray
    ids: tuple[str, ...]
    first_steps: IntArray
    origin: "pd.Timestamp | int"
    frequency: str | int
    season: int | None
    sha256: str
    notes: tuple[str, ...] = ()
    filled: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))
    groups: tuple[str, ...] | None = None
    covariates: "Covariates | None" = None

    @property
    def lengths(self) -> IntArray:
        """Steps of each series, shape (series,)."""
        return np.diff(self.offsets)

    def series(self, index: int) -> FloatArray:
        """Return a view of one series, shape (steps,)."""
        return self.values[self.offsets[index] : self.offsets[index + 1]]

    def stamps(self, steps: IntArray) -> npt.NDArray[Any]:
        """Return time stamps of steps counted from `origin`, same shape.

        Steps after the end of the data are allowed: they are the future.
        Dates come back as datetime64, whole-number times as int64.
        """
        if isinstance(self.origin, int):
            return self.origin + int(self.frequency) * np.asarray(steps)
        import pandas as pd

        last = int(np.max(steps, initial=0))
        grid = pd.date_range(self.origin, periods=last + 1, freq=str(self.frequency))
        return grid.to_numpy()[steps]
