"""Metrics and baselines of darts."""

import numpy as np
import pandas as pd
from darts import TimeSeries
from darts.metrics import mase, mql, rmsse, smape
from darts.models import NaiveDrift, NaiveSeasonal
from told import tell


def series(values, start=0, columns=None):
    index = pd.RangeIndex(start, start + len(values))
    array = np.array(values, float)
    return TimeSeries.from_times_and_values(index, array, columns=columns)


def scaled(metric, history, y, f, season=1):
    begin = len(history)
    return metric(series(y, begin), series(f, begin), series(history), m=season)


def forecast(model, y, h):
    model.fit(series(y))
    return model.predict(h).values()[h - 1, 0]


nan = np.nan
tell(
    {
        "mase": lambda: scaled(mase, [1, 2, 4, 7], [6, 8], [5, 5]),
        "rmsse": lambda: scaled(rmsse, [1, 2, 4, 7], [6, 8], [5, 5]),
        "mase constant": lambda: scaled(mase, [3, 3, 3, 3], [4], [3]),
        "mase short": lambda: scaled(mase, [1, 2, 4], [6], [5], 12),
        "mase missing": lambda: scaled(mase, [1, 2, 4, 7], [6, nan], [5, 5]),
        "mase gap": lambda: scaled(mase, [1, 2, nan, 7], [6], [5]),
        "smape": lambda: smape(series([1]), series([3])),
        "smape 0/0": lambda: smape(series([0]), series([0])),
        "smape 0/0 and 1/3": lambda: smape(series([0, 1]), series([0, 3])),
        "pinball": lambda: mql(
            series([10], columns=["a"]), series([8], columns=["a_q0.900"]), q=0.9
        ),
        "drift": lambda: forecast(NaiveDrift(), [1, 2, 4, 7], 2),
        "drift one": lambda: forecast(NaiveDrift(), [3], 2),
        "seasonal naive": lambda: forecast(NaiveSeasonal(4), [1, 2, 3, 4, 5], 6),
        "seasonal naive short": lambda: forecast(NaiveSeasonal(12), [1, 2, 4], 2),
        "naive missing": lambda: forecast(NaiveSeasonal(1), [1, 2, nan], 1),
    }
)
