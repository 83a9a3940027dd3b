"""The scores of a backtest: over all cutoffs, and at each of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from seqforecast.data.filled import mark_observed
from seqforecast.data.windows import WindowIndex
from seqforecast.evaluation.calibrating import calibration_windows
from seqforecast.evaluation.coverage import CoverageTotals
from seqforecast.evaluation.intervals import Calibration
from seqforecast.evaluation.metrics import METRICS, measure
from seqforecast.evaluation.owa import add_owa
from seqforecast.evaluation.quantiles import QuantileTotals
from seqforecast.evaluation.scoring import MODEL, Scorer
from seqforecast.evaluation.totals import ErrorTotals, InSample, in_sample_errors
from seqforecast.runs.backtest import QUANTILES
from seqforecast.workflows.rolling import Planned

WINDOWS_AT_ONCE = 50_000
NOTHING = "no value there is in the data"


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """What the forecasts are worth.

    Attributes:
        test: over all cutoffs, as `test` of metrics.json.
        by_cutoff: in the order of time: points, and metrics by forecaster.
    """

    test: dict[str, Any]
    by_cutoff: list[dict[str, Any]]


def score_backtest(
    planned: Planned, made: Mapping[str, npt.NDArray[Any]], levels: Sequence[float]
) -> Scores:
    """Score the model and the baselines on the same windows.

    MASE and RMSSE divide by the errors of what precedes the first cutoff, at every
    cutoff, so that these can be compared with each other.

    Args:
        planned: whose windows they are.
        made: forecasts by name, in the order of `planned.windows`.
        levels: of quantiles, ends of intervals among them; empty without.

    Raises:
        DataError: a forecast is beyond any use, or no target is in the data.
    """
    first, windows, panel = planned.first, planned.windows, planned.first.panel
    given = {name: each for name, each in made.items() if name != QUANTILES}
    stops = first.parts.test[:, 0]
    scorer = Scorer(
        panel,
        windows,
        list(given),
        season=panel.season,
        in_sample_stops=stops,
        train_std=first.deviation,
        groups=panel.groups,
    )
    quantiles = QuantileTotals(panel, levels, _coverage(planned))
    for begin in range(0, len(windows), WINDOWS_AT_ONCE):
        some = slice(begin, begin + WINDOWS_AT_ONCE)
        chunk = windows.take(some)
        truth = chunk.targets(panel.values)
        scorer.add(chunk, truth, {name: each[some] for name, each in given.items()})
        if levels:
            quantiles.add(chunk, truth, made[QUANTILES][some], made[MODEL][some])
    in_sample = in_sample_errors(panel, stops, panel.season)
    cutoffs = planned.rolling.cutoffs
    by_cutoff = [
        _at_cutoff(planned, given, in_sample, np.arange(at, len(windows), cutoffs))
        for at in range(cutoffs)
    ]
    return Scores(quantiles.beside(scorer.result()), by_cutoff)


def _coverage(planned: Planned) -> CoverageTotals | None:
    """Return empty totals of intervals; None where there are none."""
    first, section = planned.first, planned.first.experiment.intervals
    if section is None:
        return None
    # Each fit has its own, of one size; they overlap, so that one of them counts.
    learnt_on = Calibration.of(first.panel, calibration_windows(first.validation))
    return CoverageTotals(first.panel, planned.windows, section.level, learnt_on)


def _at_cutoff(
    planned: Planned,
    given: Mapping[str, npt.NDArray[Any]],
    in_sample: InSample,
    which: npt.NDArray[np.int64],
) -> dict[str, Any]:
    """Return points and metrics of the windows of one cutoff."""
    panel = planned.first.panel
    chunk: WindowIndex = planned.windows.take(which)
    series, truth = chunk.series, chunk.targets(panel.values)
    observed = mark_observed(panel, chunk)
    scores = {}
    for name, each in given.items():
        totals = ErrorTotals(len(panel.ids), chunk.horizon)
        totals.add(series, truth, each[which], observed)
        points = int(totals.points.sum())
        scores[name] = measure(totals, in_sample) if points else _unknown()
    scored = add_owa(scores) if points else scores
    return {
        "windows": len(chunk),
        "points": points,
        "model": scored.pop(MODEL),
        "baselines": scored,
    }


def _unknown() -> dict[str, Any]:
    """Return the metrics of no points."""
    return {
        **dict.fromkeys(METRICS, None),
        "reasons": dict.fromkeys(METRICS, NOTHING),
    }
