"""Speed beside Keras and PyTorch: training, predicting, starting, memory.

    python benchmarks/speed.py [--only SECTION...] [--units 50...] [--peers ours...]
        [--rounds 5] [--quick] [--json FILE] [--read FILE]
        [--readme docs/speed.md] [--image FILE]

Peers run side by side, one slice each in turn, so that a noisy machine slows all;
numbers are medians over rounds, ratios have their range. PyTorch runs with its own
number of threads and with one: the better counts. Without PyTorch, which
`pip install '.[bench]'` installs, it is skipped. Let nothing else run
meanwhile: on a busy machine even the ratios are worth little. The last table
compares with what the project wants of itself.
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from measure import predicting, processes, speed_picture, tables, training, whole_run
from measure.cases import SIZES, Case, grid
from measure.machine import describe, matrix_speed
from measure.targets import judge

SECTIONS = ("training", "prediction", "processes", "memory")
UNITS = tuple(units for units, _ in SIZES)


def measure(given: argparse.Namespace) -> dict[str, Any]:
    """Return what was measured, section by section."""
    sections, rounds, quick = given.only, given.rounds, given.quick
    results: dict[str, Any] = {"machine": describe(), "matrix_speed": matrix_speed()}
    if "training" in sections:
        cases = grid(UNITS[:1] if quick else given.units)
        results["training"] = []
        for result in training.compare(cases, given.peers, rounds):
            results["training"].append(result)
            if given.json:  # after each: the whole takes long and may end early
                write(results, given.json)
    if "prediction" in sections:
        results["prediction"] = predicting.compare(min(rounds, 3), quick=quick)
    if "processes" in sections:
        results["processes"] = processes.compare(rounds, quick=quick)
    if "memory" in sections:
        many = whole_run.train(whole_run.MANY_WINDOWS)
        results["memory"] = many.peak - whole_run.MANY_WINDOWS_DATA
    return results


def render(results: dict[str, Any]) -> str:
    """Return the tables of what was measured, as the page of speed shows them."""
    parts = []
    if results.get("training"):
        parts.append(tables.training_table(results["training"]))
    if results.get("prediction"):
        parts.append(tables.prediction_table(results["prediction"]))
    if results.get("processes"):
        parts.append(tables.processes_table(results["processes"]))
    if results.get("memory"):
        size = f"{results['memory'] / 1e9:.2f} GB"
        parts.append(
            f"Memory above the data, ten million windows of 500 steps: {size}."
        )
    parts.append(f"Measured on {results['machine']}.")
    return "\n\n".join(parts)


def write(results: dict[str, Any], path: Path) -> None:
    """Keep the numbers of every round."""
    kept = results | {
        "training": [asdict(each) for each in results.get("training", [])]
    }
    path.write_text(json.dumps(kept, indent=1), encoding="utf-8")


def read(path: Path) -> dict[str, Any]:
    """Return what was kept."""
    results: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    results["training"] = [
        training.Rates(Case(**each["case"]), each["rates"])
        for each in results["training"]
    ]
    return results


def main() -> None:
    """Measure or read, print, draw."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=SECTIONS)
    parser.add_argument("--units", nargs="+", type=int, choices=UNITS, default=UNITS)
    parser.add_argument(
        "--peers", nargs="+", default=training.PEERS, choices=training.PEERS
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="fewer cases and windows")
    parser.add_argument("--json", type=Path, help="keep every round's numbers there")
    parser.add_argument("--read", type=Path, help="show kept numbers; measure nothing")
    parser.add_argument("--readme", type=Path, help="put the tables into its block")
    parser.add_argument("--image", type=Path, help="draw the picture of training there")
    given = parser.parse_args()
    results = read(given.read) if given.read else measure(given)
    if given.json:
        write(results, given.json)
    text = render(results)
    print(f"{text}\n\n{judge(results)}")
    if given.readme:
        tables.put_into(given.readme, "speed", text)
    if given.image:
        speed_picture.draw(results["training"], results["matrix_speed"], given.image)


if __name__ == "__main__":
    main()
