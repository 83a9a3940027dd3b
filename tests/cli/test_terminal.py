"""What reaches a terminal is printable, whoever prints it and whatever names hold.

Broken on purpose: `UNPRINTABLE` without one of its ranges, streams left as they are,
typer left to strip sequences on pipes.
"""

import io
import json
import logging
import os
import re
import subprocess
import sys
import unicodedata
from contextlib import closing
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from seqforecast.cli import terminal
from seqforecast.cli.progress import LiveFits
from seqforecast.cli.terminal import (
    PrintableStream,
    Stream,
    expected_failure,
    print_json,
    print_result,
    printable_streams,
    report_error,
)
from seqforecast.config import shipped_catalog
from seqforecast.errors import ConfigError, WriteError
from seqforecast.execution.fit import Fit
from support.command_line import call
from support.pretended_fits import write_run
from support.small_run import SINE, small

# A title, a colour, both as C1 controls; a tab, a carriage return, a delete; text that
# is turned round, and marks of direction; line breaks that are none of ours.
HOSTILE = (
    "a\x1b]0;pwn\x07\x1b[31m\x9b31m\x9d0;pwn\x9c\tb\r\x08\x7f"
    "\u202e\u2066\u2069\u200e\u200f\u061c\u2028\u2029\x85\x0bz"
)
LINES = "a\nerror: forged\nz"
BIDIRECTIONAL = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
MARKS = "\u200e\u200f\u061c\u2028\u2029"


def obeyed(text):
    """The characters that a terminal obeys instead of showing them."""
    return {
        letter
        for letter in text
        if (unicodedata.category(letter) in {"Cc", "Cs"} and letter != "\n")
        or unicodedata.bidirectional(letter) in BIDIRECTIONAL
        or letter in MARKS
    }


def write_table(path, header, rows=60):
    lines = [",".join(f'"{name}"' for name in header)]
    lines += [
        ",".join([str(step), *(str(step % 7 + 1) for _ in header[1:])])
        for step in range(rows)
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder of runs, experiments and data whose names are hostile."""
    folder = tmp_path_factory.mktemp("hostile")
    name = HOSTILE.replace("\x00", "")
    experiment = yaml.safe_dump(small(), allow_unicode=False)
    (folder / f"{name}.yaml").write_text(experiment)
    (folder / f"{LINES}.yaml").write_text(experiment)
    (folder / b"bytes\xff\x9b.yaml".decode(errors="surrogateescape")).write_text(
        experiment
    )
    hostile = {
        **small(),
        HOSTILE: 1,
        "data": {**SINE, HOSTILE: HOSTILE, "kind": HOSTILE},
        "model": {"cell": HOSTILE, "units": HOSTILE},
        "tune": {"space": {HOSTILE: [1, 2], "training.epochs": HOSTILE}},
        "scale": HOSTILE,
    }
    (folder / "keys.yaml").write_text(yaml.safe_dump(hostile, allow_unicode=False))
    (folder / "syntax.yaml").write_text("data: [\n  \x1b[31m: }\u202e\n")
    (folder / "anchor.yaml").write_text("data: &a\u202e {x: *b\u202e}\nmodel:\n\t\t- a")
    write_table(folder / f"{name}.csv", ["ds", HOSTILE.replace("\r", ""), "b"])
    table = {"source": "table", "path": f"{name}.csv", "time": "ds"}
    for stem, data in {
        "table": table,
        "absent": {**table, "path": f"no{HOSTILE}.csv"},
        "column": {**table, "time": HOSTILE},
    }.items():
        text = yaml.safe_dump(small(data=data), allow_unicode=False)
        (folder / f"{stem}.yaml").write_text(text)
    write_run(folder / "table.yaml", folder / "runs" / "real" / "1", lambda *_: 1.0)
    for number, document in enumerate(
        (
            {"name": HOSTILE, "status": HOSTILE, "started": HOSTILE},
            {"name": LINES, "status": "complete", "started": LINES},
        )
    ):
        run = folder / "runs" / name / str(number)
        run.mkdir(parents=True)
        (run / "manifest.json").write_text(json.dumps(document))
        (run / "resolved.yaml").write_text((folder / f"{name}.yaml").read_text())
    return folder


RUN = f"runs/{HOSTILE}/0"
COMMANDS = [
    ["runs", "ls"],
    ["runs", "ls", "--runs", f"no{HOSTILE}"],
    ["runs", "show", RUN],
    ["runs", "show", "runs/real/1"],
    ["runs", "show", f"no{HOSTILE}"],
    ["runs", "diff", RUN, "runs/real/1"],
    ["runs", "diff", RUN, f"runs/{HOSTILE}/1"],
    ["config", "validate", "keys.yaml"],
    ["config", "validate", "syntax.yaml"],
    ["config", "validate", "anchor.yaml"],
    ["config", "validate", f"{HOSTILE}.yaml"],
    ["config", "validate", f"{LINES}.yaml"],
    ["config", "validate", b"bytes\xff\x9b.yaml".decode(errors="surrogateescape")],
    ["config", "validate", b"no\xff.yaml".decode(errors="surrogateescape")],
    ["config", "validate", HOSTILE],
    ["config", "validate", "absent.yaml", "--set", f"{HOSTILE}={HOSTILE}"],
    ["config", "validate", "absent.yaml", "--set", HOSTILE],
    ["config", "validate", "absent.yaml", "--set", f"data.path=[{HOSTILE}"],
    ["config", "show", f"{HOSTILE}.yaml"],
    ["config", "show", "absent.yaml"],
    ["config", "show", "absent.yaml", "--set", f"data.time={HOSTILE}"],
    ["config", "cp", HOSTILE],
    ["config", "cp", "gru", f"copy{HOSTILE}.yaml"],
    ["config", "cp", "gru", f"no{HOSTILE}/copy.yaml"],
    ["init", f"{HOSTILE}.csv", "-o", f"init{HOSTILE}.yaml"],
    ["init", f"{HOSTILE}.csv", "-o", f"{HOSTILE}.yaml"],
    ["init", f"no{HOSTILE}.csv"],
    ["init", "keys.yaml", "-o", "init.yaml"],
    ["train", "absent.yaml"],
    ["train", "column.yaml"],
    ["train", "--resume", f"no{HOSTILE}"],
    ["train", f"{HOSTILE}.yaml", "--run-dir", "runs"],
    ["train", f"{HOSTILE}.yaml", "--device", HOSTILE],
    ["predict", f"no{HOSTILE}"],
    ["predict", RUN],
    ["predict", "runs/real/1", "--data", f"no{HOSTILE}.csv"],
    ["evaluate", "runs/real/1", "--data", f"no{HOSTILE}.csv"],
    ["evaluate", RUN],
    ["report", f"no{HOSTILE}"],
    ["report", "runs/real/1", "--output", f"page{HOSTILE}.txt"],
    ["export", RUN, "--format", "onnx"],
    ["export", RUN, "--format", HOSTILE],
    ["reproduce", RUN],
    ["backtest", "absent.yaml"],
    ["backtest", "absent.yaml", "--refit", HOSTILE],
    ["tune", "keys.yaml"],
    ["tune", "absent.yaml"],
    ["compare", HOSTILE, "gru"],
    ["compare", "absent.yaml", "column.yaml"],
    ["compare", "rnn", "gru", "-e", f"no{HOSTILE}.yaml"],
    ["doctor", "--only", HOSTILE],
    ["doctor", "--for", f"no{HOSTILE}.yaml", "--quick"],
    ["doctor", HOSTILE],
    [HOSTILE],
    [f"--{HOSTILE}"],
    [LINES],
    ["runs", "ls", f"--{LINES}"],
    ["runs", "ls", "--runs", LINES],
    ["runs", "show", f"no{LINES}"],
    ["config", "validate", LINES],
    ["config", "validate", f"no{LINES}.yaml"],
    ["config", "validate", "absent.yaml", "--set", f"{LINES}={LINES}"],
    ["config", "show", "absent.yaml", "--set", f"data.path={LINES}"],
    ["init", f"no{LINES}.csv"],
    ["train", "absent.yaml", "--set", f"data.path={LINES}.csv"],
    ["train", "--resume", LINES],
    ["predict", LINES],
    ["compare", LINES, "gru"],
    ["doctor", "--only", LINES],
    ["runs", "ls", f"--{HOSTILE}"],
    ["train", "gru", "--mirror", HOSTILE],
]
JSON = [
    words
    for words in COMMANDS
    if words[0] in {"runs", "config", "init", "train", "predict", "report"}
    and words[1] != "cp"
]


def named(words):
    return " ".join(words).encode("ascii", "backslashreplace").decode()[:60]


@pytest.mark.parametrize("words", COMMANDS, ids=named)
def test_no_command_prints_what_a_terminal_obeys(words, place, monkeypatch):
    monkeypatch.chdir(place)
    result = call(*words)
    assert obeyed(result.stdout + result.stderr) == set()
    assert result.stdout + result.stderr
    assert "\nerror: forged" not in result.stdout + result.stderr


@pytest.mark.parametrize("words", JSON, ids=named)
def test_no_document_holds_what_a_terminal_obeys(words, place, monkeypatch):
    """It is the same document: JSON has escapes of its own."""
    monkeypatch.chdir(place)
    result = call(*words, "--json")
    assert obeyed(result.stdout + result.stderr) == set()
    if result.exit_code != 2 or result.stdout:
        assert json.loads(result.stdout)


def test_names_in_documents_are_the_names(place, monkeypatch):
    monkeypatch.chdir(place)
    listed = json.loads(call("runs", "ls", "--json").stdout)["runs"]
    assert HOSTILE in {one["name"] for one in listed}


def test_what_is_escaped_is_shown_as_python_writes_it(place, monkeypatch):
    monkeypatch.chdir(place)
    shown = call("runs", "ls").stdout
    assert r"a\x1b]0;pwn\x07\x1b[31m\x9b31m" in shown
    assert r"\tb\r\x08\x7f\u202e\u2066" in shown
    assert r"a\nerror: forged\nz" in shown
    assert len({line.count("  runs/") for line in shown.splitlines()[1:]}) == 1
    assert r"No such command 'a\x1b]0;pwn\x07\x1b[31m" in call(HOSTILE).stderr
    assert r"bytes\udcff" in call("config", "validate", "bytes\udcff\udc9b.yaml").stdout


def in_terminal(words, folder, **variables):
    """What a process of its own writes to a terminal of its own, and its exit code."""
    pty = pytest.importorskip("pty")
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "seqforecast", *words],
        cwd=folder,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **variables},
    )
    os.close(slave)
    written = b""
    while True:
        try:
            read = os.read(master, 65536)
        except OSError:  # Linux says so that nobody holds the other end any more
            break
        if not read:
            break
        written += read
    os.close(master)
    return written.replace(b"\r\n", b"\n"), process.wait()


@pytest.mark.parametrize(
    "words",
    [
        ["runs", "ls"],
        ["config", "validate", "keys.yaml"],
        ["init", f"{HOSTILE}.csv", "-o", f"pty{HOSTILE}.yaml"],
        [HOSTILE],
    ],
    ids=named,
)
def test_a_real_terminal_is_told_nothing_that_it_obeys(words, place):
    """On a pipe typer would strip some sequences, on a terminal none."""
    written, _ = in_terminal(words, place)
    assert obeyed(written.decode()) == set()
    assert rb"\x1b]0;pwn\x07" in written


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
@pytest.mark.parametrize("words", [["runs", "ls"], ["runs", "ls", "--json"]])
def test_letters_that_an_encoding_lacks_are_escaped(encoding, words, tmp_path):
    name = "\N{MINUS SIGN}\udcff\N{GRINNING FACE}é"
    (tmp_path / "runs" / "x" / "1").mkdir(parents=True)
    manifest = {"name": name, "status": "complete", "started": "2026-01-31"}
    (tmp_path / "runs/x/1/manifest.json").write_text(json.dumps(manifest))
    ended = subprocess.run(
        [sys.executable, "-m", "seqforecast", *words],
        cwd=tmp_path,
        capture_output=True,
        check=True,
        env={
            **os.environ,
            "PYTHONIOENCODING": encoding,
            "PYTHONPATH": os.pathsep.join(sys.path),
        },
    )
    told = ended.stdout.decode(encoding)
    assert ended.stderr == b""
    if "--json" in words:
        assert json.loads(told)["runs"][0]["name"] == name
    else:
        shown = {"utf-8": "\N{MINUS SIGN}\\udcff\N{GRINNING FACE}é"}
        shown["latin-1"] = "\\u2212\\udcff\\U0001f600é"
        assert shown.get(encoding, "\\u2212\\udcff\\U0001f600\\xe9") in told


SHOUTING = """
import logging, sys, warnings
from seqforecast.cli import main
from seqforecast.config import shipped_catalog

name = sys.argv.pop()

def shout():
    warnings.warn(name)
    logging.getLogger("a library").warning(name)
    raise RuntimeError(name)

shipped_catalog.describe_shipped = shout
main()
"""


def test_warnings_libraries_and_tracebacks_are_printable(tmp_path):
    """A bug keeps its traceback. Broken on purpose: `excepthook` left to Python."""
    ended = subprocess.run(
        [sys.executable, "-c", SHOUTING, "config", "ls", HOSTILE],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    told = ended.stderr.decode()
    assert obeyed(told) == set()
    assert told.count(r"a\x1b]0;pwn\x07") == 3
    assert "Traceback" in told
    assert ended.returncode == 1


def test_what_is_said_is_one_line(monkeypatch):
    """Else a name forges a warning. Broken on purpose: only `printable` is called."""
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    handler = terminal.MessageHandler(logging.INFO, live=False)
    said = {"msg": "%s", "args": (LINES,), "levelno": 30, "levelname": "WARNING"}
    handler.emit(logging.makeLogRecord(said))
    assert sys.stderr.getvalue() == "warning: a\\nerror: forged\\nz\n"


def test_a_display_draws_and_what_is_printed_above_it_is_escaped(monkeypatch):
    """Its sequences are ours: without them nothing could be drawn anew."""
    raw = io.BytesIO()
    screen = io.TextIOWrapper(raw, encoding="utf-8", write_through=True)
    monkeypatch.setattr(sys, "stderr", screen)
    with printable_streams():
        console = Console(file=terminal.display_stream(), width=80, force_terminal=True)
        display = LiveFits(console)
        display.begin(1, 20)
        with closing(display):
            display.started(Fit(f"[red]{HOSTILE}", Path("e"), Path("d")))
            sys.stderr.write(f"said {HOSTILE}\n")
            display._progress.refresh()
            drawn = raw.getvalue().decode()
        assert isinstance(sys.stderr, PrintableStream)
    plain = " ".join(re.sub("\x1b\\[[0-9;]*m", "", drawn).split())
    assert r"said a\x1b]0;pwn\x07" in plain
    assert r"[red]a\x1b]0;pwn\x07" in plain
    assert "\x1b]0;pwn" not in drawn
    assert "\x1b[2K" in drawn  # a line is taken away
    assert obeyed(drawn) <= {"\x1b", "\r"}


class Full(io.StringIO):
    """A stream that takes nothing."""

    error: Exception = OSError(28, "No space left on device")

    def write(self, _):
        raise self.error

    def flush(self):
        raise self.error


@pytest.mark.parametrize("below", [Full(), None])
def test_a_result_that_cannot_be_delivered_is_an_error(below):
    with pytest.raises(WriteError, match="the result cannot be written to stdout: "):
        PrintableStream(below, is_result=True).write("x")
    assert Stream(below).write("news") == 4


def test_libraries_may_close_what_was_stderr():
    """absl does at the end of the process, and ended in a traceback without it."""
    stream = PrintableStream(io.StringIO())
    stream.close()
    assert not stream.closed
    assert stream.write("x") == 1


def test_where_nobody_reads_on_a_command_goes_to_its_end(monkeypatch):
    pipe = Full()
    pipe.error = BrokenPipeError(32, "Broken pipe")
    monkeypatch.setattr(sys, "stdout", pipe)
    with printable_streams():
        print_result("x")
        with pytest.raises(SystemExit) as ended:
            sys.stdout.write("much of a table")
    assert ended.value.code == 0


def test_only_text_is_written():
    with pytest.raises(TypeError, match="text is written here, not bytes"):
        PrintableStream(io.StringIO()).write(b"x")


@pytest.mark.parametrize("letter", ["x", "x\n", "\x1b", "\N{MINUS SIGN}", "\n", "\\"])
def test_no_message_is_larger_than_20_kb(letter, monkeypatch):
    """Broken on purpose: bounded before it was escaped."""
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, io.StringIO())
    error = ConfigError(letter * 200_000 + "the end", hint=letter * 200_000)
    with printable_streams():
        report_error(error, as_json=False)
    written = sys.stderr.getvalue()
    assert len(written.encode()) < 20_000
    assert "the end\nhint: " in written


@pytest.mark.parametrize(
    "words",
    [
        ["config", "validate", "x" * 100_000],
        ["config", "validate", "gru", "--set", "x" * 100_000],
        ["config", "validate", "gru", "--set", f"training.epochs={'9' * 100_000}"],
        ["config", "validate", "gru", "--set", f"training.{'x.' * 50_000}x=1"],
        ["runs", "show", "x" * 100_000],
        ["x" * 100_000],
        ["config", "validate", "gru", *["x" * 1000] * 100],
        ["train", "gru", f"--{'x' * 100_000}"],
        ["compare", *[f"cell{i}" for i in range(9000)]],
        ["doctor", "--only", "x" * 100_000],
    ],
    ids=named,
)
def test_what_was_given_at_length_is_not_told_at_length(words):
    result = call(*words)
    assert result.exit_code == 2 or words[0] == "runs"
    assert 0 < len((result.stdout + result.stderr).encode()) < 20_000


def test_a_name_that_no_file_can_have_is_told():
    result = call("runs", "show", "x" * 100_000)
    assert "error: the name of a file is too long: xxx" in result.stderr
    assert "hint: shorten the path" in result.stderr


def test_the_working_directory_may_be_gone(tmp_path, monkeypatch):
    """A folder that another program removes while one stands in it."""

    def gone():
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr(os, "getcwd", gone)
    result = call("config", "cp", "gru")
    assert result.exit_code == 5
    assert result.stderr == (
        "error: the working directory is not there any more\n"
        "hint: change to another folder, then run the same command again\n"
    )
    assert call("config", "validate", "gru").exit_code == 0
    assert call("config", "cp", "gru", tmp_path / "gru.yaml").exit_code == 0
    assert call("runs", "ls", "--runs", tmp_path).exit_code == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("raise ImportError('undefined symbol: x')", "ImportError: undefined symbol"),
        ("raise SystemError('initialization failed')", "SystemError: initialization"),
        ("import json; json.nothing", "AttributeError: module 'json' has no"),
        ("import nowhere_to_be_found", "ModuleNotFoundError: No module named"),
        ("from json import nothing", "ImportError: cannot import name"),
    ],
)
def test_a_package_that_does_not_import_is_no_bug(text, told, tmp_path, monkeypatch):
    (tmp_path / "brokenpackage").mkdir()
    (tmp_path / "brokenpackage" / "__init__.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)

    def importing():
        import brokenpackage  # noqa: F401

    monkeypatch.setattr(shipped_catalog, "describe_shipped", importing)
    result = call("config", "ls")
    assert result.exit_code == 4
    assert f"error: brokenpackage does not import: {told}" in result.stderr
    assert (
        "hint: `seqforecast doctor --quick` says what mends it; or: "
        "python -m pip install --force-reinstall brokenpackage\n"
    ) in result.stderr


def test_half_of_a_package_is_none(tmp_path, monkeypatch):
    """A folder that an installer left behind imports, and holds nothing."""
    (tmp_path / "halfpackage").mkdir()
    part = compile("import halfpackage\nhalfpackage.ndarray", "part.py", "exec")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(AttributeError) as caught:
        exec(part, {"__name__": "seqforecast.part"})
    assert "halfpackage does not import" in str(expected_failure(caught.value))


@pytest.mark.parametrize("bug", ["1 / 0", "{}['x']", "None.x"])
def test_a_bug_stays_a_bug(bug, monkeypatch):
    """Exit code 4 would send the user to reinstall what is whole."""
    monkeypatch.setattr(shipped_catalog, "describe_shipped", lambda: eval(bug))
    with pytest.raises((ZeroDivisionError, KeyError, AttributeError)):
        call("config", "ls")


def test_a_document_is_one_result(capsys):
    with printable_streams():
        print_json({"name": "\x85\x7f\udcff\N{MINUS SIGN}"})
    written = capsys.readouterr().out
    assert obeyed(written) == set()
    assert json.loads(written) == {"name": "\x85\x7f\udcff\N{MINUS SIGN}"}
