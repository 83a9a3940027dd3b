"""Learners: a model and its windows for each lookback, and what came of training."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from seqforecast.backend import load_keras
from seqforecast.data.windows import index_windows
from seqforecast.evaluation.baselines.linear import fit_linear
from seqforecast.models.builder import build_forecaster
from seqforecast.models.forecaster import Forecaster
from seqforecast.training.devices import Device, use_device
from seqforecast.training.early_stopping import kept_epoch
from seqforecast.training.engine import Engine
from seqforecast.training.history import History, selections
from seqforecast.training.loop import (
    Learner,
    TrainingData,
    learner_of,
)
from seqforecast.training.measured_devices import shape_of
from seqforecast.training.objective import WindowArrays
from seqforecast.training.window_order import fix_seeds
from seqforecast.workflows.pipeline.prepare import Prepared
from seqforecast.workflows.pipeline.stage_timing import Stages

LOGGER = logging.getLogger("seqforecast")


def build(
    prepared: Prepared, stages: Stages, *, quiet: bool = False
) -> tuple[Device, list[Learner]]:
    """Start TensorFlow, choose the device, fix the seeds, build models and optimizers.

    Args:
        prepared: the data.
        stages: is told how long each took.
        quiet: the device is said already.

    Returns:
        The device, and a learner for each lookback, the longest first.

    Raises:
        BackendError: TensorFlow does not load, or the device is not there.
    """
    load_keras()
    stages.end("start TensorFlow")
    experiment = prepared.experiment
    lookback, batch = prepared.train.lookback, experiment.training.batch_size
    shape = shape_of(experiment.model, lookback, batch, prepared.tokens)
    device = use_device(experiment.training.device, shape)
    level = logging.DEBUG if quiet else logging.INFO
    LOGGER.log(level, "device: %s (%s)", device.name, device.why)
    fix_seeds(experiment.seed)
    lookbacks = experiment.window.lookbacks
    panel, history = prepared.panel, experiment.window.min_history
    begins = None if history is None else panel.offsets[:-1]
    material = WindowArrays(panel.values, panel.filled, prepared.features, begins)
    learners = [_build_learner(prepared, material, length) for length in lookbacks]
    stages.end("build model")
    return device, learners


def _build_learner(
    prepared: Prepared, material: WindowArrays, lookback: int
) -> Learner:
    """Build the model of one lookback; it has windows of its own."""
    forecaster, data = untrained(prepared, lookback), windows_of(prepared, lookback)
    return Learner(Engine(forecaster, prepared.experiment.training, material), data)


def untrained(prepared: Prepared, lookback: int) -> Forecaster:
    """Build the model of one lookback, around what is learnt without epochs on train.

    That is the scales, and the linear map where the network learns its residual.
    """
    forecaster = build_forecaster(
        prepared.experiment.model,
        prepared.scaler,
        lookback=lookback,
        horizon=prepared.train.horizon,
        season=prepared.panel.season,
        features=prepared.spec,
    )
    if prepared.experiment.model.residual_of == "linear":
        train = windows_of(prepared, lookback).train
        fitted = fit_linear(prepared.panel, train, prepared.scaler.spread[:-1])
        forecaster.simple.set_map(fitted.weights, fitted.bias)
    return forecaster


def windows_of(prepared: Prepared, lookback: int) -> TrainingData:
    """Return what a model of one lookback learns from, and what it chooses by."""
    parts, window = prepared.parts, prepared.experiment.window
    index = partial(
        index_windows,
        prepared.panel,
        length=(lookback, prepared.train.horizon),
        min_history=window.min_history,
    )
    return TrainingData(
        prepared.panel,
        train=index(parts.train, stride=window.stride),
        validation=index(parts.validation),
        both=index(parts.seen, stride=window.stride),
    )


def models_of(learners: Sequence[Learner]) -> list[Forecaster]:
    """Return the model of each member, in order."""
    members = range(1, learners[0].engine.section.ensemble + 1)
    return [learner_of(learners, member).engine.forecaster for member in members]


def count_trained(forecasters: Sequence[Forecaster]) -> int:
    """Return the trained numbers of all members together."""
    return sum(int(forecaster.core.count_params()) for forecaster in forecasters)


def say_what_was_kept(history: History, engine: Engine) -> None:
    """Say which epoch is scored, and why training ended."""
    patience = engine.section.patience
    for selection in selections(history):
        best = kept_epoch(selection, engine.section.keep)
        early = len(selection) < engine.section.epochs
        why = f", stopped after {patience} epochs without improvement" if early else ""
        several = engine.section.ensemble > 1
        who = f"member {selection[0].member}: " if several else ""
        LOGGER.info(
            "%skept epoch %d of %d: validation loss %.4g%s",
            who,
            best,
            len(selection),
            selection[best - 1].val_loss,
            why,
        )


def describe_training(
    history: History, engine: Engine, facts: Mapping[str, Any], *, parameters: int
) -> dict[str, Any]:
    """Return the `training` object of metrics.json."""
    seconds = sum(record.seconds for record in history)
    rates = [record.windows_per_second for record in history]
    members = []
    for selection in selections(history):
        kept = kept_epoch(selection, engine.section.keep)
        loss = selection[kept - 1].val_loss
        members.append({"epochs": len(selection), "best_epoch": kept, "val_loss": loss})
    alone = len(members) == 1
    document: dict[str, Any] = {
        "epochs": len(history),
        "best_epoch": members[0]["best_epoch"] if alone else None,
        "parameters": parameters,
        "seconds": seconds,
        "windows_per_second": sorted(rates)[len(rates) // 2],
        "device": facts["device"]["name"],
        "members": members,
    }
    why = {"best_epoch": "every member has its own"}
    return document if alone else {**document, "reasons": why}


@dataclass(frozen=True, slots=True, eq=False)
class LearningCurves:
    """What training left to look at.

    Attributes:
        history: every epoch.
        naive_loss: validation loss of repeating the last value.
        profile_before: gradient norms by step of the lookback, before training.
        profile_after: the same after it.
    """

    history: History
    naive_loss: float
    profile_before: npt.NDArray[np.float64]
    profile_after: npt.NDArray[np.float64]
