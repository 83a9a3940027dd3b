"""Which windows an epoch sees."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.data.windows import index_windows
from seqforecast.training.section import TrainingSection
from seqforecast.training.window_order import order_windows, windows_in_epoch
from support.panels import counting


def windows_of(*lengths):
    spans = np.array([[0, length] for length in lengths])
    return index_windows(counting(*lengths), spans, (3, 1))


def order(windows, seed=0, **settings):
    """Return the numbers of the windows in the order an epoch visits them."""
    section = TrainingSection(**settings)
    drawn = order_windows(windows, section, np.random.default_rng(seed))
    assert len(drawn) == windows_in_epoch(section, len(windows))
    return np.asarray(drawn.part(0, len(drawn)).chosen)


@given(seed=st.integers(0, 1000), sizes=st.lists(st.integers(4, 60), min_size=1))
def test_an_epoch_visits_every_window_once(seed, sizes):
    """Broken on purpose: `_permute` left after one round of the walk."""
    windows = windows_of(*sizes)
    assert sorted(order(windows, seed)) == list(range(len(windows)))


@given(
    cuts=st.lists(st.integers(0, 90), max_size=4),
    sampling=st.sampled_from(["window", "series"]),
)
def test_the_order_does_not_depend_on_the_pieces_it_is_asked_in(cuts, sampling):
    """What resuming and chunks of any length rest on."""
    section = TrainingSection(sampling=sampling, batch_size=9, steps_per_epoch=10)
    drawn = order_windows(windows_of(20, 30), section, np.random.default_rng(1))
    borders = [0, *sorted(cuts), len(drawn)]
    pieces = [drawn.part(a, b).chosen for a, b in pairwise(borders)]
    assert np.array_equal(np.concatenate(pieces), drawn.part(0, len(drawn)).chosen)


def test_orders_differ_from_seed_to_seed_and_look_shuffled():
    """Over many seeds each window comes first about equally often, and neighbours
    part: the chi-square statistic of 20 places stays below its 99.99 % point (52).
    """
    windows = windows_of(23)
    orders = np.array([order(windows, seed) for seed in range(4000)])
    for visit in (0, 7, 19):
        counts = np.bincount(orders[:, visit], minlength=20)
        assert np.sum((counts - 200) ** 2 / 200) < 52
    steps = np.diff(orders, axis=1).ravel()
    assert np.mean(np.abs(steps) == 1) == pytest.approx(2 * 19 / (20 * 19), abs=0.01)


def test_a_limited_epoch_draws_without_repeating():
    drawn = order(windows_of(60), batch_size=5, steps_per_epoch=4)
    assert len(set(drawn.tolist())) == 20


def test_more_draws_than_windows_repeat_none_before_all_were_drawn():
    drawn = order(windows_of(10), batch_size=8, steps_per_epoch=4)
    assert len(drawn) == 32
    assert np.bincount(drawn).tolist() == pytest.approx([32 / 7] * 7, abs=1)
    assert not np.array_equal(drawn[:7], drawn[7:14])


def test_sampling_by_series_gives_every_series_the_same_weight():
    """Series of 5 and 500 windows: by window the short one has 1 %, by series half."""
    windows = windows_of(8, 503)
    drawn = order(windows, sampling="series", batch_size=50, steps_per_epoch=100)
    share = np.mean(windows.series[drawn] == 0)
    assert 0.45 < share < 0.55
    assert set(windows.series[drawn].tolist()) == {0, 1}
    assert drawn.min() >= 0
    assert drawn.max() < len(windows)
    by_window = order(windows, batch_size=50, steps_per_epoch=8)
    assert np.mean(windows.series[by_window] == 0) < 0.05
