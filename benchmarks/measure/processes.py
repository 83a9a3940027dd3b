"""Processes: how long whole commands take, from their start to their end."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measure.training import environment

HERE = Path(__file__).resolve().parents[1]
CONFIG = HERE.parent / "configs" / "simplernn.yaml"
OURS = [sys.executable, "-m", "seqforecast"]
COMMANDS = {
    "--help": [*OURS, "--help"],
    "doctor --quick": [*OURS, "doctor", "--quick"],
    "config validate": [*OURS, "config", "validate", str(CONFIG)],
    "import tensorflow": [sys.executable, "-c", "import tensorflow"],
    "train simplernn": [*OURS, "train", str(CONFIG), "-q"],
    "textbook script": [sys.executable, str(HERE / "textbook.py")],
}
USAGE = 2  # exit code of a command that is not known


def compare(rounds: int, *, quick: bool) -> dict[str, list[float]]:
    """Run the commands in turns; return the seconds of each one in each round.

    Before the first round each runs once, so that files are in memory. A quick
    comparison leaves training out. Commands that are not known are left out.
    """
    commands = dict(list(COMMANDS.items())[:4]) if quick else dict(COMMANDS)
    with tempfile.TemporaryDirectory() as folder:
        for name, command in list(commands.items()):
            if seconds_of(command, folder) is None:
                del commands[name]
                print(f"{name} is skipped: no such command yet", file=sys.stderr)
        results: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(rounds):
            for name, command in commands.items():
                results[name].append(seconds_of(command, folder) or float("nan"))
    for name, seconds in results.items():
        print(f"{name}: {statistics.median(seconds):.2f} s", file=sys.stderr)
    return results


def seconds_of(command: list[str], folder: str) -> float | None:
    """Run a command to its end; None when it is not known.

    Raises:
        RuntimeError: it crashed.
    """
    variables = environment() | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    # Paths of a variable may be relative to where the benchmark was started.
    paths = variables["PYTHONPATH"].split(os.pathsep)
    variables["PYTHONPATH"] = os.pathsep.join(map(os.path.abspath, paths))
    started = time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, env=variables, capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - started
    if done.returncode == USAGE and command[:3] == OURS:
        return None
    complains = done.returncode == 1 and "doctor" in command
    if done.returncode and not complains:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr[-3000:]}")
    return seconds
