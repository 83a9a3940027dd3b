"""Run one probe: python -m seqforecast.doctor.probes NAME ARGUMENTS RESULT."""

import gc
import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

# Probe to module, loaded when it is asked for: a broken one must not break the rest.
MODULES = {
    "driver": "cuda",
    "libraries": "cuda",
    "packages": "tensorflow_import",
    "import": "tensorflow_import",
    "canary": "numeric",
    "parity": "numeric",
    "training": "training",
    "saving": "training",
    "speed": "training",
}


def run(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Return what a probe found.

    Raises:
        ValueError: there is no such probe.
    """
    if name not in MODULES:
        raise ValueError(f"no probe is called {name!r}")
    module = importlib.import_module(f"seqforecast.doctor.probes.{MODULES[name]}")
    result: dict[str, Any] = getattr(module, f"probe_{name}")(**arguments)
    return result


def main(name: str, arguments: str, result: str) -> None:
    """Run a probe and write what it found, or how it failed, to a file.

    What failed is told as the library said it, not as it was passed on.
    """
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "0"  # causes are among TensorFlow's news
    try:
        document = run(name, json.loads(arguments))
    except Exception as error:
        cause = error.__cause__ or error
        _write({"error": f"{type(cause).__name__}: {cause}"}, result)
        raise
    _write(document, result)


def _write(document: dict[str, Any], result: str) -> None:
    Path(result).write_text(json.dumps(document), encoding="utf-8")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    finally:
        gc.freeze()  # else Python looks through all of TensorFlow at its end
