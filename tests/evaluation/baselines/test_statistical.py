"""Statistical forecasters on windows: histories, what is kept, and what cannot be."""

from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest

from seqforecast.data.windows import index_windows
from seqforecast.errors import BackendError
from seqforecast.evaluation.baselines import statistical
from seqforecast.evaluation.baselines.registry import maker_of
from support.panels import panel_of
from support.stand_in_fitters import stand_in_fitters

UNIT = np.ones(2)


@pytest.fixture
def fitters(monkeypatch):
    return stand_in_fitters(monkeypatch)


@pytest.fixture
def panel():
    rows = np.random.default_rng(0).standard_normal((2, 40)).cumsum(axis=1)
    return panel_of(rows.tolist())


def windows_of(panel, first, lookback=4, horizon=3):
    spans = np.stack([np.full(len(panel.ids), first), panel.lengths], axis=1)
    return index_windows(panel, spans, (lookback, horizon))


def test_each_window_is_forecast_from_its_history(fitters, panel):
    """From the beginning of its series, not of its lookback, and no step further."""
    windows = windows_of(panel, 30)
    made = maker_of("auto_ets")(panel, windows, 7, UNIT)(windows)
    for row, series, start in zip(made, windows.series, windows.starts, strict=True):
        history = panel.values[panel.offsets[series] : start + 4]
        assert row == pytest.approx(np.repeat(history.mean(dtype=np.float64), 3))
    assert made.dtype == np.float64
    assert {request.season for request in fitters.asked} == {7}


def test_nothing_after_the_cutoff_is_read(fitters, panel):
    window = windows_of(panel, 30).take(np.array([0]))
    values = panel.values.copy()
    values[int(window.starts[0]) + 4 :] = 1e6
    make = maker_of("auto_theta")
    before = make(panel, window, 7, UNIT)(window)
    after = make(replace(panel, values=values), window, 7, UNIT)(window)
    assert np.array_equal(before, after)
    assert len(fitters.asked) == 1


def test_no_history_is_fitted_twice(fitters, panel):
    windows = windows_of(panel, 30)
    forecast = maker_of("auto_ets")(panel, windows, 7, UNIT)
    whole = forecast(windows)
    count = len(fitters.asked)
    assert count == len(windows)
    some = windows.take(np.array([3, 1]))
    assert np.array_equal(forecast(some), whole[[3, 1]])
    assert len(fitters.asked) == count
    # Another forecaster, season or horizon is another question.
    maker_of("auto_theta")(panel, windows, 7, UNIT)(windows)
    maker_of("auto_ets")(panel, windows, None, UNIT)(windows)
    assert len(fitters.asked) == 3 * count


def test_a_long_history_is_cut(fitters):
    panel = panel_of([np.arange(2_000.0).tolist()])
    window = windows_of(panel, 1_990).take(np.array([0]))
    for season, steps in ((None, 500), (12, 500), (168, 672)):
        maker_of("auto_ets")(panel, window, season, UNIT[:1])(window)
        values = fitters.asked[-1].values
        assert (len(values), values[-1]) == (steps, 1_989)


def test_a_window_that_cannot_be_fitted_gets_the_naive_forecast(fitters, panel):
    windows = windows_of(panel, 30)
    fitters.failing = lambda request: len(request.values) == 31
    made = maker_of("auto_arima")(panel, windows, 7, UNIT)(windows)
    naive = maker_of("naive")(panel, windows, 7, UNIT)(windows)
    same = (made == naive).all(axis=1)
    assert same.sum() == 2
    assert statistical.count_naive("auto_arima", panel, windows, 7) == 2
    assert statistical.count_naive("auto_ets", panel, windows, 7) == 0


def test_one_that_never_fits_is_no_baseline(fitters, panel):
    windows = windows_of(panel, 30)
    fitters.failing = lambda _: True
    forecast = maker_of("auto_arima")(panel, windows, 7, UNIT)
    with pytest.raises(BackendError, match="auto_arima gave no forecast on any of 16"):
        forecast(windows)


def test_without_the_library_it_says_how_to_get_it(fitters, panel, monkeypatch):
    monkeypatch.setattr(statistical, "find_spec", lambda _: None)
    windows = windows_of(panel, 30)
    with pytest.raises(BackendError, match=r"^statsforecast is not installed$") as no:
        maker_of("auto_ets")(panel, windows, 7, UNIT)(windows)
    assert no.value.hint == "pip install 'seqforecast[statistical]'"
    assert not fitters.asked


def test_what_is_kept_does_not_grow_for_ever(fitters, panel, monkeypatch):
    monkeypatch.setattr(statistical, "MOST_KEPT", 20)
    for first in (30, 28, 26):
        windows = windows_of(panel, first)
        made = maker_of("auto_ets")(panel, windows, 7, UNIT)(windows)
        assert made.shape == (len(windows), 3)
    assert len(statistical.KEPT) == len(windows)


@pytest.mark.slow
@pytest.mark.skipif(
    find_spec("statsforecast") is None,
    reason="statsforecast is not installed: pip install '.[statistical]'",
)
def test_the_library_fits_in_its_processes(monkeypatch):
    monkeypatch.setattr(statistical, "KEPT", {})
    steps = np.arange(80)
    panel = panel_of([(50 + steps + 8 * np.sin(2 * np.pi * steps / 4)).tolist()])
    windows = windows_of(panel, 70, horizon=4)
    for name in ("auto_ets", "auto_theta"):
        made = maker_of(name)(panel, windows, 4, UNIT[:1])(windows)
        assert np.abs(made - windows.targets(panel.values)).mean() < 4, name
    statistical.SHARED.close()
