"""The training and saving probes: whether a model learns, and comes back the same."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from seqforecast.backend import load_tensorflow
from seqforecast.training.devices import show_only

STEPS = 20
MODEL = {"cell": "lstm", "units": [16], "segment": 2, "embedding": 8}
TRAINING = {"batch_size": 48, "learning_rate": 0.01, "optimizer": "adam"}
LENGTH = (24, 6)


def probe_training(device: str) -> dict[str, Any]:
    """Return the losses of 20 steps of Adam on a sine: they must fall."""
    load_tensorflow(quietly=False)
    show_only(device)
    from seqforecast.doctor.probes.workload import repeat, sine_engine

    engine, windows = sine_engine(MODEL, TRAINING, *LENGTH)
    taken = engine.train(repeat(windows, STEPS))
    return {"device": device, "losses": {device: taken.losses.tolist()}}


def probe_saving(device: str) -> dict[str, Any]:
    """Return the largest difference between a model and the same one loaded again."""
    tf = load_tensorflow(quietly=False)
    show_only(device)
    from seqforecast.doctor.probes.workload import sine_engine
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
