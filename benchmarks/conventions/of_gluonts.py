"""Metrics of the Evaluator of gluonts, and its Naive2."""

import numpy as np
import pandas as pd
from gluonts.evaluation import Evaluator
from gluonts.model.forecast import QuantileForecast
from told import tell

KEYS = ["0.1", "0.5", "0.9", "mean"]


def scores(history, y, forecasts, season=1):
    start = pd.Period("2020-01-01", "D")
    whole = np.array([*history, *y], float)
    index = pd.period_range(start, periods=len(whole), freq="D")
    target = pd.DataFrame({0: whole}, index=index)
    made = QuantileForecast(
        forecast_arrays=np.array([*forecasts, forecasts[1]], float),
        start_date=index[len(history)],
        forecast_keys=KEYS,
    )
    evaluate = Evaluator(quantiles=[0.1, 0.5, 0.9], seasonality=season, num_workers=0)
    return evaluate([target], [made])[0]


def scaled(history, y, f, season=1):
    return scores(history, y, [f, f, f], season)["MASE"]


def smape(y, f):
    return scores([1, 2, 4, 7], y, [f, f, f])["sMAPE"]


def naive2(series):
    from gluonts.ext.naive_2 import naive_2

    return naive_2(np.array(series, float), 1, 4)[0]


STRONG = [10.0 + i + 4 * (i % 4 == 2) for i in range(24)]
WEAK = [
    *(19, 21, 25, 22, 18, 21, 22, 21, 18, 22, 23, 23),
    *(20, 22, 21, 24, 17, 23, 22, 19, 19, 20, 23, 21),
]
nan = np.nan
WQL = [[8.0, 15.0], [10.0, 21.0], [14.0, 25.0]]
tell(
    {
        "mase": lambda: scaled([1, 2, 4, 7], [6, 8], [5, 5]),
        "mase constant": lambda: scaled([3, 3, 3, 3], [4], [3]),
        "mase short": lambda: scaled([1, 2, 4], [6], [5], 12),
        "mase missing": lambda: scaled([1, 2, 4, 7], [6, nan], [5, 5]),
        "mase gap": lambda: scaled([1, 2, nan, 7], [6], [5]),
        "smape": lambda: smape([1], [3]),
        "smape 0/0": lambda: smape([0], [0]),
        "smape 0/0 and 1/3": lambda: smape([0, 1], [0, 3]),
        "pinball": lambda: scores([1, 2, 4, 7], [10], [[8], [8], [8]])[
            "QuantileLoss[0.9]"
        ],
        "wql": lambda: scores([1, 2, 4, 7], [10, 20], WQL)["mean_wQuantileLoss"],
        "wql zeros": lambda: scores([1, 2, 4, 7], [0, 0], [[0, 0], [1, 1], [2, 2]])[
            "mean_wQuantileLoss"
        ],
        "naive2": lambda: naive2(STRONG),
        "naive2 weak": lambda: naive2(WEAK),
        "coverage edge": lambda: scores([1, 2], [1, 5], [[1, 0], [1, 1], [2, 4]])[
            "Coverage[0.9]"
        ],
    }
)
