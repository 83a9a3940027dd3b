"""The import probes: whether the packages below TensorFlow load; whether it does."""

import importlib
import sys
import time
from importlib import metadata
from typing import Any

from seqforecast.backend import load_keras, load_tensorflow
from seqforecast.errors import root_cause

# In this order, so that what only passes on another's failure is not asked.
PACKAGES = {
    "numpy": "",
    "pydantic": "",
    "yaml": "",
    "pyarrow": "numpy",
    "pandas": "numpy",
    "scipy": "numpy",
    "matplotlib": "numpy",
}

# By then pandas has loaded its native files; the rest takes half of all this time.
ENOUGH = "pandas.core.api"


class _EnoughError(BaseException):
    """What was to be tried has been imported."""


class _Stop:
    """Ends an import where enough of it has been seen."""

    @staticmethod
    def find_spec(name: str, *_: Any) -> None:
        """Find nothing."""
        if name == ENOUGH:
            raise _EnoughError


def probe_packages() -> dict[str, Any]:
    """Return why installed packages cannot be imported, by module.

    Each is named before it is tried: where one kills the process, it was the last.
    """
    broken: dict[str, str] = {}
    sys.meta_path.insert(0, _Stop)
    try:
        for module, need in PACKAGES.items():
            if need not in broken:
                sys.stderr.write(f"importing {module}\n")
                broken |= _import_one(module)
    finally:
        sys.meta_path.remove(_Stop)
    return {"broken": broken}


def _import_one(module: str) -> dict[str, str]:
    try:
        imported = importlib.import_module(module)
    except _EnoughError:
        return {}
    except ModuleNotFoundError as error:
        if error.name == module:  # not installed: that is another check's
            return {}
        return {module: root_cause(error)}
    except BaseException as error:
        return {module: root_cause(error)}
    if not hasattr(imported, "__version__"):
        return {module: "most of it is absent"}
    return {}


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
