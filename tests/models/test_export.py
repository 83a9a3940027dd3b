"""Exported models forecast what the model does, whatever it is built of."""

import functools

import numpy as np
import pytest

from seqforecast.data.features import FeatureSpec
from seqforecast.data.scaling import Scaler
from seqforecast.errors import BackendError
from seqforecast.models.section import ModelSection

pytestmark = pytest.mark.tensorflow

TWO = Scaler("standard", np.array([5.0, 50.0, 20.0]), np.array([2.0, 20.0, 30.0]))
ONE = Scaler("standard", np.array([5.0, 5.0]), np.array([2.0, 2.0]))
LOOKBACK, HORIZON = 12, 3

# Together they hold every cell, normalisation, decoder and layer of this package.
SPECS = {
    "all covariates": FeatureSpec(
        past=("visitors",),
        future=("price",),
        calendar=("weekday",),
        static={"city": ("Bonn", "Ulm"), "size": None},
        anchor=0,
        center=(1.0, 2.0, 0.0, 0.0, 0.0, 0.0, 3.0),
        factor=(0.5, 0.1, 1.0, 1.0, 1.0, 1.0, 0.2),
    ),
    "covariates": FeatureSpec(
        past=(),
        future=("price",),
        calendar=(),
        static={},
        anchor=0,
        center=(1.0,),
        factor=(0.5,),
    ),
}
MODELS = {
    "simple_rnn": {"cell": "simple_rnn", "instance_norm": "none"},
    "lstm, quantiles": {
        "cell": "lstm",
        "instance_norm": "zscore",
        "quantiles": [0.1, 0.5, 0.9],
    },
    "two bidirectional gru": {
        "cell": "gru",
        "units": [4, 3],
        "bidirectional": True,
        "instance_norm": "mean",
    },
    "parallel segments": {
        "cell": "gru",
        "segment": 3,
        "embedding": 4,
        "position": True,
        "decoder": "parallel",
        "instance_norm": "zlast",
    },
    "series vectors": {
        "cell": "lstm",
        "series_embedding": 3,
        "dropout": 0.5,
        "instance_norm": "blend",
    },
    "all covariates": {
        "cell": "gru",
        "segment": 4,
        "decoder": "parallel",
        "series_embedding": 2,
    },
    "covariates": {"cell": "simple_rnn"},
    "Theta": {"cell": "gru", "instance_norm": "mean", "residual_of": "theta"},
    "last season": {"cell": "simple_rnn", "residual_of": "seasonal_naive"},
    "linear map": {"cell": "gru", "residual_of": "linear"},
    "logarithms": {"cell": "gru", "activation": "relu", "instance_norm": "logmean"},
}


def build(settings, scaler=TWO, lookback=LOOKBACK, features=None):
    from seqforecast.models.builder import build_forecaster

    section = ModelSection(**{"units": [4], **settings})
    return build_forecaster(
        section,
        scaler,
        lookback=lookback,
        horizon=HORIZON,
        season=4,
        features=features,
    )


def ensemble():
    from seqforecast.models.forecaster import join_members

    members = [build({"cell": "gru"}, lookback=each) for each in (12, 8)]
    weights = [[each.numpy() for each in one.model.variables] for one in members]
    return join_members(members, weights)


@functools.cache
def built(name):
    """Return the model of this name, once for all forms: exports do not change it."""
    if name == "an ensemble":
        return ensemble()
    if name == "one scale":
        return build({}, ONE)
    return build(MODELS[name], features=SPECS.get(name))


def inputs_of(forecaster, count=5):
    draw = np.random.default_rng(0)
    values = draw.uniform(1, 90, (count, LOOKBACK, 1)).astype(np.float32)
    series = np.arange(count, dtype=np.int32) % 3
    inputs = {"values": values}
    if forecaster.needs_series:
        inputs["series"] = series
    if forecaster.features:
        shape = (count, LOOKBACK + HORIZON, forecaster.features)
        inputs["covariates"] = draw.uniform(0, 3, shape).astype(np.float32)
    return inputs


@pytest.mark.parametrize("form", ["savedmodel", "onnx", "tflite"])
@pytest.mark.parametrize("name", [*MODELS, "an ensemble", "one scale"])
def test_an_exported_model_forecasts_the_same(name, form, tmp_path):
    """Broken on purpose: inputs in another order, an output of another name."""
    from seqforecast.models.export import FORMATS

    forecaster = built(name)
    inputs = inputs_of(forecaster)
    wanted = np.asarray(forecaster.model(inputs, training=False))
    path = tmp_path / FORMATS[form].name
    FORMATS[form].write(forecaster, path)
    made = FORMATS[form].read(path)(inputs)
    assert made.shape == wanted.shape
    np.testing.assert_allclose(made, wanted, rtol=2e-6, atol=2e-5)
    fewer = {key: each[:2] for key, each in inputs.items()}
    again = FORMATS[form].read(path)(fewer)
    np.testing.assert_allclose(again, made[:2], rtol=2e-6, atol=2e-5)


def test_an_absent_package_is_named_with_its_extra(monkeypatch):
    import sys

    from seqforecast.models.export import check_format

    monkeypatch.setitem(sys.modules, "tf2onnx", None)
    with pytest.raises(BackendError, match="tf2onnx does not load") as caught:
        check_format("onnx")
    assert caught.value.hint == "pip install 'seqforecast[onnx]'"
    check_format("tflite")
