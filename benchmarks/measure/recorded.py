"""Recorded runs: each is trained once, by the command line, and written down."""

import hashlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from measure import machine
from seqforecast.config.shipped import resolve

# What stood for itself, before `auto` did, when runs without this section were made.
USUAL = {"baselines": ["naive", "seasonal_naive", "drift", "linear"]}


@dataclass(frozen=True)
class Job:
    """One experiment, as it is to be measured.

    Attributes:
        name: of the row it belongs to.
        config: name of the shipped experiment.
        changes: settings that differ from it, as `key=value`.
    """

    name: str
    config: str
    changes: tuple[str, ...] = ()

    @property
    def settings(self) -> str:
        """Return what tells whether a recorded run is of these very settings."""
        settings = settings_of(self.config)
        if settings.get("evaluation") == USUAL:
            del settings["evaluation"]
        whole = json.dumps([settings, self.changes], sort_keys=True)
        return hashlib.sha256(whole.encode()).hexdigest()[:16]


def read(path: Path) -> list[dict[str, Any]]:
    """Return the recorded runs of a file; none where there is no file."""
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text().splitlines()]


def found(
    records: Iterable[dict[str, Any]], job: Job, seeds: Sequence[int]
) -> list[dict[str, Any]]:
    """Return the runs of a job with these seeds, those of other settings left out.

    Of a seed that two processes have run, the last one counts.
    """
    runs = {
        record["seed"]: record
        for record in records
        if (record["name"], record["settings"]) == (job.name, job.settings)
    }
    return [runs[seed] for seed in seeds if seed in runs]


def measure(
    jobs: Sequence[Job],
    seeds: Sequence[int],
    path: Path,
    data: Path,
    look: Callable[[Path], dict[str, Any]] = lambda _: {},
) -> None:
    """Train what is not recorded yet; a line on disk and on the terminal a run.

    Args:
        jobs: what to train.
        seeds: one run of each job a seed.
        path: the file of records; lines are added.
        data: folder of the data files.
        look: returns what else to record of a run directory.
    """
    for job in jobs:
        for seed in seeds:
            if found(read(path), job, [seed]):
                continue
            record = train(job, seed, data, look)
            with path.open("a") as file:
                file.write(json.dumps(record) + "\n")
            print(describe(record), flush=True)


def train(
    job: Job, seed: int, data: Path, look: Callable[[Path], dict[str, Any]]
) -> dict[str, Any]:
    """Train one run in a process of its own, as a user would, and return its record."""
    with tempfile.TemporaryDirectory() as runs:
        command = [sys.executable, "-m", "seqforecast", "train", job.config]
        command += ["--json", "-q", "--runs", runs, "--set", f"seed={seed}"]
        file = Path(settings_of(job.config)["data"]["path"]).name
        command += ["--set", f"data.path={data / file}"]
        command += [part for change in job.changes for part in ("--set", change)]
        started = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        seconds = time.perf_counter() - started
        if done.returncode:
            raise SystemExit(f"{job.name}, seed {seed}: {done.stderr}")
        run = Path(json.loads(done.stdout)["run"])
        metrics = json.loads((run / "metrics.json").read_text())
        seen = look(run)
    return {
        "name": job.name,
        "seed": seed,
        "settings": job.settings,
        "test": {key: metrics["test"][key] for key in KEPT},
        "validation": metrics["validation"]["model"],
        "training": metrics["training"],
        "seconds": round(seconds, 1),
        "machine": machine.describe(),
        **seen,
    }


KEPT = (
    "windows",
    "model",
    "baselines",
    "scaled",
    "scaled_baselines",
    "skill",
    "verdict",
)


def settings_of(config: str) -> dict[str, Any]:
    """Return what a shipped experiment sets, comments left out."""
    text = resolve(config).read_text(encoding="utf-8")
    settings: dict[str, Any] = yaml.safe_load(text)
    return settings


def describe(record: dict[str, Any]) -> str:
    """Return a run in one line."""
    test = record["test"]
    shown = {
        "scaled MSE": test["scaled"]["mse"],
        **{key: test["model"].get(key) for key in ("mase", "smape", "owa")},
    }
    scores = ", ".join(f"{key} {value:.4g}" for key, value in shown.items() if value)
    head = f"{record['name']}, seed {record['seed']}"
    return f"{head}: {scores}; {test['verdict']}; {record['seconds']:.0f} s"
