"""The bootstrap draws blocks of cutoffs, or series where there is one cutoff."""

import numpy as np
import pytest

from seqforecast.data.windows import index_windows
from seqforecast.evaluation.bootstrap import plan_bootstrap
from seqforecast.evaluation.metrics import in_sample_errors
from support.panels import panel_of


def plan(panel, spans, horizon, lookback=2):
    windows = index_windows(panel, np.asarray(spans), (lookback, horizon))
    in_sample = in_sample_errors(panel, np.full(len(panel.ids), 5), None)
    return windows, plan_bootstrap(panel, windows, in_sample)


def walks(*lengths):
    random = np.random.default_rng(0)
    return panel_of([random.standard_normal(length).cumsum() for length in lengths])


@pytest.mark.parametrize(
    ("cutoffs", "horizon", "blocks"),
    [(50, 10, 5), (49, 10, 4), (9, 10, 1), (7000, 1, 1000), (7000, 20, 350)],
)
def test_blocks_are_as_many_as_whole_horizons_at_most_a_thousand(
    cutoffs, horizon, blocks
):
    panel = walks(20 + cutoffs + horizon - 1)

    windows, resampling = plan(panel, [[20, panel.lengths[0]]], horizon)

    counts = resampling.sums(panel, windows, np.ones(len(windows)))
    counts = counts / resampling.weights[0]
    assert len(windows) == cutoffs
    assert resampling.count == blocks
    assert counts.sum() == pytest.approx(cutoffs)
    assert counts.min() >= min(horizon, cutoffs) - 1e-9


def test_a_cutoff_is_drawn_with_all_its_series():
    """Broken on purpose: blocks by position in the flat array, without first_steps."""
    panel = walks(60, 60)
    windows, resampling = plan(panel, [[20, 60]] * 2, 5)
    late = windows.cutoffs(panel) >= 40

    sums = resampling.sums(panel, windows, late.astype(float))

    both = resampling.sums(panel, windows.take(windows.series == 0), late[:36] * 1.0)
    assert resampling.unit == "blocks of cutoffs"
    assert np.array_equal(sums > 0, both > 0)


def test_cutoffs_a_horizon_apart_are_a_block_each():
    """As in a backtest. Broken on purpose: the last gap left out (four blocks)."""
    panel = walks(200)
    windows, _ = plan(panel, [[100, 200]], 20)
    apart = windows.take(np.arange(0, 81, 20))
    in_sample = in_sample_errors(panel, np.array([100]), None)

    resampling = plan_bootstrap(panel, apart, in_sample)

    assert resampling.sums(panel, apart, np.ones(5)) == pytest.approx(0.01)
    assert resampling.count == 5


def test_blocks_without_a_cutoff_are_not_drawn():
    panel = walks(200)
    windows, _ = plan(panel, [[20, 200]], 2)
    sparse = windows.take(np.array([0, 1, 2, 150, 151, 152]))
    in_sample = in_sample_errors(panel, np.array([20]), None)

    resampling = plan_bootstrap(panel, sparse, in_sample)

    assert np.all(resampling.sums(panel, sparse, np.ones(6)) > 0)


def test_with_one_cutoff_series_are_drawn():
    panel = walks(30, 30, 30, 30, 30, 30)

    windows, resampling = plan(panel, [[25, 30]] * 6, 5)

    assert (resampling.unit, resampling.count) == ("series", 6)
    assert np.all(resampling.sums(panel, windows, np.ones(6)) > 0)


def test_series_that_end_at_different_times_are_drawn_if_each_has_one_cutoff():
    panel = walks(30, 40, 50)

    _, resampling = plan(panel, [[25, 30], [35, 40], [45, 50]], 5)

    assert (resampling.unit, resampling.count) == ("series", 3)


def test_series_that_mase_leaves_out_are_not_drawn():
    panel = panel_of([[1.0, 2.0, 4.0] * 10, [3.0] * 30, [2.0, 5.0, 1.0] * 10])

    windows, resampling = plan(panel, [[25, 30]] * 3, 5)

    assert (resampling.metric, resampling.count) == ("mase", 2)
    assert "left out 1 of 3 series (b)" in resampling.reason
    assert np.all(resampling.sums(panel, windows, np.ones(3)) > 0)
