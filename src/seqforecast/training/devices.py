"""Devices: which one trains, and why; chosen before the first layer is built."""

import platform
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from seqforecast.backend import load_tensorflow
from seqforecast.errors import BackendError
from seqforecast.training.measured_devices import (
    Evidence,
    MeasuredNumbers,
    read_evidence,
)


@dataclass(frozen=True, slots=True)
class Device:
    """Where the model is trained.

    Attributes:
        name: cpu or gpu:N.
        why: one sentence for the manifest.
    """

    name: str
    why: str


def use_device(setting: str, shape: Mapping[str, Any] | None = None) -> Device:
    """Make one device the only one TensorFlow sees.

    auto is the device that `doctor` measured to be faster, among those that it
    found to compute rightly. Without evidence it is the GPU with CUDA, and with
    Metal the CPU.

    Args:
        setting: auto, cpu, gpu or gpu:N.
        shape: what will be trained, from `evidence.shape_of`; measurements at this
            shape are preferred to later ones at others.

    Raises:
        BackendError: the device is not there, `doctor` found it to compute wrongly,
            or TensorFlow has already started on another one in this process.
    """
    gpus = load_tensorflow().config.list_physical_devices("GPU")
    evidence = read_evidence()
    if setting == "auto":
        device = choose_device(len(gpus), evidence, shape)
    else:
        device = Device(re.sub("^gpu$", "gpu:0", setting), "asked for")
    _check(device, setting, len(gpus), evidence)
    show_only(device.name)
    return device


def choose_device(
    gpus: int, evidence: Evidence, shape: Mapping[str, Any] | None = None
) -> Device:
    """Return the device for `auto`, on a machine with so many GPUs."""
    if not gpus:
        return Device("cpu", "TensorFlow sees no GPU")
    there = {"cpu", *(f"gpu:{number}" for number in range(gpus))}
    doubted = {
        name: numbers.because
        for name, numbers in evidence.numbers.items()
        if numbers.verdict != "right" and name in there
    }
    speed = evidence.speed_at(shape)
    times = dict(speed.milliseconds) if speed else {}
    rivals = {name: times[name] for name in times if name in there - set(doubted)}
    if speed and len(rivals) > 1:
        return _faster(rivals, speed.shape)
    if doubted:
        names = sorted(there - set(doubted) - {"cpu"})
        name = names[0] if names and sys.platform != "darwin" else "cpu"
        reasons = [
            f"on {device} {because}" for device, because in sorted(doubted.items())
        ]
        return Device(name, f"doctor found that {', and '.join(reasons)}")
    if sys.platform == "darwin":
        why = "recurrent layers are slower on Metal than on the CPU of the same Mac"
        return Device("cpu", f"{why}; doctor has not measured this one")
    return Device("gpu:0", "TensorFlow sees a GPU; doctor has not measured it")


def show_only(name: str) -> None:
    """Let TensorFlow see one device only.

    A GPU that is not wanted is hidden: Keras builds its recurrent layers for any
    GPU it sees, whatever device they are then placed on.

    Args:
        name: cpu or gpu:N; it must be there.

    Raises:
        BackendError: TensorFlow has already started on another one.
    """
    tf = load_tensorflow()
    gpus = tf.config.list_physical_devices("GPU")
    chosen = [] if name == "cpu" else [gpus[int(name.partition(":")[2])]]
    try:
        for gpu in chosen:
            tf.config.experimental.set_memory_growth(gpu, True)  # noqa: FBT003
        tf.config.set_visible_devices(chosen, "GPU")
    except RuntimeError as error:
        if tf.config.get_visible_devices("GPU") != chosen:
            raise BackendError(
                f"TensorFlow has already started on another device than {name}",
                hint="choose the device before the first model, in a new process",
            ) from error
    if chosen and sys.platform == "darwin":
        tf.config.optimizer.set_experimental_options(METAL_OPTIONS)


# The second switch against the plug-in that drops activations; see `backend.SWITCHES`.
# It costs the CPU its fused kernels, so it is set only where a Metal GPU trains.
METAL_OPTIONS = {"use_plugin_optimizers": False, "remapping": False}


def _faster(milliseconds: Mapping[str, float], shape: Mapping[str, Any]) -> Device:
    first, second = sorted(milliseconds, key=lambda name: milliseconds[name])[:2]
    ratio = milliseconds[second] / milliseconds[first]
    words = " ".join(f"{key} {value}" for key, value in shape.items())
    return Device(
        first, f"doctor measured it {ratio:.2g} times as fast as {second} ({words})"
    )


def _check(device: Device, setting: str, gpus: int, evidence: Evidence) -> None:
    """Refuse a device that is not there, or that is known to compute wrongly."""
    if device.name != "cpu" and int(device.name.partition(":")[2]) >= gpus:
        count = f"{gpus} GPUs" if gpus > 1 else "one GPU" if gpus else "no GPU"
        raise BackendError(
            f"training.device asks for {setting!r}, but TensorFlow sees {count} "
            f"on this {platform.system()} machine",
            hint="use `--device cpu`, or install GPU support: "
            "`pip install 'seqforecast[cuda]'` on Linux, "
            "scripts/install_macos_m1.sh on Apple silicon; "
            "`seqforecast doctor` says what is missing",
        )
    numbers = evidence.numbers.get(device.name, MeasuredNumbers(verdict="right"))
    if numbers.verdict == "wrong":
        raise BackendError(
            f"{device.name} computes wrongly on this machine: {numbers.because} "
            f"(doctor, {evidence.measured})",
            hint="use `--device cpu`, or mend it with what `seqforecast doctor` says "
            "and let it measure again",
        )
