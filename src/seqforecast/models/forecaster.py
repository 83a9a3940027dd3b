"""Forecaster: a Keras model, its parts by name, and several joined to an ensemble."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy.typing as npt

from seqforecast.backend import load_keras, load_tensorflow
from seqforecast.data.features import FeatureSpec
from seqforecast.data.scaling import Scaler
from seqforecast.models.section import MEDIAN

Arrays = list[npt.NDArray[Any]]


@dataclass(frozen=True, eq=False)
class Forecaster:
    """A Keras model and the parts it is made of.

    Attributes:
        model: raw windows to raw forecasts; what is saved.
        normalize: `models.layers.Normalize`.
        join: `models.joining.Join`; None where the cells read nothing but values.
        core: the Sequential of recurrent layers and head: (batch, lookback, 1), or the
            tokens that `join` makes, to (batch, horizon), or (batch, horizon,
            quantiles) in no order, both normalised.
        denormalize: `models.layers.Denormalize`.
        simple: `models.layers.Simple`, whose forecast stands for the level of the
            window; None where the core forecasts all of the change.

    An ensemble is only its model: its members have parts of their own.
    """

    model: Any
    normalize: Any
    join: Any
    core: Any
    denormalize: Any
    simple: Any = None

    @classmethod
    def of(cls, model: Any) -> "Forecaster":
        """Find the parts of a built or loaded model by their names."""
        layers = {layer.name: layer for layer in model.layers}
        names = ("normalize", "join", "core", "denormalize", "simple")
        return cls(model, *(layers.get(name) for name in names))

    @cached_property
    def compiled(self) -> Any:
        """`forecast` as a graph, traced once for any number of windows."""
        tf = load_tensorflow()
        values = tf.TensorSpec([None, self.lookback], tf.float32)
        signature = [values, tf.TensorSpec([None], tf.int32)]
        if self.features:
            shape = [None, self.lookback + self.horizon, self.features]
            signature.append(tf.TensorSpec(shape, tf.float32))
        return tf.function(self.forecast, signature, autograph=False)

    @property
    def needs_series(self) -> bool:
        """Whether the model must be told which series a window belongs to."""
        return "series" in {tensor.name for tensor in self.model.inputs}

    @property
    def features(self) -> int:
        """Numbers of `covariates` at each step; 0 where the model reads none."""
        shapes = {tensor.name: tensor.shape for tensor in self.model.inputs}
        return int(shapes["covariates"][2]) if "covariates" in shapes else 0

    @property
    def lookback(self) -> int:
        """Steps the model sees."""
        return int(self.model.get_layer("values").batch_shape[1])

    @property
    def horizon(self) -> int:
        """Steps it predicts."""
        return int(self.model.output_shape[1])

    @cached_property
    def quantiles(self) -> tuple[float, ...]:
        """Levels of what it forecasts for a step; () where that is one number."""
        for layer in self.model.layers:
            if layer.name == "quantiles":
                return tuple(layer.levels)
        # The members of an ensemble are all alike.
        members = [member for member in self.model.layers if hasattr(member, "layers")]
        is_ensemble = self.core is None and members
        return Forecaster.of(members[0]).quantiles if is_ensemble else ()

    def median_of(self, forecasts: Any) -> Any:
        """Return y_hat, (batch, horizon), of what the model forecasts."""
        if not self.quantiles:
            return forecasts
        return forecasts[:, :, self.quantiles.index(MEDIAN)]

    @property
    def width(self) -> int:
        """The most numbers that a layer makes of a step."""
        stages, widths = [self.model], [1]
        while stages:
            stage = stages.pop()
            stages += getattr(stage, "layers", [])
            output = stage.output
            several = output if isinstance(output, list | tuple) else [output]
            widths += [tensor.shape[-1] for tensor in several if len(tensor.shape) > 1]
        return max(widths)

    def forecast(self, values: Any, series: Any, covariates: Any = None) -> Any:
        """Return raw forecasts, (batch, horizon) or (batch, horizon, quantiles).

        Args:
            values: raw lookbacks, (batch, lookback).
            series: their numbers, (batch,); read where the model `needs_series`.
            covariates: raw, (batch, lookback + horizon, features), where it reads any.
        """
        inputs = {"values": values[:, :, None]}
        if self.needs_series:
            inputs["series"] = series
        if covariates is not None:
            inputs["covariates"] = covariates
        return self.model(inputs, training=False)

    def normalise(self, inputs: Mapping[str, Any]) -> Any:
        """Return normalised values, level, width and spread of the model's inputs.

        The level is one of the window, (batch, 1), or one of each step that is
        forecast, (batch, horizon), where the core adds to a simple forecaster.
        """
        series = () if self.normalize.rows == 1 else (inputs["series"],)
        parts = self.normalize(inputs["values"], *series)
        if self.simple is None:
            return parts
        normalised, _, width, spread = parts
        return normalised, self.simple(*parts), width, spread

    def read(self, normalised: Any, inputs: Mapping[str, Any]) -> Any:
        """Return what the core reads: normalised values, or tokens with all else."""
        if self.join is None:
            return normalised
        series = inputs["series"] if self.join.numbers_series else None
        return self.join(normalised, inputs.get("covariates"), series)


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


def join_members(
    forecasters: Sequence[Forecaster], members: Sequence[Arrays]
) -> Forecaster:
    """Return a model that forecasts the median of its members, step by step.

    It reads as far back as the member with the longest lookback; each member reads
    the end of it. A single member is its forecaster itself.

    Args:
        forecasters: the model of each member; the same one may stand for several,
            and has the weights of the last of these afterwards.
        members: their weights, in the order of `forecaster.model.variables`.
    """
    keras = load_keras()
    from seqforecast.models.layers.normalize import Median, Tail

    models = []
    for number, (forecaster, weights) in enumerate(
        zip(forecasters, members, strict=True), 1
    ):
        for variable, value in zip(forecaster.model.variables, weights, strict=True):
            variable.assign(value)
        if len(members) > 1:
            models.append(_copy(forecaster.model, f"member_{number}"))
    if not models:
        return forecasters[0]
    longest = max(forecasters, key=lambda candidate: candidate.lookback)
    inputs = {
        tensor.name: keras.Input(tensor.shape[1:], dtype=tensor.dtype, name=tensor.name)
        for tensor in longest.model.inputs
    }
    outputs = []
    for forecaster, member in zip(forecasters, models, strict=True):
        seen = dict(inputs)
        missing = longest.lookback - forecaster.lookback
        for name in ("values", "covariates"):
            if missing and name in seen:
                seen[name] = Tail(missing)(seen[name])
        outputs.append(member(seen))
    return Forecaster.of(keras.Model(inputs, Median(name="median")(outputs)))


def _copy(model: Any, name: str) -> Any:
    copied = load_keras().models.clone_model(model)
    copied.name = name
    copied.set_weights(model.get_weights())
    return copied
