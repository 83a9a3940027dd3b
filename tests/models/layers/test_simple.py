"""A network that puts out nothing forecasts what the simple forecaster does."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pydantic import ValidationError

from seqforecast.data.scaling import Scaler
from seqforecast.data.windows import index_windows
from seqforecast.evaluation.baselines.linear import fit_linear, forecast_linear
from seqforecast.evaluation.baselines.simple import seasonal_naive
from seqforecast.models.section import Cell, ModelSection
from support.panels import panel_of

pytestmark = pytest.mark.tensorflow

SEASON, HORIZON = 4, 6
NORMS = ("none", "last", "mean", "zscore", "zlast", "blend", "logmean")
SCALE = Scaler("standard", np.array([5.0, 5.0]), np.array([2.0, 2.0]))
FEW = settings(max_examples=30, deadline=None)


def build(kind, norm="last", lookback=16, **section):
    """Return a model whose head puts out zeros."""
    from seqforecast.models.builder import build_forecaster

    section = {"cell": "gru", "units": [4], **section}
    chosen = ModelSection(instance_norm=norm, residual_of=kind, **section)
    sizes = {"lookback": lookback, "horizon": HORIZON, "season": SEASON}
    forecaster = build_forecaster(chosen, SCALE, **sizes)
    head = forecaster.core.get_layer("head")
    for variable in head.trainable_variables:
        variable.assign(np.zeros(variable.shape))
    return forecaster


build_once = cache(build)


def forecast(forecaster, windows):
    """Return what a model forecasts of raw windows, (windows, lookback)."""
    windows = np.asarray(windows, np.float32)
    return forecaster.compiled(windows, np.zeros(len(windows), np.int32)).numpy()


def waves(count=3, steps=60):
    """Return series with a season that grows with the trend, all above 0."""
    time, random = np.arange(steps), np.random.default_rng(3)
    season = 1 + 0.4 * np.sin(2 * np.pi * time / SEASON)
    trends = 50 + np.outer(np.arange(count) - 1, time) / 3
    return trends * season + random.normal(0, 1, (count, steps))


def theta_of(window, horizon, season, norm):
    """Return the Theta forecast of one window, step by step: a second writing of it."""
    values = np.asarray(window, np.float64)
    if norm == "logmean":
        values = np.log(values)
    start = 0
    while start + 1 < len(values) and values[start + 1] == values[0]:
        start += 1
    y, ratios = values[start:], norm == "mean"
    factors = factors_of(y, season, ratios=ratios)
    place = (np.arange(len(y)) - len(y)) % season
    y = y / factors[place] if ratios else y - factors[place]
    unit = max(np.abs(y).max(), 1e-9) if ratios else 1.0
    smoothed, errors = [], []
    grid = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99)
    for alpha in grid:
        level, error = y[0], 0.0
        for value in y[1:]:
            error += ((value - level) / unit) ** 2
            level += alpha * (value - level)
        smoothed.append(level)
        errors.append(error)
    weights = np.array([np.min(errors) / error for error in errors]) ** (len(y) / 2)
    weights /= weights.sum()
    slope = np.polyfit(np.arange(len(y)), y, 1)[0]
    lag = weights @ [(1 - (1 - alpha) ** len(y)) / alpha for alpha in grid]
    ahead = np.arange(horizon)
    line = weights @ smoothed + slope / 2 * (ahead + lag)
    made = line * factors[ahead % season] if ratios else line + factors[ahead % season]
    return np.exp(made) if norm == "logmean" else made


def factors_of(y, season, *, ratios):
    """Return the seasonal factors, that of the next step first; an even season."""
    half, found = season // 2, [[] for _ in range(season)]
    for step in range(half, len(y) - half):
        around = y[step - half : step + half + 1].copy()
        around[[0, -1]] /= 2
        trend = around.sum() / season
        rest = y[step] / trend if ratios else y[step] - trend
        found[(step - len(y)) % season].append(rest)
    means = np.array([np.mean(each) for each in found])
    means -= means.mean()
    noise = [
        (value - ratios - mean) ** 2
        for each, mean in zip(found, means, strict=True)
        for value in each
    ]
    count = len(noise)
    error = sum(noise) / (count - season) / (count / season)
    signal = np.sum(means**2) / (season - 1)
    return float(ratios) + max(0, 1 - error / signal) * means


@pytest.mark.parametrize("norm", NORMS)
def test_the_last_season_again(norm):
    """Equal to the baseline of evaluation, in whatever the network reads.

    Broken on purpose: the season repeated from its second step."""
    panel = panel_of(waves(), SEASON)
    spans = np.array([[40, 60]] * 3)
    windows = index_windows(panel, spans, (16, HORIZON))
    baseline = seasonal_naive(panel, windows, SEASON, np.ones(3))(windows)
    made = forecast(build_once("seasonal_naive", norm), windows.inputs(panel.values))
    assert made == pytest.approx(baseline, rel=1e-5)


def test_less_than_a_season_of_lookback_repeats_the_last_value():
    made = forecast(build("seasonal_naive", lookback=3), [[1, 2, 7]])
    assert made.tolist() == [[7.0] * HORIZON]


@pytest.mark.parametrize("norm", [norm for norm in NORMS if norm != "logmean"])
def test_the_linear_map_of_the_train_part(norm):
    """Broken on purpose: the bias in the width of the window, where it has its own."""
    panel, unit = panel_of(waves(), SEASON), np.full(3, 2.0)
    train = index_windows(panel, np.array([[0, 45]] * 3), (16, HORIZON))
    test = index_windows(panel, np.array([[45, 60]] * 3), (16, HORIZON))
    fitted = fit_linear(panel, train, unit)
    forecaster = build("linear", norm)
    forecaster.simple.set_map(fitted.weights, fitted.bias)
    baseline = forecast_linear(fitted, panel, test, unit)
    made = forecast(forecaster, test.inputs(panel.values))
    assert made == pytest.approx(baseline, rel=2e-5)


@pytest.mark.parametrize("norm", ["last", "zscore", "mean", "logmean"])
def test_theta_is_what_its_steps_say(norm):
    """Broken on purpose: the slope whole; the season one step late."""
    panel = panel_of(waves(), SEASON)
    windows = index_windows(panel, np.array([[20, 60]] * 3), (16, HORIZON))
    inputs = windows.inputs(panel.values)
    expected = [theta_of(each, HORIZON, SEASON, norm) for each in inputs]
    made = forecast(build_once("theta", norm), inputs)
    assert made == pytest.approx(np.array(expected), rel=2e-4)


@pytest.mark.parametrize("norm", ["last", "mean"])
def test_theta_does_not_read_what_stands_before_a_series(norm):
    """A first value that is repeated is the place of steps that are not there."""
    short = waves(5, 13)
    long = np.concatenate([np.repeat(short[:, :1], 11, axis=1), short], axis=1)
    made = forecast(build("theta", norm, lookback=13), short)
    filled = forecast(build("theta", norm, lookback=24), long)
    # Of `last` the unit is the series', of `mean` the window's: the same forecast.
    assert filled == pytest.approx(made, rel=1e-3)


@FEW
@given(
    window=arrays(np.float32, (1, 16), elements=st.floats(-500, 500, width=32)),
    shift=st.sampled_from([-256.0, 64.0, 512.0]),
)
def test_theta_of_differences_moves_with_the_window(window, shift):
    forecaster = build_once("theta", "zscore")
    window = np.round(window)
    moved = forecast(forecaster, window + np.float32(shift)) - shift
    assert np.abs(moved - forecast(forecaster, window)).max() < 1.0


@FEW
@given(window=arrays(np.float32, (1, 16), elements=st.floats(-(2.0**99), 2.0**99)))
@pytest.mark.parametrize("norm", [norm for norm in NORMS if norm != "none"])
@pytest.mark.parametrize("kind", ["theta", "seasonal_naive"])
def test_any_window_has_a_finite_forecast(kind, norm, window):
    """Broken on purpose: ratios to a trend that is nearly 0, without an end."""
    assert np.isfinite(forecast(build_once(kind, norm), window)).all()


@pytest.mark.parametrize("kind", ["theta", "seasonal_naive"])
@pytest.mark.parametrize("value", [0.0, 7.5])
def test_a_constant_is_forecast_as_it_is(kind, value):
    constant = np.full((1, 16), value)
    for norm in ("last", "mean", "zscore"):
        made = forecast(build_once(kind, norm), constant)
        assert made == pytest.approx(np.full((1, HORIZON), value), abs=1e-5)


@pytest.mark.parametrize("cell", list(Cell))
@pytest.mark.parametrize(
    "more", [{}, {"quantiles": [0.1, 0.5, 0.9]}, {"segment": 4, "decoder": "parallel"}]
)
def test_every_cell_adds_to_it(cell, more):
    """With quantiles, each one begins where the simple forecaster is."""
    window = waves(2, 16)
    made = forecast(build("theta", "mean", cell=cell, **more), window)
    wanted = forecast(build_once("theta", "mean"), window)
    if more.get("quantiles"):
        wanted = np.repeat(wanted[:, :, None], 3, axis=2)
    assert made == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize("kind", ["theta", "seasonal_naive", "linear"])
def test_it_is_saved_with_the_model(kind, tmp_path):
    from seqforecast.models.builder import load_forecaster

    forecaster = build(kind)
    if kind == "linear":
        random = np.random.default_rng(0)
        forecaster.simple.set_map(random.random((16, HORIZON)), random.random(HORIZON))
    forecaster.model.save(tmp_path / "model.keras")
    again = load_forecaster(tmp_path / "model.keras")
    assert np.array_equal(
        forecast(again, waves(2, 16)), forecast(forecaster, waves(2, 16))
    )
    assert again.simple is not None


def test_a_linear_forecast_may_have_no_logarithm():
    with pytest.raises(ValidationError, match="may forecast what has no logarithm"):
        ModelSection(residual_of="linear", instance_norm="logmean")
