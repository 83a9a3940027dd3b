"""The process that fits statistical forecasters: requests on stdin, answers on stdout.

    python -m seqforecast.evaluation.baselines.fitting

Requests and answers are JSON, one a line. Before the first answer the process says
whether the library is there. It ends when stdin does, in the middle of a fit too:
only the parent holds that open.
"""

import json
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Mapping, Sequence
from queue import SimpleQueue
from typing import Any, TextIO

import numpy as np

# Exponential smoothing and ARIMA have a state for each step of a season: longer ones
# are taken out first.
LONGEST_SEASON = 24

Fit = Callable[[str, Sequence[float], int, int], Sequence[float]]


def load_library() -> Fit:
    """Return what fits one history; it imports statsforecast.

    Raises:
        ImportError: it is not installed, or does not load.
    """
    from statsforecast import models

    kinds: Mapping[str, Callable[[int], Any]] = {
        "auto_ets": lambda season: models.AutoETS(season_length=season),
        "auto_theta": lambda season: models.AutoTheta(season_length=season),
        "auto_arima": lambda season: models.AutoARIMA(season_length=season),
    }
    # Beside the seasons that are taken out, by the same kind without one.
    trends: Mapping[str, Callable[[], Any]] = {
        "auto_ets": lambda: models.AutoETS(model="ZZN"),
        "auto_arima": lambda: models.AutoARIMA(season_length=1),
    }

    def fit(
        name: str, values: Sequence[float], season: int, horizon: int
    ) -> Sequence[float]:
        history = np.asarray(values, dtype=np.float64)
        # Less than two seasons do not tell one from a trend.
        period = season if len(history) > 2 * season else 1
        if name in trends and period > LONGEST_SEASON:
            model = models.MSTL(season_length=period, trend_forecaster=trends[name]())
        else:
            model = kinds[name](period)
        forecast: list[float] = model.forecast(y=history, h=horizon)["mean"].tolist()
        return forecast

    return fit


def answer(fit: Fit, line: str) -> dict[str, Any]:
    """Return what one request gets: its `forecast`, or the `error` of the library."""
    asked = json.loads(line)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of optimizers that did not converge
            found = fit(
                asked["name"], asked["values"], asked["season"], asked["horizon"]
            )
    except Exception as error:  # whatever a library has: this window has no forecast
        return {"error": f"{type(error).__name__}: {error}"}
    if len(found) != asked["horizon"] or not np.isfinite(found).all():
        return {"error": "the forecast is not a finite number"}
    return {"forecast": [float(value) for value in found]}


def serve(answers: TextIO, load: Callable[[], Fit] = load_library) -> None:
    """Answer requests until stdin ends.

    Args:
        answers: where they are written.
        load: returns what fits.
    """
    lines: SimpleQueue[str] = SimpleQueue()
    threading.Thread(target=_read, args=(lines,), daemon=True).start()
    try:
        fit = load()
    except Exception as error:  # a broken installation has many kinds
        say(answers, {"absent": f"{type(error).__name__}: {error}"})
        return
    say(answers, {"ready": True})
    while True:
        say(answers, answer(fit, lines.get()))


def say(answers: TextIO, what: Mapping[str, Any]) -> None:
    """Write one line."""
    answers.write(json.dumps(what) + "\n")
    answers.flush()


def _read(lines: SimpleQueue[str]) -> None:
    """Pass requests on; end the process, whatever it does, when there are no more."""
    for line in sys.stdin:
        lines.put(line)
    os.kill(os.getpid(), signal.SIGTERM)


def open_answers() -> TextIO:
    """Keep stdout for answers; what a library prints goes to stderr."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's is for the parent
    serve(open_answers())
