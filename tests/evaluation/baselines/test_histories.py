"""What a forecast is made from depends on its cutoff alone, and is at most so long."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from seqforecast.data.windows import count_windows, index_windows
from seqforecast.evaluation.baselines.histories import (
    MOST_STEPS,
    count_steps,
    gather,
    seasons_of,
)
from seqforecast.evaluation.baselines.registry import BASELINES
from support.panels import panel_of

WALKS = [np.random.default_rng(i).standard_normal(900).cumsum() for i in range(2)]


@pytest.mark.parametrize(
    ("frequency", "season", "expected"),
    [
        ("h", 24, (24, 168)),
        ("h", 168, (24, 168)),
        ("MS", 12, (12,)),
        ("D", 7, (7,)),
        ("YS", None, ()),
        ("h", 1, ()),
        ("h", 36, (36,)),
        ("min", 1440, ()),
        (1, 7, (7,)),
    ],
)
def test_the_week_stands_beside_the_day(frequency, season, expected):
    """Broken on purpose: the panel's season alone."""
    panel = replace(panel_of([[1.0, 2.0]]), frequency=frequency)
    assert seasons_of(panel, season) == expected


@pytest.mark.parametrize("name", ["theta", "ets"])
@given(data=st.data())
def test_a_forecast_does_not_depend_on_what_else_is_asked(name, data):
    """Broken on purpose: histories that end with the first cutoff asked for."""
    panel = panel_of(WALKS)
    spans = np.stack([np.array([3, 780]), panel.lengths], axis=1)
    windows = index_windows(panel, spans, (2, 2))
    chosen = data.draw(
        st.lists(st.integers(0, len(windows) - 1), min_size=1, max_size=3)
    )
    forecaster = BASELINES[name](panel, windows, 7, np.ones(2))

    together = forecaster(windows.take(np.array(chosen)))

    for number, window in enumerate(chosen):
        alone = forecaster(windows.take(np.array([window])))
        assert_allclose(alone[0], together[number], rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("name", ["theta", "ets"])
def test_what_lies_too_far_back_has_no_influence(name):
    """Nor has another series. Broken on purpose: a history from the first value on."""
    panel = panel_of(WALKS)
    window = count_windows(panel.offsets[1:] - 3, np.array([0, 1]), (1, 2))
    changed = panel.values.copy()
    changed[: 1800 - MOST_STEPS - 20] = 1e5

    before, after = (
        BASELINES[name](replace(panel, values=values), window, 7, np.ones(2))(window)
        for values in (panel.values, changed)
    )
    assert_allclose(after, before)


@pytest.mark.parametrize("first", [0, 300, 800])
def test_the_steps_of_a_pass_are_counted_beforehand(first):
    panel = panel_of(WALKS)
    spans = np.stack([np.full(2, first), panel.lengths], axis=1)
    windows = index_windows(panel, spans, (1, 2))

    taken = sum(
        int(part.lengths.sum()) for _, part in gather(panel, windows, MOST_STEPS, 10**6)
    )
    assert count_steps(panel, windows) == pytest.approx(taken, rel=0.05)


def test_no_windows_take_no_steps():
    panel = panel_of(WALKS)
    nothing = index_windows(panel, np.array([[900, 900], [900, 900]]), (1, 2))
    assert count_steps(panel, nothing) == 0
