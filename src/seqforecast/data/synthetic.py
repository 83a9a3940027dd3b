"""Synthetic series whose best possible forecast is known."""

import hashlib
from abc import ABC, abstractmethod
from typing import Literal

import numpy as np
from pydantic import Field

from seqforecast.data.panel import FloatArray, Panel
from seqforecast.errors import DataError
from seqforecast.section import Section

LARGEST = 1_000_000_000


class Synthetic(Section, ABC):
    """Series made from a seed of their own: the same section, the same values."""

    source: Literal["synthetic"] = Field(description="data made by a formula")
    seed: int = Field(
        default=0, ge=0, description="makes the values; apart from the run's seed"
    )

    @abstractmethod
    def generate(self, random: np.random.Generator) -> FloatArray:
        """Return the values, shape (series, steps)."""

    @abstractmethod
    def shape(self) -> tuple[int, int]:
        """Return how many series of how many steps there will be."""

    @property
    def known_season(self) -> int | None:
        """Steps in one season, when the formula has one."""
        return None

    def generate_panel(self) -> Panel:
        """Return the panel; times are whole numbers from 0. It is made, not read.

        Raises:
            DataError: the series would need more than 4 GB.
        """
        series, steps = self.shape()
        if series * steps > LARGEST:
            raise DataError(
                f"{series:,} series of {steps:,} steps are {series * steps:,} values; "
                f"the most that is made is {LARGEST:,}",
                hint="lower the number of series or their length under data",
            )
        values = self.generate(np.random.default_rng(self.seed)).astype(np.float32)
        flat = values.reshape(-1)
        flat.flags.writeable = False
        width = len(str(series - 1))
        return Panel(
            values=flat,
            offsets=np.arange(series + 1, dtype=np.int64) * steps,
            ids=tuple(f"series_{i:0{width}d}" for i in range(series)),
            first_steps=np.zeros(series, dtype=np.int64),
            origin=0,
            frequency=1,
            season=self.known_season,
            sha256=hashlib.sha256(flat.tobytes()).hexdigest(),
        )


class Sales(Synthetic):
    """Random walks: start uniform on [0, 100), increments uniform on [-0.5, 0.5).

    The best any forecaster can do one step ahead is an MSE of 1/12.
    """

    kind: Literal["sales"] = Field(description="independent random walks")
    series: int = Field(default=1000, ge=1, le=10_000_000, description="walks")
    length: int = Field(
        default=51, ge=2, le=LARGEST, description="steps in each series"
    )

    def shape(self) -> tuple[int, int]:
        """Return (series, steps)."""
        return self.series, self.length

    def generate(self, random: np.random.Generator) -> FloatArray:
        """Return the walks, shape (series, length)."""
        start = random.uniform(0, 100, (self.series, 1))
        steps = random.uniform(-0.5, 0.5, (self.series, self.length - 1))
        return np.cumsum(np.concatenate([start, steps], axis=1), axis=1)


class Sine(Synthetic):
    """value(t) = sin(2 pi (t / period + phase)) + trend t + noise N(0, 1).

    One series has phase 0; of several, each draws its own phase.
    """

    kind: Literal["sine"] = Field(description="sine waves with trend and noise")
    series: int = Field(default=1, ge=1, le=10_000_000, description="waves")
    length: int = Field(
        default=1000, ge=2, le=LARGEST, description="steps in each series"
    )
    period: float = Field(
        default=24.0, gt=1, le=LARGEST, description="steps in one cycle"
    )
    trend: float = Field(
        default=0.0, ge=-LARGEST, le=LARGEST, description="rise a step"
    )
    noise: float = Field(
        default=0.1, ge=0, le=LARGEST, description="standard deviation of the noise"
    )

    @property
    def known_season(self) -> int | None:
        """The period, when it is a whole number of steps."""
        return int(self.period) if self.period.is_integer() else None

    def shape(self) -> tuple[int, int]:
        """Return (series, steps)."""
        return self.series, self.length

    def generate(self, random: np.random.Generator) -> FloatArray:
        """Return the waves, shape (series, length)."""
        drawn = random.uniform(0, 1, (self.series, 1))
        phase = drawn if self.series > 1 else np.zeros((1, 1))
        t = np.arange(self.length, dtype=np.float64)
        values = np.sin(2 * np.pi * (t / self.period + phase)) + self.trend * t
        values += self.noise * random.standard_normal(values.shape)
        return values


class Echo(Synthetic):
    """A first step, then quiet noise, then the first step again.

    Each series is x from N(0, 1), then lag - 1 steps from N(0, noise^2), then
    x: with a lookback of `lag` and a horizon of 1 only memory helps. The idea is
    the adding problem of Hochreiter and Schmidhuber, "Long Short-Term Memory",
    1997, cut down to its core.
    """

    kind: Literal["echo"] = Field(description="the last step repeats the first")
    series: int = Field(default=1000, ge=1, le=10_000_000, description="series")
    lag: int = Field(default=20, ge=1, le=LARGEST, description="steps between the two")
    noise: float = Field(
        default=0.1,
        ge=0,
        le=LARGEST,
        description="standard deviation of the steps between",
    )

    def shape(self) -> tuple[int, int]:
        """Return (series, steps)."""
        return self.series, self.lag + 1

    def generate(self, random: np.random.Generator) -> FloatArray:
        """Return the series, shape (series, lag + 1)."""
        first = random.standard_normal((self.series, 1))
        between = self.noise * random.standard_normal((self.series, self.lag - 1))
        return np.concatenate([first, between, first], axis=1)
