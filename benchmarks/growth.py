"""Time and memory against the number of series and of steps; draws a picture.

    python benchmarks/growth.py [--quick] [--json FILE] [--image FILE]

Every point is one whole run of `seqforecast train`: one full epoch of a SimpleRNN of
16 units, every window once, then validation, scoring and figures. Not on Windows.
"""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from measure import whole_run
from measure.growth_picture import draw
from measure.machine import describe

HELD_BACK = 20  # steps of validation, and of the test part, in every series
SERIES = (10, 100, 1_000, 10_000, 100_000)
STEPS = (10_000, 100_000, 1_000_000, 10_000_000)
STEPS_OF_A_SERIES = 200
LOOKBACK = 20


def experiment(series: int, steps: int) -> str:
    """Return the experiment on so many series of so many steps."""
    held_back = HELD_BACK if series > 1 else steps // 10
    return f"""
data: {{source: synthetic, kind: sine, series: {series}, length: {steps}}}
window: {{lookback: {LOOKBACK}, horizon: 1}}
split: {{train: rest, validation: {held_back}, test: {held_back}}}
model: {{cell: simple_rnn, units: [16]}}
training: {{epochs: 1, batch_size: 256}}
"""


def measure(series: int, steps: int) -> dict[str, float]:
    """Train, and print a line of the table."""
    found = whole_run.train(experiment(series, steps))
    rest = found.seconds - found.epoch_seconds
    print(
        f"| {series:,} | {steps:,} | {found.epoch_seconds:.2f} s "
        f"| {found.windows_per_second:,.0f} | {rest:.1f} s "
        f"| {found.peak / 1e9:.2f} GB |",
        flush=True,
    )
    return {"series": series, "steps": steps, **asdict(found)}


def main() -> None:
    """Measure, print, draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave the largest out")
    parser.add_argument("--json", type=Path, help="write the numbers there")
    parser.add_argument("--image", type=Path, help="draw the picture there")
    given = parser.parse_args()
    kept = slice(-1) if given.quick else slice(None)
    print("| series | steps of each | epoch | windows/s | all else | largest size |")
    print("| --- | --- | --- | --- | --- | --- |")
    results = {
        "machine": describe(),
        "series": [measure(count, STEPS_OF_A_SERIES) for count in SERIES[kept]],
        "steps": [measure(1, steps) for steps in STEPS[kept]],
    }
    print(results["machine"], file=sys.stderr)
    if given.json:
        given.json.write_text(json.dumps(results, indent=1), encoding="utf-8")
    if given.image:
        draw(results, given.image)


if __name__ == "__main__":
    main()
