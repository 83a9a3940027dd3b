"""What conformal intervals cover: where nothing changes, under a shift, on a real set.

    python benchmarks/coverage.py [--data DIR] [--readme docs/results.md]

Trains one small model for each row, calibrates intervals of 80 and 95 % on its
validation part and counts on its test part. The first row is what the promise is about:
2,500 waves with independent noise, one window of eight steps each, 20,000 points that
do not depend on each other. In the second, walks move three times as far in the test
part. With `--data`, a folder of the sets that `docs/results.md` names, also ETTh1,
where windows overlap and seasons change. A few minutes on two cores.
"""

import argparse
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from measure.tables import put_into, table

import seqforecast

LEVELS = [80, 95]


def experiment(**settings: Any) -> dict[str, Any]:
    """Return an experiment with intervals; the sections are replaced by others."""
    return {
        "intervals": {"level": LEVELS},
        "model": {"cell": "gru", "units": [16]},
        "training": {"epochs": 5, "steps_per_epoch": 200, "learning_rate": 3e-3},
        **settings,
    }


def waves() -> dict[str, Any]:
    """Return waves with independent noise, one test window a series."""
    return experiment(
        name="waves",
        data={
            "source": "synthetic",
            "kind": "sine",
            "series": 2500,
            "length": 200,
            "period": 12.0,
            "noise": 0.3,
        },
        split={"train": "rest", "validation": 40, "test": 8},
        window={"lookback": 36, "horizon": 8},
    )


def drifting(folder: Path) -> dict[str, Any]:
    """Return walks that move three times as far in the test part."""
    draw = np.random.default_rng(0)
    steps = np.where(np.arange(600) < 500, 1.0, 3.0)[:, np.newaxis]
    walks = np.cumsum(draw.standard_normal((600, 40)) * steps, axis=0)
    frame = pd.DataFrame(walks, columns=[f"walk_{i}" for i in range(40)])
    frame.insert(0, "ds", np.arange(600))
    frame.to_parquet(folder / "walks.parquet")
    data = {"source": "table", "path": str(folder / "walks.parquet"), "season": None}
    return experiment(
        name="walks",
        data=data,
        split={"train": 400, "validation": 100, "test": 100},
        window={"lookback": 20, "horizon": 4},
    )


def etth1(folder: Path) -> dict[str, Any]:
    """Return ETTh1, 24 hours ahead."""
    data = {"source": "table", "path": str(folder / "ETTh1.csv.gz"), "time": "date"}
    return experiment(
        name="etth1",
        data=data,
        split={"train": 8640, "validation": 2880, "test": 2880},
        window={"lookback": 168, "horizon": 24},
        model={"cell": "gru", "units": [64], "segment": 24, "embedding": 64},
    )


def main() -> None:
    """Train, count, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--readme", type=Path)
    given = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        asked = {
            "waves, nothing changes": waves(),
            "walks that move three times as far later": drifting(folder),
        }
        if given.data:
            asked["ETTh1, 24 hours ahead"] = etth1(given.data)
        for what, settings in asked.items():
            test = seqforecast.train(settings, runs=folder / "runs").metrics["test"]
            shares = [f"{100 * each['coverage']:.1f} %" for each in test["intervals"]]
            warned = any("intervals cover" in note for note in test["notes"])
            points = f"{test['points']:,}"
            rows.append([what, points, *shares, "yes" if warned else "no"])
    head = ["intervals on", "test points", *(f"{level} % cover" for level in LEVELS)]
    made = table([*head, "warned"], rows)
    print(made)
    if given.readme:
        put_into(given.readme, "coverage", made)


if __name__ == "__main__":
    main()
