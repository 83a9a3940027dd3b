"""Tables of accuracy: ours, the baselines and the published rows, best first."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from measure import published
from measure.tables import table

Record = dict[str, Any]
Records = Sequence[Record]
Take = Callable[[Record], float]

HORIZONS = (96, 192, 336, 720)
BASELINES = {
    "naive": "the last value",
    "seasonal_naive": "the last season",
    "drift": "drift",
    "linear": "linear map",
    "naive2": "Naive2",
}
HEADLINE = (
    "data",
    "error",
    "this tool",
    "best published beside it",
    "best baseline",
    "the last value",
    "verdict",
)
NAMES = {"smape": "sMAPE", "mase": "MASE", "owa": "OWA", "mse": "MSE", "mae": "MAE"}


def headline(
    title: str, records: Records, metric: str, known: Mapping[str, float]
) -> list[str]:
    """Return the line of one recipe: its median, and the best of the others.

    Args:
        title: of the data.
        records: one run a seed.
        metric: its name in metrics.json, or `mse` and `mae` for the scaled ones.
        known: published errors by name.
    """
    ours = statistics.median(_values(records, _metric(metric)))
    baselines = {
        BASELINES[kind]: _metric(metric, kind)(records[0])
        for kind in records[0]["test"]["baselines"]
    }
    naive = baselines[BASELINES["naive"]]
    best, least = (_best(errors) for errors in (known, baselines))
    error = NAMES[metric]
    verdict = verdict_of(records)
    return [title, error, f"**{ours:.3f}**", best, least, f"{naive:.3f}", verdict]


def _best(errors: Mapping[str, float]) -> str:
    """Return the lowest error and whose it is; nothing where there is none."""
    if not errors:
        return ""
    name = min(errors, key=lambda each: errors[each])
    return f"{errors[name]:.3f} {name}"


def long_horizon(rows: Mapping[tuple[str, str], Sequence[Records]]) -> str:
    """Return MSE over all windows of ETTh1, of four horizons and their mean.

    Args:
        rows: the records of the four horizons, by name and lookback.
    """
    lines = []
    for (name, lookback), jobs in rows.items():
        errors = [_values(job, _scaled()) for job in jobs]
        medians = [statistics.median(each) for each in errors]
        cells = [f"**{spread(each)}**" for each in errors]
        seconds = [statistics.median(_values(job, _seconds)) for job in jobs]
        mean = statistics.mean(medians)
        verdicts = ", ".join(verdict_of(job) for job in jobs)
        cells += [f"**{mean:.3f}**", verdicts, times(seconds)]
        lines.append((mean, [f"**{name}**", lookback, *cells]))
        for kind in ("linear", "seasonal_naive", "naive"):
            line = [statistics.median(_values(job, _scaled(kind))) for job in jobs]
            lookback_of = lookback if kind == "linear" else ""
            lines.append(_horizons(BASELINES[kind], lookback_of, line))
    lines += [_horizons(*row) for row in published.ETTH1]
    horizons = [f"{horizon}, `etth1_{horizon}`" for horizon in HORIZONS]
    head = ["ETTh1, MSE", "lookback", *horizons, "mean", "verdicts", "time"]
    return table(head, _sorted(lines))


def _horizons(
    name: str, lookback: str, errors: Sequence[float]
) -> tuple[float, list[str]]:
    mean = statistics.mean(errors)
    cells = [f"{error:.3f}" for error in (*errors, mean)]
    return mean, [name, lookback, *cells, "", ""]


def competition(
    title: str,
    rows: Mapping[str, Records],
    metrics: Sequence[str],
    known: Sequence[tuple[Any, ...]] = (),
) -> str:
    """Return the metrics of a competition, best by the last of them first.

    Args:
        title: of the data, for the head of the table.
        rows: the records of each of our recipes, by name.
        metrics: their names in metrics.json, or `mse` and `mae` for the scaled ones.
        known: published rows: a name, then the metrics.
    """
    lines = []
    for name, records in rows.items():
        found = [_values(records, _metric(metric)) for metric in metrics]
        cells = [f"**{spread(each)}**" for each in found]
        seconds = times([statistics.median(_values(records, _seconds))])
        order = statistics.median(found[-1])
        lines.append((order, [f"**{name}**", *cells, verdict_of(records), seconds]))
        for kind in records[0]["test"]["baselines"]:
            errors = [_values(records, _metric(metric, kind))[0] for metric in metrics]
            shown = [f"{error:.3f}" for error in errors]
            lines.append((errors[-1], [BASELINES[kind], *shown, "", ""]))
    for name, *errors in known:
        shown = [f"{error:.3f}" for error in errors]
        lines.append((errors[-1], [name, *shown, "", ""]))
    head = [title, *(NAMES[metric] for metric in metrics), "verdict", "time"]
    return table(head, _sorted(lines))


def _sorted(lines: list[tuple[float, list[str]]]) -> list[list[str]]:
    """Return the rows in rising order, one of each where they are the same."""
    unique: list[list[str]] = []
    for _, cells in sorted(lines, key=lambda line: line[0]):
        if cells not in unique:
            unique.append(cells)
    return unique


def _values(records: Records, take: Take) -> list[float]:
    return [take(record) for record in records]


def _metric(metric: str, baseline: str | None = None) -> Take:
    if metric in ("mse", "mae"):
        return _scaled(baseline, metric)
    if baseline is None:
        return lambda record: float(record["test"]["model"][metric])
    return lambda record: float(record["test"]["baselines"][baseline][metric])


def _scaled(baseline: str | None = None, metric: str = "mse") -> Take:
    if baseline is None:
        return lambda record: float(record["test"]["scaled"][metric])
    return lambda record: float(record["test"]["scaled_baselines"][baseline][metric])


def _seconds(record: Record) -> float:
    return float(record["seconds"])


def verdict_of(records: Records) -> str:
    """Return what the runs say against the best of their baselines."""
    verdicts = sorted({record["test"]["verdict"] for record in records})
    return " or ".join(verdicts)


def spread(values: Sequence[float]) -> str:
    """Return the median over seeds, and the range of several."""
    low, high = min(values), max(values)
    if len(values) == 1:
        return f"{low:.3f}"
    return f"{statistics.median(values):.3f} ({low:.3f} to {high:.3f})"


def times(seconds: Sequence[float]) -> str:
    """Return seconds as a person says them; several as a range."""
    low, high = f"{min(seconds):.0f}", f"{max(seconds):.0f}"
    return f"{low} s" if low == high else f"{low} to {high} s"
