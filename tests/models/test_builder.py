"""Every cell builds, takes raw values, gives raw values, and comes back from disk."""

import numpy as np
import pytest

from seqforecast.data.scaling import Scaler
from seqforecast.models.section import Cell, ModelSection

pytestmark = pytest.mark.tensorflow

TWO = Scaler("standard", np.array([5.0, 50.0, 20.0]), np.array([2.0, 20.0, 30.0]))
ONE = Scaler("standard", np.array([5.0, 5.0]), np.array([2.0, 2.0]))


def build(scaler=TWO, lookback=8, horizon=3, **settings):
    from seqforecast.models.builder import build_forecaster

    section = ModelSection(**{"units": [4], **settings})
    return build_forecaster(section, scaler, lookback=lookback, horizon=horizon)


@pytest.mark.parametrize("cell", Cell)
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"units": [4, 3]},
        {"bidirectional": True},
        {"dropout": 0.5, "activation": "relu"},
        {"segment": 4, "embedding": 6},
        {"segment": 2, "position": True},
        {"segment": 2, "embedding": 6, "decoder": "parallel"},
        {"segment": 4, "units": [4, 3], "bidirectional": True, "decoder": "parallel"},
    ],
    ids=str,
)
def test_every_cell_builds_and_comes_back_from_disk(cell, settings, tmp_path):
    from seqforecast.models.builder import load_forecaster

    forecaster = build(cell=cell, **settings)
    values = np.random.default_rng(0).uniform(1, 9, (5, 8)).astype(np.float32)
    series = np.array([0, 1, 2, 0, 1], dtype=np.int32)
    made = forecaster.forecast(values, series).numpy()
    forecaster.model.save(tmp_path / "model.keras")
    again = load_forecaster(tmp_path / "model.keras")

    assert made.shape == (5, 3)
    assert (again.lookback, again.horizon) == (8, 3)
    assert np.array_equal(again.forecast(values, series).numpy(), made)


@pytest.mark.parametrize(
    ("cell", "weights"),
    [("simple_rnn", 4 * (4 + 1 + 1)), ("lstm", 4 * 4 * 6), ("gru", 3 * 4 * 7)],
)
def test_parameters_are_those_of_the_textbook(cell, weights):
    """units * (units + inputs + bias) a gate; GRU with reset_after has two biases."""
    assert build(cell=cell).core.count_params() == weights + (4 + 1) * 3


@pytest.mark.parametrize("settings", [{}, {"segment": 4, "decoder": "parallel"}])
def test_a_fresh_model_forecasts_nearly_the_last_value(settings):
    """The head starts small, so that training starts from the naive forecast."""
    forecaster = build(scaler=ONE, **settings)
    values = np.random.default_rng(0).uniform(1, 9, (50, 8)).astype(np.float32)
    made = forecaster.forecast(values, None).numpy()
    assert np.abs(made - values[:, -1:]).max() < 0.1


def test_one_scale_needs_no_series_and_several_do():
    assert not build(scaler=ONE).needs_series
    assert build(scaler=TWO).needs_series


def test_layers_that_cudnn_could_run_are_built_for_it():
    """Keras refuses `use_cudnn=True` only for settings that have no such kernel."""
    for cell in ("lstm", "gru"):
        layer = build(cell=cell, dropout=0.3).core.layers[0]
        config = layer.get_config()
        assert config["activation"] == "tanh"
        assert config["recurrent_activation"] == "sigmoid"
        assert config["use_bias"]
        assert config.get("reset_after", True)
        assert config["recurrent_dropout"] == 0
        assert not config["unroll"]


def numpy_gru(inputs, state, kernel, recurrent, bias):
    """One step of Cho et al., 2014, with `reset_after`, in NumPy."""
    of_input, of_state = inputs @ kernel + bias[0], state @ recurrent + bias[1]
    update, reset, candidate = zip(
        np.split(of_input, 3, axis=-1), np.split(of_state, 3, axis=-1), strict=True
    )
    update, reset = (1 / (1 + np.exp(-sum(gate))) for gate in (update, reset))
    candidate = np.tanh(candidate[0] + reset * candidate[1])
    return update * state + (1 - update) * candidate


def test_the_parallel_decoder_takes_one_step_a_segment():
    """Broken on purpose: places and windows mixed up (repeat for tile)."""
    from seqforecast.models.layers.decoders import ParallelDecoder

    decoder = ParallelDecoder("gru", horizon=5, segment=2)
    state = np.random.default_rng(0).normal(size=(3, 4)).astype(np.float32)
    made = np.asarray(decoder(state))
    weights = [np.asarray(each) for each in decoder.cell.trainable_variables]
    parts = [
        numpy_gru(vector, state, *weights) @ decoder.values.kernel + decoder.values.bias
        for vector in np.asarray(decoder.vectors)
    ]
    assert made == pytest.approx(np.concatenate(parts, axis=1)[:, :5], abs=1e-6)


def test_positions_tell_tokens_apart():
    """Without them a Dense and a bidirectional sum could not."""
    from seqforecast.models.layers.decoders import Position

    position = Position()
    tokens = np.zeros((2, 3, 4), np.float32)
    made = np.asarray(position(tokens))
    assert made.shape == (2, 3, 4)
    assert np.array_equal(made[0], made[1])
    assert len(np.unique(made[0], axis=0)) == 3
