"""Parts: which steps of which series are train, validation and test targets."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from seqforecast.data.panel import IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Where the targets of each part lie.

    Each array has shape (series, 2): the local steps [start, stop) that a target
    of this part may cover; start equals stop where a series has no such part. The
    lookback of a window may begin before `start`, never before the series.

    Attributes:
        by: time or series.
        train: the steps everything is learnt from.
        validation: the steps that choose.
        test: the steps that are reported.
        unused: steps (by series: series) that are in no part.
    """

    by: Literal["time", "series"]
    train: IntArray
    validation: IntArray
    test: IntArray
    unused: int

    @property
    def seen(self) -> IntArray:
        """Train and validation as one part, shape (series, 2)."""
        alone = self.train[:, 0] == self.train[:, 1]
        start = np.where(alone, self.validation[:, 0], self.train[:, 0])
        stop = np.maximum(self.train[:, 1], self.validation[:, 1])
        return np.stack([start, stop], axis=1)
