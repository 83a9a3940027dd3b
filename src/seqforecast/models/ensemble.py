"""An ensemble as one model: every member's core, and the median of what they say."""

from collections.abc import Sequence
from typing import Any

import numpy.typing as npt

from seqforecast.backend import load_keras
from seqforecast.models.forecaster import Forecaster

Arrays = list[npt.NDArray[Any]]


def join_members(forecaster: Forecaster, members: Sequence[Arrays]) -> Forecaster:
    """Return a model that forecasts the median of its members.

    The median is taken of the normalised forecasts, step by step: no normalisation
    changes their order. A single member is the forecaster itself.

    Args:
        forecaster: the model that all members have in common; its weights become
            those of the last member.
        members: weights in the order of `forecaster.model.variables`, at least one.
    """
    keras = load_keras()
    from seqforecast.models.layers import Median

    cores = []
    for number, weights in enumerate(members, 1):
        for variable, value in zip(forecaster.model.variables, weights, strict=True):
            variable.assign(value)
        if len(members) > 1:
            cores.append(_copy(forecaster.core, f"member_{number}"))
    if not cores:
        return forecaster
    inputs = keras.Input(forecaster.core.input_shape[1:])
    outputs = Median(name="median")([core(inputs) for core in cores])
    joined = keras.Model(inputs, outputs, name="core")

    def take(layer: Any) -> Any:
        return joined if layer.name == "core" else layer

    return Forecaster.of(
        keras.models.clone_model(forecaster.model, clone_function=take)
    )


def _copy(core: Any, name: str) -> Any:
    copied = load_keras().models.clone_model(core)
    copied.name = name
    copied.set_weights(core.get_weights())
    return copied
