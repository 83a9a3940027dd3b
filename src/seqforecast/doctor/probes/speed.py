"""The speed probe: milliseconds of a training step on one device."""

import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from seqforecast.backend import load_tensorflow
from seqforecast.doctor.probes.reference import CELLS
from seqforecast.models.section import ModelSection
from seqforecast.training.devices import show_only
from seqforecast.training.evidence import shape_of

# Steps in one call of the compiled program, and calls to take the median of.
STEPS, CALLS = 4, 7
ENOUGH_SECONDS = 3.0


def probe_speed(
    device: str,
    model: Mapping[str, Any],
    training: Mapping[str, Any],
    lookback: int,
    horizon: int,
) -> dict[str, Any]:
    """Return milliseconds per step at the shapes of an experiment.

    On the CPU also the windows per second of all three cells at these shapes.
    """
    load_tensorflow(quietly=False)
    show_only(device)
    length = (lookback, horizon)
    milliseconds = _milliseconds(model, training, length)
    batch = int(training["batch_size"])
    shape = shape_of(ModelSection.model_validate(dict(model)), lookback, batch)
    found = {"shape": shape, "milliseconds": {device: milliseconds}}
    if device == "cpu":
        times = {
            cell: milliseconds
            if cell == shape["cell"]
            else _milliseconds({**model, "cell": cell}, training, length)
            for cell in CELLS
        }
        rates = {cell: 1000 * batch / taken for cell, taken in times.items()}
        found["windows_per_second"] = rates
    return found


def _milliseconds(
    model: Mapping[str, Any], training: Mapping[str, Any], length: tuple[int, int]
) -> float:
    """Return the median over calls; the first one compiles and does not count."""
    from seqforecast.doctor.probes.workload import repeat, sine_engine

    engine, windows = sine_engine(model, training, *length)
    batches = repeat(windows, STEPS)
    engine.train(batches)
    taken: list[float] = []
    while len(taken) < CALLS and (len(taken) < 2 or sum(taken) < ENOUGH_SECONDS):
        started = time.perf_counter()
        engine.train(batches)
        taken.append(time.perf_counter() - started)
    return 1000 * float(np.median(taken)) / STEPS
