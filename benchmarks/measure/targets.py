"""Targets: what must be reached, what is aimed at, and what was measured."""

import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from measure.predicting import WINDOWS
from measure.tables import table
from measure.training import Rates

Results = dict[str, Any]


@dataclass(frozen=True)
class Target:
    """One line; of what is counted in `x` more is better, of all else less."""

    what: str
    must: float
    aim: float
    unit: str
    measured: float | None

    @property
    def verdict(self) -> str:
        """Say how far it is reached."""
        if self.measured is None:
            return "not measured"
        sign = 1 if self.unit == "x" else -1
        if sign * self.measured >= sign * self.aim:
            return "aim reached"
        return "must reached" if sign * self.measured >= sign * self.must else "MISSED"

    def row(self) -> list[str]:
        """Return its line of the table."""
        measured = "-" if self.measured is None else f"{self.measured:.2f} {self.unit}"
        return [self.what, f"{self.must:g}", f"{self.aim:g}", measured, self.verdict]


def judge(results: Results) -> str:
    """Return the table of all targets."""
    rows = [each.row() for each in [*_training(results), *_others(results)]]
    return table(["target", "must", "aim", "measured", "verdict"], rows)


def _training(results: Results) -> Iterator[Target]:
    cases: dict[tuple[str, int], Rates] = {
        (each.case.cell, each.case.units): each
        for each in results.get("training", [])
        if each.case.inputs == 1
    }

    def ratio(cell: str, units: int, peer: str) -> float | None:
        case = cases.get((cell, units))
        ratios = case.ratios(peer) if case else []
        return statistics.median(ratios) if ratios else None

    for cell, must, aim in (("lstm", 1, 1.5), ("gru", 2.5, 3.8), ("simple_rnn", 2, 5)):
        what = f"training, {cell} 50, batch 32, against PyTorch"
        yield Target(what, must, aim, "x", ratio(cell, 50, "torch"))
    for cell, must, aim in (("lstm", 2.2, 3), ("gru", 3, 4)):
        what = f"training, {cell} 50, batch 32, against Keras `fit`"
        yield Target(what, must, aim, "x", ratio(cell, 50, "fit"))
    for cell in ("lstm", "gru", "simple_rnn"):
        what = f"training, {cell} 128, batch 128, against PyTorch"
        yield Target(what, 1.2, 1.5, "x", ratio(cell, 128, "torch"))


def _others(results: Results) -> Iterator[Target]:
    seconds = {
        name: statistics.median(each)
        for name, each in results.get("processes", {}).items()
        if each
    }
    ways = results.get("prediction", {})

    def faster(name: str) -> float | None:
        if not ways:
            return None
        theirs, ours = (statistics.median(ways[n]["seconds"]) for n in (name, "ours"))
        return theirs / ours

    ours, textbook = (
        seconds.get(name) for name in ("train simplernn", "textbook script")
    )
    share = ours / textbook if ours and textbook else None
    what = "`simplernn`, whole process, of the textbook script's time"
    yield Target(what, 1.0, 0.6, "of it", share)
    what = "predicting, against `model.predict` at batch "
    yield Target(f"{what}32", 3, 5, "x", faster("predict_32"))
    yield Target(f"{what}2000", 1.5, 2, "x", faster("predict_2000"))
    used = None
    if ways and ways["ours"]["windows"] == WINDOWS:  # not in a quick measurement
        used = ways["ours"]["memory"] / ways["predict_2000"]["memory"]
    yield Target(
        "predicting, of the memory of `model.predict`", 0.1, 0.1, "of it", used
    )
    above = results.get("memory")
    gigabytes = None if above is None else above / 1e9
    yield Target("memory above the data, any windows", 1.2, 0.8, "GB", gigabytes)
    for name, must, aim in (
        ("--help", 0.3, 0.15),
        ("doctor --quick", 1.5, 1.0),
        ("config validate", 0.6, 0.4),
    ):
        yield Target(f"`{name}`", must, aim, "s", seconds.get(name))
