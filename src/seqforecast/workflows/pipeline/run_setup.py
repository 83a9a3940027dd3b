"""What a run holds before training begins: settings, scales, model summary."""

import logging
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from seqforecast.config.experiment_file import Loaded, dump
from seqforecast.data.features import strange_texts
from seqforecast.data.panel import IntArray, Panel
from seqforecast.data.scaling import train_range
from seqforecast.errors import DataError, name_first
from seqforecast.files import write_json, write_text
from seqforecast.models.forecaster import Forecaster
from seqforecast.reporting.figures.labels import stamp_texts
from seqforecast.runs.run_files import RunDirectory
from seqforecast.training.devices import Device
from seqforecast.workflows.pipeline.prepare import Prepared

LOGGER = logging.getLogger("seqforecast")


def facts_of(prepared: Prepared, device: Device) -> dict[str, Any]:
    """Return what the manifest says about data, seeds and device."""
    experiment, panel = prepared.experiment, prepared.panel
    return {
        "name": experiment.name,
        "device": {"name": device.name, "why": device.why},
        "data": {
            "sha256": panel.sha256,
            "series": len(panel.ids),
            "values": len(panel.values),
            "frequency": panel.frequency,
            "season": panel.season,
            "notes": list(panel.notes),
            "zone": asdict(panel.zone),
            "range": {
                part: describe_range(panel, spans)
                for part, spans in _spans_of(prepared).items()
            },
        },
        "windows": {
            part: len(getattr(prepared, part))
            for part in ("train", "validation", "test")
        },
        "seeds": {
            "run": experiment.seed,
            "data": getattr(experiment.data, "seed", None),
        },
    }


def _spans_of(prepared: Prepared) -> dict[str, IntArray]:
    """Return the local steps of each series, all of them, then those of each part."""
    lengths, parts = prepared.panel.lengths, prepared.parts
    return {
        "all": np.stack([np.zeros_like(lengths), lengths], axis=1),
        "train": parts.train,
        "validation": parts.validation,
        "test": parts.test,
    }


def describe_range(panel: Panel, spans: IntArray) -> dict[str, str | int] | None:
    """Return the first and the last time stamp over all series, as clocks show them.

    Args:
        panel: the series.
        spans: local steps [start, stop) of each, shape (series, 2).

    Returns:
        None where no series has a step of this part.
    """
    held = spans[:, 0] < spans[:, 1]
    if not held.any():
        return None
    steps = panel.first_steps[held, np.newaxis] + spans[held]
    ends = np.array([steps[:, 0].min(), steps[:, 1].max() - 1])
    first, last = panel.clocks(ends)
    if isinstance(panel.frequency, int):
        return {"first": int(first), "last": int(last)}
    texts = stamp_texts([first, last])
    return {"first": texts[0], "last": texts[1]}


def write_setup(
    run: RunDirectory, loaded: Loaded, prepared: Prepared, forecaster: Forecaster
) -> None:
    """Write settings, scales and the model's summary.

    Raises:
        RunError: a file cannot be written.
    """
    write_text(run.config, loaded.text)
    write_text(run.resolved, dump(prepared.experiment, folder=loaded.folder))
    write_json(run.preprocess, describe_preprocessing(prepared))
    lines: list[str] = []
    forecaster.model.summary(expand_nested=True, print_fn=lines.append)
    write_text(run.summary, "\n".join(lines))


def check_same_data(facts: dict[str, Any], prepared: Prepared, path: Path) -> None:
    """Refuse to go on with other data than the run began with.

    Raises:
        DataError: the data have changed.
    """
    began, now = facts.get("data", {}).get("sha256", "?"), prepared.panel.sha256
    if began != now:
        raise DataError(
            f"the data have changed since {path} began: SHA-256 {now[:12]}..., "
            f"it was {began[:12]}...",
            hint="put the data back, or train anew",
        )


def say_notes(prepared: Prepared) -> None:
    """Say what was inferred, ignored or repaired, and what the parts are."""
    for note in prepared.panel.notes:
        LOGGER.info("data: %s", note)
    parts = prepared.parts
    if parts.unused:
        unit = "steps" if parts.by == "time" else "series"
        LOGGER.info("split: %d %s are in no part", parts.unused, unit)
    for note in describe_features(prepared):
        LOGGER.info("features: %s", note)
    train = prepared.train
    LOGGER.info(
        "%d series, lookback %d, horizon %d; windows: %d train, %d validation, %d test",
        len(prepared.panel.ids),
        train.lookback,
        train.horizon,
        len(train),
        len(prepared.validation),
        len(prepared.test),
    )


def describe_features(prepared: Prepared) -> list[str]:
    """Say which covariates tell the model nothing, and why."""
    if prepared.features is None:
        return []
    spec, notes = prepared.features.spec, []
    columns = [*spec.past, *spec.future]
    constant = [
        name for name, factor in zip(columns, spec.factor, strict=False) if not factor
    ]
    if constant:
        notes.append(
            f"constant in the train part, and 0 for the model: {', '.join(constant)}"
        )
    if still := prepared.features.still:
        notes.append(f"the same at every step, and of no use: {', '.join(still)}")
    for name, texts in strange_texts(prepared.panel, spec.static).items():
        notes.append(describe_strange(name, texts))
    return notes


def describe_strange(name: str, texts: list[str]) -> str:
    """Say which texts of a static column the model does not know."""
    listed = name_first([*map(repr, texts)], rest=", ...")
    return (
        f"column {name!r} holds texts that no train series has, and that count as "
        f"none: {listed}"
    )


def describe_preprocessing(prepared: Prepared) -> dict[str, Any]:
    """Return what turns raw columns into the model's inputs, and back."""
    experiment, panel, scaler = prepared.experiment, prepared.panel, prepared.scaler
    data = experiment.data
    roles = ("layout", "time", "id", "target", "missing")
    covariates = ("past", "future", "static", "calendar")
    return {
        "schema": 1,
        "columns": {role: getattr(data, role, None) for role in (*roles, *covariates)},
        "frequency": panel.frequency,
        "season": panel.season,
        "lookback": prepared.train.lookback,
        "horizon": prepared.train.horizon,
        "scale": {
            "kind": scaler.kind,
            "shared": scaler.is_shared,
            "center": scaler.center[-1:].tolist()
            if scaler.is_shared
            else scaler.center.tolist(),
            "spread": scaler.spread[-1:].tolist()
            if scaler.is_shared
            else scaler.spread.tolist(),
        },
        "train_range": train_range(panel, prepared.parts),
        "features": prepared.spec and prepared.spec.values(),
        "series": list(panel.ids),
    }
