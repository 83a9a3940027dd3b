"""Relearning: a trained model with the scales of other data in the place of its own."""

from collections.abc import Iterator
from typing import Any

from seqforecast.data.features import FeatureSpec
from seqforecast.data.scaling import Scaler
from seqforecast.models.forecaster import Forecaster


def relearn_scales(
    forecaster: Forecaster, scaler: Scaler, features: FeatureSpec | None
) -> None:
    """Put scales into a model, those of every member of an ensemble.

    Args:
        forecaster: is changed; its trained weights stay.
        scaler: of as many series as the model knows.
        features: of as many numbers as the model reads, where it reads any.
    """
    for layer in _layers(forecaster.model):
        if layer.name == "normalize":
            rows = layer.rows
            layer.set_scale(scaler.center[-rows:], scaler.spread[-rows:])
        elif layer.name == "join" and features is not None:
            layer.set_scale(features.center, features.factor)


def _layers(model: Any) -> Iterator[Any]:
    """Yield the layers of a model and of its members."""
    for layer in model.layers:
        yield layer
        if layer.name.startswith("member_"):
            yield from _layers(layer)
