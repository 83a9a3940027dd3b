"""What starting and ending a process with TensorFlow costs, and what was tried.

    python benchmarks/start.py [--rounds 7] [EXPERIMENT [SECTION.KEY=VALUE...]]

Each measurement is a process of its own; the two ways take turns, so that a noisy
machine slows both. Prints medians.

- import: TensorFlow and Keras, with and without garbage collection meanwhile;
- end: from the last line of a program to the end of its process, with and without
  `gc.freeze`;
- thread: from reading the experiment to its first training step, TensorFlow imported
  after the data are read, or by a thread meanwhile. The second is not how seqforecast
  does it: run this to see why.
"""

import argparse
import statistics
import subprocess
import sys
import time

IMPORT = """
import gc, sys, time
from seqforecast import backend
from seqforecast.workflows import train
if sys.argv[1] == "collecting":
    gc.disable = lambda: None
began = time.perf_counter()
backend.load_keras()
print(time.perf_counter() - began)
gc.freeze()
"""

END = """
import gc, sys, time
from seqforecast import backend
backend.load_keras()
if sys.argv[1] == "frozen":
    gc.freeze()
print(time.time())
"""

THREAD = """
import gc, sys, threading, time
began = time.perf_counter()
from seqforecast import backend
from seqforecast.config.experiment_file import load_experiment
from seqforecast.config.shipped import resolve
from seqforecast.workflows.pipeline import stage_timing
from seqforecast.workflows.pipeline.learners import build
from seqforecast.workflows.pipeline.prepare import prepare
loaded = load_experiment(resolve(sys.argv[2]), sys.argv[3:])
starter = threading.Thread(target=backend.load_keras)
if sys.argv[1] == "thread":
    starter.start()
prepared = prepare(loaded.experiment, loaded.folder)
if sys.argv[1] == "thread":
    starter.join()
_, learners = build(prepared, stage_timing.Stages())
engine = learners[0].engine
engine.train(prepared.train.take(slice(0, engine.section.batch_size)))
print(time.perf_counter() - began)
gc.freeze()
"""


def measure(code: str, words: list[str], *, to_the_end: bool) -> float:
    """Run a program; return the seconds it prints, or those after its last line."""
    command = [sys.executable, "-c", code, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    ended = time.time()
    told = float(done.stdout)
    return ended - told if to_the_end else told


def compare(name: str, code: str, ways: tuple[str, str], rounds: int, words: list[str]):
    """Print the medians of two ways, taken in turns."""
    times: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way in ways:
            seconds = measure(code, [way, *words], to_the_end=code is END)
            times[way].append(seconds)
    for way, each in times.items():
        listed = " ".join(f"{seconds:.2f}" for seconds in each)
        print(f"{name:8} {way:12} {statistics.median(each):6.2f} s   ({listed})")
    sys.stdout.flush()


def main() -> None:
    """Compare all three."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("experiment", nargs="?", default="simplernn")
    parser.add_argument("changes", nargs="*")
    given = parser.parse_args()
    compare("import", IMPORT, ("collecting", "paused"), given.rounds, [])
    compare("end", END, ("plain", "frozen"), given.rounds, [])
    words = [given.experiment, *given.changes]
    compare("thread", THREAD, ("after", "thread"), given.rounds, words)


main()
