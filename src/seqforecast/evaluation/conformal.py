"""Conformal calibration: how wide intervals must be, from validation errors.

Split-conformal prediction: Vovk, Gammerman and Shafer, Algorithmic Learning in a Random
World, 2005; Lei et al., Distribution-Free Predictive Inference for Regression, 2018.
"""

import math
from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from seqforecast.data.panel import FloatArray, Panel
from seqforecast.data.windows import WindowIndex, mark_observed
from seqforecast.errors import DataError
from seqforecast.evaluation.intervals import USUAL, IntervalsSection, tails
from seqforecast.evaluation.metrics import Doubles

# Windows that say how wide intervals are; of more, so many evenly spaced ones.
MOST = 50_000


def needed(level: float) -> int:
    """Return how many errors a level needs: their largest has to be enough."""
    return math.ceil(level / (100 - level) - 1e-9)


def settle_intervals(
    section: IntervalsSection | None, panel: Panel, validation: WindowIndex
) -> tuple[IntervalsSection | None, str]:
    """Return the intervals there will be, and what is to be said of them.

    Of the usual levels those are kept that the validation part has windows for; levels
    that were asked for must all have room.

    Raises:
        DataError: as for `check_room`.
    """
    if section is None or section.level != "auto":
        check_room(panel, validation, section.levels if section else [])
        return section, ""
    fewest = _errors_a_step(panel, validation)
    levels = [level for level in USUAL if needed(level) <= fewest]
    note = ""
    if len(levels) < len(USUAL):
        missing = USUAL[len(levels)]
        note = (
            f"no intervals of {missing:g} % or more: they need {needed(missing)} "
            f"validation windows, there are {fewest}"
        )
    if not levels:
        return None, note
    return section.model_copy(update={"level": levels}), note


def _errors_a_step(panel: Panel, validation: WindowIndex) -> int:
    """Return how many errors there will be at the step with the fewest."""
    counts = np.full(validation.horizon, len(calibration_windows(validation)))
    observed = mark_observed(panel, calibration_windows(validation))
    if observed is not None:
        counts = observed.sum(axis=0)
    return int(counts.min())


def check_room(panel: Panel, validation: WindowIndex, levels: Sequence[float]) -> None:
    """Refuse intervals that the validation part has too few windows for.

    Raises:
        DataError: at some step fewer errors can be had than a level needs.
    """
    if not levels:
        return
    fewest, least = _errors_a_step(panel, validation), needed(max(levels))
    if fewest < least:
        raise DataError(
            f"an interval of {max(levels):.10g} % needs {least:,} validation windows, "
            f"there are {fewest:,}",
            hint="make split.validation longer, or lower intervals.level"
            if least <= MOST
            else f"lower intervals.level: no more than {MOST:,} windows are used",
        )


def calibration_windows(windows: WindowIndex) -> WindowIndex:
    """Return the validation windows whose errors count."""
    return windows.thinned(MOST)


def calibrate(
    levels: Sequence[float],
    actual: FloatArray,
    out: FloatArray,
    quantiles: Sequence[float],
    units: Doubles,
) -> Doubles:
    """Return the margins that would have covered the errors of calibration windows.

    Of n errors at a step it is the ceil((n + 1) level)-th: if a new error is as likely
    to have any rank among them as any other, it is covered with at least that
    probability, whatever the model and the distribution.

    Args:
        levels: in percent, rising.
        actual: shape (windows, horizon); NaN where a value was missing.
        out: what the model forecast, as for `Intervals.apply`.
        quantiles: levels of its last axis; () where there are none.
        units: shape (windows,), of their series.

    Returns:
        Shape (levels, horizon); infinite where a step has too few errors.
    """
    own = {level: out[..., i] for i, level in enumerate(quantiles)}
    inner = own[0.5] if own else out
    margins = np.full((len(levels), actual.shape[1]), np.inf)
    for i, level in enumerate(levels):
        below, above = tails(level)
        if below in own and above in own:
            beyond = np.maximum(own[below] - actual, actual - own[above])
        else:
            beyond = np.abs(actual - inner)
        scores = np.sort(beyond.astype(np.float64) / units[:, np.newaxis], axis=0)
        counts = np.isfinite(scores).sum(axis=0)  # NaN is sorted to the end
        share = Decimal(repr(level)) / 100
        for step, count in enumerate(counts.tolist()):
            rank = math.ceil((count + 1) * share)
            if 0 < rank <= count:
                margins[i, step] = scores[rank - 1, step]
    return margins
