"""The figures of a backtest: error by cutoff, and forecasts over the series."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from seqforecast.evaluation.intervals import tails
from seqforecast.evaluation.scoring import MODEL
from seqforecast.reporting.backtest import errors, forecasts, rolled
from seqforecast.reporting.windows import choose_windows
from seqforecast.runs.backtest import QUANTILES, BacktestDirectory
from seqforecast.runs.writing import make_folder
from seqforecast.workflows.rolling import Planned

BEFORE = 3  # horizons that are shown before the first cutoff


def draw_backtest(
    directory: BacktestDirectory,
    planned: Planned,
    made: Mapping[str, npt.NDArray[Any]],
    levels: Sequence[float],
    document: Mapping[str, Any],
) -> None:
    """Draw both figures into the folder of plots.

    Args:
        directory: complete but for them.
        planned: whose forecasts they are.
        made: forecasts by name, in the order of `planned.windows`.
        levels: of quantiles, ends of intervals among them; empty without.
        document: backtest.json.

    Raises:
        RunError: a figure cannot be written.
    """
    make_folder(directory.plots)
    by_cutoff = errors.describe_cutoffs(document)
    errors.draw_cutoffs(by_cutoff, directory.plots / "error_by_cutoff.png")
    chosen = choose_windows(len(planned.first.panel.ids), rolled.MOST_SERIES)
    pictures = [_picture(planned, i, made, levels) for i in chosen]
    figure = rolled.describe_rolled(pictures, document)
    forecasts.draw_rolled(figure, directory.plots / "forecasts.png")


def _picture(
    planned: Planned,
    i: int,
    made: Mapping[str, npt.NDArray[Any]],
    levels: Sequence[float],
) -> rolled.SeriesPicture:
    """Return what is shown of one series: all cutoffs, and some steps before."""
    panel, windows, count = (
        planned.first.panel,
        planned.windows,
        planned.rolling.cutoffs,
    )
    mine = slice(i * count, (i + 1) * count)
    cutoffs = windows.take(mine).starts + windows.lookback - 1
    offset = int(panel.offsets[i])
    begin = max(int(cutoffs[0]) + 1 - BEFORE * windows.horizon, offset)
    end = int(cutoffs[-1]) + 1 + windows.horizon
    truth = panel.values[begin:end].astype(np.float64)
    truth[panel.filled[(panel.filled >= begin) & (panel.filled < end)] - begin] = np.nan
    asked = planned.first.experiment.intervals
    pairs = {
        level: [levels.index(each) for each in tails(level)]
        for level in ([] if asked is None else asked.level)
    }
    steps = int(panel.first_steps[i]) + np.arange(begin, end) - offset
    return rolled.SeriesPicture(
        series=panel.ids[i],
        stamps=panel.stamps(steps),
        truth=truth,
        cutoffs=cutoffs - begin,
        model=made[MODEL][mine],
        naive=made["naive"][mine],
        bands={
            level: (made[QUANTILES][mine, :, low], made[QUANTILES][mine, :, high])
            for level, (low, high) in pairs.items()
        },
    )
