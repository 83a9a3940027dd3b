"""Wall time of `seqforecast train simplernn` against the textbook script.

    python benchmarks/wall_time.py [ROUNDS]

Whole processes, TensorFlow's import included, run in turns so that a noisy machine
slows both; prints the medians and their ratio. Both train 20 epochs of 640 windows.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 5


def seconds(command: list[str], folder: str) -> float:
    """Run a command to its end and return how long it took."""
    started = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - started


ours = [sys.executable, "-m", "seqforecast", "train", "simplernn", "-q"]
textbook = [sys.executable, str(HERE.resolve() / "textbook.py")]
times: dict[str, list[float]] = {"seqforecast": [], "textbook": []}
with tempfile.TemporaryDirectory() as folder:
    for _ in range(ROUNDS):
        times["textbook"].append(seconds(textbook, folder))
        times["seqforecast"].append(seconds(ours, folder))

medians = {name: statistics.median(each) for name, each in times.items()}
for name, each in times.items():
    print(f"{name:12} median {medians[name]:6.2f} s   {[f'{t:.2f}' for t in each]}")
print(f"ratio        {medians['seqforecast'] / medians['textbook']:6.2f}")
