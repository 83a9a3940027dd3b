"""The compiled steps learn what plain Keras learns."""

import functools
from itertools import pairwise

import numpy as np
import pytest

from seqforecast.backend import load_keras, load_tensorflow
from seqforecast.data.scaling import learn_scale
from seqforecast.data.split import SplitSection, split
from seqforecast.data.windows import index_windows
from seqforecast.models.section import ModelSection
from seqforecast.training.section import TrainingSection
from support.panels import panel_of

pytestmark = pytest.mark.tensorflow

LENGTH = (8, 2)


def setting(mode, learning_rate=1e-3, training=None, filled=None, change=0.0, **model):
    """Return an engine on two series, its training windows, panel and scaler."""
    from seqforecast.models.builder import build_forecaster
    from seqforecast.training.engine import Engine
    from seqforecast.training.objective import WindowArrays
    from seqforecast.training.window_order import fix_seeds

    steps = np.arange(60)
    panel = panel_of([np.sin(steps / 3), 100 + 10 * np.cos(steps / 4)])
    parts = split(panel, SplitSection())
    scaler = learn_scale(panel, parts, "standard")
    if filled is not None:
        panel.values[filled] += change
    fix_seeds(0)
    section = ModelSection.model_validate({"units": [5], **model})
    forecaster = build_forecaster(section, scaler, lookback=8, horizon=2)
    settings = {"compile": mode, "batch_size": 4, **(training or {})}
    engine = Engine(
        forecaster, TrainingSection(**settings), WindowArrays(panel.values, filled)
    )
    engine.set_learning_rate(learning_rate)
    windows = index_windows(panel, parts.train, LENGTH).take(slice(0, 50))
    return engine, windows, panel, scaler


def keras_steps(engine, windows, values, rounds):
    """Train with Keras alone, on windows cut out beforehand; return the losses."""
    tf, keras = load_tensorflow(), load_keras()
    parts, batch = engine.forecaster, engine.section.batch_size
    weights = parts.core.trainable_variables

    @tf.function  # of eager steps the same, for three times as long
    def step(targets, *inputs):
        normalised, level, width, spread = parts.normalize(*inputs)
        with tf.GradientTape() as tape:
            out = parts.core(normalised, training=True) * width / spread
            loss = keras.losses.MeanSquaredError()((targets - level) / spread, out)
        engine.optimizer.apply(tape.gradient(loss, weights), weights)
        return loss

    losses = []
    for chunk in [*windows.chunks(batch)] * rounds:
        inputs = [tf.constant(chunk.inputs(values))[:, :, None]]
        inputs += [tf.constant(chunk.series)] if parts.needs_series else []
        losses.append(float(step(tf.constant(chunk.targets(values)), *inputs)))
    return losses


MODELS = {
    "simple_rnn": {"cell": "simple_rnn"},
    "lstm": {"cell": "lstm"},
    "gru": {"cell": "gru"},
    "stacked": {"cell": "lstm", "units": [5, 4]},
    "stacked_simple_rnn": {"cell": "simple_rnn", "units": [5, 4]},
    "both_ways": {"cell": "lstm", "units": [4, 3], "bidirectional": True},
    "both_ways_simple_rnn": {"cell": "simple_rnn", "bidirectional": True},
    "dropout": {"cell": "lstm", "units": [5, 4], "dropout": 0.3},
    "segments": {"cell": "simple_rnn", "segment": 2, "embedding": 3},
    "tokens": {"cell": "lstm", "segment": 4},
    "parallel": {"cell": "gru", "segment": 2, "position": True, "decoder": "parallel"},
    "other_activation": {"cell": "lstm", "activation": "relu"},
    "zscore": {"cell": "lstm", "instance_norm": "zscore"},
}


@functools.cache
def reference(name):
    """Return windows, and what Keras alone makes of them: losses, weights.

    Both ways to compile are held against the same steps.
    """
    plain, windows, panel, _ = setting("eager", **MODELS[name])
    if "dropout" in MODELS[name]:  # a filled-up batch draws more random numbers
        windows = windows.take(slice(0, 48))
    losses = keras_steps(plain, windows, panel.values, 4)
    return windows, losses, [each.numpy() for each in plain.forecaster.core.weights]


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("mode", ["graph", "xla"])
def test_compiled_steps_learn_what_keras_learns(mode, name):
    """Losses and weights after 52 steps, every 13th on a partial batch of two.

    Plain Keras steps on windows cut out beforehand are the reference.
    Broken on purpose: `weights` of the partial batch all ones; in the LSTM kernel
    `keep` and `let_in` exchanged; in `gradients` `_earlier` left out.
    """
    windows, expected, weights = reference(name)
    engine, *_ = setting(mode, **MODELS[name])
    reports = [engine.train(windows) for _ in range(4)]

    found = np.concatenate([report.losses for report in reports])
    assert len(found) == (48 if "dropout" in MODELS[name] else 52)
    assert found == pytest.approx(np.array(expected), rel=2e-3)
    for one, other in zip(engine.forecaster.core.weights, weights, strict=True):
        assert one.numpy() == pytest.approx(other, rel=2e-3, abs=2e-5)


@pytest.mark.parametrize("mode", ["eager", "graph", "xla"])
def test_windows_handed_over_in_pieces_learn_the_same(mode):
    """Chunks are as long as half a second takes: that may decide nothing.

    Equal to the bit, dropout included.
    """
    results = []
    for borders in ([0, 50], [0, 4, 28, 50]):
        engine, windows, *_ = setting(mode, dropout=0.2, cell="gru")
        pieces = [windows.take(slice(a, b)) for a, b in pairwise(borders)]
        losses = np.concatenate([engine.train(piece).losses for piece in pieces])
        results.append([losses, *[v.numpy() for v in engine.variables]])
    assert all(map(np.array_equal, *results))


def test_the_loss_is_that_of_the_raw_forecasts_in_units_of_the_scale():
    """Computed a second way: forecast, subtract, divide by the spread, square."""
    from seqforecast.models.batched_forecast import forecast

    engine, windows, panel, scaler = setting("graph")
    pairs = list(forecast(engine.forecaster, panel.values, windows))
    y_hat = np.concatenate([made for _, made in pairs])
    errors = y_hat - windows.targets(panel.values)
    scaled = errors / scaler.spread[windows.series][:, np.newaxis]
    assert engine.objective.loss(windows) == pytest.approx(np.mean(scaled**2), rel=1e-4)


def test_gradients_are_clipped_to_the_norm():
    """One step of SGD at rate 1: the weights move by exactly clip_norm.

    Broken on purpose: `factor` left at 1.
    """
    engine, windows, *_ = setting(
        "graph", 1.0, {"optimizer": "sgd", "clip_norm": 1e-3, "batch_size": 50}
    )
    weights = engine.forecaster.core.trainable_variables
    before = [weight.value.numpy().copy() for weight in weights]
    report = engine.train(windows)
    moved = [w.value.numpy() - old for w, old in zip(weights, before, strict=True)]
    norm = np.sqrt(sum(np.sum(each**2) for each in moved))
    assert report.norms[0] > 1e-3
    assert norm == pytest.approx(1e-3, rel=1e-3)


@pytest.mark.parametrize("mode", ["graph", "xla"])
def test_a_step_that_is_not_finite_changes_nothing(mode):
    """Broken on purpose: `learn` called without the condition."""
    engine, windows, *_ = setting(mode, cell="simple_rnn")
    bad = engine.forecaster.core.layers[-1].bias
    bad.assign([np.inf, np.inf])
    before = [v.value.numpy().copy() for v in engine.variables]
    report = engine.train(windows)
    assert not report.is_finite
    assert len(report.losses) == 1
    after = [v.value.numpy() for v in engine.variables]
    assert all(map(np.array_equal, before, after))


def test_the_loss_does_not_depend_on_the_size_of_the_batches():
    engine, windows, *_ = setting("graph", cell="gru")
    whole = engine.objective.loss(windows)
    one_by_one = [engine.objective.loss(each) for each in windows.chunks(1)]
    assert np.mean(one_by_one) == pytest.approx(whole, rel=1e-6)


def test_more_windows_than_one_call_takes_are_refused():
    engine, windows, *_ = setting("eager")
    too_many = windows.take(np.zeros(4 * engine.most_steps + 1, np.int64))
    with pytest.raises(ValueError, match="expected 1 to 4096 windows, got 4097"):
        engine.train(too_many)


def test_a_restart_remembers_nothing_but_its_seed():
    """Broken on purpose: the optimizer's state kept."""
    used, windows, *_ = setting("graph")
    new, *_ = setting("graph")
    used.train(windows)
    found = []
    for engine in (used, new):
        engine.restart(5)
        found.append(engine.train(windows).losses)
    assert np.array_equal(*found)
    new.restart(6)
    assert not np.array_equal(new.train(windows).losses, found[0])


@pytest.mark.parametrize("mode", ["graph", "xla"])
def test_nothing_is_learnt_from_a_target_that_was_filled(mode):
    """Step 41 is a target of one train window of its series, and an input of none.

    Broken on purpose: filled targets not told to the engine; the losses differed.
    """
    learnt = []
    for change in (0.0, 50.0):
        engine, windows, _, _ = setting(mode, filled=np.array([41]), change=change)
        some = windows.take(np.array([31, 32, 33]))
        steps = engine.train(some)
        weights = [each.numpy() for each in engine.forecaster.model.weights]
        objective = engine.objective
        told = objective.loss(some), objective.naive_loss(some)
        learnt.append([steps.losses, *told, *weights])
    for one, two in zip(*learnt, strict=True):
        np.testing.assert_array_equal(one, two)


def errors_of(training, **model):
    """Return errors, forecasts and truths of windows, what they saw, and the rest."""
    engine, windows, panel, _ = setting("graph", training=training, **model)
    windows = windows.take(windows.series == 1)  # its values are positive
    starts, series = map(load_tensorflow().constant, windows.locate())
    found = engine.objective.window_errors(starts, series).numpy()
    seen = windows.inputs(panel.values).astype(np.float32)
    made = engine.forecaster.forecast(load_tensorflow().constant(seen), series)
    truth = windows.targets(panel.values)
    return found, np.asarray(made), truth, seen.astype(np.float64), windows, engine


@pytest.mark.parametrize("norm", ["zscore", "zlast", "mean", "logmean"])
def test_errors_can_be_measured_in_the_width_of_the_window(norm):
    """Broken on purpose: the spread of the series in its place."""
    training = {"loss_unit": "window", "loss": "mae"}
    found, made, truth, seen, *_ = errors_of(training, instance_norm=norm)
    width = {
        "zscore": seen.std(axis=1),
        "zlast": seen.std(axis=1),
        "mean": np.abs(seen).mean(axis=1),
        "logmean": np.exp(np.log(seen).mean(axis=1)),
    }[norm]
    expected = (made - truth) / width[:, None]
    assert found == pytest.approx(expected, rel=1e-3, abs=1e-4)


def test_smape_is_its_definition_but_for_the_factor():
    """200 |y - f| / (|y| + |f|) in percent is a hundred times the loss."""
    found, made, truth, _, windows, engine = errors_of({"loss": "smape"})
    expected = 2 * (made - truth) / (np.abs(made) + np.abs(truth))
    assert found == pytest.approx(expected, rel=1e-3, abs=1e-5)
    loss = engine.objective.loss(windows)
    assert loss == pytest.approx(np.abs(expected).mean(), rel=1e-3)


def test_the_naive_loss_is_in_the_unit_of_the_loss():
    training = {"loss_unit": "window", "loss": "mae"}
    _, _, truth, seen, windows, engine = errors_of(training, instance_norm="zscore")
    errors = np.abs(seen[:, -1:] - truth) / seen.std(axis=1)[:, None]
    found = engine.objective.naive_loss(windows)
    assert found == pytest.approx(errors.mean(), rel=1e-4)


def test_later_steps_can_count_less():
    """Broken on purpose: weights that are not 1 on average."""
    training = {"loss": "mae", "step_weight": 0.5}
    found, *_, windows, engine = errors_of(training)
    weights = np.array([1, 2**-0.5])
    expected = np.abs(found) @ weights / weights.sum()
    loss = engine.objective.loss(windows)
    assert loss == pytest.approx(expected.mean(), rel=1e-5)
