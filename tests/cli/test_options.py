"""Options and arguments that are paths, of every command there is."""

from pathlib import Path
from typing import get_args, get_type_hints

import pytest
import typer.main

from seqforecast.cli.app import app
from seqforecast.cli.options import seconds_of
from support.command_line import call

NEEDED = {"export": ["--format", "onnx"]}


def commands(group=None, words=()):
    """Yield the words that call each command, and what they call."""
    group = typer.main.get_command(app) if group is None else group
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*words, name))
        else:
            yield (*words, name), command


def paths_of(command):
    """Yield the name of each parameter that is a path, and its option or ""."""
    kinds = get_type_hints(command.callback)
    for parameter in command.params:
        kind = kinds.get(parameter.name)
        if Path in (kind, *get_args(kind)):
            option = parameter.opts[0]
            yield parameter.name, option if option.startswith("-") else ""


COMMANDS = dict(commands())


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_the_home_folder_is_put_into_every_path(words, tmp_path, monkeypatch):
    """Broken on purpose: `runs` made of a plain `typer.Typer`."""
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.chdir(tmp_path)
    paths = dict(paths_of(COMMANDS[words]))
    if not paths:
        return
    told = {}

    def expand(path):
        told[str(path)] = True
        return Path(path).expanduser()

    monkeypatch.setattr("seqforecast.files.expand", expand)
    given = [*NEEDED.get(words[-1], [])]
    for parameter in COMMANDS[words].params:
        if parameter.name in paths:
            given += filter(None, [paths[parameter.name], f"~/{parameter.name}"])
        elif parameter.required and not parameter.opts[0].startswith("-"):
            given.append("absent.yaml")
    result = call(*words, *given)
    assert {f"~/{name}" for name in paths} <= set(told), result.stderr
    assert "~" not in result.stderr
    assert not [*tmp_path.rglob("~*")]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("60s", 60), ("5m", 300), ("1h", 3600), ("1.5m", 90), ("7", 7)],
)
def test_a_budget_is_read_with_its_unit(text, seconds):
    assert seconds_of(text) == seconds
