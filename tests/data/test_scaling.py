"""Scale is learnt on train only, and comes back."""

from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.data import scaling
from seqforecast.data.scaling import learn_scale, train_deviation, train_range
from seqforecast.data.split import SplitSection, split
from support.panels import panel_of

KINDS = ("none", "standard", "minmax", "robust")
values = st.lists(
    st.lists(st.floats(-1e3, 1e3, width=32), min_size=20, max_size=40),
    min_size=1,
    max_size=3,
)


@given(series=values, kind=st.sampled_from(KINDS), later=st.floats(-1e6, 1e6, width=32))
def test_rewriting_the_future_changes_no_scale(series, kind, later):
    """Broken on purpose: `learn_scale` on whole series instead of their train part."""
    panel = panel_of(series)
    parts = split(panel, SplitSection())
    rewritten = [list(one) for one in series]
    for one, (_, stop) in zip(rewritten, parts.train, strict=True):
        one[stop:] = [later] * (len(one) - stop)

    before, after = (
        learn_scale(each, parts, kind) for each in (panel, panel_of(rewritten))
    )

    assert np.array_equal(before.center, after.center)
    assert np.array_equal(before.spread, after.spread)
    assert np.all(before.spread > 0)


def test_standard_is_mean_and_population_deviation():
    """By hand: 1, 2, 3, 4 have mean 2.5 and variance 1.25."""
    panel = panel_of([[1, 2, 3, 4, 50, 60, 70, 80]])
    parts = split(panel, SplitSection(train=4, validation=2, test=2))
    scaler = learn_scale(panel, parts, "standard")
    assert scaler.center.tolist() == [2.5, 2.5]
    assert scaler.spread == pytest.approx([1.25**0.5] * 2)
    assert scaler.is_shared


@pytest.mark.parametrize(
    ("kind", "center", "spread"),
    [("none", 0, 1), ("minmax", 1, 8), ("robust", 3, 2)],
)
def test_the_other_scales_by_hand(kind, center, spread):
    """1, 2, 3, 4, 9: minimum 1, range 8; median 3, quartiles 2 and 4."""
    panel = panel_of([[9, 1, 4, 2, 3, 0, 0]])
    parts = split(panel, SplitSection(train=5, validation=1, test=1))
    scaler = learn_scale(panel, parts, kind)
    assert (scaler.center[0], scaler.spread[0]) == (center, spread)


def test_by_series_one_scale_is_learnt_over_the_train_series():
    panel = panel_of([[0, 2], [2, 4], [100, 100], [900, 900]])
    parts = split(panel, SplitSection(by="series", train=2, validation=1, test=1))
    scaler = learn_scale(panel, parts, "standard")
    assert scaler.is_shared
    assert scaler.center[0] == 2
    assert scaler.spread[0] == pytest.approx(2**0.5)
    assert train_deviation(panel, parts) == pytest.approx([2**0.5] * 4)


def test_the_range_is_that_of_each_train_part_and_by_series_of_all():
    panel = panel_of([[0, 2, 9, 9], [-4, 4, 90, 90]])
    parts = split(panel, SplitSection(train=2, validation=1, test=1))
    assert train_range(panel, parts) == {"low": [0, -4], "high": [2, 4]}
    panel = panel_of([[0, 2], [2, 4], [100, 100], [900, 900]])
    parts = split(panel, SplitSection(by="series", train=2, validation=1, test=1))
    assert train_range(panel, parts) == {"low": [0] * 4, "high": [4] * 4}


@pytest.mark.parametrize("kind", KINDS)
def test_a_constant_has_spread_one_and_deviation_zero(kind):
    panel = panel_of([[0.1] * 10, [5.0] * 10])
    parts = split(panel, SplitSection())
    assert learn_scale(panel, parts, kind).spread[:2].tolist() == [1, 1]
    assert train_deviation(panel, parts).tolist() == [0, 0]


def test_series_of_their_own_scale_leave_a_row_for_strangers():
    panel = panel_of([[0, 2, 0, 2, 1, 1], [10, 14, 10, 14, 12, 12]])
    parts = split(panel, SplitSection(train=4, validation=1, test=1))
    scaler = learn_scale(panel, parts, "standard")
    assert not scaler.is_shared
    assert scaler.center.tolist() == [1, 12, 6.5]


@given(
    lengths=st.lists(st.integers(20, 60), min_size=10, max_size=14),
    kind=st.sampled_from(KINDS),
    by=st.sampled_from(["time", "series"]),
    size=st.integers(1, 100),
)
def test_a_scale_depends_not_on_how_many_values_are_looked_at_together(
    lengths, kind, by, size
):
    """Broken on purpose: the rest after the last full piece left out."""
    random = np.random.default_rng(0)
    panel = panel_of([random.normal(5, 2, length) for length in lengths])
    parts = split(panel, SplitSection(by=by))
    whole, deviation = learn_scale(panel, parts, kind), train_deviation(panel, parts)
    with mock.patch.object(scaling, "AT_A_TIME", size):
        pieced = learn_scale(panel, parts, kind)
        assert train_deviation(panel, parts) == pytest.approx(deviation, rel=1e-12)
    assert pieced.center == pytest.approx(whole.center, rel=1e-12)
    assert pieced.spread == pytest.approx(whole.spread, rel=1e-12)
    # Against NumPy on all train parts together.
    parts_of = [panel.series(i)[a:b] for i, (a, b) in enumerate(parts.train) if b > a]
    if kind == "standard":
        expected = np.concatenate(parts_of).std(dtype=np.float64)
        assert whole.spread[-1] == pytest.approx(expected, rel=1e-12)
