"""Made series: noise, walks and trends without a season, and seasons beside them."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from seqforecast.data.panel import Panel

Doubles = NDArray[np.float64]
Maker = Callable[[int, np.random.Generator], Doubles]


def autoregressive(coefficient: float) -> Maker:
    """Return a maker of autoregressive noise of first order, of deviation 1."""

    def make(steps: int, random: np.random.Generator) -> Doubles:
        shocks = random.standard_normal(steps + 200)
        values = np.zeros(len(shocks))
        for i in range(1, len(shocks)):
            values[i] = coefficient * values[i - 1] + shocks[i]
        return values[200:] * np.sqrt(1 - coefficient**2)

    return make


def _noise(steps: int, random: np.random.Generator) -> Doubles:
    return random.standard_normal(steps)


def _walk(steps: int, random: np.random.Generator) -> Doubles:
    return random.standard_normal(steps).cumsum()


def _prices(steps: int, random: np.random.Generator) -> Doubles:
    return 50 * np.exp(0.02 * random.standard_t(4, steps).cumsum())


def _share(steps: int) -> Doubles:
    return np.arange(steps) / steps


NONE: dict[str, Maker] = {
    "noise": _noise,
    "AR(1), 0.5": autoregressive(0.5),
    "AR(1), 0.9": autoregressive(0.9),
    "AR(1), -0.5": autoregressive(-0.5),
    "random walk": _walk,
    "walk and noise": lambda n, g: _walk(n, g) + 2 * _noise(n, g),
    "share prices": _prices,
    "sums of a walk": lambda n, g: _walk(n, g).cumsum(),
    "straight trend": lambda n, g: 10 * _share(n) + _noise(n, g),
    "growth": lambda n, g: np.exp(3 * _share(n)) + _noise(n, g) / 2,
    "trend that saturates": lambda n, g: (
        20 / (1 + np.exp(-12 * (_share(n) - 0.5))) + _noise(n, g)
    ),
    "trend that turns": lambda n, g: 20 * np.abs(_share(n) - 0.4) + _noise(n, g),
    "jump": lambda n, g: 5 * (_share(n) > g.uniform(0.2, 0.8)) + _noise(n, g),
    "counts, mostly 0": lambda n, g: g.poisson(0.3, n).astype(np.float64),
}
"""Series without a season; steps and a generator in, shape (steps,) out."""


def wave(period: int, steps: int, random: np.random.Generator) -> Doubles:
    """Return a sine of amplitude 1 that begins anywhere, shape (steps,)."""
    start = random.uniform(0, 2 * np.pi)
    return np.sin(2 * np.pi * np.arange(steps) / period + start)


def pattern(period: int, steps: int, random: np.random.Generator) -> Doubles:
    """Return any pattern of deviation 1 that repeats, shape (steps,)."""
    levels = random.standard_normal(period)
    levels = (levels - levels.mean()) / levels.std()
    return levels[np.arange(steps) % period]


def panel_of(values: Doubles, frequency: str | int) -> Panel:
    """Return a panel of one series, shape (steps,)."""
    import pandas as pd

    return Panel(
        values=values.astype(np.float32),
        offsets=np.array([0, len(values)]),
        ids=("made",),
        first_steps=np.zeros(1, np.int64),
        origin=1 if isinstance(frequency, int) else pd.Timestamp("2000-01-01"),
        frequency=frequency,
        season=None,
        sha256="",
    )
