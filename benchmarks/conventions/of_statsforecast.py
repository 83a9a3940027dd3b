"""Baselines and conformal intervals of statsforecast."""

import numpy as np
from statsforecast.models import (
    Naive,
    RandomWalkWithDrift,
    SeasonalNaive,
    _add_conformal_distribution_intervals,
)
from told import tell


def forecast(model, y, h):
    return model.forecast(np.array(y, float), h)["mean"]


def margin(errors, level):
    """The margin of conformal intervals, from scores that stand for themselves."""
    scores = np.array(errors, float)[:, None]
    made = _add_conformal_distribution_intervals(
        fcst={"mean": np.zeros(1)}, cs=scores, level=[level]
    )
    return made[f"hi-{level}"][0]


nan = np.nan
tell(
    {
        "drift": lambda: forecast(RandomWalkWithDrift(), [1, 2, 4, 7], 2)[1],
        "drift one": lambda: forecast(RandomWalkWithDrift(), [3], 2)[1],
        "seasonal naive": lambda: forecast(SeasonalNaive(4), [1, 2, 3, 4, 5], 6)[5],
        "seasonal naive short": lambda: forecast(SeasonalNaive(12), [1, 2, 4], 2)[1],
        "naive missing": lambda: forecast(Naive(), [1, 2, nan], 1)[0],
        "conformal 9": lambda: margin(range(1, 10), 90),
        "conformal 8": lambda: margin(range(1, 9), 90),
    }
)
