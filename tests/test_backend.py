"""The door to TensorFlow sets its switches first, and says so when it does not open."""

import os
import sys
from types import ModuleType

import pytest

from seqforecast import backend
from seqforecast.errors import BackendError


class Loaded(ModuleType):
    """A module called tensorflow that remembers what was set when it was used."""

    def get_logger(self):
        self.environ = dict(os.environ)
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
