"""The baselines of a run, fitted; without those that cannot forecast its windows."""

import logging
import time
from collections.abc import Iterable, Sequence

import numpy as np

from seqforecast.data.panel import Panel
from seqforecast.data.scaling import pooled_deviation
from seqforecast.data.windows import WindowIndex
from seqforecast.errors import BackendError
from seqforecast.evaluation.baselines.maker import Doubles
from seqforecast.evaluation.baselines.maker import Forecaster as Baseline
from seqforecast.evaluation.baselines.registry import (
    BASELINES,
    baselines_on,
    maker_of,
)
from seqforecast.evaluation.baselines.statistical import (
    STATISTICAL,
    count_naive,
    statistical,
)
from seqforecast.workflows.pipeline.prepare import Prepared

LOGGER = logging.getLogger("seqforecast")


def units_of(prepared: Prepared) -> Doubles:
    """Return the deviation of each series' train part, and of all together."""
    own, scale = prepared.deviation, prepared.scaler.spread
    together = pooled_deviation(prepared.panel, prepared.parts) or float(scale[-1])
    return np.append(np.where(own > 0, own, scale[:-1]), together)


def fit_baseline(prepared: Prepared, name: str) -> Baseline:
    """Return a baseline, fitted on the train part where it learns anything."""
    panel, units = prepared.panel, units_of(prepared)[:-1]
    season = baselines_on(panel, BASELINES)[name]
    maker = maker_of(name)
    if name in STATISTICAL:
        maker = statistical(name, prepared.experiment.evaluation.baseline_seconds)
    return maker(panel, prepared.train, season, units)


def fit_baselines(
    prepared: Prepared,
    parts: Sequence[WindowIndex],
    names: Iterable[str] | None = None,
) -> tuple[dict[str, Baseline], list[str]]:
    """Return the baselines that can forecast windows, and notes on those that cannot.

    Statistical forecasters are fitted now, so that one that is missing or too slow is
    known before anything is scored; nothing is fitted again when they are asked.

    Args:
        prepared: the data.
        parts: all windows that they will be asked for, part by part.
        names: which; None for those to report.
    """
    fitted: dict[str, Baseline] = {}
    notes = []
    for name in prepared.baselines if names is None else names:
        baseline = fit_baseline(prepared, name)
        tries = (_try(name, baseline, prepared.panel, windows) for windows in parts)
        for is_usable, note in tries if name in STATISTICAL else ():
            if note:
                LOGGER.warning(note)
                notes.append(note)
            if not is_usable:
                break
        else:
            fitted[name] = baseline
    return fitted, notes


def _try(
    name: str, baseline: Baseline, panel: Panel, windows: WindowIndex
) -> tuple[bool, str]:
    """Return whether a baseline can forecast windows, and what is to be said of it."""
    began = time.monotonic()
    try:
        baseline(windows)
    except BackendError as error:
        hint = f" ({error.hint})" if error.hint else ""
        return False, f"The baseline {name} is left out: {error}{hint}."
    spent = time.monotonic() - began
    LOGGER.info("%s: %s windows in %.1f s", name, f"{len(windows):,}", spent)
    failed = count_naive(name, panel, windows, panel.season)
    if not failed:
        return True, ""
    note = (
        f"{name} could not be fitted on {failed:,} of {len(windows):,} windows, and "
        "has the naive forecast there."
    )
    return True, note
