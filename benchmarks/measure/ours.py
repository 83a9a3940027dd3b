"""Ours: an epoch as `seqforecast train` runs it, windows gathered by index."""

from collections.abc import Callable

import numpy as np

from measure.cases import Case
from seqforecast.data.scaling import Scaler
from seqforecast.data.windows import WindowIndex
from seqforecast.models.builder import build_forecaster
from seqforecast.models.section import ModelSection
from seqforecast.training.epoch import Engine
from seqforecast.training.section import TrainingSection
from seqforecast.training.seeding import fix_seeds

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

    def run(steps: int) -> None:
        order = random.integers(0, LENGTH - case.lookback - 1, steps * case.batch)
        series = np.zeros(len(order), dtype=np.int32)
        train(engine, WindowIndex(order, series, case.lookback, 1), case)

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
    section = TrainingSection.model_validate({"compile": mode})
    engine = Engine(forecaster, section, values)
    engine.set_learning_rate(section.learning_rate)
    return engine


def train(engine: Engine, windows: WindowIndex, case: Case) -> None:
    """Train on whole batches, in chunks of equal size; returns when all is done."""
    for batches in windows.chunks(case.chunk * case.batch):
        engine.train(batches, case.chunk)
