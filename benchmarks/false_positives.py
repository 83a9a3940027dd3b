"""How often a comparison is wrong: claims where there is nothing, and misses.

    python benchmarks/false_positives.py [--repetitions 400] [--readme docs/results.md]

The whole procedure (every pair, Holm's correction) on stand-in losses that vary with
the windows and with the seeds as those of real networks do; see measure/stand_ins.py.
First for members that are equally good, where at most 7 % may claim a difference at
the 5 % level; then for two of which one is 5 % better. Beside it what naive procedures
claim in the same repetitions. Trains nothing; takes minutes on two cores.
"""

import argparse
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from measure.error_rates import SHARE, claims, smallest
from measure.stand_ins import Setup
from measure.tables import put_into, table

# In the third, all series share a part of what makes one cell better than another: the
# test over series assumes that they do not.
SETUPS = (
    Setup(200, 1, 1, shared=0),
    Setup(400, 1, 1, shared=0, heavy=True),
    Setup(200, 1, 1),
    Setup(1, 500, 24),
    Setup(1, 2000, 24),
    Setup(7, 2785, 96),
)
POWER = (
    [Setup(count, 1, 1, shared=0) for count in (50, 100, 200, 400)],
    [Setup(7, count, 24) for count in (250, 500, 1000, 2000)],
    [Setup(7, count, 96) for count in (2785, 5570)],
)
SEEDS = (3, 5)
EQUAL = {
    "2 copies": {"factors": (1.0, 1.0)},
    "3 copies": {"factors": (1.0, 1.0, 1.0)},
    "2 equally good cells": {"factors": (1.0, 1.0), "same_cell": False},
    "3 equally good cells": {"factors": (1.0, 1.0, 1.0), "same_cell": False},
}
BETTER = {"factors": (1.0, 1.05), "same_cell": False}
NAIVE = {"naive": "windows as independent", "single": "one network each"}


def percent(share: float) -> str:
    """Return a share in percent."""
    return f"{100 * share:.1f} %"


def false_positives(repetitions: int, pool: ProcessPoolExecutor) -> str:
    """Return the table of claims where there is no difference."""
    asked = {
        (setup, seeds, name): pool.submit(
            claims, setup, repetitions, seeds=seeds, **settings
        )
        for setup in SETUPS
        for seeds in SEEDS
        for name, settings in EQUAL.items()
    }
    rows = []
    for setup in SETUPS:
        for seeds in SEEDS:
            found = [asked[setup, seeds, name].result() for name in EQUAL]
            shares = [each["ours"] for each in found]
            shares += [found[0][name] for name in NAIVE]
            rows.append([setup.name, str(seeds), *(percent(each) for each in shares)])
    head = ["claims a difference of", "seeds", *EQUAL]
    return table([*head, *(f"2 copies, {name}" for name in NAIVE.values())], rows)


def power(repetitions: int, pool: ProcessPoolExecutor) -> str:
    """Return the table of claims where one of two is 5 % better, and from when on."""
    setups = [setup for each in POWER for setup in each]
    asked = {
        (setup, seeds): pool.submit(claims, setup, repetitions, seeds=seeds, **BETTER)
        for setup in setups
        for seeds in SEEDS
    }
    found = {key: future.result()["ours"] for key, future in asked.items()}
    rows = [
        [setup.name, *(percent(found[setup, seeds]) for seeds in SEEDS)]
        for setup in setups
    ]
    made = table(["finds 5 %", *(f"{seeds} seeds" for seeds in SEEDS)], rows)
    reached = []
    for each in POWER:
        for seeds in SEEDS:
            enough = smallest(each, [found[setup, seeds] for setup in each])
            if enough:
                share = percent(found[enough, seeds])
                reached.append(f"{enough.name}, {seeds} seeds ({share})")
    return f"{made}\n\nAt least {percent(SHARE)} from here on: {'; '.join(reached)}."


def main() -> None:
    """Simulate, print, and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=400)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--readme", type=Path)
    given = parser.parse_args()
    with ProcessPoolExecutor(given.jobs) as pool:
        equal = false_positives(given.repetitions, pool)
        print(equal, flush=True)
        better = power(given.repetitions, pool)
        print(f"\n{better}")
    if given.readme:
        put_into(given.readme, "error_rates", f"{equal}\n\n{better}")


if __name__ == "__main__":
    main()
