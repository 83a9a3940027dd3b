"""Metrics of utilsforecast."""

import numpy as np
import pandas as pd
from told import tell
from utilsforecast import losses


def frame(y, f, start=1):
    return pd.DataFrame(
        {"unique_id": "a", "ds": np.arange(start, start + len(y)), "y": y, "f": f}
    )


def scaled(loss, history, y, f, season=1):
    train = frame(history, history)[["unique_id", "ds", "y"]]
    test = frame(y, f, len(history) + 1)
    return loss(test, ["f"], seasonality=season, train_df=train)["f"].iloc[0]


def smape(y, f):
    return losses.smape(frame(y, f), ["f"])["f"].iloc[0]


def wql(y, forecasts):
    levels = np.array([0.1, 0.5, 0.9])
    data = frame(y, y).assign(**{f"q{i}": f for i, f in enumerate(forecasts)})
    named = {"m": [f"q{i}" for i in range(3)]}
    return losses.scaled_crps(data, named, levels)["m"].iloc[0]


def coverage(y, low, high):
    data = frame(y, y).assign(**{"m-lo-80": low, "m-hi-80": high})
    return losses.coverage(data, ["m"], 80)["m"].iloc[0]


nan = np.nan
tell(
    {
        "mase": lambda: scaled(losses.mase, [1, 2, 4, 7], [6, 8], [5, 5]),
        "rmsse": lambda: scaled(losses.rmsse, [1, 2, 4, 7], [6, 8], [5, 5]),
        "mase constant": lambda: scaled(losses.mase, [3, 3, 3, 3], [4.0], [3.0]),
        "mase short": lambda: scaled(losses.mase, [1, 2, 4], [6.0], [5.0], 12),
        "mase missing": lambda: scaled(losses.mase, [1, 2, 4, 7], [6, nan], [5, 5]),
        "mase gap": lambda: scaled(losses.mase, [1, 2, nan, 7], [6.0], [5.0]),
        "smape": lambda: smape([1.0], [3.0]),
        "smape 0/0": lambda: smape([0.0], [0.0]),
        "smape 0/0 and 1/3": lambda: smape([0.0, 1.0], [0.0, 3.0]),
        "pinball": lambda: losses.quantile_loss(
            frame([10.0], [8.0]), {"f": "f"}, q=0.9
        )["f"].iloc[0],
        "wql": lambda: wql([10.0, 20.0], [[8.0, 15.0], [10.0, 21.0], [14.0, 25.0]]),
        "wql zeros": lambda: wql([0.0, 0.0], [[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]]),
        "crps": lambda: (
            15 * wql([10.0, 20.0], [[8.0, 15.0], [10.0, 21.0], [14.0, 25.0]])
        ),
        "coverage edge": lambda: coverage([1.0, 5.0], [1.0, 0.0], [2.0, 4.0]),
        "coverage missing": lambda: coverage([1.0, nan], [1.0, 0.0], [2.0, 4.0]),
    }
)
