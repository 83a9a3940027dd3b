"""Audit: forecasts that look like one and are none."""

import numpy as np

from seqforecast.data.panel import FloatArray
from seqforecast.evaluation.totals import Doubles

# Below a tenth, what a forecast adds to the plain one is lost in its error: a tenth
# changes the squared error of an unpredictable series by one hundredth.
SMALL = 0.1


class Audit:
    """Sums that show whether a model repeats the last value, or is flat.

    Every window counts by the weight of its series, so that series in large units
    do not speak for all.
    """

    def __init__(self) -> None:
        self._from_naive = 0.0
        self._truth_from_naive = 0.0
        self._movement = 0.0
        self._truth_movement = 0.0

    def add(
        self, weights: Doubles, actual: FloatArray, model: FloatArray, naive: FloatArray
    ) -> None:
        """Add windows.

        Args:
            weights: shape (windows,).
            actual: shape (windows, horizon), float64; so are the two that follow.
            model: the forecasts under suspicion.
            naive: the last value of each window, repeated.
        """
        self._from_naive += float(weights @ np.abs(model - naive).sum(axis=1))
        self._truth_from_naive += float(weights @ np.abs(actual - naive).sum(axis=1))
        self._movement += float(weights @ model.std(axis=1))
        self._truth_movement += float(weights @ actual.std(axis=1))

    def notes(self) -> list[str]:
        """Return the suspicion in a sentence, or nothing.

        A forecast repeats the last value when its mean distance from the naive forecast
        is below a tenth of the truth's; that it is flat goes without saying. It is flat
        when the standard deviation over the steps of a window is, on average, below a
        tenth of the truth's; one step is never flat.
        """
        if self._from_naive < SMALL * self._truth_from_naive:
            share = 100 * self._from_naive / self._truth_from_naive
            sentence = (
                "The model all but repeats the last value: its forecasts differ from "
                f"the naive forecast by {share:.2g} % of what the truth does."
            )
            return [sentence]
        if self._movement < SMALL * self._truth_movement:
            share = 100 * self._movement / self._truth_movement
            sentence = (
                "The forecasts are flat: over the steps of a window they vary by "
                f"{share:.2g} % of what the truth does."
            )
            return [sentence]
        return []
