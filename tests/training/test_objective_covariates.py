"""Covariates and series vectors in compiled training steps."""

import dataclasses

import numpy as np
import pytest

from seqforecast.backend import load_tensorflow
from seqforecast.data.features import learn_features
from seqforecast.data.panel import Covariates
from seqforecast.data.scaling import learn_scale
from seqforecast.data.split import SplitSection, split
from seqforecast.data.windows import index_windows
from seqforecast.models.section import ModelSection
from seqforecast.training.section import TrainingSection
from support.panels import panel_of

pytestmark = pytest.mark.tensorflow

STEPS = 60


def setting(mode, **model):
    """Return an engine on two series with all kinds of features, and what it reads."""
    from seqforecast.models.builder import build_forecaster
    from seqforecast.training.engine import Engine
    from seqforecast.training.objective import WindowArrays
    from seqforecast.training.window_order import fix_seeds

    steps = np.arange(STEPS)
    panel = panel_of([np.sin(steps / 3), 100 + 10 * np.cos(steps / 4)], season=4)
    table = np.random.default_rng(0).normal(3, 2, (2 * STEPS, 2)).astype(np.float32)
    covariates = Covariates(
        past=("p",),
        future=("f",),
        table=table,
        shifts=np.zeros(2, np.int64),
        stops=STEPS * np.array([1, 2]),
        static={"kind": np.array(["x", "y"], object)},
    )
    panel = dataclasses.replace(panel, covariates=covariates)
    parts = split(panel, SplitSection())
    features = learn_features(panel, parts, ("season",), 2)
    fix_seeds(0)
    section = ModelSection.model_validate(
        {"units": [5], "series_embedding": 3, "segment": 2, **model}
    )
    scaler = learn_scale(panel, parts, "standard")
    length = {"lookback": 8, "horizon": 2}
    forecaster = build_forecaster(section, scaler, **length, features=features.spec)
    settings = TrainingSection(compile=mode, batch_size=4)
    engine = Engine(forecaster, settings, WindowArrays(panel.values, features=features))
    engine.set_learning_rate(1e-2)
    windows = index_windows(panel, parts.train, (8, 2)).take(slice(0, 50))
    return engine, windows, features, panel


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_compiled_steps_learn_what_eager_ones_do(cell):
    """Broken on purpose: vectors that begin as Keras' Embedding does."""
    plain, windows, *_ = setting("eager", cell=cell)
    expected = plain.train(windows).losses
    began = setting("eager", cell=cell)[0].variables
    for mode in ("graph", "xla"):
        engine, *_ = setting(mode, cell=cell)
        assert engine.train(windows).losses == pytest.approx(expected, rel=2e-3)
        pairs = zip(engine.variables, plain.variables, strict=True)
        for one, other in pairs:
            assert one.numpy() == pytest.approx(other.numpy(), rel=2e-3, abs=2e-5)
    changed = [
        bool(np.any(one.numpy() != other.numpy()))
        for one, other in zip(plain.variables, began, strict=True)
    ]
    names = [each.path for each in plain.variables]
    still = {name for name, moved in zip(names, changed, strict=True) if not moved}
    kept = ("normalize/center", "normalize/spread", "join/center", "join/factor")
    assert {name for name in still if name.startswith(("normal", "join"))} == {*kept}
    vectors = plain.forecaster.core.get_layer("vectors").get_weights()[0]
    assert vectors[:2].any(axis=1).all()
    assert not vectors[2].any()  # nobody trains the vector of strangers


def test_the_device_gathers_what_numpy_gathers():
    engine, windows, features, _ = setting("graph")
    tf = load_tensorflow()
    starts, series = windows.locate()
    inputs, _ = engine.objective.gather(tf.constant(starts), tf.constant(series))
    expected = features.take(windows.places(10), series)
    assert np.array_equal(inputs["covariates"], expected)


def test_a_loss_that_is_not_finite_is_explained_layer_by_layer_too():
    """Through all that is joined, to the head that also reads ahead."""
    from seqforecast.training.non_finite import examine

    engine, windows, _, panel = setting("graph")
    head = engine.forecaster.core.get_layer("head")
    head.set_weights([np.full_like(each, np.nan) for each in head.get_weights()])
    error = examine(engine, panel, windows.take(slice(0, 4)), 1)
    assert "the output of layer 'head' is not finite for 4 of 4 windows" in str(error)
    assert error.batch["covariates"].shape == (4, 10, 6)
