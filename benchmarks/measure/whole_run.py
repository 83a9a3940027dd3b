"""A whole run: `seqforecast train` in a process of its own, its time and its memory."""

import csv
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from measure.training import environment

# Ten million steps in one series; of 10 million windows 3,200 are trained on.
MANY_WINDOWS = """
data: {source: synthetic, kind: sine, length: 10000000}
window: {lookback: 500, horizon: 1}
split: {train: rest, validation: 5000, test: 5000}
training: {epochs: 1, steps_per_epoch: 100}
"""
MANY_WINDOWS_DATA = 10_000_000 * 4  # bytes


@dataclass(frozen=True)
class WholeRun:
    """What one process took.

    Attributes:
        seconds: from its start to its end.
        epoch_seconds: of its first epoch, validation included.
        windows_per_second: of training.
        peak: its largest resident size in bytes.
    """

    seconds: float
    epoch_seconds: float
    windows_per_second: float
    peak: int


def train(experiment: str) -> WholeRun:
    """Train an experiment, given as YAML, for one epoch. Not on Windows.

    Raises:
        RuntimeError: the run failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        path, run = Path(folder, "experiment.yaml"), Path(folder, "run")
        path.write_text(experiment, encoding="utf-8")
        command = [sys.executable, "-m", "seqforecast", "train", str(path), "-q"]
        command += ["--run-dir", str(run), "--device", "cpu"]
        started = time.perf_counter()
        with Path(folder, "said").open("w+", encoding="utf-8") as said:
            process = subprocess.Popen(
                command, env=environment(), stdout=said, stderr=said
            )
            # Of this child alone; RUSAGE_CHILDREN knows the largest of all.
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            seconds = time.perf_counter() - started
            if process.returncode:
                said.seek(0)
                raise RuntimeError(f"training failed:\n{said.read()[-3000:]}")
        with (run / "history.csv").open(encoding="utf-8") as file:
            epoch = next(csv.DictReader(file))
    size = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return WholeRun(
        seconds, float(epoch["seconds"]), float(epoch["windows_per_second"]), size
    )
