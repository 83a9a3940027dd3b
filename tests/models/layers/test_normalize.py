"""What each normalisation promises: inversion, laws, and a number for any number."""

from functools import cache

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from seqforecast.data.scaling import Scaler
from seqforecast.models.section import ModelSection

pytestmark = pytest.mark.tensorflow

LOOKBACK = 8
NORMS = ("none", "last", "mean", "zscore", "zlast", "blend", "logmean")
SCALE = Scaler("standard", np.array([5.0, 5.0]), np.array([2.0, 2.0]))
FEW = settings(max_examples=40, deadline=None)

any_window = arrays(
    np.float32, (1, LOOKBACK), elements=st.floats(width=32).filter(np.isfinite)
)
moderate = arrays(np.float32, (1, LOOKBACK), elements=st.floats(-1000, 1000, width=32))
large = arrays(
    np.float32, (1, LOOKBACK), elements=st.floats(-(2.0**99), 2.0**99, width=32)
)
positive = arrays(np.float32, (1, LOOKBACK), elements=st.floats(0.5, 1000, width=32))
factors = st.sampled_from([0.0625, 0.5, 3.0, 1024.0])


@cache
def model(norm):
    """Return a model whose head is no longer small, as if it were trained."""
    from seqforecast.models.builder import build_forecaster

    section = ModelSection(cell="gru", units=[4], instance_norm=norm)
    sizes = {"lookback": LOOKBACK, "horizon": 3, "season": 3}
    forecaster = build_forecaster(section, SCALE, **sizes)
    head = forecaster.core.get_layer("head")
    random = np.random.default_rng(0)
    head.kernel.assign(random.normal(size=head.kernel.shape))
    head.bias.assign(random.normal(size=head.bias.shape))
    return forecaster


def forecast(norm, window):
    return model(norm).compiled(window, np.zeros(len(window), np.int32)).numpy()


def assert_close(made, expected, *sizes):
    """Compare to some thousand float32 roundings of the largest number involved.

    Numbers near the least float lose digits whatever is done.
    """
    size = max(float(np.abs(each).max()) for each in (made, expected, *sizes))
    assert np.abs(made - expected).max() <= 3e-4 * size + 1e-30


@pytest.mark.parametrize("norm", NORMS)
@FEW
@given(window=positive)
def test_normalisation_is_undone_exactly(norm, window):
    """Denormalize of what Normalize made is the window again."""
    parts = model(norm)
    flow, level, width, spread = parts.normalize(window[:, :, None])
    back = np.asarray(parts.denormalize(flow[:, :, 0], level, width))
    assert_close(back, window)
    assert np.asarray(spread) == pytest.approx(2.0)


@pytest.mark.parametrize("norm", ["last", "zscore", "zlast", "blend"])
@FEW
@given(window=moderate, shift=st.floats(-1000, 1000, width=32))
def test_shifting_the_window_shifts_the_forecast(norm, window, shift):
    """Broken on purpose: zscore relative to the series' centre."""
    moved = window + np.float32(shift)
    # What rounding left of the differences is what the model sees.
    seen = (moved - moved[:, -1:]) + window[:, -1:]
    made, shifted = forecast(norm, seen), forecast(norm, moved)
    assert_close(shifted - shift, made, window, shift)


@pytest.mark.parametrize("norm", ["mean", "zscore", "zlast", "logmean"])
@FEW
@given(window=positive, factor=factors)
def test_scaling_the_window_scales_the_forecast(norm, window, factor):
    """Broken on purpose: an epsilon added to the deviation."""
    scaled = forecast(norm, window * np.float32(factor))
    assert_close(scaled, factor * forecast(norm, window))


@pytest.mark.parametrize("norm", ["mean", "zscore", "zlast"])
@FEW
@example(window=np.array([[3, 1, 4, 1, 5, 9, 2, 6]], np.float32) / 4096, factor=1024.0)
@given(window=moderate, factor=factors)
def test_the_law_of_scale_holds_for_zeros_and_negative_values(norm, window, factor):
    scaled = forecast(norm, window * np.float32(factor))
    assert_close(scaled, factor * forecast(norm, window), factor * window)


@pytest.mark.parametrize("norm", ["none", "last", "logmean"])
def test_a_law_that_is_not_promised_does_not_hold(norm):
    """Else the tests above would prove nothing."""
    window = np.arange(1, LOOKBACK + 1, dtype=np.float32)[None]
    made = forecast(norm, window)
    if norm == "last":
        assert np.abs(forecast(norm, 2 * window) - 2 * made).max() > 0.1
    else:
        assert np.abs(forecast(norm, window + 9) - 9 - made).max() > 0.1


@pytest.mark.parametrize("norm", ["zscore", "zlast"])
@FEW
@given(value=st.floats(-(2.0**100), 2.0**100, width=32, allow_subnormal=False))
def test_the_forecast_of_a_constant_window_is_its_constant(norm, value):
    window = np.full((1, LOOKBACK), value, np.float32)
    assert np.array_equal(forecast(norm, window), window[:, :3])


def test_mean_forecasts_zeros_for_zeros():
    zeros = np.zeros((1, LOOKBACK), np.float32)
    assert np.array_equal(forecast("mean", zeros), zeros[:, :3])


@pytest.mark.parametrize("norm", NORMS)
@FEW
@given(window=any_window)
def test_no_finite_window_gives_nan(norm, window):
    """Broken on purpose: logarithms of zeros."""
    with np.errstate(over="ignore"):
        assert not np.isnan(forecast(norm, window)).any()


@pytest.mark.parametrize("norm", NORMS)
@FEW
@given(window=large)
def test_large_windows_give_finite_forecasts(norm, window):
    """Broken on purpose: squares of the raw differences, which overflow."""
    assert np.isfinite(forecast(norm, window)).all()


def test_blend_is_between_the_last_season_and_the_window():
    """Broken on purpose: the first season in place of the last."""
    window = np.array([[5, 1, 4, 1, 5, 9, 2, 6]], np.float32)
    flow, level, width, _ = model("blend").normalize(window[:, :, None])
    expected = (np.mean([9, 2, 6]) + window.mean()) / 2
    assert np.asarray(level) == pytest.approx(expected, rel=1e-5)
    assert np.asarray(width) == pytest.approx(2.0)
    assert np.asarray(flow)[0, :, 0] == pytest.approx((window[0] - expected) / 2)
