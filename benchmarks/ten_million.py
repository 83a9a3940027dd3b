"""Memory and start of training on one series of ten million steps, lookback 500.

    python benchmarks/ten_million.py [CELL]

Prints the largest resident size of the process, the seconds from the data being read
to the end of the first epoch's 100 steps, and those of the whole. Not on Windows.
"""

import csv
import resource
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

CELL = sys.argv[1] if len(sys.argv) > 1 else "simple_rnn"
EXPERIMENT = f"""
data: {{source: synthetic, kind: sine, length: 10000000}}
window: {{lookback: 500, horizon: 1}}
split: {{train: rest, validation: 5000, test: 5000}}
model: {{cell: {CELL}}}
training: {{epochs: 1, steps_per_epoch: 100}}
"""


def when(log: str, words: str) -> datetime:
    """Return when a line with these words was logged."""
    line = next(line for line in log.splitlines() if words in line)
    return datetime.strptime(line[:23], "%Y-%m-%d %H:%M:%S,%f")


with tempfile.TemporaryDirectory() as folder:
    path, run = Path(folder, "long.yaml"), Path(folder, "run")
    path.write_text(EXPERIMENT)
    started = time.perf_counter()
    command = [sys.executable, "-m", "seqforecast", "train", str(path), "-q"]
    subprocess.run([*command, "--run-dir", str(run)], check=True, capture_output=True)
    whole = time.perf_counter() - started
    log = (run / "run.log").read_text()
    epoch = next(csv.DictReader((run / "history.csv").open()))

size = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
size *= 1 if sys.platform == "darwin" else 1024
waited = when(log, "epoch 1/1") - when(log, "lookback 500")
to_epoch = waited.total_seconds() - float(epoch["seconds"])
print(f"{CELL}: largest resident size {size / 1e9:.2f} GB")
print(f"from the data being read to the first epoch: {to_epoch:.1f} s")
print(f"the whole process: {whole:.1f} s")
