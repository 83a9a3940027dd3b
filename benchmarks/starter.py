"""What the experiments that `init` writes are worth, without a line changed.

    python benchmarks/starter.py --data DIR [--readme README.md]

Writes an experiment for every CSV file of the folder and for the shipped air
passengers, trains each in a process of its own, and forecasts with it; prints time and
scores. About two minutes on two cores.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measure.tables import put_into, table

AIR = Path(__file__).parents[1] / "configs/data/air_passengers.csv"


def call(folder: Path, *words: str) -> str:
    """Run the command line in a folder and return what it prints."""
    command = [sys.executable, "-m", "seqforecast", *words]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout


def measure(data: Path, folder: Path) -> list[str]:
    """Return a row: from a data file to scores and forecasts."""
    name = data.name.partition(".")[0]
    call(folder, "init", str(data.resolve()))
    began = time.perf_counter()
    told = json.loads(call(folder, "train", f"{name}.yaml", "--json"))
    seconds = time.perf_counter() - began
    call(folder, "predict", told["run"], "--output", f"{name}.csv")
    test = told["metrics"]["test"]
    metric, best = test["skill"]["metric"], test["skill"]["against"]
    ours, naive, against = (
        f"{of[metric]:.3g}"
        for of in (
            test["model"],
            test["baselines"]["naive"],
            test["baselines"][best],
        )
    )
    best = f"{best} {against}"
    return [name, f"{seconds:.0f} s", f"{metric.upper()} {ours}", naive, best]


def main() -> None:
    """Write, train, forecast, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--readme", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        files = [AIR, *sorted(given.data.glob("*.csv*"))]
        rows = [measure(data, Path(name)) for data in files]
    head = ["`init`, then `train`", "time", "test error", "naive", "best baseline"]
    made = table(head, rows)
    print(made)
    if given.readme:
        put_into(given.readme, "starter", made)


if __name__ == "__main__":
    main()
