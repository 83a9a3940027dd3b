"""Rolling: several cutoffs at the end of each series, and the parts before each.

Source: Tashman, "Out-of-sample tests of forecasting accuracy: an analysis and review",
2000.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from seqforecast.data.panel import IntArray, Panel
from seqforecast.data.parts import Parts
from seqforecast.errors import DataError


@dataclass(frozen=True, slots=True)
class Rolling:
    """How the cutoff moves through the end of each series.

    Attributes:
        cutoffs: how many there are, at least 1.
        step: steps from one to the next.
        window: expanding: each train part begins with its series; sliding: all have
            the length of the first one.
        refit: cutoffs that a fit is kept for; None: one fit for all of them.
    """

    cutoffs: int
    step: int
    window: Literal["expanding", "sliding"] = "expanding"
    refit: int | None = 1

    @property
    def fits(self) -> int:
        """How often the model is trained."""
        return -(-self.cutoffs // (self.refit or self.cutoffs))

    def reach(self, horizon: int) -> int:
        """Return the steps from the first cutoff to the last target."""
        return horizon + (self.cutoffs - 1) * self.step


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """One fit, and the cutoffs it forecasts at.

    Attributes:
        number: counted from 1.
        first: its first cutoff, counted from 1.
        last: its last cutoff.
        parts: validation ends at the first cutoff; the test part reaches from there
            to the last target of the last one.
    """

    number: int
    first: int
    last: int
    parts: Parts


def roll(panel: Panel, parts: Parts, rolling: Rolling, horizon: int) -> list[Fold]:
    """Return the fits of a backtest, in the order of time.

    The last target of the last cutoff is the end of the test part. The validation
    part keeps its size and ends at the first cutoff of each fit; train precedes it.

    Args:
        panel: all series.
        parts: how the experiment cuts them in time.
        rolling: how the cutoff moves.
        horizon: steps that are predicted.

    Raises:
        DataError: a series has nothing before the first cutoff to learn from.
    """
    begin = parts.test[:, 1] - rolling.reach(horizon)
    validation = parts.validation[:, 1] - parts.validation[:, 0]
    length = begin - validation
    _check(panel, parts, length, rolling, horizon)
    kept = rolling.refit or rolling.cutoffs
    folds = []
    for number in range(1, rolling.fits + 1):
        first = (number - 1) * kept + 1
        last = min(number * kept, rolling.cutoffs)
        cutoff = begin + (first - 1) * rolling.step
        stop = cutoff - validation
        start = stop - length if rolling.window == "sliding" else np.zeros_like(stop)
        end = begin + (last - 1) * rolling.step + horizon
        spans = ((start, stop), (stop, cutoff), (cutoff, end))
        train, chosen, test = (np.stack(span, axis=1) for span in spans)
        parts_then = Parts("time", train, chosen, test, 0)
        folds.append(Fold(number, first, last, parts_then))
    return folds


def _check(
    panel: Panel, parts: Parts, left: IntArray, rolling: Rolling, horizon: int
) -> None:
    """Refuse series with no step left to learn from."""
    short = np.flatnonzero(left < 1)
    if not len(short):
        return
    worst = short[np.argmin(left[short])]
    reach = rolling.reach(horizon)
    validation = int(np.ptp(parts.validation[worst]))
    raise DataError(
        f"{len(short)} of {len(panel.ids)} series are too short for {rolling.cutoffs} "
        f"cutoffs {rolling.step} steps apart: {panel.ids[worst]} has "
        f"{parts.test[worst, 1]} steps, {reach} to forecast and {validation} to "
        "validate on leave nothing to train on",
        hint="ask for fewer --cutoffs, a smaller --step or a smaller validation part, "
        "or leave these series out",
    )
