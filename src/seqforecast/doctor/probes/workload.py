"""What probes train: the experiment's own model and steps, on a sine."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from seqforecast.data.scaling import Scaler
from seqforecast.data.windows import WindowIndex, count_windows
from seqforecast.models.builder import build_forecaster
from seqforecast.models.section import ModelSection
from seqforecast.training.epoch import Engine
from seqforecast.training.material import Material
from seqforecast.training.section import TrainingSection
from seqforecast.training.seeding import fix_seeds

PERIOD = 24


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
    engine = Engine(forecaster, section, Material(values.astype(np.float32)))
    engine.set_learning_rate(section.learning_rate)
    one_batch = np.array([section.batch_size])
    return engine, count_windows(np.zeros(1, np.int64), one_batch, (lookback, horizon))


def repeat(windows: WindowIndex, times: int) -> WindowIndex:
    """Return the same batch of windows, several times over."""
    return windows.take(np.tile(np.arange(len(windows)), times))
