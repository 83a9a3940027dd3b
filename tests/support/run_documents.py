"""Invented runs: the documents that a page is made from."""

from pathlib import Path
from typing import Any

from seqforecast.config.defaults import defaults_of
from seqforecast.reporting.run.page import READING, RunDocuments
from support.pages import png

SETTINGS = {
    "version": 1,
    "name": "invented",
    "seed": 0,
    "data": {"source": "table", "path": "/data/load.csv", "time": "month"},
    "window": {"lookback": 24, "horizon": 12, "stride": 1},
    "scale": "standard",
    "model": {"cell": "gru", "units": [64], "dropout": 0.0, "quantiles": []},
    "training": {"epochs": 20, "learning_rate": 0.003},
}
MANIFEST = {
    "name": "invented",
    "status": "complete",
    "command": "/usr/local/bin/seqforecast train invented.yaml",
    "started": "2026-01-31T12:00:00+00:00",
    "ended": "2026-01-31T12:01:00+00:00",
    "device": {"name": "cpu", "why": "TensorFlow sees no GPU"},
    "data": {
        "sha256": "961137884a1bed24",
        "series": 1,
        "values": 144,
        "frequency": "MS",
        "season": 12,
        "notes": ["the frequency MS was taken from the time stamps"],
    },
    "windows": {"train": 73, "validation": 13, "test": 13},
    "seeds": {"run": 0, "data": None},
    "versions": {"seqforecast": "0.1.0", "tensorflow": "2.21.0"},
    "platform": "Linux",
    "git": None,
}
PREPROCESS = {
    "columns": {
        "layout": "wide",
        "time": "month",
        "id": "unique_id",
        "target": None,
        "past": [],
        "future": [],
        "static": [],
        "calendar": [],
    },
    "frequency": "MS",
    "season": 12,
    "lookback": 24,
    "horizon": 12,
    "scale": {
        "kind": "standard",
        "shared": True,
        "center": [0.0],
        "spread": [1.0],
    },
    "features": None,
    "series": ["load"],
}


def scored(mae: float) -> dict[str, float]:
    return {"mae": mae, "rmse": 1.2 * mae, "smape": 5.0, "mase": mae / 20, "mse": mae}


def outcome(
    skill: tuple[Any, Any, Any] = (0.2, 0.1, 0.3),
    verdict: str = "better",
    **changed: Any,
) -> dict[str, Any]:
    """The `test` object of metrics.json: the model beside linear and naive."""
    value, low, high = skill
    few = {} if low is not None else {"reasons": {"low": "too few blocks of cutoffs"}}
    named = {"metric": "mae", "against": "linear", "value": value, "low": low}
    return {
        "windows": 13,
        "cutoffs": 13,
        "points": 156,
        "model": scored(16 if value is None else 20 * (1 - value)),
        "baselines": {"naive": scored(77.8), "linear": scored(20)},
        "by_step": [],
        "skill": {**named, "high": high, **few},
        "verdict": verdict,
        "notes": [],
        **changed,
    }


def metrics_of(test: dict[str, Any], **training: Any) -> dict[str, Any]:
    told = {
        "epochs": 20,
        "best_epoch": 8,
        "parameters": 13_644,
        "seconds": 2.5,
        "windows_per_second": 15_000.0,
        "device": "cpu",
    }
    validation = {"model": {"mae": 20.0, "mase": 0.7}}
    return {"test": test, "validation": validation, "training": told | training}


def series_of(*errors: tuple[str, float, float]) -> list[dict[str, Any]]:
    """Rows of series.csv: name, error of the model, error of the best baseline."""
    return [
        {"unique_id": name, "mae": ours, "best_mae": best, "naive_mae": 2 * best}
        for name, ours, best in errors
    ]


def documents(folder: Path, test: Any = None, **changed: Any) -> RunDocuments:
    """A run with every picture, one series, and settings of its own."""
    pictures = {name: folder / f"{name}.png" for name in READING}
    for name, path in pictures.items():
        path.write_bytes(png(said=f"what {name} shows"))
    settings = changed.get("settings", SETTINGS)
    known: dict[str, Any] = {
        "path": "runs/invented/20260131-120000-a1b2c3",
        "metrics": metrics_of(test or outcome()),
        "manifest": MANIFEST,
        "preprocess": PREPROCESS,
        "settings": settings,
        "defaults": defaults_of(settings),
        "cell": "GRU",
        "series": series_of(("load", 16.0, 20.0)),
        "pictures": pictures,
    }
    return RunDocuments(**known | changed)
