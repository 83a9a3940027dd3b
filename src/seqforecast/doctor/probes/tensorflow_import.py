"""The import probe: whether TensorFlow loads, and what it then sees."""

import time
from importlib import metadata
from typing import Any

from seqforecast.backend import load_keras, load_tensorflow


def probe_import() -> dict[str, Any]:
    """Return versions, GPUs, build information and the seconds that loading took."""
    started = time.monotonic()
    tf = load_tensorflow(quietly=False)
    seconds = time.monotonic() - started
    keras = load_keras()
    return {
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "keras_backend": keras.backend.backend(),
        "protobuf": metadata.version("protobuf"),
        "numpy": metadata.version("numpy"),
        "gpus": [_describe(tf, gpu) for gpu in tf.config.list_physical_devices("GPU")],
        "build": {
            key: _plain(value) for key, value in tf.sysconfig.get_build_info().items()
        },
        "seconds": seconds,
    }


def _describe(tf: Any, gpu: Any) -> dict[str, Any]:
    details = tf.config.experimental.get_device_details(gpu)
    capability = details.get("compute_capability")
    return {
        "name": gpu.name.removeprefix("/physical_device:"),
        "kind": details.get("device_name", "unknown"),
        "capability": ".".join(map(str, capability)) if capability else None,
    }


def _plain(value: Any) -> Any:
    """Return what JSON can hold: some versions of TensorFlow list, others do not."""
    if isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value)
