"""Naive2 is the organisers' for every cutoff, and OWA is 1 for itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.data.windows import count_windows, index_windows
from seqforecast.evaluation.baselines.naive2 import adjust
from seqforecast.evaluation.baselines.registry import BASELINES
from seqforecast.evaluation.metrics import add_owa, owa
from support.panels import panel_of

UNIT = np.ones(3)


def is_seasonal(y, m):
    """SeasonalityTest of the M4 organisers' R code, for one history."""
    if len(y) < 3 * m:
        return False
    centred = y - y.mean()
    variation = centred @ centred
    if variation == 0:
        return False
    r = [centred[k:] @ centred[:-k] / variation for k in range(1, m + 1)]
    limit = 1.645 / np.sqrt(len(y)) * np.sqrt(1 + 2 * np.sum(np.square(r[:-1])))
    return abs(r[-1]) > limit


def slow_naive2(history, m, horizon):
    """`decompose(type = "multiplicative")` of R, and naive on what it adjusts."""
    y = np.asarray(history, dtype=float)
    if not is_seasonal(y, m):
        return np.full(horizon, y[-1])
    half, n = m // 2, len(y)
    weights = np.ones(m) if m % 2 else np.array([0.5, *np.ones(m - 1), 0.5])
    trend = np.full(n, np.nan)
    for t in range(half, n - half):
        trend[t] = weights @ y[t - half : t + half + 1] / m
    ratio = y / trend
    figure = np.array([np.nanmean(ratio[place::m]) for place in range(m)])
    figure /= figure.mean()
    adjusted = y[-1] / figure[(n - 1) % m]
    return np.array([adjusted * figure[(n + h) % m] for h in range(horizon)])


def wave(random, steps, season):
    cycle = np.sin(2 * np.pi * np.arange(steps) / season)
    noise = random.standard_normal(steps) * random.uniform(0.05, 1)
    return 20 + random.uniform(0, 4) * cycle + noise + 0.05 * np.arange(steps)


@given(
    seed=st.integers(0, 999),
    season=st.sampled_from([2, 3, 4, 7, 12]),
    horizon=st.integers(1, 15),
)
def test_every_cutoff_gets_the_forecast_of_its_history_alone(seed, season, horizon):
    """Broken on purpose: an unweighted average over m + 1 steps for even seasons; the
    last ratio half a season too late; squares up to the season itself."""
    random = np.random.default_rng(seed)
    panel = panel_of([wave(random, n, season) for n in (90, 40)], season)
    windows = index_windows(panel, np.array([[4, 90], [4, 40]]), (4, horizon))

    made = BASELINES["naive2"](panel, windows, season, UNIT)(windows)

    for row in range(0, len(windows), 5):
        series = windows.series[row]
        cutoff = windows.starts[row] + 4 - panel.offsets[series]
        history = panel.series(series)[:cutoff]
        expected = slow_naive2(history, season, horizon)
        np.testing.assert_allclose(made[row], expected, rtol=1e-9)


def test_both_kinds_of_history_occur_in_that_law():
    random = np.random.default_rng(0)
    found = [adjust(wave(random, 90, 7), 7).seasonal[21:].mean() for _ in range(20)]
    assert min(found) < 0.5 < max(found)


def test_a_pure_season_is_continued():
    """By hand: the centred average is 2, the ratios are 1/2, 1, 3/2, 1."""
    panel = panel_of([[1, 2, 3, 2] * 5 + [0] * 6], season=4)
    window = count_windows(np.array([16]), np.array([1]), (4, 6))
    made = BASELINES["naive2"](panel, window, 4, UNIT)(window)
    assert made.tolist() == [[1, 2, 3, 2, 1, 2]]


@pytest.mark.parametrize("season", [None, 1])
def test_without_a_season_it_is_the_naive_forecast(season):
    panel = panel_of([np.arange(20.0) ** 2])
    windows = index_windows(panel, np.array([[5, 20]]), (3, 4))
    made, naive = (
        BASELINES[name](panel, windows, season, UNIT)(windows)
        for name in ("naive2", "naive")
    )
    np.testing.assert_array_equal(made, naive)


def test_a_season_that_nothing_can_be_divided_by_is_left_alone():
    """Every second value is 0: its factor is 0, and so is the last value's."""
    panel = panel_of([[0.0, 1.0] * 20], season=2)
    windows = index_windows(panel, np.array([[10, 40]]), (3, 2))
    made = BASELINES["naive2"](panel, windows, 2, UNIT)(windows)
    np.testing.assert_array_equal(made[:, 0], windows.inputs(panel.values)[:, -1])


def scores(smape, mase, **more):
    return {"smape": smape, "mase": mase, **more}


def test_owa_is_the_mean_of_two_ratios():
    """Broken on purpose: the ratio of the means."""
    of = add_owa({"model": scores(6.0, 1.0), "naive2": scores(8.0, 2.0)})
    assert of["model"]["owa"] == pytest.approx((6 / 8 + 1 / 2) / 2)
    assert of["naive2"]["owa"] == 1
    assert "reasons" not in of["model"]


def test_there_is_no_owa_without_naive2():
    assert add_owa({"model": scores(6.0, 1.0)}) == {"model": scores(6.0, 1.0)}


@pytest.mark.parametrize(
    ("of", "naive2", "reason"),
    [
        (scores(1.0, None), scores(1.0, 1.0), "MASE is undefined"),
        (scores(1.0, 1.0), scores(None, 1.0), "sMAPE is undefined"),
        (scores(1.0, 1.0), scores(0.0, 1.0), "sMAPE of naive2 is 0: there is no ratio"),
    ],
)
def test_an_owa_that_is_undefined_has_a_reason(of, naive2, reason):
    assert owa(of, naive2).value is None
    assert owa(of, naive2).reason.startswith(reason)
    made = add_owa({"model": of | {"reasons": {"mase": "why"}}, "naive2": naive2})
    assert set(made["model"]["reasons"]) == {"mase", "owa"}
