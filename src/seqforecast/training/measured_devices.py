"""What `doctor` measured of the devices here, kept in a cache file."""

import hashlib
import json
import logging
import os
import platform
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from seqforecast.files import expand, home
from seqforecast.hardware import gpu_names
from seqforecast.models.section import ModelSection
from seqforecast.models.size import Tokens, tokens_of
from seqforecast.section import Section

LOGGER = logging.getLogger("seqforecast.evidence")

# What decides how fast and how right a device computes, beside the device itself.
PACKAGES = (
    "tensorflow",
    "tensorflow-macos",
    "keras",
    "tensorflow-metal",
    "nvidia-cudnn-cu12",
    "nvidia-cublas-cu12",
)


class MeasuredNumbers(Section):
    """Whether a device computes what NumPy computes.

    wrong: it does not; unusable: the trial crashed, hung or failed.
    """

    verdict: Literal["right", "wrong", "unusable"]
    because: str = Field(default="", description="one clause, unless right")


class Speed(Section):
    """Milliseconds of one training step on each device, at one shape."""

    shape: dict[str, Any]
    milliseconds: dict[str, float]


class Evidence(Section):
    """What was measured in one environment; devices are cpu and gpu:N."""

    environment: dict[str, Any] = Field(default_factory=dict)
    measured: str = Field(default="", description="date of the last measurement")
    numbers: dict[str, MeasuredNumbers] = Field(default_factory=dict)
    speed: list[Speed] = Field(default_factory=list, description="oldest first")

    def speed_at(self, shape: Mapping[str, Any] | None) -> Speed | None:
        """Return the last measurement at a shape, else the last one at any."""
        same = [speed for speed in self.speed if shape and speed.shape == dict(shape)]
        candidates = same or self.speed
        return candidates[-1] if candidates else None


def shape_of(
    model: ModelSection, lookback: int, batch: int, tokens: Tokens | None = None
) -> dict[str, Any]:
    """Return what the time of a training step depends on, apart from the machine.

    Args:
        model: the cells and what they read.
        lookback: steps the model sees.
        batch: windows in one step.
        tokens: what the cells read; default what they do when it is values alone.
    """
    read = tokens or tokens_of(model, lookback=lookback, horizon=0)
    return {
        "cell": model.cell.value,
        "units": list(model.units),
        "bidirectional": model.bidirectional,
        "lookback": lookback,
        "tokens": read.count,
        "features": model.embedding or read.width,
        "batch": batch,
    }


def read_evidence() -> Evidence:
    """Return what was measured in this environment; nothing, if nothing was."""
    return read_all().get(key_of(environment()), Evidence())


def read_all() -> dict[str, Evidence]:
    """Return what was measured in any environment, by `key_of` it.

    A file that cannot be understood counts as none, and is warned about.
    """
    path = evidence_file()
    if path is None:
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return {
            key: Evidence.model_validate(entry)
            for key, entry in content["environments"].items()
        }
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        problem = str(error).partition("\n")[0]
        LOGGER.warning(
            "%s cannot be used (%s); `seqforecast doctor` measures anew", path, problem
        )
        return {}


def evidence_file() -> Path | None:
    """Return where evidence is kept: SEQFORECAST_CACHE, or the user's cache folder.

    None for a user who has neither: one without a home.

    Not by platformdirs, whose answer depends on its version: from 4.6 on macOS follows
    XDG_CACHE_HOME, from 4.11 on a relative one is ignored. What was measured would be
    lost when another package upgrades it.
    """
    if folder := os.environ.get("SEQFORECAST_CACHE"):
        return expand(folder) / "evidence.json"
    named, usual = {
        "darwin": (None, "Library/Caches"),
        "win32": (os.environ.get("LOCALAPPDATA"), ""),
    }.get(sys.platform, (os.environ.get("XDG_CACHE_HOME"), ".cache"))
    own = home()
    cache = Path(named) if named else own and own / usual
    return cache and cache / "seqforecast" / "evidence.json"


def environment() -> dict[str, Any]:
    """Return what evidence holds for: versions, system, GPUs; without TensorFlow."""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "packages": {name: version for name in PACKAGES if (version := _version(name))},
        "gpus": gpu_names(),
        "visible": os.environ.get("CUDA_VISIBLE_DEVICES"),
    }


def key_of(facts: Mapping[str, Any]) -> str:
    """Return the name under which an environment's evidence is kept."""
    text = json.dumps(facts, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
