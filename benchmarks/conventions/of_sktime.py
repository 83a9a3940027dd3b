"""Metrics and baselines of sktime."""

import numpy as np
import pandas as pd
from sktime.forecasting.naive import NaiveForecaster
from sktime.performance_metrics.forecasting import (
    mean_absolute_percentage_error,
    mean_absolute_scaled_error,
    mean_squared_scaled_error,
)
from told import tell


def scaled(history, y, f, season=1):
    arrays = [np.array(each, float) for each in (y, f, history)]
    return mean_absolute_scaled_error(
        arrays[0], arrays[1], y_train=arrays[2], sp=season
    )


def smape(y, f):
    return mean_absolute_percentage_error(np.array(y), np.array(f), symmetric=True)


def forecast(strategy, y, h, season=1):
    made = NaiveForecaster(strategy=strategy, sp=season)
    made.fit(pd.Series(np.array(y, float)))
    return made.predict(fh=np.arange(1, h + 1)).to_numpy().ravel()[h - 1]


nan = np.nan
tell(
    {
        "mase": lambda: scaled([1, 2, 4, 7], [6, 8], [5, 5]),
        "rmsse": lambda: mean_squared_scaled_error(
            np.array([6.0, 8]),
            np.array([5.0, 5]),
            y_train=np.array([1.0, 2, 4, 7]),
            square_root=True,
            sp=1,
        ),
        "mase constant": lambda: scaled([3, 3, 3, 3], [4], [3]),
        "mase short": lambda: scaled([1, 2, 4], [6], [5], 12),
        "mase missing": lambda: scaled([1, 2, 4, 7], [6, nan], [5, 5]),
        "mase gap": lambda: scaled([1, 2, nan, 7], [6], [5]),
        "smape": lambda: smape([1.0], [3.0]),
        "smape 0/0": lambda: smape([0.0], [0.0]),
        "smape 0/0 and 1/3": lambda: smape([0.0, 1.0], [0.0, 3.0]),
        "drift": lambda: forecast("drift", [1, 2, 4, 7], 2),
        "drift one": lambda: forecast("drift", [3], 2),
        "seasonal naive": lambda: forecast("last", [1, 2, 3, 4, 5], 6, 4),
        "seasonal naive short": lambda: forecast("last", [1, 2, 4], 2, 12),
        "naive missing": lambda: forecast("last", [1, 2, nan], 1),
    }
)
