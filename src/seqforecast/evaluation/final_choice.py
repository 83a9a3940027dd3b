"""The choice of the final forecast: the network's, a baseline's, or a convex mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqforecast.data.panel import FloatArray
from seqforecast.evaluation.metrics import Doubles

NETWORK = "network"


@dataclass(frozen=True, slots=True)
class FinalChoice:
    """What a run is to forecast in the end.

    Attributes:
        weights: of `network` and of baselines; they add up to 1, and none is 0.
        why: a sentence without its full stop.
    """

    weights: Mapping[str, float]
    why: str

    @property
    def name(self) -> str:
        """The only forecaster, or each with its share in percent."""
        return name_weights(self.weights)


def name_weights(weights: Mapping[str, float]) -> str:
    """Return the name of the only forecaster, or all with their shares in percent."""
    if len(weights) == 1:
        return next(iter(weights))
    ranked = sorted(weights.items(), key=lambda pair: -pair[1])
    return ", ".join(f"{name} {100 * weight:.0f} %" for name, weight in ranked)


def name_final(weights: Mapping[str, float]) -> str:
    """Return what tables call the final forecast: `model` where that is the network.

    Args:
        weights: `final` of the scores; empty where there is none.
    """
    if not weights or [*weights] == [NETWORK]:
        return "model"
    return next(iter(weights)) if len(weights) == 1 else "combination"


def mean_weights(choices: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the mean weight of each forecaster over several choices; {} of none."""
    names = dict.fromkeys(name for choice in choices for name in choice)
    return {
        name: sum(choice.get(name, 0.0) for choice in choices) / len(choices)
        for name in names
    }


def choose_final(
    asked: str,
    forecasts: Mapping[str, FloatArray],
    actual: FloatArray,
    units: Doubles,
    cutoffs: NDArray[np.int64],
) -> FinalChoice:
    """TEMPORARY: the forecaster with the lowest error."""
    del cutoffs
    errors = {
        name: float(np.nanmean(np.abs(actual - given) / units[:, np.newaxis]))
        for name, given in forecasts.items()
    }
    best = sorted(errors, key=lambda name: errors[name])
    if asked == "combination":
        return FinalChoice({best[0]: 0.5, best[1]: 0.5}, "an even mean of the best two")
    return FinalChoice({best[0]: 1.0}, "it had the lowest error on the validation part")
