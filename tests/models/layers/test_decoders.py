"""Models that forecast quantiles: shapes, order, counts, files."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqforecast.data.scaling import Scaler
from seqforecast.models.section import ModelSection
from seqforecast.models.size import count_layers, parameters
from support.panels import spec_of

pytestmark = pytest.mark.tensorflow

LEVELS = [0.025, 0.5, 0.9]
LENGTH = {"lookback": 8, "horizon": 3}
DECODERS = {
    "direct": ({}, None),
    "tokens": ({"segment": 4, "embedding": 3}, None),
    "parallel": ({"segment": 2, "decoder": "parallel"}, None),
    "ahead": ({"segment": 2}, spec_of(calendar=("hour",))),
    "parallel_ahead": (
        {"segment": 2, "decoder": "parallel"},
        spec_of(calendar=("hour",)),
    ),
}
NORMS = ["none", "last", "mean", "zscore", "zlast", "blend", "logmean"]


def model_of(features=None, seed=0, **model):
    """Return a forecaster whose weights are random and large: its outputs cross."""
    from seqforecast.models.builder import build_forecaster

    section = ModelSection(**{"units": [4], "quantiles": LEVELS, **model})
    scaler = Scaler("none", np.zeros(2), np.ones(2))
    forecaster = build_forecaster(section, scaler, **LENGTH, features=features)
    draw = np.random.default_rng(seed)
    for each in forecaster.core.trainable_variables:
        each.assign(draw.normal(size=each.shape))
    return forecaster, section


def inputs_of(values, features):
    given = [np.asarray(values, np.float32), np.zeros(len(values), np.int32)]
    if features is not None:
        steps = LENGTH["lookback"] + LENGTH["horizon"]
        draw = np.random.default_rng(1)
        given.append(draw.normal(size=(len(values), steps, features.by_step)))
        given[-1] = given[-1].astype(np.float32)
    return given


@pytest.mark.parametrize(("model", "features"), DECODERS.values(), ids=DECODERS)
def test_every_decoder_makes_ordered_quantiles_of_each_step(model, features, tmp_path):
    """Counted, saved and loaded too. Broken on purpose: no `Quantiles` layer;
    the segment not multiplied in `_head`; nor in the counts."""
    from seqforecast.models.builder import load_forecaster

    forecaster, section = model_of(features, **model)
    values = np.random.default_rng(0).uniform(1, 3, (50, 8))
    given = inputs_of(values, features)
    made = forecaster.forecast(*given).numpy()
    assert made.shape == (50, 3, 3)
    assert (np.diff(made, axis=2) >= 0).all()
    assert (np.diff(made, axis=2) > 0).any()
    assert forecaster.horizon == 3
    counted = count_layers(section, **LENGTH, features=features)
    assert parameters(counted) == forecaster.core.count_params()
    forecaster.model.save(tmp_path / "model.keras")
    loaded = load_forecaster(tmp_path / "model.keras")
    assert loaded.quantiles == tuple(LEVELS)
    assert loaded.forecast(*given).numpy() == pytest.approx(made)
    assert loaded.median_of(made) == pytest.approx(made[:, :, 1])


@pytest.mark.parametrize(("model", "features"), DECODERS.values(), ids=DECODERS)
def test_the_numbers_of_one_step_come_from_one_place(model, features):
    """The last step of the last segment changes alone with the head's last numbers.

    Broken on purpose: quantiles before steps in the reshape.
    """
    forecaster, _ = model_of(features, **model, instance_norm="none")
    given = inputs_of(np.random.default_rng(0).uniform(1, 3, (5, 8)), features)
    before = forecaster.forecast(*given).numpy()
    head = forecaster.core.get_layer("head")
    bias = getattr(head, "values", head).bias
    if "decoder" in model:  # of two segments of two steps, the second step alone
        bias.assign(bias + np.array([0, 0, 0, 7, 7, 7], np.float32))
        changed = [1]
    else:
        bias.assign(bias + np.array([0] * 6 + [7] * 3, np.float32))
        changed = [2]
    change = forecaster.forecast(*given).numpy() - before
    expected = np.zeros_like(change)
    expected[:, changed] = 7
    assert change == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("norm", NORMS)
def test_every_normalisation_keeps_the_order(norm):
    forecaster, _ = model_of(instance_norm=norm)
    values = np.exp(np.random.default_rng(0).normal(size=(50, 8)))
    values[0] = 2.0
    made = forecaster.forecast(*inputs_of(values, None)).numpy()
    assert np.isfinite(made).all()
    assert (np.diff(made, axis=2) >= 0).all()


@settings(max_examples=20)
@given(factor=st.floats(1e-3, 1e3), shift=st.floats(-100, 100))
def test_what_moves_and_stretches_the_window_does_so_to_quantiles(factor, shift):
    forecaster, _ = model_of(instance_norm="zscore")
    values = np.random.default_rng(0).normal(size=(5, 8))
    plain, moved = (
        forecaster.forecast(*inputs_of(each, None)).numpy()
        for each in (values, factor * values + shift)
    )
    size = factor + abs(shift)
    assert moved == pytest.approx(factor * plain + shift, rel=1e-2, abs=1e-2 * size)


def test_without_quantiles_the_model_is_what_it_was():
    forecaster, _ = model_of(quantiles=[])
    names = {layer.name for layer in forecaster.model.layers}
    assert names == {"values", "normalize", "core", "denormalize"}
    assert [each.name for each in forecaster.core.layers] == ["lstm_1", "head"]
    assert forecaster.model.output_shape == (None, 3)
    assert forecaster.quantiles == ()


def test_of_an_ensemble_each_quantile_is_the_median_of_its_own():
    """Broken on purpose: the levels of a member not found."""
    from seqforecast.models.forecaster import join_members

    made = [model_of(seed=seed)[0] for seed in range(4)]
    given = inputs_of(np.random.default_rng(0).uniform(1, 3, (50, 8)), None)
    each = [forecaster.forecast(*given).numpy() for forecaster in made]
    weights = [
        [np.asarray(variable) for variable in forecaster.model.variables]
        for forecaster in made
    ]
    joined = join_members(made, weights)
    assert joined.quantiles == tuple(LEVELS)
    found = joined.forecast(*given).numpy()
    assert found == pytest.approx(np.median(each, axis=0), rel=1e-5)
    assert (np.diff(found, axis=2) >= 0).all()
