"""Losses are compared over cutoffs, or over series, and their mean is the metric."""

from dataclasses import replace

import numpy as np
import pytest

from seqforecast.data.windows import index_windows, mark_observed
from seqforecast.evaluation.accuracy_tests import plan_units
from seqforecast.evaluation.metrics import ErrorTotals, in_sample_errors, mae, mase
from support.panels import panel_of


def walks(*lengths):
    random = np.random.default_rng(0)
    return panel_of([random.standard_normal(length).cumsum() for length in lengths])


def plan(panel, spans, horizon):
    windows = index_windows(panel, np.asarray(spans), (2, horizon))
    in_sample = in_sample_errors(panel, np.full(len(panel.ids), 5), None)
    return windows, in_sample, plan_units(panel, windows, in_sample)


@pytest.mark.parametrize(
    ("cutoffs", "horizon", "blocks", "tested"),
    [(50, 10, 5, True), (49, 10, 4, False), (7000, 1, 7000, True), (1, 10, 0, False)],
)
def test_cutoffs_of_one_series_need_five_blocks(cutoffs, horizon, blocks, tested):
    panel = walks(20 + cutoffs + horizon - 1)

    _, _, units = plan(panel, [[20, panel.lengths[0]]], horizon)

    assert (units.kind, units.count, units.overlap) == (
        "cutoffs",
        cutoffs,
        min(cutoffs, horizon),
    )
    assert (units.independent, units.reason == "") == (blocks, tested)


def test_a_reason_says_what_is_missing():
    panel = walks(60, 60)

    _, _, units = plan(panel, [[20, 60]] * 2, 10)

    assert units.reason == (
        "too little to judge by: blocks of cutoffs as long as the horizon: 3, at least "
        "5 are needed; or series: 2, at least 6"
    )


@pytest.mark.parametrize(("series", "kind"), [(5, "cutoffs"), (6, "series")])
def test_with_too_few_cutoffs_series_are_the_units(series, kind):
    panel = walks(*[60] * series)

    _, _, units = plan(panel, [[20, 60]] * series, 10)

    assert units.kind == kind
    assert (units.reason == "") == (kind == "series")


def test_series_with_one_cutoff_each_are_the_units_wherever_it_lies():
    """Their cutoffs would make eight blocks. Broken on purpose: `times.max() > 0`."""
    panel = walks(30, 40, 50, 60, 70, 80)

    _, _, units = plan(panel, [[n - 5, n] for n in range(30, 81, 10)], 5)

    assert (units.kind, units.count, units.independent) == ("series", 6, 6)


def test_cutoffs_a_horizon_apart_do_not_overlap():
    panel = walks(200)
    windows, in_sample, _ = plan(panel, [[100, 200]], 20)
    apart = windows.take(np.arange(0, 81, 20))

    units = plan_units(panel, apart, in_sample)

    assert (units.count, units.independent, units.overlap) == (5, 5, 1)


@pytest.mark.parametrize("horizon", [3, 12])
@pytest.mark.parametrize("lengths", [(60,), (60,) * 7, (60, 45, 70, 60, 60, 60)])
def test_the_mean_over_units_is_the_metric_in_any_chunks(lengths, horizon):
    """Broken on purpose: not multiplied by how many units there are."""
    panel = walks(*lengths)
    panel = replace(panel, filled=np.array([30, 31, 32, 40], dtype=np.int64))
    windows, in_sample, units = plan(panel, [[20, n] for n in lengths], horizon)
    random = np.random.default_rng(1)
    forecast = random.standard_normal((len(windows), horizon))
    totals, losses = ErrorTotals(len(lengths), horizon), np.zeros(units.count)
    for start in range(0, len(windows), 17):
        chunk = windows.take(slice(start, start + 17))
        actual, observed = chunk.targets(panel.values), mark_observed(panel, chunk)
        made = forecast[start : start + 17]
        absolute = totals.add(chunk.series, actual, made, observed)
        losses += units.losses(panel, chunk, absolute)

    expected = {"mae": mae, "mase": mase}[units.metric](totals, in_sample)
    assert losses.mean() == pytest.approx(expected.value)


def test_cutoffs_of_which_nothing_is_scored_are_no_units():
    panel = walks(60)
    panel = replace(panel, filled=np.arange(30, 35, dtype=np.int64))

    windows, _, units = plan(panel, [[20, 60]], 3)

    assert (len(windows), units.count) == (38, 35)
    assert np.all(units.losses(panel, windows, np.ones(38))[:5] > 0)


def test_a_cutoff_has_all_its_series():
    panel = walks(60, 60)
    windows, _, units = plan(panel, [[20, 60]] * 2, 5)
    late = windows.cutoffs(panel) >= 40

    losses = units.losses(panel, windows, late.astype(float))

    assert np.array_equal(losses > 0, units.places >= 40)


def test_time_without_cutoffs_makes_no_blocks():
    """Two clusters far apart are two units. Broken once by counting all the time."""
    from seqforecast.evaluation.accuracy_tests import _blocks

    clusters = np.array([0, 1, 2, 200, 201, 202])
    assert _blocks(clusters, 13) == 2
    assert _blocks(np.arange(100), 10) == 10
    assert _blocks(np.arange(0, 100, 20), 20) == 5
