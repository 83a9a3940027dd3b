"""Which windows an epoch sees."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from panels import counting
from seqforecast.data.windows import index_windows
from seqforecast.training.sampling import order_windows, windows_in_epoch
from seqforecast.training.section import TrainingSection


def windows_of(*lengths):
    spans = np.array([[0, length] for length in lengths])
    return index_windows(counting(*lengths), spans, (3, 1))


def order(windows, seed=0, **settings):
    section = TrainingSection(**settings)
    drawn = order_windows(windows, section, np.random.default_rng(seed))
    assert len(drawn) == windows_in_epoch(section, len(windows))
    return drawn


@given(seed=st.integers(0, 1000))
def test_an_epoch_visits_every_window_once(seed):
    windows = windows_of(20, 30)
    assert sorted(order(windows, seed)) == list(range(len(windows)))


def test_a_limited_epoch_draws_without_repeating():
    drawn = order(windows_of(60), batch_size=5, steps_per_epoch=4)
    assert len(set(drawn.tolist())) == 20


def test_more_draws_than_windows_repeat_some():
    assert len(order(windows_of(10), batch_size=8, steps_per_epoch=4)) == 32


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
