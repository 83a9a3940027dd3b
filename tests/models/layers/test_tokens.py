"""What the cells read when there is more than values."""

import numpy as np
import pytest

from seqforecast.data.scaling import Scaler
from seqforecast.models.section import ModelSection
from seqforecast.models.size import tokens_of
from support.panels import spec_of

pytestmark = pytest.mark.tensorflow

LENGTH = {"lookback": 4, "horizon": 3}
SPEC = spec_of(
    past=("p",),
    future=("f",),
    static={"size": None},
    center=(10.0, 20.0, 5.0),
    factor=(0.5, 0.1, 2.0),
)
SHARED = Scaler("none", np.zeros(3), np.ones(3))


def build(features=SPEC, scaler=SHARED, **settings):
    from seqforecast.models.builder import build_forecaster

    section = ModelSection.model_validate({"units": [3], **settings})
    return build_forecaster(section, scaler, **LENGTH, features=features)


def read(forecaster, covariates):
    """Return what the core reads of one window: tokens, and what is known ahead."""
    values = np.arange(1, 5, dtype=np.float32)[None, :, None]
    covariates = covariates[None].astype(np.float32)
    inputs = {"covariates": covariates, "series": np.array([1])}
    found = forecaster.read(values, inputs)
    found = found if isinstance(found, list) else [found]
    return [np.asarray(each)[0] for each in found]


P, F = 10.0 + 2 * np.arange(7), 20.0 + 10 * np.arange(7)
COVARIATES = np.stack([P, F, np.full(7, 6.0)], axis=1)


def test_a_step_has_its_value_and_its_covariates_or_what_is_known_of_it():
    """Broken on purpose: scaled by 1 / factor; past columns among those ahead."""
    tokens, ahead = read(build(), COVARIATES)
    expected = [[1, 0, 0, 2], [2, 1, 1, 2], [3, 2, 2, 2], [4, 3, 3, 2]]
    assert tokens == pytest.approx(np.array(expected))
    assert ahead == pytest.approx(np.array([[4], [5], [6]]))


def test_segments_fold_steps_and_the_last_one_is_filled_up():
    """What belongs to the series stands once in each token, not once a step."""
    forecaster = build(segment=2, series_embedding=2)
    vectors = forecaster.core.get_layer("vectors")
    vectors.set_weights([np.arange(6.0).reshape(3, 2)])
    tokens, ahead = read(forecaster, COVARIATES)
    tokens = np.asarray(vectors(tokens[None]))[0]
    expected = [[1, 0, 0, 2, 1, 1, 2, 2, 3], [3, 2, 2, 4, 3, 3, 2, 2, 3]]
    assert tokens == pytest.approx(np.array(expected))
    assert ahead == pytest.approx(np.array([[4, 5], [6, 0]]))


@pytest.mark.parametrize(
    ("kinds", "width", "ahead"),
    [
        ({"past": ("p", "q")}, 1 + 2, None),
        ({"past": ("p",), "static": {"size": None, "kind": ("x", "y")}}, 2 + 3, None),
        ({"static": {"size": None}}, 1 + 1, None),
        ({"past": ("p",), "future": ("f",)}, 1 + 2, 1),
        ({"calendar": ("hour", "season")}, 1 + 4, 4),
    ],
    ids=str,
)
def test_the_horizon_is_read_only_where_something_is_known_there(kinds, width, ahead):
    spec = spec_of(**kinds)
    tokens = tokens_of(ModelSection(), **LENGTH, features=spec)
    assert (tokens.count, tokens.width) == (4, width)
    assert (tokens.places, tokens.ahead) == ((3, ahead) if ahead else (0, 0))
    found = read(build(spec), np.ones((7, len(spec.center))))
    shapes = [(4, width), (3, ahead)] if ahead else [(4, width)]
    assert [each.shape for each in found] == shapes


@pytest.mark.parametrize("decoder", ["direct", "parallel"])
def test_each_segment_is_decoded_with_what_is_known_of_it_alone(decoder):
    """Broken on purpose: the segments ahead in reverse."""
    forecaster = build(segment=2, decoder=decoder)
    random = np.random.default_rng(0)
    values = random.normal(size=(1, 4)).astype(np.float32)
    covariates = random.normal(size=(1, 7, 3)).astype(np.float32)
    made = forecaster.forecast(values, None, covariates).numpy()
    covariates[0, 4:6, 1] += 100
    first = forecaster.forecast(values, None, covariates).numpy() != made
    covariates[0, 6, 1] += 100
    both = forecaster.forecast(values, None, covariates).numpy() != made
    assert first[0].tolist() == [True, True, False]
    assert both.all()


@pytest.mark.parametrize("past_only", [True, False])
def test_no_number_of_the_past_is_read_over_the_horizon(past_only, tmp_path):
    """Forecasts are equal to the bit, whatever is passed, also after loading.

    Broken on purpose: all columns among those ahead.
    """
    from seqforecast.models.builder import load_forecaster

    spec = spec_of(past=("p",), static={"size": None}) if past_only else SPEC
    built = build(spec, segment=2, embedding=5, series_embedding=2)
    built.model.save(tmp_path / "model.keras")
    loaded = load_forecaster(tmp_path / "model.keras")
    random = np.random.default_rng(0)
    values = random.normal(size=(2, 4)).astype(np.float32)
    series = np.array([0, 2], np.int32)
    covariates = random.normal(size=(2, 7, len(spec.center))).astype(np.float32)
    expected = built.forecast(values, series, covariates).numpy()
    assert np.array_equal(loaded.forecast(values, series, covariates), expected)
    for other in (1e6, np.nan, np.inf):
        changed = covariates.copy()
        changed[:, 4:, 0] = other
        assert np.array_equal(loaded.forecast(values, series, changed), expected)
    changed[:, 3, 0] = 1e3
    assert not np.array_equal(loaded.forecast(values, series, changed), expected)


def test_a_model_of_values_alone_is_the_one_it_always_was():
    """The same inputs, layers and weights as before there were covariates."""
    forecaster = build(None, segment=2, embedding=5)
    assert [each.name for each in forecaster.model.inputs] == ["values"]
    assert {layer.name for layer in forecaster.model.layers} == {
        "values",
        "normalize",
        "core",
        "denormalize",
    }
    assert forecaster.join is None
    assert forecaster.features == 0
    assert forecaster.core.input_shape == (None, 4, 1)


def test_vectors_alone_need_the_series_and_start_from_zero():
    forecaster = build(None, series_embedding=2)
    assert forecaster.needs_series
    assert forecaster.features == 0
    vectors = forecaster.core.get_layer("vectors")
    assert not vectors.get_weights()[0].any()
    values = np.ones((3, 4), np.float32)
    made = forecaster.forecast(values, np.array([0, 1, 2], np.int32)).numpy()
    assert np.array_equal(made[0], made[2])
    vectors.set_weights([np.eye(3, 2)])
    made = forecaster.forecast(values, np.array([0, 1, 2], np.int32)).numpy()
    assert not np.array_equal(made[0], made[1])
