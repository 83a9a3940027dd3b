"""Devices: which one trains, and why; chosen before the first layer is built."""

import platform
import sys
from dataclasses import dataclass
from typing import Any

from seqforecast.backend import load_tensorflow
from seqforecast.errors import BackendError


@dataclass(frozen=True, slots=True)
class Device:
    """Where the model is trained.

    Attributes:
        name: cpu or gpu:N.
        why: one sentence for the manifest.
    """

    name: str
    why: str


def use_device(wanted: str) -> Device:
    """Make one device the only one TensorFlow sees.

    A GPU that is not wanted is hidden: Keras builds its recurrent layers for any
    GPU it sees, whatever device they are then placed on.

    Args:
        wanted: auto, cpu, gpu or gpu:N.

    Raises:
        BackendError: the device is not there, or TensorFlow has already started
            on another one in this process.
    """
    tf = load_tensorflow()
    gpus = tf.config.list_physical_devices("GPU")
    device, chosen = _choose(wanted, gpus)
    try:
        for gpu in chosen:
            tf.config.experimental.set_memory_growth(gpu, True)  # noqa: FBT003
        tf.config.set_visible_devices(chosen, "GPU")
    except RuntimeError as error:
        if tf.config.get_visible_devices("GPU") != chosen:
            raise BackendError(
                f"TensorFlow has already started on another device than {device.name}",
                hint="choose the device before the first model, in a new process",
            ) from error
    return device


def _choose(wanted: str, gpus: list[Any]) -> tuple[Device, list[Any]]:
    if wanted == "cpu":
        return Device("cpu", "asked for"), []
    if wanted == "auto":
        if not gpus:
            return Device("cpu", "TensorFlow sees no GPU"), []
        if sys.platform == "darwin":
            why = "recurrent layers are slower on Metal than on the CPU"
            return Device(
                "cpu", f"{why} of the same Mac; nothing was measured here"
            ), []
        return Device("gpu:0", "TensorFlow sees a GPU"), gpus[:1]
    number = int(wanted.partition(":")[2] or 0)
    if number >= len(gpus):
        count = f"{len(gpus)} GPUs" if gpus else "no GPU"
        raise BackendError(
            f"training.device asks for {wanted!r}, but TensorFlow sees {count} "
            f"on this {platform.system()} machine",
            hint="use `--device cpu`, or install GPU support: "
            "`pip install 'seqforecast[cuda]'` on Linux, "
            "scripts/install_macos_m1.sh on Apple silicon",
        )
    return Device(f"gpu:{number}", "asked for"), [gpus[number]]
