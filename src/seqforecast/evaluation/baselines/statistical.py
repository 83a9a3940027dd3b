"""Forecasters of statistics from another library: automatic ETS, Theta and ARIMA.

Each window is forecast from the history of its series up to the cutoff, fitted anew,
once: what was fitted is kept while this process lives, by the numbers of the history.
"""

from collections.abc import Sequence
from hashlib import blake2b
from importlib.util import find_spec

import numpy as np

from seqforecast.data.panel import FloatArray, Panel
from seqforecast.data.windows import WindowIndex
from seqforecast.errors import BackendError
from seqforecast.evaluation.baselines.maker import (
    Doubles,
    Forecaster,
    Maker,
    cutoffs_of,
)
from seqforecast.evaluation.baselines.processes import INSTALL, SHARED, Request

STATISTICAL = ("auto_ets", "auto_theta", "auto_arima")
SECONDS = 60.0  # that one of them may take for the windows of a part

# What lies farther back hardly moves a forecast, and costs time with every fit.
MOST_STEPS, FEWEST_SEASONS = 500, 4
MOST_KEPT = 200_000

# By the numbers of the history and what was asked of it; an error in the place of a
# forecast that could not be made.
KEPT: dict[bytes, "Doubles | str"] = {}


def steps_read(season: int) -> int:
    """Return of how many steps up to the cutoff a history has at most."""
    return max(MOST_STEPS, FEWEST_SEASONS * season)


def statistical(name: str, seconds: float = SECONDS) -> Maker:
    """Return the maker of an automatic forecaster.

    Its forecaster raises BackendError where statsforecast is missing, where all fits
    together would take longer than they may, and where none of them gives numbers. A
    window whose fit alone fails gets the naive forecast: see `count_naive`.

    Args:
        name: one of `STATISTICAL`.
        seconds: that the fits of one call may take.
    """

    def make(
        panel: Panel, _train: WindowIndex, season: int | None, _unit: FloatArray
    ) -> Forecaster:
        def forecast(windows: WindowIndex) -> Doubles:
            found = _fit(_requests(name, panel, windows, season), seconds)
            cutoff = np.asarray(panel.values[cutoffs_of(windows)], dtype=np.float64)
            forecasts = np.repeat(cutoff[:, np.newaxis], windows.horizon, axis=1)
            for row, made in zip(forecasts, found, strict=True):
                if not isinstance(made, str):
                    row[:] = made
            return forecasts

        return forecast

    return make


def be_installed() -> None:
    """Refuse to go on without the library.

    Raises:
        BackendError: it is not installed.
    """
    if find_spec("statsforecast") is None:
        raise BackendError("statsforecast is not installed", hint=INSTALL)


def count_naive(
    name: str, panel: Panel, windows: WindowIndex, season: int | None
) -> int:
    """Return on how many windows the fit failed; they must have been forecast."""
    keys = map(_key, _requests(name, panel, windows, season))
    return sum(isinstance(KEPT.get(key), str) for key in keys)


def _requests(
    name: str, panel: Panel, windows: WindowIndex, season: int | None
) -> list[Request]:
    """Return the history of each window, its last steps if it is long."""
    period = season or 1
    stops = cutoffs_of(windows) + 1
    starts = np.maximum(panel.offsets[windows.series], stops - steps_read(period))
    return [
        Request(name, panel.values[start:stop], period, windows.horizon)
        for start, stop in zip(starts.tolist(), stops.tolist(), strict=True)
    ]


def _fit(requests: Sequence[Request], seconds: float) -> list["Doubles | str"]:
    """Return a forecast, or why there is none, for each request.

    Raises:
        BackendError: see `statistical`.
    """
    keys = [_key(request) for request in requests]
    missing = {
        key: request
        for key, request in zip(keys, requests, strict=True)
        if key not in KEPT
    }
    if missing:
        be_installed()
        if len(KEPT) + len(missing) > MOST_KEPT:
            KEPT.clear()
            missing = dict(zip(keys, requests, strict=True))
        answers = SHARED.fit([*missing.values()], seconds)
        for key, answer in zip(missing, answers, strict=True):
            KEPT[key] = answer.error or np.asarray(answer.forecast, dtype=np.float64)
    found = [KEPT[key] for key in keys]
    errors = [made for made in found if isinstance(made, str)]
    if found and len(errors) == len(found):
        raise BackendError(
            f"{requests[0].name} gave no forecast on any of {len(found):,} windows; "
            f"the first one: {errors[0]}"
        )
    return found


def _key(request: Request) -> bytes:
    """Return what tells a request from others."""
    about = f"{request.name} {request.season} {request.horizon} {request.values.dtype}"
    return blake2b(about.encode() + request.values.tobytes(), digest_size=16).digest()
