"""The one door to TensorFlow: opened late, with the switches it needs set first."""

import functools
import gc
import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from seqforecast.errors import BackendError

LOGGER = logging.getLogger("seqforecast.backend")

# Set unless the user has set them.
SWITCHES = {"TF_CPP_MIN_LOG_LEVEL": "3"}

# Set whatever the user has set: without them results are wrong.
# TURN_OFF_REMAPPER: the Metal plug-in drops the activation when it fuses a Dense
# layer; it stops only for exactly "1", read anew each time a graph is optimised. Other
# systems ignore it. `training.devices.METAL_OPTIONS` is the second switch.
FORCED = {"TURN_OFF_REMAPPER": "1", "KERAS_BACKEND": "tensorflow"}


# No thread imports TensorFlow while the data are read: the import holds the
# interpreter's lock, so that small data gain nothing and their errors come late
# (`benchmarks/start.py`).
@functools.cache
def load_tensorflow(*, quietly: bool = True) -> Any:
    """Import TensorFlow.

    Args:
        quietly: log what its native code writes to stderr while it loads; a crash
            then takes these lines with it.

    Raises:
        BackendError: TensorFlow is missing or does not load on this machine.
    """
    for name, value in SWITCHES.items():
        os.environ.setdefault(name, value)
    os.environ.update(FORCED)
    try:
        with _collection_paused(), native_lines_logged() if quietly else nullcontext():
            import tensorflow as tf  # noqa: TID251 - this is the door

            # Its warning about retracing counts models, not mistakes.
            tf.get_logger().setLevel(logging.ERROR)
    except Exception as error:
        raise BackendError(
            f"TensorFlow does not load: {error}",
            hint="`seqforecast doctor` says why, and what mends it",
        ) from error
    return tf


@functools.cache
def load_keras() -> Any:
    """Import Keras on the TensorFlow backend.

    Raises:
        BackendError: TensorFlow or Keras is missing or does not load.
    """
    load_tensorflow()
    try:
        with _collection_paused():
            import keras  # noqa: TID251 - this is the door
    except Exception as error:
        raise BackendError(
            f"Keras does not load: {error}", hint="install it with `pip install keras`"
        ) from error
    if keras.backend.backend() != "tensorflow":
        raise BackendError(
            f"Keras already runs on {keras.backend.backend()!r} in this process",
            hint="import seqforecast before Keras, or set KERAS_BACKEND=tensorflow",
        )
    return keras


@contextmanager
def _collection_paused() -> Iterator[None]:
    """Look for no unreachable objects meanwhile.

    An import makes very many objects and drops few: looking through them again and
    again is a third of TensorFlow's start (`benchmarks/start.py`).
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def native_lines_logged() -> Iterator[None]:
    """Log what native code writes to stderr instead of showing it.

    TensorFlow's libraries greet with lines that no setting silences.
    """
    try:
        terminal = os.dup(2)
    except OSError:  # no stderr at all, as in a windowed application
        yield
        return
    with tempfile.TemporaryFile() as kept:
        sys.stderr.flush()
        os.dup2(kept.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(terminal, 2)
            os.close(terminal)
            kept.seek(0)
            for line in kept.read().decode(errors="replace").splitlines():
                LOGGER.debug("%s", line)
