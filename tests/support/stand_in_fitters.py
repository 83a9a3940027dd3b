"""A stand-in for the processes that fit statistical forecasters."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from seqforecast.evaluation.baselines import statistical
from seqforecast.evaluation.baselines.processes import Answer, Request


class Fitters:
    """Forecasts the mean of the history, or has an error.

    Attributes:
        asked: every request so far.
        failing: whether a request gets an error.
    """

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.failing: Callable[[Request], bool] = lambda _: False

    def fit(self, requests: Sequence[Request], _seconds: float) -> list[Answer]:
        self.asked += requests
        return [
            Answer(error="singular matrix")
            if self.failing(request)
            else Answer((float(np.mean(request.values)),) * request.horizon)
            for request in requests
        ]


def stand_in_fitters(monkeypatch: pytest.MonkeyPatch) -> Fitters:
    """Let statistical forecasters be fitted at once, and nothing be kept before."""
    made = Fitters()
    monkeypatch.setattr(statistical, "SHARED", made)
    monkeypatch.setattr(statistical, "KEPT", {})
    monkeypatch.setattr(statistical, "find_spec", lambda name: name)
    return made
