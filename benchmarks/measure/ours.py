"""Ours: an epoch as `seqforecast train` runs it, windows gathered by index."""

from collections.abc import Callable

import numpy as np

from measure.cases import Case
from seqforecast.data.scaling import Scaler
from seqforecast.data.windows import WindowIndex, count_windows
from seqforecast.models.builder import build_forecaster
from seqforecast.models.section import ModelSection
from seqforecast.training.engine import Engine
from seqforecast.training.section import TrainingSection
from seqforecast.training.window_order import fix_seeds

LENGTH = 200_000


def prepare(case: Case, mode: str) -> Callable[[int], None]:
    """Return a function that trains for some steps, a multiple of the chunk.

    Args:
        case: what is trained.
        mode: `training.compile`.
    """
    random = np.random.default_rng(0)
    values = random.normal(size=LENGTH).astype(np.float32)
    engine = build(case, mode, values)
    windows = windows_of(values, case)

    def run(steps: int) -> None:
        order = random.integers(0, len(windows), steps * case.batch)
        train(engine, windows.take(order))

    return run


def build(case: Case, mode: str, values: np.ndarray) -> Engine:
    """Return the engine of a case, every other setting as it is by default."""
    fix_seeds(0)
    segment = case.inputs if case.inputs > 1 else None
    model = {"cell": case.cell, "units": [case.units], "segment": segment}
    forecaster = build_forecaster(
        ModelSection.model_validate(model),
        Scaler("none", np.zeros(2), np.ones(2)),
        lookback=case.lookback,
        horizon=1,
    )
    settings = {"compile": mode, "batch_size": case.batch}
    section = TrainingSection.model_validate(settings)
    engine = Engine(forecaster, section, values)
    engine.set_learning_rate(section.learning_rate)
    return engine


def windows_of(values: np.ndarray, case: Case) -> WindowIndex:
    """Return every window of one series."""
    count = np.array([len(values) - case.lookback])
    return count_windows(np.zeros(1, np.int64), count, (case.lookback, 1))


def train(engine: Engine, windows: WindowIndex) -> None:
    """Train on whole batches, as `fit` does; returns when all is done."""
    for some in windows.chunks(engine.most_steps * engine.section.batch_size):
        engine.train(some)
