"""Shipped experiments are found by name; paths are left alone."""

from pathlib import Path

import pytest

from seqforecast.config import shipped
from seqforecast.config.shipped import list_shipped, resolve, shipped_folder
from seqforecast.errors import ConfigError


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for name in ("sine_lstm", "air_passengers"):
        (tmp_path / f"{name}.yaml").write_text("", encoding="utf-8")
    monkeypatch.setattr(shipped, "shipped_folder", lambda: tmp_path)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path


def test_the_shipped_folder_exists():
    assert shipped_folder().is_dir()


def test_a_name_is_a_shipped_file(folder):
    assert resolve("sine_lstm") == folder / "sine_lstm.yaml"
    assert list(list_shipped()) == ["air_passengers", "sine_lstm"]


@pytest.mark.parametrize("text", ["sine_lstm.yaml", "./sine_lstm", "a\\b", "x.yml"])
def test_what_looks_like_a_path_is_a_path(folder, text):
    assert resolve(text) == Path(text)


def test_a_shipped_name_goes_before_a_file(folder):
    Path("sine_lstm").touch()
    Path("mine").touch()
    assert resolve("sine_lstm") == folder / "sine_lstm.yaml"
    assert resolve("mine") == Path("mine")


@pytest.mark.parametrize("text", ["sine_lsmt", ""])
def test_an_unknown_name_is_answered_with_the_known_ones(folder, text):
    with pytest.raises(ConfigError, match="no such file exists") as caught:
        resolve(text)
    assert "known: air_passengers, sine_lstm" in caught.value.hint
