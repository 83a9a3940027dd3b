"""How right `train --dry-run` is: its estimate against the run, whole processes.

    python benchmarks/dry_run.py [--rounds 3] [--etth1 PATH] [--only NAME...]
        [--processor]

Estimate and run take turns, so that a noisy machine troubles both. The times of the
stages are printed below each other: what was estimated, what was measured. With
--processor both count processor seconds on one core instead (Linux): where others use
the machine too, wall time tells what they do.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WALL = "from seqforecast.cli.app import main; main()"
PROCESSOR = f"import time; time.perf_counter = time.process_time; {WALL}"
EXPERIMENTS = ("simplernn", "lstm", "gru", "air_passengers", "etth1_96")


def call(words: list[str], code: str) -> tuple[dict, float]:
    """Run `seqforecast train`; return its document and the seconds it took."""
    command = [sys.executable, "-c", code, "train", *words, "--json", "-q"]
    clock = processor_of_children if code is PROCESSOR else time.perf_counter
    started = clock()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout), clock() - started


def processor_of_children() -> float:
    """Return the processor seconds of all processes that were run and have ended."""
    times = os.times()
    return times.children_user + times.children_system


def stages(name: str, items: list[dict], total: float) -> str:
    """Return a line of times."""
    times = ", ".join(f"{item['name']} {item['seconds']:.1f}" for item in items)
    return f"    {name:9} {total:6.1f} s: {times}"


def compare(words: list[str], rounds: int, code: str) -> None:
    """Print estimate and truth of one experiment."""
    ratios = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as runs:
            plan, cost = call([*words, "--dry-run"], code)
            done, wall = call([*words, "--runs", runs], code)
        estimate, metrics = plan["seconds"]["all"], done["metrics"]
        epochs = metrics["training"]["epochs"]
        held = (metrics["stages"][-1]["memory"] or 0) / 2**20
        told = (plan["bytes"]["resident"] or 0) / 2**20
        print(stages("estimated", plan["seconds"]["stages"], estimate))
        print(stages("measured", metrics["stages"], wall))
        print(
            f"    the dry run took {cost:.1f} s; {epochs} of {plan['steps']['epochs']} "
            f"epochs ran; memory {told:.0f} MiB estimated, {held:.0f} measured"
        )
        ratios.append(estimate / wall)
    each = ", ".join(f"{ratio:.2f}" for ratio in ratios)
    print(f"{words[0]:15} estimate / run {statistics.median(ratios):.2f} ({each})")
    sys.stdout.flush()


def main() -> None:
    """Compare every shipped experiment."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--etth1", type=Path)
    parser.add_argument("--only", nargs="*", default=EXPERIMENTS)
    parser.add_argument("--processor", action="store_true")
    given = parser.parse_args()
    code = PROCESSOR if given.processor else WALL
    if given.processor:
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    for name in given.only:
        changes = []
        if name == "etth1_96":
            if given.etth1 is None:
                print("etth1_96 is left out: no --etth1 PATH", file=sys.stderr)
                continue
            changes = ["--set", f"data.path={given.etth1.resolve()}"]
        compare([name, *changes], given.rounds, code)


main()
