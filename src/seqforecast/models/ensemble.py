"""An ensemble as one model: its members side by side, and the median of them."""

from collections.abc import Sequence
from typing import Any

import numpy.typing as npt

from seqforecast.backend import load_keras
from seqforecast.models.forecaster import Forecaster

Arrays = list[npt.NDArray[Any]]


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
