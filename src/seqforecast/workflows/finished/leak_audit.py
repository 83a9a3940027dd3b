"""The leak audit: what comes after a cutoff must change nothing that is forecast."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from seqforecast.data.panel import FloatArray, IntArray, Panel, format_stamp
from seqforecast.data.season import infer_season
from seqforecast.data.split import split
from seqforecast.data.table.load import load_scrambled
from seqforecast.data.table.section import TableSource
from seqforecast.data.windows import WindowIndex
from seqforecast.models.builder import load_forecaster
from seqforecast.models.forecaster import relearn_scales
from seqforecast.runs.documents import read_preprocess
from seqforecast.runs.run_files import RunDirectory
from seqforecast.workflows.finished.diff import document_differences, leaves
from seqforecast.workflows.pipeline.final_forecast import (
    FinalForecaster,
    open_final,
)
from seqforecast.workflows.pipeline.prepare import Prepared, prepare_panel
from seqforecast.workflows.pipeline.run_setup import describe_preprocessing

INTERPOLATED = (
    "data.missing (or covariate_missing): interpolate fills a gap from the value after "
    "it, which may lie after the cutoff; previous and seasonal do not"
)

# Cutoffs of each series: the first and the last of its test part, and between them.
CUTOFFS = 5
MOST_TOLD = 5


def audit_run(run: RunDirectory, prepared: Prepared, folder: Path) -> dict[str, Any]:
    """Scramble what comes after a cutoff, learn again, and compare bit by bit.

    First everything after the train part is scrambled: scale, vocabulary and season
    must be those of the run. Then, at five cutoffs of each series' test part,
    everything after the cutoff but the `future` columns: the preprocessing must be
    the same again, and the run's model, with scales learnt from the scrambled data,
    must forecast the same bits. Values are scrambled as they are read, so the filling
    of gaps is audited too; with `interpolate`, also at a cutoff inside a gap.

    What it cannot see: columns that were made from later values before they came here
    (moving means that look ahead, a mean of the whole series as a static column),
    whether a `future` column is known in time, and what chose lookback and weights.

    Args:
        run: complete.
        prepared: its own data.
        folder: where relative paths start.

    Returns:
        `passed`, what was compared and what differed.
    """
    audit = LeakAudit()
    recorded = read_preprocess(run)
    _compare_learnt(audit, "the train part alone", recorded, prepared)
    stops = prepared.parts.train[:, 1]
    other = _scrambled(prepared, folder, stops)
    _compare_learnt(audit, "all but the train part scrambled", recorded, other)
    _compare_seasons(audit, prepared, other)
    kept, again = load_forecaster(run.model), load_forecaster(run.model)
    for windows in _rounds(prepared):
        stops = _stops(prepared.panel, windows)
        other = _scrambled(prepared, folder, stops)
        if _compare_learnt(audit, "all after cutoffs scrambled", recorded, other):
            relearn_scales(again, other.scaler, other.spec)
        finals = [
            (open_final(run, each.experiment, network, each.panel), each)
            for network, each in ((kept, prepared), (again, other))
        ]
        forecasts = _forecasts(finals, windows)
        for chunk, one, two in forecasts:
            _compare_forecasts(audit, prepared, other, (chunk, one, two))
    if audit.count and _interpolates(prepared):
        audit.why = INTERPOLATED
    return audit.as_json()


def _scrambled(prepared: Prepared, folder: Path, stops: IntArray) -> Prepared:
    """Load and prepare again, with all but so many steps of each series scrambled."""
    experiment = prepared.experiment
    group = experiment.evaluation.group
    panel = load_scrambled(experiment.data, folder, group, prepared.panel, stops)
    return prepare_panel(experiment, panel, split(panel, experiment.split))


def _interpolates(prepared: Prepared) -> bool:
    """Return whether gaps were filled from values after them."""
    data = prepared.experiment.data
    if not isinstance(data, TableSource):
        return False
    if data.covariate_missing == "interpolate" and data.past:
        return True
    return data.missing == "interpolate" and len(prepared.panel.filled) > 0


def _rounds(prepared: Prepared) -> Iterator[WindowIndex]:
    """Yield test windows, at most one a series at a time: those to audit."""
    test = prepared.test
    counts = test.counts
    first, has_any = test.ends - counts, counts > 0
    for number in range(CUTOFFS):
        within = np.rint((counts - 1) * number / (CUTOFFS - 1)).astype(np.int64)
        yield test.take((first + within)[has_any])
    if _interpolates(prepared):
        starts, series = test.locate()
        in_gap = np.isin(starts + test.lookback - 1, prepared.panel.filled)
        if in_gap.any():
            _, one_each = np.unique(series[in_gap], return_index=True)
            yield test.take(np.flatnonzero(in_gap)[one_each])


def _stops(panel: Panel, windows: WindowIndex) -> IntArray:
    """Return how many steps of each series its window may know; all without one."""
    stops = panel.lengths.copy()
    starts, series = windows.locate()
    stops[series] = starts + windows.lookback - panel.offsets[series]
    return stops


@dataclass(slots=True)
class LeakAudit:
    """What an audit compared, and what differed.

    Attributes:
        windows: forecasts made with everything after their cutoff scrambled.
        points: the numbers in them.
        differences: the first few: `what`, `where`, and both values.
        count: how many there are.
        why: what may explain them, where that is known.
    """

    windows: int = 0
    points: int = 0
    differences: list[dict[str, Any]] = field(default_factory=list)
    count: int = 0
    why: str | None = None

    def differ(self, what: str, where: str, kept: Any, scrambled: Any) -> None:
        """Note a difference."""
        self.count += 1
        if len(self.differences) < MOST_TOLD:
            difference = {"what": what, "where": where}
            difference |= {"kept": kept, "scrambled": scrambled}
            self.differences.append(difference)

    def as_json(self) -> dict[str, Any]:
        """Return the `audit` object of `evaluate --json`."""
        document = dataclasses.asdict(self)
        return {"passed": not self.count, "cutoffs_a_series": CUTOFFS, **document}


def _compare_learnt(
    audit: LeakAudit, when: str, recorded: Mapping[str, Any], other: Prepared
) -> bool:
    """Compare preprocess.json with what is learnt from other data; return if it fits.

    It does not fit the model where there is another number of something.
    """
    now = describe_preprocessing(other)
    for path, kept, scrambled in document_differences(recorded, now):
        audit.differ(path, when, kept, scrambled)
    return len([*leaves(recorded)]) == len([*leaves(now)])


def _compare_seasons(audit: LeakAudit, prepared: Prepared, other: Prepared) -> None:
    """Compare the season that `auto` finds, and the deviations of scaled errors."""
    stops = prepared.parts.train[:, 1]
    seasons = [infer_season(data.panel, stops) for data in (prepared, other)]
    if seasons[0] != seasons[1]:
        audit.differ("season", "inferred from the train part", *seasons)
    for i in np.flatnonzero(prepared.deviation != other.deviation).tolist():
        deviations = (float(data.deviation[i]) for data in (prepared, other))
        audit.differ("deviation", f"series {prepared.panel.ids[i]}", *deviations)


def _forecasts(
    finals: Sequence[tuple[FinalForecaster, Prepared]], windows: WindowIndex
) -> Iterator[tuple[WindowIndex, FloatArray, FloatArray]]:
    """Yield windows with their forecasts from the data as they are, and scrambled."""
    forecasts = (
        final.forecast(prepared.panel, windows, features=prepared.features)
        for final, prepared in finals
    )
    for (chunk, one, _), (_, two, _) in zip(*forecasts, strict=True):
        yield chunk, one, two


def _compare_forecasts(
    audit: LeakAudit,
    prepared: Prepared,
    other: Prepared,
    forecasts: tuple[WindowIndex, FloatArray, FloatArray],
) -> None:
    """Compare the bits of forecasts; say where the lookback differs already."""
    windows, one, two = forecasts
    panel = prepared.panel
    audit.windows += len(windows)
    audit.points += one.size
    same = one.view(np.int32) == two.view(np.int32)
    same = same.reshape(*one.shape[:2], -1).all(axis=2)
    seen = [windows.inputs(values.panel.values) for values in (prepared, other)]
    is_lookback = (seen[0] != seen[1]).any(axis=1)
    bad = np.flatnonzero(~same.all(axis=1) | is_lookback)
    stamps = panel.clocks(windows.cutoffs(panel)[bad])
    for i, stamp in zip(bad.tolist(), stamps, strict=True):
        cutoff = format_stamp(type(panel.origin)(stamp))
        where = f"series {panel.ids[windows.series[i]]}, cutoff {cutoff}"
        if is_lookback[i]:
            step = int(np.argmax(seen[0][i] != seen[1][i]))
            pair = (float(values[i, step]) for values in seen)
            ago = windows.lookback - step
            audit.differ("lookback", f"{where}, step {ago} from its end", *pair)
            continue
        step = int(np.argmin(same[i]))
        pair = (np.ravel(values[i, step]).tolist() for values in (one, two))
        audit.differ("forecast", f"{where}, step {step + 1}", *pair)
