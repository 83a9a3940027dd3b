"""The document backtest.json, the table cutoffs.csv, and the forecasts."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from seqforecast.data.filled import known_targets
from seqforecast.evaluation.metrics import METRICS
from seqforecast.evaluation.quantiles import by_name
from seqforecast.evaluation.scoring import MODEL
from seqforecast.reporting.lettering import stamp_texts
from seqforecast.runs.backtest import QUANTILES, BacktestDirectory
from seqforecast.runs.forecasts import RowMaker, path_for, write_frames
from seqforecast.workflows.backtest_scores import WINDOWS_AT_ONCE, Scores
from seqforecast.workflows.rolling import Planned

if TYPE_CHECKING:
    import pandas as pd


def describe_backtest(
    planned: Planned, scores: Scores, fits: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return backtest.json.

    Args:
        planned: what was asked.
        scores: what the forecasts are worth.
        fits: how each fit was trained, in the order of time.
    """
    rolling, first = planned.rolling, planned.first
    cutoffs = []
    for number, (each, ends) in enumerate(
        zip(scores.by_cutoff, _ends(planned), strict=True), start=1
    ):
        fold = next(fold for fold in planned.folds if fold.last >= number)
        when = {"cutoff": number, "first": ends[0], "last": ends[1]}
        told = {"fit": fold.number, "is_refit": fold.first == number}
        cutoffs.append(when | told | each)
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


def _ends(planned: Planned) -> list[tuple[str | int, str | int]]:
    """Return the first and the last time stamp of each cutoff over all series."""
    panel, count = planned.first.panel, planned.rolling.cutoffs
    steps = planned.windows.cutoffs(panel).reshape(-1, count)
    stamps = panel.stamps(np.stack([steps.min(axis=0), steps.max(axis=0)]))
    if isinstance(panel.frequency, int):
        return [(int(first), int(last)) for first, last in stamps.T]
    texts = stamp_texts([*stamps.ravel()])
    return [*zip(texts[:count], texts[count:], strict=True)]


def tabulate_cutoffs(document: Mapping[str, Any]) -> "pd.DataFrame":
    """Return cutoffs.csv: a row a cutoff, the model's metrics, then each baseline's."""
    import pandas as pd

    rows = []
    for each in document["by_cutoff"]:
        row = {"cutoff": each["cutoff"], "first": each["first"], "last": each["last"]}
        row |= {name: each[name] for name in ("fit", "windows", "points")}
        row |= {name: each["model"][name] for name in METRICS}
        for baseline, scores in each["baselines"].items():
            row |= {f"{baseline}_{name}": scores[name] for name in METRICS}
        rows.append(row)
    return pd.DataFrame(rows)


def write_forecasts(
    directory: BacktestDirectory,
    planned: Planned,
    made: Mapping[str, npt.NDArray[Any]],
    levels: Sequence[float],
) -> None:
    """Write forecasts.csv, or forecasts.parquet above a million rows.

    Columns: unique_id, cutoff, ds, step, y, y_hat, quantiles, and every baseline.

    Raises:
        RunError: the file cannot be written.
    """
    windows, panel = planned.windows, planned.first.panel
    rows = RowMaker(panel, windows, windows.horizon)
    y_hat = made[MODEL]
    columns = by_name(levels, made[QUANTILES]) if levels else {}
    others = {MODEL, QUANTILES}
    columns |= {name: each for name, each in made.items() if name not in others}

    def frames() -> Iterator["pd.DataFrame"]:
        for begin in range(0, len(windows), WINDOWS_AT_ONCE):
            some = slice(begin, begin + WINDOWS_AT_ONCE)
            chunk = windows.take(some)
            beside = {name: each[some] for name, each in columns.items()}
            yield rows.rows(chunk, y_hat[some], known_targets(panel, chunk), beside)

    write_frames(path_for(directory, windows), frames(), rows.date_format)
