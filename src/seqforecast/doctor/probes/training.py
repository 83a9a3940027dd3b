"""Probes that train: whether a model learns, is saved whole, and how fast."""

import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from seqforecast.backend import load_tensorflow
from seqforecast.data.scaling import Scaler
from seqforecast.data.windows import WindowIndex, count_windows
from seqforecast.doctor.probes.numpy_cells import CELLS
from seqforecast.models.builder import build_forecaster
from seqforecast.models.section import ModelSection
from seqforecast.training.devices import show_only
from seqforecast.training.engine import Engine
from seqforecast.training.measured_devices import shape_of
from seqforecast.training.objective import WindowArrays
from seqforecast.training.section import TrainingSection
from seqforecast.training.window_order import fix_seeds

STEPS = 20
MODEL = {"cell": "lstm", "units": [16], "segment": 2, "embedding": 8}
TRAINING = {"batch_size": 48, "learning_rate": 0.01, "optimizer": "adam"}
LENGTH = (24, 6)
PERIOD = 24

# Steps in one call of the compiled program, and calls to take the median of.
TIMED_STEPS, CALLS = 4, 7
ENOUGH_SECONDS = 3.0


def probe_training(device: str) -> dict[str, Any]:
    """Return the losses of 20 steps of Adam on a sine: they must fall."""
    load_tensorflow(quietly=False)
    show_only(device)

    engine, windows = sine_engine(MODEL, TRAINING, *LENGTH)
    steps = engine.train(repeat(windows, STEPS))
    return {"device": device, "losses": {device: steps.losses.tolist()}}


def probe_saving(device: str) -> dict[str, Any]:
    """Return the largest difference between a model and the same one loaded again."""
    tf = load_tensorflow(quietly=False)
    show_only(device)
    from seqforecast.models.builder import load_forecaster

    engine, windows = sine_engine(MODEL, TRAINING, *LENGTH)
    engine.train(windows)
    series = tf.constant(windows.series)
    inputs, _ = engine.objective.gather(tf.constant(windows.starts), series)
    values = inputs["values"][:, :, 0]
    before = engine.forecaster.forecast(values, series).numpy()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "probe.keras")
        engine.forecaster.model.save(path)
        again = load_forecaster(path).forecast(values, series).numpy()
    return {"device": device, "difference": float(np.max(np.abs(before - again)))}


def sine_engine(
    model: Mapping[str, Any],
    training: Mapping[str, Any],
    lookback: int,
    horizon: int,
) -> tuple[Engine, WindowIndex]:
    """Return an engine on a sine, and as many windows as there are in one batch.

    Args:
        model: the `model:` section.
        training: the `training:` section.
        lookback: steps the model sees.
        horizon: steps it predicts.
    """
    section = TrainingSection.model_validate(dict(training))
    steps = np.arange(lookback + horizon + section.batch_size)
    values = 2 + np.sin(2 * np.pi * steps / PERIOD)
    fix_seeds(0)
    forecaster = build_forecaster(
        ModelSection.model_validate(dict(model)),
        Scaler("none", np.zeros(2), np.ones(2)),
        lookback=lookback,
        horizon=horizon,
    )
    engine = Engine(forecaster, section, WindowArrays(values.astype(np.float32)))
    engine.set_learning_rate(section.learning_rate)
    one_batch = np.array([section.batch_size])
    return engine, count_windows(np.zeros(1, np.int64), one_batch, (lookback, horizon))


def repeat(windows: WindowIndex, times: int) -> WindowIndex:
    """Return the same batch of windows, several times over."""
    return windows.take(np.tile(np.arange(len(windows)), times))


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
    document = {"shape": shape, "milliseconds": {device: milliseconds}}
    if device == "cpu":
        times = {
            cell: milliseconds
            if cell == shape["cell"]
            else _milliseconds({**model, "cell": cell}, training, length)
            for cell in CELLS
        }
        rates = {cell: 1000 * batch / duration for cell, duration in times.items()}
        document["windows_per_second"] = rates
    return document


def _milliseconds(
    model: Mapping[str, Any], training: Mapping[str, Any], length: tuple[int, int]
) -> float:
    """Return the median over calls; the first one compiles and does not count."""
    engine, windows = sine_engine(model, training, *length)
    batches = repeat(windows, TIMED_STEPS)
    engine.train(batches)
    seconds: list[float] = []
    while len(seconds) < CALLS and (len(seconds) < 2 or sum(seconds) < ENOUGH_SECONDS):
        started = time.perf_counter()
        engine.train(batches)
        seconds.append(time.perf_counter() - started)
    return 1000 * float(np.median(seconds)) / TIMED_STEPS
