"""Material: windows as users make them, copied out of a series before training."""

import numpy as np

from measure.cases import Case

LENGTH = 200_000


def windows(case: Case, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Return what some steps of training read.

    Returns:
        Windows, shape (steps x batch, time steps, inputs), and targets, shape
        (steps x batch, 1), both float32.
    """
    random = np.random.default_rng(0)
    values = random.normal(size=LENGTH).astype(np.float32)
    starts = random.integers(0, LENGTH - case.lookback - 1, steps * case.batch)
    cut = values[starts[:, np.newaxis] + np.arange(case.lookback + 1)]
    x = cut[:, :-1].reshape(-1, case.steps, case.inputs)
    return np.ascontiguousarray(x), np.ascontiguousarray(cut[:, -1:])
