"""The pinball loss, as training measures it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.backend import load_tensorflow
from seqforecast.data.scaling import learn_scale
from seqforecast.data.split import SplitSection, split
from seqforecast.data.windows import index_windows
from seqforecast.models.section import ModelSection
from seqforecast.training.section import TrainingSection
from support.panels import panel_of

pytestmark = pytest.mark.tensorflow

LEVELS = np.array([0.1, 0.5, 0.9])


def pinball(truth, forecast, levels=LEVELS):
    """Return the loss of each point as the paper writes it."""
    above = truth - forecast
    return np.where(above < 0, (levels - 1) * above, levels * above)


@given(
    sample=st.lists(st.integers(-50, 50), min_size=1, max_size=30),
    level=st.sampled_from([0.025, 0.1, 0.5, 0.75, 0.9]),
)
def test_the_best_constant_is_the_empirical_quantile(sample, level):
    """Broken on purpose: level and 1 - level exchanged."""
    from seqforecast.training.objective import loss_per_window

    sample = np.array(sample, np.float32)
    candidates = np.unique(sample)
    errors = (candidates[:, None] - sample)[:, :, None]
    losses = np.asarray(loss_per_window("quantile", errors, levels=np.float32([level])))
    quantile = np.quantile(sample, level, method="inverted_cdf")
    there = losses[candidates == quantile][0]
    assert there == pytest.approx(losses.min(), rel=1e-4, abs=1e-5)


def engine_of(mode="graph", filled=None, training=None, **model):
    from seqforecast.models.builder import build_forecaster
    from seqforecast.training.engine import Engine
    from seqforecast.training.objective import WindowArrays
    from seqforecast.training.window_order import fix_seeds

    steps = np.arange(60)
    panel = panel_of([10 + np.sin(steps / 3), 100 + 10 * np.cos(steps / 4)])
    parts = split(panel, SplitSection())
    scaler = learn_scale(panel, parts, "standard")
    fix_seeds(0)
    asked = {"units": [5], "quantiles": LEVELS.tolist(), **model}
    section = ModelSection.model_validate(asked)
    forecaster = build_forecaster(section, scaler, lookback=8, horizon=2)
    settings = {"compile": mode, "batch_size": 4, "loss": "quantile"}
    section = TrainingSection(**settings, **(training or {}))
    engine = Engine(forecaster, section, WindowArrays(panel.values, filled))
    windows = index_windows(panel, parts.train, (8, 2)).take(slice(0, 50))
    return engine, windows, panel


@pytest.mark.parametrize("norm", ["last", "zscore", "logmean"])
@pytest.mark.parametrize("unit", ["series", "window"])
def test_the_loss_is_the_mean_over_levels_then_over_weighted_steps(norm, unit):
    """Of what leaves the core, in no order. Broken on purpose: the weights of
    the steps the other way round."""
    training = {"loss_unit": unit, "step_weight": 0.5}
    engine, windows, panel = engine_of(training=training, instance_norm=norm)
    parts = engine.forecaster
    draw = np.random.default_rng(0)
    for each in parts.core.trainable_variables:
        each.assign(draw.normal(size=each.shape))
    seen, truth = windows.inputs(panel.values), windows.targets(panel.values)
    tf = load_tensorflow()
    inputs = {"values": tf.constant(seen)[:, :, None], "series": windows.series}
    normalised, level, width, spread = parts.normalise(inputs)
    made = parts.denormalize(parts.core(normalised), level, width).numpy()
    assert (np.diff(made, axis=2) < 0).any()
    scale = np.asarray(spread)
    if unit == "window":
        scale = np.exp(level) if norm == "logmean" else np.asarray(width)
    points = pinball(truth[:, :, None], made) / scale[:, :, None]
    weights = np.array([1, 2**-0.5])
    expected = points.mean(axis=(0, 2)) @ weights / weights.sum()
    assert engine.objective.loss(windows) == pytest.approx(expected, rel=1e-3)
    naive = pinball(truth[:, :, None], seen[:, -1:, None]) / scale[:, :, None]
    expected = naive.mean(axis=(0, 2)) @ weights / weights.sum()
    assert engine.objective.naive_loss(windows) == pytest.approx(expected, rel=1e-3)


def test_order_never_makes_the_loss_larger():
    draw = np.random.default_rng(0)
    truth, made = draw.normal(size=(500, 1)), draw.normal(size=(500, 3))
    before = pinball(truth, made).sum(axis=1)
    after = pinball(truth, np.sort(made, axis=1)).sum(axis=1)
    assert (after <= before + 1e-12).all()


def test_nothing_is_learnt_from_filled_targets():
    """Broken on purpose: `_of_observed` without the filled ones."""
    filled = np.arange(20, 25)
    engine, windows, *_ = engine_of(filled=filled)
    starts, series = map(load_tensorflow().constant, windows.locate())
    errors = engine.objective.window_errors(starts, series).numpy()
    targets = windows.locate()[0][:, None] + 8 + np.arange(2)
    assert errors.shape == (50, 2, 3)
    assert np.array_equal(np.isin(targets, filled), (errors == 0).all(axis=2))


@pytest.mark.parametrize(
    "model",
    [
        {"cell": "lstm"},
        {"cell": "simple_rnn", "segment": 2, "decoder": "parallel", "position": True},
    ],
    ids=str,
)
def test_xla_and_graph_learn_the_same(model):
    learnt = []
    for mode in ("graph", "xla"):
        engine, windows, *_ = engine_of(mode, **model)
        losses = np.concatenate([engine.train(windows).losses for _ in range(3)])
        assert losses[-13:].mean() < losses[:13].mean()
        learnt.append(losses)
    assert learnt[0] == pytest.approx(learnt[1], rel=2e-3)
