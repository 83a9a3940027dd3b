"""Stand-in losses: of members that are identical, equally good or 5 % apart.

loss = level of series and cutoff x (1 + cell + seed + network), relative to 1:

    level    shared by all: lognormal, sigma .3; for one cutoff of many series .75
    cell     what a cell does well and badly, the same for all its seeds: sd .10
    seed     how good a network is on the whole: sd .01
    network  what a network does well and badly: sd .08

All but `seed` are moving averages over the horizon of an AR(1) process whose memory is
a third of the horizon, so that adjoining blocks of one horizon correlate by .39; series
share 15 % of the variance, or none where there is one cutoff.

Set to what ETTh1 shows (seven series, test errors as MASE). Between two seeds of a GRU,
96 hours ahead, the difference at one cutoff has an sd of 3 to 8 % of the error and
correlates by -.2 to .3 from block to block, and by .15 between series; between linear
and seasonal_naive by .39 from block to block (24 hours ahead), and by .19, .35 and .27
with the first, second and third block before (96 hours). Mean test errors of three
seeds, in benchmarks/results, have an sd of .02 to 2.8 % of their mean; with one cutoff
.5 % (NN5 daily) and .6 % (M4 weekly).

With heavy tails the level is lognormal with sigma 1.5, so that few series make up most
of the mean, and `seed` adds the same to all series, whatever their level: sd .03.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from seqforecast.data.panel import Panel
from seqforecast.data.windows import WindowIndex, index_windows
from seqforecast.evaluation.accuracy_tests import Units, plan_units
from seqforecast.evaluation.metrics import InSample

CELL, SEED, NETWORK, SHARED = 0.10, 0.01, 0.08, 0.15
HEAVY_SIGMA, HEAVY_SEED = 1.5, 0.03
Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Setup:
    """A test part.

    Attributes:
        series: how many.
        cutoffs: of each series.
        horizon: steps ahead.
        shared: share of the variances that all series have in common.
        heavy: whether few series make up most of the mean.
    """

    series: int
    cutoffs: int
    horizon: int
    shared: float = SHARED
    heavy: bool = False

    @property
    def name(self) -> str:
        """What it is, in words."""
        ahead = "1 step" if self.horizon == 1 else f"{self.horizon} steps"
        if self.cutoffs == 1:
            alike = f", {100 * self.shared:.0f} % shared" if self.shared else ""
            tails = ", heavy tails" if self.heavy else ""
            return f"{self.series} series, {ahead}{alike}{tails}"
        more = f", {self.series} series" if self.series > 1 else ""
        return f"{self.cutoffs:,} cutoffs, {ahead}{more}"

    def windows(self) -> tuple[Panel, WindowIndex, Units]:
        """Return an empty panel of this shape, its windows, and the plan of units."""
        length = self.cutoffs + self.horizon
        count = self.series
        panel = Panel(
            values=np.zeros(count * length, dtype=np.float32),
            offsets=np.arange(count + 1) * length,
            ids=tuple(str(i) for i in range(count)),
            first_steps=np.zeros(count, dtype=np.int64),
            origin=0,
            frequency=1,
            season=None,
            sha256="",
        )
        spans = np.tile([1, length], (count, 1))
        windows = index_windows(panel, spans, (1, self.horizon))
        scale = InSample(panel.ids, 1, np.ones(count), np.ones(count))
        return panel, windows, plan_units(panel, windows, scale)


def draw(
    setup: Setup,
    random: np.random.Generator,
    *,
    factors: tuple[float, ...],
    seeds: int,
    same_cell: bool,
) -> list[Doubles]:
    """Return losses of members, shape (seeds, series x cutoffs) each.

    Args:
        setup: the test part.
        random: where chance comes from.
        factors: the true mean error of each member.
        seeds: networks of each member.
        same_cell: whether all members are copies of one procedure.
    """
    sigma = 0.75 if setup.cutoffs == 1 else 0.3
    sigma = HEAVY_SIGMA if setup.heavy else sigma
    level = np.exp(sigma * _waves(setup, random, 1)[0])
    count = 1 if same_cell else len(factors)
    cells = CELL * _waves(setup, random, count)
    losses = []
    for i, factor in enumerate(factors):
        network = NETWORK * _waves(setup, random, seeds)
        seed = random.standard_normal((seeds, 1, 1))
        cell = cells[0 if same_cell else i]
        if setup.heavy:
            made = factor * level * (1 + cell + network) + HEAVY_SEED * seed
        else:
            made = factor * level * (1 + cell + network + SEED * seed)
        losses.append(made.reshape(seeds, -1))
    return losses


def _waves(setup: Setup, random: np.random.Generator, count: int) -> Doubles:
    """Return standard normal values, (count, series, cutoffs), that vary slowly."""
    horizon = setup.horizon
    kept = math.exp(-3 / horizon)
    steps = setup.cutoffs + horizon - 1
    shape = (count, setup.series + 1, steps)
    noise = random.standard_normal(shape) * math.sqrt(1 - kept**2)
    noise[..., 0] /= math.sqrt(1 - kept**2)
    values = lfilter([1], [1, -kept], noise)
    sums = np.cumsum(np.insert(values, 0, 0, axis=-1), axis=-1)
    means = (sums[..., horizon:] - sums[..., :-horizon]) / horizon
    lags = np.arange(1, horizon)
    variance = (horizon + 2 * ((horizon - lags) @ kept**lags)) / horizon**2
    own, common = means[:, :-1], means[:, -1:]
    mixed = math.sqrt(1 - setup.shared) * own + math.sqrt(setup.shared) * common
    return np.asarray(mixed / math.sqrt(variance))
