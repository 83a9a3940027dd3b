"""Coverage: the share of truths inside each interval, and how wide intervals are."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import stats

from seqforecast.data.panel import FloatArray, Panel
from seqforecast.data.windows import WindowIndex, mark_observed
from seqforecast.evaluation.intervals import Calibration, tails
from seqforecast.evaluation.metrics import Doubles

# Fewer units than these do not tell how much a share varies by chance; nor do so few
# that hardly one of their series is outside. Too few outside are told where more are
# expected than can be missing by chance: of four, all are in one case of fifty.
FEWEST_UNITS, FEWEST_OUTSIDE, FEWEST_EXPECTED = 5, 2, 4
# Shares nearer to the level than this are as wanted, however many points there are.
CLOSE = 0.02


class CoverageTotals:
    """Sums over the (window, step) points of each interval.

    Targets that were filled are not counted. How much a share varies by chance is told
    by units that hardly depend on each other: stretches of one horizon, each with all
    series, or series where each has one cutoff. Neighbouring stretches share targets:
    as far as they are alike, they count as fewer. The widths were learnt by chance too,
    from as many units as the validation part has.
    """

    def __init__(
        self,
        panel: Panel,
        windows: WindowIndex,
        levels: Sequence[float],
        learnt_on: Calibration | None = None,
    ) -> None:
        """Prepare for windows.

        Args:
            panel: where they lie.
            windows: all that will be added, at least one.
            levels: of the intervals, in percent; of none nothing is kept.
            learnt_on: what said how wide they are; None: not known, taken to be as
                many windows as there are here.
        """
        shape = (len(levels), windows.horizon)
        self._panel, self._levels = panel, tuple(levels)
        self._inside, self._width = np.zeros(shape), np.zeros(shape)
        self._points = np.zeros(windows.horizon)
        self._span = 0
        self._first = 0
        here, counts = Calibration.of(panel, windows), np.bincount(windows.series)
        calibration = learnt_on or here
        units, self._series_a_unit = len(panel.ids), 1
        self._learnt_units = calibration.of_series
        if int(counts.max()) > 1:
            self._first = int(windows.cutoffs(panel).min())
            self._span = windows.horizon
            units, self._series_a_unit = here.stretches, int(np.count_nonzero(counts))
            self._learnt_units = calibration.stretches
        self._unit_inside = np.zeros((len(levels), units))
        self._unit_points = np.zeros(units)

    def add(
        self,
        windows: WindowIndex,
        actual: FloatArray,
        quantiles: Sequence[float],
        values: FloatArray,
    ) -> None:
        """Add some windows.

        Args:
            windows: which.
            actual: shape (windows, horizon), in the unit of the data.
            quantiles: levels of the last axis of `values`, the ends among them.
            values: shape (windows, horizon, quantiles), in the same unit.
        """
        if not self._levels:
            return
        observed = mark_observed(self._panel, windows)
        counted = np.ones(actual.shape, np.bool_) if observed is None else observed
        units = windows.series.astype(np.int64)
        if self._span:
            units = (windows.cutoffs(self._panel) - self._first) // self._span
        self._points += counted.sum(axis=0)
        np.add.at(self._unit_points, units, counted.sum(axis=1))
        for i, level in enumerate(self._levels):
            low, high = (values[..., quantiles.index(tail)] for tail in tails(level))
            inside = (low <= actual) & (actual <= high) & counted
            self._inside[i] += inside.sum(axis=0)
            width = np.where(counted, high.astype(np.float64) - low, 0)
            self._width[i] += width.sum(axis=0)
            np.add.at(self._unit_inside[i], units, inside.sum(axis=1))

    def result(self) -> list[dict[str, Any]]:
        """Return `intervals` of the test part: coverage and mean width, step by step.

        Both are null where no value could be counted. `chance` is how far coverage may
        lie from its level by chance, at 95 %, null where that cannot be told; it
        `misses` its level when it lies further away than that, and than two points.
        """
        points = np.where(self._points > 0, self._points, np.nan)
        intervals = []
        for i, level in enumerate(self._levels):
            steps = zip(
                _plain(self._inside[i] / points),
                _plain(self._width[i] / points),
                strict=True,
            )
            share = float(self._inside[i].sum() / self._points.sum())
            chance = self._chance(level / 100, self._unit_inside[i], share)
            off = abs(share - level / 100)
            intervals.append(
                {
                    "level": level,
                    "coverage": share,
                    "chance": chance,
                    "misses": chance is not None and off > max(CLOSE, chance),
                    "width": float(self._width[i].sum() / self._points.sum()),
                    "by_step": [
                        {"step": step, "coverage": coverage, "width": width}
                        for step, (coverage, width) in enumerate(steps, start=1)
                    ],
                }
            )
        return intervals

    def notes(self) -> list[str]:
        """Say which intervals cover another share than they should, beyond chance."""
        sentences = []
        for interval in self.result():
            if not interval["misses"]:
                continue
            share, chance = interval["coverage"], interval["chance"]
            why = (
                "errors were larger than on the validation part: the data have "
                "shifted, or it was chosen to fit"
                if share < interval["level"] / 100
                else "errors were smaller than on the validation part, they are wider "
                "than they need be"
            )
            sentences.append(
                f"The {interval['level']:g} % intervals cover {100 * share:.1f} % of "
                f"the truths, chance alone explains {100 * chance:.1f} points: {why}."
            )
        return sentences

    def _chance(self, level: float, inside: Doubles, share: float) -> float | None:
        """Return how far a share may lie from its level by chance, at 95 %."""
        counted = self._unit_points > 0
        units = int(counted.sum())
        least = FEWEST_OUTSIDE if share < level else FEWEST_EXPECTED
        outside = units * self._series_a_unit * (1 - min(level, share))
        if units < FEWEST_UNITS or outside < least - 1e-9:
            return None
        apart = inside[counted] - share * self._unit_points[counted]
        alike = max(2 * float(apart[1:] @ apart[:-1]), 0.0) if self._span else 0.0
        variance = (float(apart @ apart) + alike) * units / (units - 1)
        variance *= 1 + units / self._learnt_units
        error = np.sqrt(variance) / float(self._unit_points.sum())
        return float(error * stats.t.ppf(0.975, units - 1))


def _plain(values: Doubles) -> list[float | None]:
    return [None if np.isnan(value) else float(value) for value in values]
