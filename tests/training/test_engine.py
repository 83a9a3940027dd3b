"""The compiled steps learn what plain Keras learns."""

import numpy as np
import pytest

from panels import panel_of
from seqforecast.data.scaling import learn_scale
from seqforecast.data.splitting import SplitSection, split
from seqforecast.data.windows import index_windows
from seqforecast.models.section import ModelSection
from seqforecast.training.section import TrainingSection

pytestmark = pytest.mark.tensorflow

LENGTH = (8, 2)


def setting(mode, cell="lstm", learning_rate=1e-3, **training):
    """Return an engine on two series, its training windows, panel and scaler."""
    from seqforecast.models.builder import build_forecaster
    from seqforecast.training.epoch import Engine
    from seqforecast.training.seeding import fix_seeds

    steps = np.arange(60)
    panel = panel_of([np.sin(steps / 3), 100 + 10 * np.cos(steps / 4)])
    parts = split(panel, SplitSection())
    scaler = learn_scale(panel, parts, "standard")
    fix_seeds(0)
    model = ModelSection(units=[5], cell=cell)
    forecaster = build_forecaster(model, scaler, lookback=8, horizon=2)
    section = TrainingSection(compile=mode, **training)
    engine = Engine(forecaster, section, panel.values)
    engine.set_learning_rate(learning_rate)
    windows = index_windows(panel, parts.train, LENGTH).take(slice(0, 48))
    return engine, windows, panel, scaler


@pytest.mark.parametrize("cell", ["simple_rnn", "lstm", "gru"])
@pytest.mark.parametrize("mode", ["graph", "xla"])
def test_compiled_steps_equal_eager_ones(cell, mode):
    """Losses, gradient norms and weights after 48 steps, to float32 rounding."""
    results = []
    for each in ("eager", mode):
        engine, windows, *_ = setting(each, cell=cell)
        reports = [engine.train(windows, 12) for _ in range(4)]
        weights = [np.array(w.value.numpy()) for w in engine.forecaster.model.weights]
        results.append((reports, weights))
    (plain, plain_weights), (compiled, compiled_weights) = results
    for one, other in zip(plain, compiled, strict=True):
        assert one.losses == pytest.approx(other.losses, rel=1e-3)
        assert one.norms == pytest.approx(other.norms, rel=1e-3)
    for one, other in zip(plain_weights, compiled_weights, strict=True):
        assert one == pytest.approx(other, rel=1e-3, abs=1e-5)


def test_the_loss_is_that_of_the_raw_forecasts_in_units_of_the_scale():
    """Computed a second way: forecast, subtract, divide by the spread, square."""
    from seqforecast.models.forecasting import forecast

    engine, windows, panel, scaler = setting("graph")
    pairs = list(forecast(engine.forecaster, panel.values, windows))
    y_hat = np.concatenate([made for _, made in pairs])
    errors = y_hat - windows.targets(panel.values)
    scaled = errors / scaler.spread[windows.series][:, np.newaxis]
    assert engine.loss(windows) == pytest.approx(np.mean(scaled**2), rel=1e-4)


def test_gradients_are_clipped_to_the_norm():
    """One step of SGD at rate 1: the weights move by exactly clip_norm.

    Broken on purpose: `factor` left at 1.
    """
    engine, windows, *_ = setting(
        "graph", learning_rate=1.0, optimizer="sgd", clip_norm=1e-3
    )
    weights = engine.forecaster.core.trainable_variables
    before = [weight.value.numpy().copy() for weight in weights]
    report = engine.train(windows, 1)
    moved = [w.value.numpy() - old for w, old in zip(weights, before, strict=True)]
    norm = np.sqrt(sum(np.sum(each**2) for each in moved))
    assert report.norms[0] > 1e-3
    assert norm == pytest.approx(1e-3, rel=1e-3)


def test_a_step_that_is_not_finite_changes_nothing():
    """Broken on purpose: `learn` called without the condition."""
    engine, windows, *_ = setting("graph", cell="simple_rnn")
    bad = engine.forecaster.core.layers[-1].bias
    bad.assign([np.inf, np.inf])
    before = [v.value.numpy().copy() for v in engine.variables]
    report = engine.train(windows, 12)
    assert not report.is_finite
    assert len(report.losses) == 1
    after = [v.value.numpy() for v in engine.variables]
    assert all(map(np.array_equal, before, after))
