"""The results of a backtest: scores by cutoff, backtest.json, tables, forecasts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from seqforecast.data.windows import WindowIndex, known_targets, mark_observed
from seqforecast.evaluation.baselines.registry import repeated
from seqforecast.evaluation.conformal import calibration_windows
from seqforecast.evaluation.coverage import CoverageTotals
from seqforecast.evaluation.final_choice import NETWORK
from seqforecast.evaluation.intervals import Calibration
from seqforecast.evaluation.metrics import (
    METRICS,
    ErrorTotals,
    InSample,
    add_owa,
    in_sample_errors,
    measure,
)
from seqforecast.evaluation.quantiles import QuantileTotals, by_name
from seqforecast.evaluation.scorer import MODEL, Origins, Scorer
from seqforecast.reporting.figures.labels import stamp_texts
from seqforecast.runs.forecasts import RowMaker, path_for, write_frames
from seqforecast.runs.multi_fit_directories import QUANTILES, BacktestDirectory
from seqforecast.workflows.backtest.plan import BacktestPlan

if TYPE_CHECKING:
    import pandas as pd

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


def describe_backtest(
    planned: BacktestPlan, scores: Scores, fits: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return backtest.json.

    Args:
        planned: what was asked.
        scores: what the forecasts are worth.
        fits: how each fit was trained, in the order of time.
    """
    rolling, first = planned.rolling, planned.first
    cutoffs = []
    for number, (scores_at_cutoff, ends) in enumerate(
        zip(scores.by_cutoff, _ends(planned), strict=True), start=1
    ):
        fold = next(fold for fold in planned.folds if fold.last >= number)
        when = {"cutoff": number, "first": ends[0], "last": ends[1]}
        record = {"fit": fold.number, "is_refit": fold.first == number}
        cutoffs.append(when | record | scores_at_cutoff)
    test = dict(scores.test)
    test["notes"] = [*planned.notes, *test["notes"]]
    return {
        "schema": 1,
        "name": first.experiment.name,
        "cutoffs": rolling.cutoffs,
        "step": rolling.step,
        "window": rolling.window,
        "refit": rolling.refit,
        "horizon": first.test.horizon,
        "series": len(first.panel.ids),
        "test": test,
        "by_cutoff": cutoffs,
        "fits": [{k: v for k, v in fit.items() if k != "levels"} for fit in fits],
    }


def _ends(planned: BacktestPlan) -> list[tuple[str | int, str | int]]:
    """Return the first and the last time stamp of each cutoff over all series."""
    panel, count = planned.first.panel, planned.rolling.cutoffs
    steps = planned.windows.cutoffs(panel).reshape(-1, count)
    stamps = panel.clocks(np.stack([steps.min(axis=0), steps.max(axis=0)]))
    if isinstance(panel.frequency, int):
        return [(int(first), int(last)) for first, last in stamps.T]
    texts = stamp_texts([*stamps.ravel()])
    return [*zip(texts[:count], texts[count:], strict=True)]


def tabulate_cutoffs(document: Mapping[str, Any]) -> "pd.DataFrame":
    """Return cutoffs.csv: a row a cutoff, the model's metrics, then each baseline's."""
    import pandas as pd

    rows = []
    for cutoff in document["by_cutoff"]:
        row = {
            "cutoff": cutoff["cutoff"],
            "first": cutoff["first"],
            "last": cutoff["last"],
        }
        row |= {name: cutoff[name] for name in ("fit", "windows", "points")}
        row |= {name: cutoff["model"][name] for name in METRICS}
        for baseline, scores in cutoff["baselines"].items():
            row |= {f"{baseline}_{name}": scores[name] for name in METRICS}
        rows.append(row)
    return pd.DataFrame(rows)


def write_forecasts(
    directory: BacktestDirectory,
    planned: BacktestPlan,
    forecasts: Mapping[str, npt.NDArray[Any]],
    levels: Sequence[float],
) -> None:
    """Write forecasts.csv, or forecasts.parquet above a million rows.

    Columns: unique_id, cutoff, ds, step, y, y_hat, quantiles, and every baseline.

    Raises:
        RunError: the file cannot be written.
    """
    windows, panel = planned.windows, planned.first.panel
    rows = RowMaker(panel, windows, windows.horizon)
    y_hat = forecasts[MODEL]
    columns = by_name(levels, forecasts[QUANTILES]) if levels else {}
    others = {MODEL, QUANTILES}
    columns |= {
        name: values for name, values in forecasts.items() if name not in others
    }

    def frames() -> Iterator["pd.DataFrame"]:
        for begin in range(0, len(windows), WINDOWS_AT_ONCE):
            some = slice(begin, begin + WINDOWS_AT_ONCE)
            chunk = windows.take(some)
            beside = {name: column[some] for name, column in columns.items()}
            yield rows.rows(chunk, y_hat[some], known_targets(panel, chunk), beside)

    write_frames(path_for(directory, windows), frames(), rows.date_format)


def score_backtest(
    planned: BacktestPlan,
    forecasts: Mapping[str, npt.NDArray[Any]],
    levels: Sequence[float],
    final: Mapping[str, float] | None = None,
) -> Scores:
    """Score the model and the baselines on the same windows.

    MASE and RMSSE divide by the errors of what precedes the first cutoff, at every
    cutoff, so that these can be compared with each other.

    Args:
        planned: whose windows they are.
        forecasts: forecasts by name, in the order of `planned.windows`.
        levels: of quantiles, ends of intervals among them; empty without.
        final: the weights of what is forecast in the end; default the network.

    Raises:
        DataError: a forecast is beyond any use, or no target is in the data.
    """
    first, windows, panel = planned.first, planned.windows, planned.first.panel
    given = {name: values for name, values in forecasts.items() if name != QUANTILES}
    stops = first.parts.test[:, 0]
    scorer = Scorer(
        panel,
        windows,
        list(given),
        season=panel.season,
        in_sample_stops=stops,
        train_std=first.deviation,
        groups=panel.groups,
        origins=Origins(repeated(first.baselines), final or {NETWORK: 1.0}),
    )
    scorer.tell(
        f"The baseline {name} is left out: some fits have no forecasts of it, and "
        "run.log says why."
        for name in first.baselines
        if name not in given
    )
    quantiles = QuantileTotals(panel, levels, _coverage(planned))
    for begin in range(0, len(windows), WINDOWS_AT_ONCE):
        some = slice(begin, begin + WINDOWS_AT_ONCE)
        chunk = windows.take(some)
        truth = chunk.targets(panel.values)
        scorer.add(chunk, truth, {name: values[some] for name, values in given.items()})
        if levels:
            quantiles.add(
                chunk, truth, forecasts[QUANTILES][some], forecasts[MODEL][some]
            )
    in_sample = in_sample_errors(panel, stops, panel.season)
    cutoffs = planned.rolling.cutoffs
    by_cutoff = [
        _at_cutoff(planned, given, in_sample, np.arange(at, len(windows), cutoffs))
        for at in range(cutoffs)
    ]
    return Scores(quantiles.beside(scorer.result()), by_cutoff)


def _coverage(planned: BacktestPlan) -> CoverageTotals | None:
    """Return empty totals of intervals; None where there are none."""
    first, section = planned.first, planned.first.experiment.intervals
    if section is None:
        return None
    # Each fit has its own, of one size; they overlap, so that one of them counts.
    learnt_on = Calibration.of(first.panel, calibration_windows(first.validation))
    return CoverageTotals(first.panel, planned.windows, section.levels, learnt_on)


def _at_cutoff(
    planned: BacktestPlan,
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
    for name, values in given.items():
        if name == NETWORK:
            continue
        totals = ErrorTotals(len(panel.ids), chunk.horizon)
        totals.add(series, truth, values[which], observed)
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
