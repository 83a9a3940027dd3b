"""Packages below TensorFlow are imported one by one, and what is wrong is told."""

import sys
import types

import pytest

from seqforecast.doctor.child_processes import run_program
from seqforecast.doctor.facts.packages import broken_of
from seqforecast.doctor.probes import tensorflow_import
from seqforecast.doctor.probes.tensorflow_import import PACKAGES, probe_packages


@pytest.fixture
def packages(tmp_path, monkeypatch):
    """Return what makes packages of these texts the ones that are tried."""

    def make(needs=(), **texts):
        for name, text in texts.items():
            (tmp_path / name).mkdir()
            (tmp_path / name / "__init__.py").write_text(text)
            monkeypatch.delitem(sys.modules, name, raising=False)
        monkeypatch.syspath_prepend(tmp_path)
        tried = {name: dict(needs).get(name, "") for name in texts}
        monkeypatch.setattr(tensorflow_import, "PACKAGES", tried)

    return make


def test_here_every_package_imports():
    assert probe_packages() == {"broken": {}}
    assert "numpy" in PACKAGES


def test_each_reason_is_told(packages):
    """Broken on purpose: only `ImportError` caught."""
    packages(
        whole_one="__version__ = '1'",
        undefined="raise ImportError('undefined symbol: x')",
        built_for="raise SystemError('initialization of _x raised')",
        ending="raise SystemExit(3)",
        lacking="import json; json.nothing",
        needing="import nowhere_to_be_found",
        halfway="",
    )
    assert probe_packages()["broken"] == {
        "undefined": "ImportError: undefined symbol: x",
        "built_for": "SystemError: initialization of _x raised",
        "ending": "SystemExit: 3",
        "lacking": "AttributeError: module 'json' has no attribute 'nothing'",
        "needing": "ModuleNotFoundError: No module named 'nowhere_to_be_found'",
        "halfway": "most of it is absent",
    }


def test_what_only_passes_on_a_failure_is_not_named(packages):
    packages(
        needs={"above": "below"},
        below="raise ImportError('x')",
        above="raise ImportError('below is broken')",
    )
    assert [*probe_packages()["broken"]] == ["below"]


def test_a_package_that_is_not_there_is_told_by_another_check(monkeypatch):
    monkeypatch.setattr(tensorflow_import, "PACKAGES", {"nowhere_to_be_found": ""})
    assert probe_packages() == {"broken": {}}


def test_of_pandas_no_more_is_imported_than_tells_that_it_loads(monkeypatch):
    def stopping(name):
        for finder in sys.meta_path:
            finder.find_spec(f"{name}.core.api", None, None)
        return types.ModuleType(name)

    monkeypatch.setattr(tensorflow_import, "PACKAGES", {"pandas": ""})
    monkeypatch.setattr(tensorflow_import.importlib, "import_module", stopping)
    before = [*sys.meta_path]
    assert probe_packages() == {"broken": {}}
    assert sys.meta_path == before


@pytest.mark.parametrize(
    ("ending", "told"),
    [
        ("os.kill(os.getpid(), 11)", "the process that imports it ends with SIGSEGV"),
        ("time.sleep(60)", "the process that imports it does not end"),
        ("raise SystemExit(3)", "the process that imports it fails"),
    ],
)
def test_one_that_kills_its_process_is_the_last_that_was_tried(ending, told):
    program = (
        "import os, sys, time; print('importing numpy'); print('importing yaml'); "
        f"sys.stdout.flush(); {ending}"
    )
    result = run_program("packages", [sys.executable, "-c", program], 2.0)
    assert broken_of(result) == {"yaml": told}
