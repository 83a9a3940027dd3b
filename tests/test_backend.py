"""The door to TensorFlow sets its switches first, and says so when it does not open."""

import gc
import os
import sys
from contextlib import suppress
from types import ModuleType

import pytest

from seqforecast import backend
from seqforecast.errors import BackendError


class Loaded(ModuleType):
    """A module called tensorflow that remembers what was set when it was used."""

    def get_logger(self):
        self.environ = dict(os.environ)
        self.collected = gc.isenabled()
        return self

    def setLevel(self, level):  # noqa: N802 - as logging calls it
        self.level = level


@pytest.fixture
def load(monkeypatch):
    """Open the door to another module."""

    def load(module, **options):
        monkeypatch.setitem(sys.modules, "tensorflow", module)
        for name in ("TF_CPP_MIN_LOG_LEVEL", *backend.FORCED):
            monkeypatch.setenv(name, os.environ.get(name, ""))
        monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL")
        return backend.load_tensorflow.__wrapped__(**options)

    return load


@pytest.mark.parametrize("quietly", [True, False])
def test_the_switch_against_lost_activations_is_set_whatever_the_user_says(
    quietly, load, monkeypatch
):
    """The plug-in looks for exactly "1"; "true" would leave the fault in.

    Broken on purpose: `setdefault`.
    """
    monkeypatch.setenv("TURN_OFF_REMAPPER", "true")

    environ = load(Loaded("tensorflow"), quietly=quietly).environ

    assert environ["TURN_OFF_REMAPPER"] == "1"
    assert environ["KERAS_BACKEND"] == "tensorflow"
    assert environ["TF_CPP_MIN_LOG_LEVEL"] == "3"


@pytest.mark.parametrize(
    ("module", "message"),
    [
        (None, "import of tensorflow halted"),
        (ModuleType("tensorflow"), "has no attribute 'get_logger'"),
    ],
)
def test_a_tensorflow_that_does_not_load_is_an_error_with_a_hint(module, message, load):
    """The second is a file of the user's own that is called tensorflow.py."""
    with pytest.raises(BackendError, match=message) as caught:
        load(module)

    assert str(caught.value).startswith("TensorFlow does not load: ")
    assert "seqforecast doctor" in caught.value.hint


@pytest.fixture
def load_keras(monkeypatch):
    """Open the door to another Keras; TensorFlow is there."""
    monkeypatch.setattr(backend, "load_tensorflow", lambda: None)

    def load(module):
        monkeypatch.setitem(sys.modules, "keras", module)
        return backend.load_keras.__wrapped__()

    return load


def test_a_keras_that_does_not_load_is_an_error_with_a_hint(load_keras):
    with pytest.raises(BackendError, match=r"^Keras does not load: .*halted") as caught:
        load_keras(None)
    assert caught.value.hint == "install it with `pip install keras`"


def test_a_keras_that_runs_on_something_else_is_refused(load_keras):
    """Imported by the user before, with KERAS_BACKEND=jax: it cannot be changed."""
    keras = ModuleType("keras")
    keras.backend = ModuleType("keras.backend")
    keras.backend.backend = lambda: "jax"
    message = "^Keras already runs on 'jax' in this process$"
    with pytest.raises(BackendError, match=message) as caught:
        load_keras(keras)
    assert caught.value.hint == (
        "import seqforecast before Keras, or set KERAS_BACKEND=tensorflow"
    )


@pytest.mark.parametrize("module", [Loaded("tensorflow"), None])
@pytest.mark.parametrize("was_on", [True, False])
def test_collection_is_as_it_was_after_the_import(module, was_on, load):
    """Broken on purpose: `gc.enable` left out; called whatever it was before."""
    before = gc.isenabled()
    try:
        (gc.enable if was_on else gc.disable)()
        with suppress(BackendError):
            load(module)
        assert gc.isenabled() == was_on
    finally:
        (gc.enable if before else gc.disable)()


def test_nothing_is_collected_during_the_import(load):
    """Broken on purpose: the pause left out."""
    assert gc.isenabled()
    assert not load(Loaded("tensorflow")).collected
