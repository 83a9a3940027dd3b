"""Hints: the commands that they show can be pasted into a shell, whatever a path is."""

import ast
import re
import shlex
from pathlib import Path

import pytest
import typer.main

import seqforecast
from seqforecast.cli.app import app
from seqforecast.errors import DiskFullError, Interrupted, RunError
from seqforecast.files import write_json
from seqforecast.reporting.run.page import list_commands
from seqforecast.runs.directory import open_complete
from seqforecast.runs.manifest import recorded
from seqforecast.runs.run_files import RunDirectory
from support.command_line import call
from support.machines.ready import LINUX
from support.run_documents import PREPROCESS

PACKAGE = Path(seqforecast.__file__).parent
ODD = 'it\'s $HOME; "a" run'


@pytest.fixture
def run(tmp_path):
    run = RunDirectory(tmp_path / ODD)
    run.path.mkdir()
    write_json(run.manifest, {"status": "interrupted"})
    run.preprocess.touch()  # it can be resumed
    return run


def commands_in(hint):
    """Return the words of every command of ours in a hint."""
    return [shlex.split(each)[1:] for each in re.findall("`(seqforecast .*)`", hint)]


def stopped(run, error):
    with recorded(run, {}):
        raise error


def asked_to_show_one(run):
    write_json(run.path / "request.json", {})
    run.resolved.touch()
    open_complete(run.path)


def asked_for_a_broken_file(run):
    run.resolved.touch()
    run.read_json(run.metrics)


HINTS = {
    "incomplete": (lambda run: open_complete(run.path), "train --resume RUN"),
    "Ctrl-C": (lambda run: stopped(run, KeyboardInterrupt), "train --resume RUN"),
    "full": (lambda run: stopped(run, DiskFullError("x")), "train --resume RUN"),
    "several": (asked_to_show_one, "train RUN/resolved.yaml"),
    "broken": (asked_for_a_broken_file, "train RUN/resolved.yaml"),
}


@pytest.mark.parametrize(("act", "words"), HINTS.values(), ids=HINTS)
def test_a_command_in_a_hint_names_the_path_there_is(run, act, words):
    """Broken on purpose: each of them without `as_command`."""
    with pytest.raises((RunError, Interrupted)) as caught:
        act(run)
    wanted = [word.replace("RUN", str(run.path)) for word in words.split()]
    assert commands_in(caught.value.hint) == [wanted]


def test_a_path_in_a_hint_is_one_word_too(run):
    write_json(run.path / "request.json", {})
    inner = RunDirectory(run.path / "best")
    inner.path.mkdir()
    write_json(inner.metrics, {})
    with pytest.raises(RunError) as caught:
        open_complete(run.path)
    path = caught.value.hint.removeprefix("name one of its runs, as ")
    assert shlex.split(path) == [str(inner.path)]


def test_what_a_page_and_an_experiment_tell_can_be_pasted(tmp_path):
    told = list_commands(str(tmp_path / ODD), PREPROCESS)
    assert all(shlex.split(command)[2] == str(tmp_path / ODD) for _, command in told)
    rows = [f"{step},{step % 7}" for step in range(60)]
    (tmp_path / "x.csv").write_text("\n".join(["ds,y", *rows, ""]))
    path = tmp_path / "it's mine.yaml"
    assert call("init", tmp_path / "x.csv", "-o", path).exit_code == 0
    told = path.read_text().splitlines()
    lines = [line for line in told if "Train it with" in line]
    assert commands_in(lines[0]) == [["train", path.name]]


def test_data_in_the_place_of_an_experiment_are_quoted_in_the_command(tmp_path):
    for name in ("x.csv", "a: b, c.csv", "#1.csv"):
        (tmp_path / name).write_text("ds,y\n1,2\n")
        hint = call("config", "validate", f"{tmp_path}/./{name}").stderr
        shown = re.search("`seqforecast (.*)`", hint)[1]
        assert shlex.split(shown) == ["init", f"{tmp_path}/{name}"]


def test_what_doctor_tells_to_remove_and_rename_is_what_it_found():
    from dataclasses import replace

    from seqforecast.doctor.checks import metal, python
    from seqforecast.doctor.facts.machine import Plugin

    folder = f"/home/{ODD}/tensorflow-plugins"
    for place in ("user-site", "site"):
        fix = metal._remove(Plugin(f"{folder}/x.dylib", place=place), LINUX)
        assert shlex.split(fix.cmd) == ["rm", "-r", folder]
    file = f"/home/{ODD}/keras.py"
    there = replace(LINUX, python=replace(LINUX.python, shadows=(file,)))
    (fix,) = python.shadows(there).fixes
    assert shlex.split(fix.cmd) == ["mv", file, f"/home/{ODD}/my_keras.py"]


def trees():
    for path in PACKAGE.rglob("*.py"):
        yield path.name, ast.parse(path.read_text("utf-8"))


def values_in_commands():
    """Yield where an f-string puts a value into a command, and the value."""
    for name, tree in trees():
        for node in ast.walk(tree):
            said = ""
            for part in node.values if isinstance(node, ast.JoinedStr) else ():
                if isinstance(part, ast.Constant):
                    said += part.value
                elif re.search("`seqforecast [^`]*$|^(rm|mv) ", said):
                    yield f"{name}:{node.lineno}", ast.unparse(part.value)


def test_every_value_in_a_command_is_quoted():
    """By `as_command`, or by shlex where the command is another's."""
    bare = {at: each for at, each in values_in_commands() if "shlex." not in each}
    assert not bare


def test_commands_in_hints_are_commands_there_are():
    known = set(typer.main.get_command(app).commands)
    told = {
        node.args[0].value
        for _, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "as_command"
    }
    assert told
    assert told <= known
