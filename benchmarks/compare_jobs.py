"""What a second job brings: three cells, five seeds, on two cores.

    python benchmarks/compare_jobs.py [--rounds 3] [EXPERIMENT [SECTION.KEY=VALUE...]]

Trains the same fifteen fits one at a time and two at a time, in turns, so that a busy
machine slows both. Prints the seconds of each, their ratio (at least 1.7 is wanted),
and whether the numbers are the same: histories, forecasts and scores, bit by bit.
Needs at least two cores that nothing else uses; more are left alone. What two cores can
bring on this machine is measured before each round: how much more two processes count
at once than one does alone. On a shared machine that is less than 2, and 1.7 may be
out of reach of any program.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measure.machine import describe

from seqforecast.config.experiment_file import dump, load_experiment, resolve
from seqforecast.execution.fit import Fit
from seqforecast.execution.local import run_local
from seqforecast.hardware import usable_cores
from seqforecast.runs.run_files import RunDirectory

CELLS = ("simple_rnn", "lstm", "gru")
SEEDS = range(5)
WANTED = 1.7


def write_fits(root: Path, experiment: str, changes: list[str]) -> list[Fit]:
    """Write one experiment file a fit."""
    fits = []
    for cell in CELLS:
        for seed in SEEDS:
            settings = [*changes, f"model.cell={cell}", f"seed={seed}"]
            loaded = load_experiment(resolve(experiment), settings)
            place = root / cell / f"seed-{seed}"
            place.parent.mkdir(parents=True, exist_ok=True)
            file = place.with_suffix(".yaml")
            file.write_text(dump(loaded.experiment, loaded.folder), encoding="utf-8")
            fits.append(Fit(f"{cell}, seed {seed}", file, place))
    return fits


def numbers(fit: Fit) -> list[object]:
    """Return what must be the same: everything but times, rates and memory."""
    run = RunDirectory(fit.directory)
    history = [line.split(",")[:4] for line in run.history.read_text().splitlines()]
    forecasts = run.forecasts if run.forecasts.is_file() else run.many_forecasts
    scores = json.loads(run.metrics.read_text())
    return [history, forecasts.read_bytes(), scores["test"], scores["validation"]]


def measure(
    jobs: int, cores: list[int], experiment: str, changes: list[str]
) -> tuple[float, list[object]]:
    """Train all fits; return the seconds it took and their numbers.

    Raises:
        RuntimeError: one failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        fits = write_fits(Path(folder), experiment, changes)
        began = time.perf_counter()
        ended = run_local(fits, jobs=jobs, cores=cores)
        seconds = time.perf_counter() - began
        if failed := [each for each in ended if each.status == "failed"]:
            raise RuntimeError(f"{failed[0].fit.name}: {failed[0].error}")
        print(f"{jobs} at a time: {seconds:.1f} s", file=sys.stderr)
        return seconds, [numbers(fit) for fit in fits]


COUNT = """
import sys, time
from seqforecast.execution.child import pin
pin(sys.argv[1])
sys.stdin.read(1)
count, end = 0, time.perf_counter() + 2
while time.perf_counter() < end:
    count += 1
print(count)
"""


def counted(cores: list[int]) -> int:
    """Return how far one process a core counts in two seconds, all together."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", COUNT, str(core)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for core in cores
    ]
    time.sleep(1)  # all of them are ready
    for process in processes:
        process.stdin.write(b"g")
        process.stdin.flush()
    return sum(int(process.communicate()[0]) for process in processes)


def machine_gain(cores: list[int]) -> float:
    """Return how much more two cores do at once than one of them alone."""
    return counted(cores) / statistics.mean(counted([core]) for core in cores)


def main() -> None:
    """Measure in turns, and print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("experiment", nargs="?", default="simplernn")
    parser.add_argument("changes", nargs="*")
    given = parser.parse_args()
    cores = usable_cores()[:2]
    seconds: dict[int, list[float]] = {1: [], 2: []}
    found: list[list[object]] = []
    gains = []
    for _ in range(given.rounds):
        gains.append(machine_gain(cores))
        for jobs, times in seconds.items():
            took, values = measure(jobs, cores, given.experiment, given.changes)
            times.append(took)
            found.append(values)
    same = all(values == found[0] for values in found)
    one, two = (statistics.median(times) for times in seconds.values())
    ratio = statistics.median(a / b for a, b in zip(*seconds.values(), strict=True))
    print(f"{describe()}; {given.experiment} {' '.join(given.changes)}")
    print(f"15 fits, --jobs 1: {one:.1f} s, --jobs 2: {two:.1f} s (medians)")
    print(f"ratio, median of {given.rounds} rounds: {ratio:.2f} (wanted: {WANTED})")
    print(f"two cores of this machine against one: {statistics.median(gains):.2f}")
    print(f"numbers: {'the same' if same else 'DIFFERENT'}")
    sys.exit(0 if same and ratio >= WANTED else 1)


if __name__ == "__main__":
    main()
