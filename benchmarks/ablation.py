"""From the tutorial's GRU to the recipe, one ingredient a row: ETTh1, 96 hours ahead.

    python benchmarks/ablation.py --data DIR [--readme docs/results.md] [--image PATH]

DIR holds ETTh1.csv.gz. Each run is a process of its own and one line of
benchmarks/results/ablation.jsonl; stopped anywhere, the same command goes on. The table
and the picture of forecasts at both ends are made of that file.
"""

import argparse
import statistics
from collections.abc import Sequence
from pathlib import Path

from measure import ablation_picture, recorded
from measure.accuracy_tables import spread, times, verdict_of
from measure.recorded import Job
from measure.tables import put_into, table

RESULTS = Path(__file__).parent / "results" / "ablation.jsonl"
SEEDS = (0, 1, 2)
RECIPE = "etth1_96"
TUTORIAL = {
    "window.lookback": "96",
    "model.units": "[50]",
    "model.instance_norm": "none",
    "model.segment": "null",
    "model.embedding": "null",
    "model.dropout": "0",
    "training.loss": "mse",
    "training.step_weight": "0",
    "training.learning_rate": "1e-3",
    "training.schedule": "constant",
    "training.steps_per_epoch": "null",
    "training.batch_size": "32",
    "training.ensemble": "1",
}
# Each name says what takes the place of the tutorial's settings.
STEPS = (
    ("the tutorial's GRU: 50 units, 96 hours one by one, MSE", {}),
    ("each window less its last value", {"model.instance_norm": "last"}),
    ("two days as one token", {"model.segment": None, "model.embedding": None}),
    (
        "30 days of lookback, batches of 448",
        {"window.lookback": None, "training.batch_size": None},
    ),
    ("more units, and dropout", {"model.units": None, "model.dropout": None}),
    ("absolute errors", {"training.loss": None}),
    ("less the last day and the whole month", {"model.instance_norm": None}),
    (
        "a large rate that falls, and an early end",
        {
            "training.learning_rate": None,
            "training.schedule": None,
            "training.steps_per_epoch": None,
        },
    ),
    ("far steps count less", {"training.step_weight": None}),
    ("the median of three seeds: the recipe", {"training.ensemble": None}),
)


def jobs() -> list[Job]:
    """Return a job a row: the recipe, with what the tutorial still has in its place.

    Where a step says None, the recipe's own setting takes over.
    """
    left: dict[str, str | None] = dict(TUTORIAL)
    made = []
    for name, taken in STEPS:
        left |= taken
        rest = {key: value for key, value in left.items() if value is not None}
        changes = tuple(f"{key}={value}" for key, value in rest.items())
        made.append(Job(name, RECIPE, changes))
    return made


def tables(path: Path, seeds: Sequence[int]) -> str:
    """Return the table, up to the first row of which a seed is missing."""
    records = recorded.read(path)
    lines = []
    for number, job in enumerate(jobs()):
        runs = recorded.found(records, job, seeds)
        if len(runs) < len(seeds):
            break
        errors = [run["test"]["scaled"]["mse"] for run in runs]
        chosen = [run["validation"]["mase"] for run in runs]
        plus = "+ " if number else ""
        seconds = times([statistics.median(run["seconds"] for run in runs)])
        scores = [spread(errors), spread(chosen), verdict_of(runs), seconds]
        lines.append([plus + job.name, *scores])
    head = ["ETTh1, 96 hours ahead", "test MSE", "validation MASE", "verdict", "time"]
    return table(head, lines)


def main() -> None:
    """Train, print, draw, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="trains nothing when left out")
    parser.add_argument("--seeds", type=int, nargs="*", default=SEEDS)
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--readme", type=Path)
    parser.add_argument("--image", type=Path)
    given = parser.parse_args()
    if given.data:
        data, look = given.data.resolve(), ablation_picture.look
        recorded.measure(jobs(), given.seeds, given.results, data, look)
    made = tables(given.results, given.seeds)
    print(made)
    if given.readme:
        put_into(given.readme, "ablation", made)
    if given.image:
        records = recorded.read(given.results)
        first, *_, last = jobs()
        ends = [recorded.found(records, job, given.seeds[:1]) for job in (first, last)]
        if not all(ends):
            parser.error("--image: the first and the last row were not run yet")
        ablation_picture.draw(ends[0][0], ends[1][0], given.image)


if __name__ == "__main__":
    main()
