"""Which windows an epoch sees, in which order."""

import numpy as np

from seqforecast.data.panel import IntArray
from seqforecast.data.windows import WindowIndex
from seqforecast.training.section import TrainingSection


def windows_in_epoch(section: TrainingSection, available: int) -> int:
    """Return how many windows one epoch trains on."""
    if section.steps_per_epoch is None:
        return available
    return section.steps_per_epoch * section.batch_size


def order_windows(
    windows: WindowIndex, section: TrainingSection, random: np.random.Generator
) -> IntArray:
    """Return positions in `windows`, in the order an epoch visits them.

    Sampling by window: every window once, or, with `steps_per_epoch`, that many
    drawn without replacement (with, when there are fewer). Sampling by series:
    each draw picks a series, then one of its windows.
    """
    count = windows_in_epoch(section, len(windows))
    if section.sampling == "series":
        _, first, sizes = np.unique(
            windows.series, return_index=True, return_counts=True
        )
        picked = random.integers(len(first), size=count)
        within = np.floor(random.random(count) * sizes[picked]).astype(np.int64)
        drawn: IntArray = first[picked] + within
        return drawn
    if count == len(windows):
        return random.permutation(count)
    return random.choice(len(windows), size=count, replace=count > len(windows))
