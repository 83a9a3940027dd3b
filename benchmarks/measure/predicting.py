"""Predicting: a million windows of 50 steps, LSTM of 50 units, each way in a process.

    python -m measure.predicting ours|predict_32|predict_2000 WINDOWS

Prints a JSON object: seconds, and the memory in bytes that was used above what the
process had, TensorFlow loaded, the model built and tried once, before it.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from measure.cases import Case
from measure.machine import MemoryAbove
from measure.training import environment

WINDOWS = 1_000_000
CASE = Case("lstm", 50, 32, 50, 1)
TRIED = 4_000  # windows of the warm-up

# What is measured: for `predict` at batch 32 time and memory are those of a tenth.
COUNTS = {"ours": WINDOWS, "predict_2000": WINDOWS, "predict_32": WINDOWS // 10}

Predict = Callable[[np.ndarray], np.ndarray]


def prepare_ours() -> Predict:
    """Return forecasts of all windows of a series, gathered in batches."""
    from measure import ours
    from seqforecast.models.batched_forecast import forecast

    engine = ours.build(CASE, "graph", np.zeros(100, np.float32))

    def predict(values: np.ndarray) -> np.ndarray:
        windows = ours.windows_of(values, CASE)
        pairs = forecast(engine.forecaster, values, windows)
        return np.concatenate([made for _, made in pairs])

    return predict


def prepare_peer(batch: int) -> Predict:
    """Return `model.predict` on windows that were copied out of the series."""
    from measure import keras_fit

    model = keras_fit.build(CASE)

    def predict(values: np.ndarray) -> np.ndarray:
        view = np.lib.stride_tricks.sliding_window_view(values, CASE.lookback)
        x = np.ascontiguousarray(view[:-1, :, np.newaxis])
        made: np.ndarray = model.predict(x, batch_size=batch, verbose=0)
        return made

    return predict


def run(name: str, count: int) -> dict[str, float]:
    """Predict so many windows in this process."""
    if name == "ours":
        predict = prepare_ours()
    else:
        predict = prepare_peer(int(name.rpartition("_")[2]))
    random = np.random.default_rng(0)
    values = random.normal(size=count + CASE.lookback).astype(np.float32)
    predict(values[: TRIED + CASE.lookback])
    memory, started = MemoryAbove(), time.perf_counter()
    made = predict(values)
    seconds = time.perf_counter() - started
    if made.shape != (count, 1):
        raise RuntimeError(f"{made.shape} forecasts of {count} windows")
    return {"seconds": seconds, "memory": memory()}


def compare(rounds: int, *, quick: bool) -> dict[str, dict[str, Any]]:
    """Measure all ways in turns; seconds are scaled to a million windows.

    Returns:
        For each way its count of windows, the `seconds` of each round and the
        largest `memory`.
    """
    results: dict[str, dict[str, Any]] = {
        name: {"windows": count // 20 if quick else count, "seconds": [], "memory": 0}
        for name, count in COUNTS.items()
    }
    for _ in range(rounds):
        for name, found in results.items():
            count = found["windows"]
            command = [sys.executable, "-m", "measure.predicting", name, str(count)]
            done = subprocess.run(
                command, env=environment(), capture_output=True, check=False
            )
            if done.returncode:
                raise RuntimeError(f"{name} failed:\n{done.stderr.decode()[-3000:]}")
            told = json.loads(done.stdout.splitlines()[-1])
            found["seconds"].append(told["seconds"] * WINDOWS / count)
            found["memory"] = max(found["memory"], told["memory"])
            seconds = statistics.median(found["seconds"])
            print(f"{name}: {seconds:.1f} s a million windows", file=sys.stderr)
    return results


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    print(json.dumps(run(sys.argv[1], int(sys.argv[2]))))
