"""Which windows an epoch sees, in which order, and the seeds of all randomness."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from seqforecast.backend import load_keras
from seqforecast.data.panel import IntArray
from seqforecast.data.windows import WindowIndex
from seqforecast.training.section import TrainingSection

Words = npt.NDArray[np.uint64]
ROUNDS = 6


def windows_in_epoch(section: TrainingSection, available: int) -> int:
    """Return how many windows one epoch trains on."""
    if section.steps_per_epoch is None:
        return available
    return section.steps_per_epoch * section.batch_size


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """The windows of one epoch in the order it visits them, computed piece by piece.

    Nothing is held a window, so a hundred million of them cost what ten do.

    Attributes:
        windows: those of the train part.
        count: how many are visited.
        keys: one 64-bit number a round, which fix the order.
        by_series: whether a draw picks a series first.
    """

    windows: WindowIndex
    count: int
    keys: tuple[int, ...]
    by_series: bool

    def __len__(self) -> int:
        """Return how many windows are visited."""
        return self.count

    def part(self, start: int, stop: int) -> WindowIndex:
        """Return the windows visited from the `start`-th to before the `stop`-th."""
        visits = np.arange(start, min(stop, self.count), dtype=np.uint64)
        if self.by_series:
            return self.windows.take(self._draw(visits))
        size = np.uint64(len(self.windows))
        passes, visits = np.divmod(visits, size)
        keys = [np.uint64(key) + passes for key in self.keys]
        return self.windows.take(_permute(visits, len(self.windows), keys))

    def _draw(self, visits: Words) -> IntArray:
        """Pick a series for each visit, then one of its windows."""
        counts = self.windows.counts
        present = np.flatnonzero(counts)
        first, second = (_share(visits ^ np.uint64(key)) for key in self.keys[:2])
        picked = present[(first * len(present)).astype(np.int64)]
        before = self.windows.ends[picked] - counts[picked]
        drawn: IntArray = before + (second * counts[picked]).astype(np.int64)
        return drawn


def order_windows(
    windows: WindowIndex, section: TrainingSection, random: np.random.Generator
) -> Order:
    """Return the order in which an epoch visits windows.

    Sampling by window: every window once, or, with `steps_per_epoch`, that many
    without repeating one before all were visited. Sampling by series: each draw
    picks a series, then one of its windows.
    """
    keys = random.integers(2**62, size=ROUNDS).tolist()
    count = windows_in_epoch(section, len(windows))
    return Order(windows, count, tuple(keys), section.sampling == "series")


def _permute(numbers: Words, size: int, keys: list[Words]) -> IntArray:
    """Return where a shuffle of 0 .. size - 1 puts some numbers.

    A Feistel network over the next power of four (Luby and Rackoff, "How to construct
    pseudorandom permutations from pseudorandom functions", 1988), walked until the
    number is below `size` (Black and Rogaway, "Ciphers with arbitrary finite
    domains", 2002).
    """
    half = np.uint64(max(1, ((size - 1).bit_length() + 1) // 2))
    low = (np.uint64(1) << half) - np.uint64(1)
    out = numbers.copy()
    outside = np.ones(len(out), dtype=np.bool_)
    while outside.any():
        left, right = out[outside] >> half, out[outside] & low
        for key in keys:
            left, right = right, left ^ (_mix(right ^ key[outside]) & low)
        out[outside] = left << half | right
        outside = out >= size
    return out.astype(np.int64)


def _share(words: Words) -> npt.NDArray[np.float64]:
    """Return numbers in [0, 1), uniform over mixed words."""
    return (_mix(words) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _mix(words: Words) -> Words:
    """Return each word with all its bits stirred.

    The finaliser of SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom
    number generators", 2014.
    """
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))


def fix_seeds(seed: int) -> None:
    """Fix Python's, NumPy's and TensorFlow's random numbers; forget old models.

    Weights and dropout follow from these; the order of windows has generators of
    its own, so that an epoch can be repeated without the epochs before it.
    """
    keras = load_keras()
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed % 2**32)


def epoch_generator(seed: int, epoch: int) -> np.random.Generator:
    """Return the generator that orders the windows of one epoch."""
    return np.random.default_rng([seed, epoch])
