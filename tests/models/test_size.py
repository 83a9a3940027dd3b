"""Counts made by hand, and counts of the models that are built."""

import numpy as np
import pytest

from seqforecast.data.scaling import Scaler
from seqforecast.models.section import Cell, ModelSection
from seqforecast.models.size import (
    batch_bytes,
    count_layers,
    parameters,
    training_operations,
)
from support.panels import spec_of


def count(lookback=10, horizon=2, **settings):
    section = ModelSection(**{"units": [4], **settings})
    return count_layers(section, lookback=lookback, horizon=horizon)


HEAD = (4 + 1) * 2


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"cell": "simple_rnn"}, 4 * (1 + 4) + 4 + HEAD),
        ({"cell": "lstm"}, 4 * (4 * (1 + 4) + 4) + HEAD),
        # reset_after: a bias of the inputs and one of the state
        ({"cell": "gru"}, 3 * (4 * (1 + 4) + 8) + HEAD),
        ({"cell": "lstm", "bidirectional": True}, 2 * 4 * 24 + (8 + 1) * 2),
        # a token of 5 steps becomes 3 numbers
        (
            {"cell": "simple_rnn", "segment": 5, "embedding": 3},
            (5 + 1) * 3 + 4 * (3 + 4) + 4 + HEAD,
        ),
    ],
    ids=str,
)
def test_parameters_are_those_of_the_textbook(settings, expected):
    assert parameters(count(**settings)) == expected


@pytest.mark.parametrize(
    ("settings", "forward"),
    [
        # steps x gates x units x (inputs + units), and the head
        ({"cell": "simple_rnn"}, 10 * 1 * 4 * (1 + 4) + 4 * 2),
        ({"cell": "lstm"}, 10 * 4 * 4 * (1 + 4) + 4 * 2),
        ({"cell": "gru"}, 10 * 3 * 4 * (1 + 4) + 4 * 2),
        ({"cell": "gru", "bidirectional": True}, 2 * 10 * 3 * 4 * 5 + 8 * 2),
        # the second layer reads the first
        (
            {"cell": "simple_rnn", "units": [4, 3]},
            10 * 4 * (1 + 4) + 10 * 3 * (4 + 3) + 3 * 2,
        ),
        # two tokens of five steps
        (
            {"cell": "lstm", "segment": 5, "embedding": 3},
            2 * 5 * 3 + 2 * 4 * 4 * (3 + 4) + 4 * 2,
        ),
    ],
    ids=str,
)
def test_a_training_window_is_three_passes_of_multiply_adds(settings, forward):
    """Broken on purpose: the state left out of what a gate reads."""
    assert training_operations(count(**settings)) == 3 * 2 * forward


def test_a_batch_holds_its_windows_and_what_the_gradient_needs():
    """Of ten steps: one gate and two states of four units; the head's two outputs."""
    layers = count(cell="simple_rnn")
    held = 10 * (1 + 2) * 4 + 2
    assert batch_bytes(layers, window=12, batch=7) == 4 * 7 * (12 + held)


@pytest.mark.tensorflow
@pytest.mark.parametrize("cell", Cell)
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"units": [4, 3, 5]},
        {"units": [4, 3], "bidirectional": True, "dropout": 0.5},
        {"segment": 4, "embedding": 6, "activation": "relu"},
        {"segment": 2, "instance_norm": "zscore"},
        {"segment": 2, "embedding": 6, "position": True, "decoder": "parallel"},
        {"segment": 2, "decoder": "parallel", "bidirectional": True},
    ],
    ids=str,
)
def test_every_cell_has_the_parameters_that_are_counted(cell, settings):
    """Broken on purpose: one bias for a GRU."""
    from seqforecast.models.builder import build_core

    section = ModelSection(**{"units": [4], "cell": cell, **settings})
    built = build_core(section, lookback=8, horizon=3)
    counted = count_layers(section, lookback=8, horizon=3)
    assert parameters(counted) == built.count_params()


SPECS = {
    "past": {"past": ("p",), "calendar": (), "static": {}},
    "future": {"past": ("p",), "future": ("f",), "static": {"kind": ("x", "y")}},
    "calendar": {"calendar": ("hour",), "static": {"size": None}},
}


@pytest.mark.tensorflow
@pytest.mark.parametrize("kinds", SPECS.values(), ids=SPECS)
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"segment": 4, "embedding": 3, "series_embedding": 5, "cell": "gru"},
        {"segment": 2, "position": True, "series_embedding": 1},
        {"segment": 2, "decoder": "parallel"},
    ],
    ids=str,
)
def test_covariates_and_vectors_are_counted_too(settings, kinds):
    """Broken on purpose: the stranger's vector left out; the horizon not read."""
    from seqforecast.models.builder import build_forecaster

    section = ModelSection(**{"units": [4], **settings})
    spec = spec_of(**kinds)
    scaler = Scaler("none", np.zeros(4), np.ones(4))
    length = {"lookback": 8, "horizon": 3}
    built = build_forecaster(section, scaler, **length, features=spec).model
    counted = count_layers(section, **length, features=spec, series=3)
    trained = sum(np.prod(each.shape) for each in built.trainable_variables)
    assert parameters(counted) == trained
