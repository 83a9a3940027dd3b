"""Train the experiments that need no download with several seeds; print their table.

    python benchmarks/shipped.py [--seeds 5] [--images FOLDER]

Each run is a process of its own, as a user would start it. With --images the figures
of README and `docs` are copied from the runs with seed 0.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

EXPERIMENTS = ("simplernn", "lstm", "gru", "air_passengers", "echo")
IMAGES = {
    "air_passengers/forecast.png": "forecast.png",
    "air_passengers/loss.png": "loss.png",
    "air_passengers/error_by_step.png": "error_by_step.png",
    "simplernn/scatter.png": "scatter.png",
    "simplernn/memory.png": "memory.png",
}


def train(name: str, seed: int, runs: Path) -> tuple[Path, float]:
    """Train one experiment; return its run directory and the seconds it took."""
    command = [sys.executable, "-m", "seqforecast", "train", name, "--json", "-q"]
    command += ["--set", f"seed={seed}", "--runs", str(runs)]
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return Path(json.loads(done.stdout)["run"]), time.perf_counter() - started


def row(name: str, folders: list[Path], seconds: list[float]) -> str:
    """Return a line of the table: medians over seeds, and their range."""
    tests = [
        json.loads((each / "metrics.json").read_text())["test"] for each in folders
    ]
    errors = sorted(test["model"]["mae"] for test in tests)
    first = tests[0]
    against = first["skill"]["against"]
    verdicts = sorted({test["verdict"] for test in tests})
    return (
        f"| `{name}` | {statistics.median(seconds):.0f} s "
        f"| {statistics.median(errors):.4g} ({errors[0]:.4g} to {errors[-1]:.4g}) "
        f"| {first['baselines']['naive']['mae']:.4g} "
        f"| {first['baselines']['seasonal_naive']['mae']:.4g} "
        f"| {first['baselines']['linear']['mae']:.4g} "
        f"| {against} | {', '.join(verdicts)} |"
    )


def main() -> None:
    """Train, print, copy."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--images", type=Path)
    parser.add_argument("--only", nargs="*", default=EXPERIMENTS)
    given = parser.parse_args()
    print(
        "| experiment | time | test MAE | naive | seasonal naive | linear "
        "| best baseline | verdict |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        for name in given.only:
            made = [train(name, seed, Path(folder)) for seed in range(given.seeds)]
            folders, seconds = zip(*made, strict=True)
            print(row(name, list(folders), list(seconds)), flush=True)
            for source, target in IMAGES.items():
                if given.images and source.startswith(f"{name}/"):
                    plot = folders[0] / "plots" / Path(source).name
                    shutil.copy(plot, given.images / target)


main()
