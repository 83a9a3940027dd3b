"""The copy check: forecasts that repeat the last value, and how they are told."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqforecast.data.panel import FloatArray, IntArray
from seqforecast.evaluation.metrics import Doubles

# Below a tenth, what a forecast adds to the plain one is lost in its error: a tenth
# changes the squared error of an unpredictable series by one hundredth.
SMALL = 0.1
# A forecast whose changes are those of the last value but for a fifth of their
# variance, and less than half as much those of the truth, tells of the past.
COPIED = 0.9
# One that is a twentieth nearer to the truth than the last value is knows more than
# that: where news fade, the best there is moves as the last value does.
BETTER = 0.95
# Correlations of fewer changes than this say little.
FEWEST_CHANGES = 20


class CopyCheck:
    """Sums that show whether a model repeats or trails the last value, or is flat.

    Every window counts by the weight of its series, so that series in large units
    do not speak for all. Memory does not grow with the windows.
    """

    def __init__(self) -> None:
        self._from_naive = 0.0
        self._truth_from_naive = 0.0
        self._from_truth = 0.0
        self._movement = 0.0
        self._truth_movement = 0.0
        # Sums of products of changes of model, truth and naive forecast.
        self._products = np.zeros((3, 3))
        self._changes = 0
        self._before: tuple[int, Doubles] | None = None  # start of a window, its rows

    def add(
        self,
        weights: Doubles,
        actual: FloatArray,
        model: FloatArray,
        naive: FloatArray,
        starts: IntArray | None = None,
    ) -> None:
        """Add windows.

        Args:
            weights: shape (windows,).
            actual: shape (windows, horizon), float64; so are the two that follow.
            model: the forecasts under suspicion.
            naive: the last value of each window, repeated.
            starts: shape (windows,), where in the flat array each window starts; a
                window that starts a step after the one before it, in this call or the
                last, shows how forecasts change. None: it is not known.
        """
        self._from_naive += float(weights @ np.abs(model - naive).sum(axis=1))
        self._truth_from_naive += float(weights @ np.abs(actual - naive).sum(axis=1))
        self._from_truth += float(weights @ np.abs(model - actual).sum(axis=1))
        self._movement += float(weights @ model.std(axis=1))
        self._truth_movement += float(weights @ actual.std(axis=1))
        if starts is not None and len(starts):
            rows = weights[:, np.newaxis, np.newaxis] * np.stack(
                [model, actual, naive], axis=1
            )
            self._add_changes(rows, starts, weights > 0)

    def _add_changes(
        self, rows: Doubles, starts: IntArray, counted: NDArray[np.bool_]
    ) -> None:
        """Add what changes from a window to the next; rows (windows, 3, horizon)."""
        last = (int(starts[-1]), rows[-1].copy()) if counted[-1] else None
        if self._before is not None:
            start, row = self._before
            starts = np.concatenate([[start], starts])
            rows = np.concatenate([row[np.newaxis], rows])
            counted = np.concatenate([[True], counted])
        follows = (np.diff(starts) == 1) & counted[1:] & counted[:-1]
        changes = np.diff(rows, axis=0)[follows]
        self._products += np.einsum("wih,wjh->ij", changes, changes, optimize=True)
        self._changes += len(changes)
        self._before = last

    def notes(self) -> list[str]:
        """Return the suspicion in a sentence, or nothing.

        A forecast repeats the last value when its mean distance from the naive forecast
        is below a tenth of the truth's; that it trails it or is flat goes without
        saying.
        """
        signs = self.signs()
        copy, flat = signs["lag_copy"], signs["flat_line"]
        if copy["repeats"]:
            sentence = (
                "The model all but repeats the last value: its forecasts differ from "
                f"the naive forecast by {100 * copy['distance']:.2g} % of what the "
                "truth does."
            )
        elif copy["found"]:
            sentence = (
                "The forecasts trail the truth: from one cutoff to the next they "
                "change as the last value did (correlation "
                f"{copy['at_horizon']:.2f}), not as the truth they forecast does "
                f"({copy['at_zero']:.2f})."
            )
        elif flat["found"]:
            sentence = (
                "The forecasts are flat: over the steps of a window they vary by "
                f"{100 * flat['movement']:.2g} % of what the truth does."
            )
        else:
            return []
        return [sentence]

    def signs(self) -> dict[str, Any]:
        """Return `test.signs` of metrics.json: the numbers behind the suspicion.

        `lag_copy`: the changes of forecasts from one cutoff to the next are correlated
        with the changes of the truth they are for (`at_zero`), and with those of the
        truth one horizon earlier, which is the last value (`at_horizon`): step h of
        a copy lags by h. It is found when `at_horizon` is at least 0.9, `at_zero` less
        than half of it, and `error`, the mean absolute error as a share of the naive
        forecast's, at least 0.95; or when the forecast `repeats` the last value:
        `distance` is its mean distance from the naive forecast, as a share of the
        truth's, below a tenth. Changes are taken before they are correlated, because
        any two slow series are correlated (Granger and Newbold, "Spurious regressions
        in econometrics", 1974).

        `flat_line`: `movement` is the mean deviation over the steps of a window, as a
        share of the truth's; found below a tenth. One step is never flat.

        A number that is not defined is null with a reason.
        """
        movement = _share(self._movement, self._truth_movement)
        flat = {"found": movement is not None and movement < SMALL}
        return {
            "lag_copy": self._lag_copy(),
            "flat_line": _with_reasons(
                {**flat, "movement": movement},
                {"movement": "the truth does not vary over the steps of a window"},
            ),
        }

    def _lag_copy(self) -> dict[str, Any]:
        distance = _share(self._from_naive, self._truth_from_naive)
        error = _share(self._from_truth, self._truth_from_naive)
        zero, horizon, reason = self._correlations()
        repeats = distance is not None and distance < SMALL
        trails = False
        if zero is not None and horizon is not None:
            is_better = error is not None and error < BETTER
            trails = horizon >= COPIED and zero < horizon / 2 and not is_better
        shares = {"distance": distance, "error": error}
        pairs = {"at_zero": zero, "at_horizon": horizon}
        still = "the truth does not move from the last value"
        return _with_reasons(
            {
                "found": bool(repeats or trails),
                "repeats": repeats,
                **shares,
                **pairs,
                "changes": self._changes,
            },
            dict.fromkeys(shares, still) | dict.fromkeys(pairs, reason),
        )

    def _correlations(self) -> tuple[float | None, float | None, str]:
        """Return those with truth and last value, or why there are none."""
        if self._changes < FEWEST_CHANGES:
            few = f"{self._changes} pairs of cutoffs one step apart"
            return None, None, f"there are {few}, fewer than {FEWEST_CHANGES}"
        lengths = np.sqrt(np.diag(self._products))
        if not (lengths > 0).all():
            return None, None, "the forecasts or the truth do not change"
        zero, horizon = self._products[0, 1:] / (lengths[0] * lengths[1:])
        return float(zero), float(horizon), ""


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None


def _with_reasons(values: dict[str, Any], why: dict[str, str]) -> dict[str, Any]:
    """Add `reasons` for what is None, if anything is."""
    reasons = {name: why[name] for name, value in values.items() if value is None}
    return {**values, "reasons": reasons} if reasons else values
