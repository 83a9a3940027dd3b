"""Simple forecasters as a Keras layer: what the network's output is added to.

This module opens Keras when it is imported; import it late.
"""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from seqforecast.backend import load_keras

keras = load_keras()
ops = keras.ops

# Smoothing factors of exponential smoothing, each weighed by how well it would have
# forecast the lookback one step ahead.
SMOOTHING = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99)
# A season that was seen once cannot be told from noise: so much of it is believed.
SEEN_ONCE = 0.7
LEAST_FACTOR = 0.01
LEAST_ERROR = 1e-12


@keras.saving.register_keras_serializable(package="seqforecast")
class Simple(keras.layers.Layer):  # type: ignore[misc, name-defined]
    """Forecast each window from its lookback alone, without anything learnt in epochs.

    Calling it with what `Normalize` returns, in its order, returns the levels of the
    steps of the horizon, (batch, horizon), in the place of the window's level: forecast
    = levels + width * output of the network. A network that puts out 0 forecasts what
    the simple forecaster does.

    seasonal_naive: the last season of the lookback, or the last value where the
    lookback is shorter. theta: see `_theta`; seasonal factors are ratios for `mean`,
    differences else, which for `logmean` are differences of logarithms. linear: NLinear
    in closed form (Zeng et al., 2023), whose numbers `set_map` sets.

    Args:
        kind: seasonal_naive, theta or linear.
        horizon: steps to forecast.
        season: steps in one season; 1: there is none.
        norm: the kind of `Normalize`.
    """

    def __init__(
        self, kind: str, horizon: int, season: int, norm: str, **settings: Any
    ) -> None:
        super().__init__(**settings)
        self.kind, self.horizon = kind, horizon
        self.season, self.norm = season, norm

    def build(self, shape: tuple[Any, ...]) -> None:
        """Make room for the numbers of the linear map."""
        if self.kind != "linear":
            return
        sizes = {"weights": (shape[1], self.horizon), "bias": (self.horizon,)}
        self.map = [
            self.add_weight(name=name, shape=size, trainable=False)
            for name, size in sizes.items()
        ]

    def set_map(
        self, weights: npt.NDArray[np.float64], bias: npt.NDArray[np.float64]
    ) -> None:
        """Set the linear map.

        Args:
            weights: shape (lookback, horizon), without unit.
            bias: shape (horizon,), in spreads of the series.
        """
        for variable, value in zip(self.map, (weights, bias), strict=True):
            variable.assign(value)

    def call(self, normalised: Any, level: Any, width: Any, spread: Any) -> Any:
        """Return the level of each step of the horizon, (batch, horizon).

        Args:
            normalised: shape (batch, lookback, 1).
            level: shape (batch, 1).
            width: shape (batch, 1).
            spread: shape (batch, 1).
        """
        steps = normalised[:, :, 0]
        match self.kind:
            case "theta":
                ratios = self.norm == "mean"
                ahead = _theta(steps, self.horizon, self.season, ratios=ratios)
            case "linear":
                last = steps[:, -1:]
                ahead = last + ops.matmul(steps - last, self.map[0])
                return level + width * ahead + spread * self.map[1]
            case _:
                season = self.season if self.season <= steps.shape[1] else 1
                ahead = _repeat(steps[:, -season:], self.horizon)
        return level + width * ahead

    def get_config(self) -> dict[str, Any]:
        """Return what the layer is made from."""
        own = {"kind": self.kind, "horizon": self.horizon}
        own |= {"season": self.season, "norm": self.norm}
        return {**super().get_config(), **own}


def _repeat(season: Any, steps: int) -> Any:
    """Return (batch, season) again and again, as far as so many steps."""
    return ops.tile(season, (1, -(-steps // season.shape[1])))[:, :steps]


def _theta(steps: Any, horizon: int, season: int, *, ratios: bool) -> Any:
    """Return the Theta forecast of each window, (batch, horizon).

    The seasonally adjusted lookback is smoothed exponentially and goes on with half the
    slope of its least-squares line (Assimakopoulos and Nikolopoulos, "The theta model",
    2000, as Hyndman and Billah, "Unmasking the Theta method", 2003, write it). The
    level is that of all factors of `SMOOTHING`, each weighed by its likelihood. A run
    of equal values at the start of the lookback counts as one: so stand the steps
    before the beginning of a series.

    Args:
        steps: normalised lookbacks, (batch, lookback).
        horizon: steps to forecast.
        season: steps in one season.
        ratios: whether the season is a factor, or a summand.
    """
    lookback = steps.shape[1]
    moved = ops.cast(steps[:, 1:] != steps[:, :1], "float32")
    begun = ops.cast(ops.cumsum(moved, axis=1) > 0, "float32")
    seen = ops.concatenate([begun, ops.ones_like(steps[:, :1])], axis=1)
    if season > 1 and lookback >= 2 * season:
        factors = _season(steps, seen, season, ratios=ratios)
        # The last step of the lookback has the last place in the season.
        back = ops.flip(_repeat(ops.flip(factors, axis=1), lookback), axis=1)
        adjusted = steps / back if ratios else steps - back
        ahead = _repeat(factors, horizon)
    else:
        adjusted, ahead = steps, float(ratios)
    before = ops.concatenate([ops.zeros_like(seen[:, :1]), seen[:, :-1]], axis=1)
    first = ops.sum((seen - before) * adjusted, axis=1, keepdims=True)
    adjusted = ops.where(seen > 0, adjusted, first)
    line = _smooth_on(adjusted, seen, horizon)
    return line * ahead if ratios else line + ahead


def _season(steps: Any, seen: Any, season: int, *, ratios: bool) -> Any:
    """Return the seasonal factors or summands, (batch, season), the next step's first.

    They are the means of what is left of the centred moving average, taken towards no
    season by the share of their variance that noise explains.
    """
    none = float(ratios)
    size = season + 1 - season % 2
    half, rest = size // 2, steps.shape[1] - size + 1
    total = ops.pad(ops.cumsum(steps, axis=1), [(0, 0), (1, 0)])
    mean = (total[:, season:] - total[:, :-season]) / season
    trend = mean if season % 2 else (mean[:, 1:] + mean[:, :-1]) / 2
    middle, counted = steps[:, half : half + rest], seen[:, :rest]
    left = middle - trend
    if ratios:  # of positive values none is larger
        left = ops.clip(middle / ops.where(trend > 0, trend, 1.0), 0, 2 * season)
    missing = -rest % season
    rows = (-1, (rest + missing) // season, season)
    left, counted = (
        ops.reshape(ops.pad(each, [(0, 0), (missing, 0)]), rows)
        for each in (left, counted)
    )
    count = ops.sum(counted, axis=1)
    found = ops.sum(left * counted, axis=1) / ops.maximum(count, 1.0)
    found = found - ops.mean(found, axis=1, keepdims=True)
    share = _believed(left - none - found[:, None], counted, found)
    factors = none + share * found
    if ratios:
        factors = ops.maximum(factors, LEAST_FACTOR)
    turn = half % season
    return ops.concatenate([factors[:, turn:], factors[:, :turn]], axis=1)


def _believed(noise: Any, counted: Any, found: Any) -> Any:
    """Return the share of the seasonal factors that is no noise, (batch, 1).

    Args:
        noise: what season and trend leave, (batch, seasons, season).
        counted: 1 where a step was seen, else 0, same shape.
        found: the seasonal factors less their mean, (batch, season).
    """
    season = found.shape[1]
    count = ops.sum(counted, axis=1)
    steps = ops.sum(count, axis=1, keepdims=True)
    square = ops.sum(ops.square(noise) * counted, axis=(1, 2))[:, None]
    error = square / ops.maximum(steps - season, 1.0) / ops.maximum(steps / season, 1.0)
    signal = ops.sum(ops.square(found), axis=1, keepdims=True) / (season - 1)
    share = ops.maximum(1 - error / ops.where(signal > 0, signal, 1.0), 0.0)
    share = ops.where(steps > season, share, SEEN_ONCE)
    every = ops.min(count, axis=1, keepdims=True) > 0
    return ops.where(every, share, 0.0)


def _smooth_on(steps: Any, seen: Any, horizon: int) -> Any:
    """Return the smoothed level and half the slope from it on, (batch, horizon)."""
    lookback = steps.shape[1]
    factors = np.array(SMOOTHING, np.float32)[None, :, None]
    # Doubling: after n rounds a level is made of the 2 ** n steps up to it.
    levels = ops.concatenate(
        [steps[:, None, :1] * np.ones_like(factors), steps[:, None, 1:] * factors],
        axis=2,
    )
    for power in range(math.ceil(math.log2(lookback)) if lookback > 1 else 0):
        back = 2**power
        earlier = ops.pad(levels[:, :, :-back], [(0, 0), (0, 0), (back, 0)])
        levels = levels + (1 - factors) ** back * earlier
    errors = ops.sum(ops.square(steps[:, None, 1:] - levels[:, :, :-1]), axis=2)
    count = ops.sum(seen, axis=1, keepdims=True)
    likely = ops.softmax(-0.5 * count * ops.log(errors + LEAST_ERROR), axis=1)
    places = np.arange(1 - lookback, 1, dtype=np.float32)[None]
    middle = ops.sum(seen * places, axis=1, keepdims=True) / count
    away = (places - middle) * seen
    spread = ops.sum(ops.square(away), axis=1, keepdims=True)
    slope = ops.sum(away * steps, axis=1, keepdims=True) / ops.maximum(spread, 1e-6)
    level = ops.sum(likely * levels[:, :, -1], axis=1, keepdims=True)
    # Smoothing lags behind a line by so many steps.
    lags = (1 - (1 - factors[:, :, 0]) ** count) / factors[:, :, 0]
    lag = ops.sum(likely * lags, axis=1, keepdims=True)
    ahead = np.arange(horizon, dtype=np.float32)[None]
    return level + slope / 2 * (ahead + lag)
