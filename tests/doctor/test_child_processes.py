"""Whatever a child does, the parent gets a result, in time, and no process is left."""

import os
import sys
import time

import pytest

from seqforecast.doctor.child_processes import KEPT_BYTES, run_child, run_program

ANSWER = "import json, sys; from pathlib import Path\n"
ANSWER += "def answer(**data): Path(sys.argv[1]).write_text(json.dumps(data))\n"

needs_signals = pytest.mark.skipif(os.name == "nt", reason="Windows has no signals")


def run(code, timeout=20.0):
    program = (sys.executable, "-X", "faulthandler", "-c", ANSWER + code)
    return run_program("stand-in", program, timeout)


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A killed orphan stays until the init process of the container collects it.
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:  # noqa: PTH123
        return file.read().rpartition(")")[2].split()[0] != "Z"


def test_what_the_child_tells_is_the_result():
    result = run("print('hello'); answer(value=1.5)")

    assert (result.name, result.outcome, result.signal) == ("stand-in", "ok", None)
    assert result.data == {"value": 1.5}
    assert result.output.strip() == "hello"
    assert 0 < result.seconds < 20


def test_stderr_and_native_lines_are_captured():
    result = run("import os; os.write(2, b'native\\n'); answer()")

    assert result.output == "native\n"


def test_a_child_that_reads_finds_nothing():
    assert run("answer(read=sys.stdin.read())").data == {"read": ""}


def test_an_error_that_the_child_tells_is_a_failure():
    result = run("answer(error='ImportError: no'); sys.exit(1)")

    assert (result.outcome, result.data) == ("failed", {"error": "ImportError: no"})


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("pass", "exit code 0 and no result"),
        ("sys.exit(7)", "exit code 7 and no result"),
        ("Path(sys.argv[1]).write_text('{half')", "exit code 0 and no result"),
        ("Path(sys.argv[1]).write_text('[1]')", "exit code 0 and no result"),
        ("Path(sys.argv[1]).write_bytes(b'\\xff')", "exit code 0 and no result"),
    ],
)
def test_a_child_without_a_whole_result_has_failed(code, error):
    result = run(code)

    assert (result.outcome, result.data) == ("failed", {"error": error})


@needs_signals
@pytest.mark.parametrize("name", ["SIGILL", "SIGABRT", "SIGKILL", "SIGSEGV"])
def test_a_signal_is_named(name):
    """What the child told before is kept."""
    result = run(
        "import os, signal; answer(stage=2)\n"
        f"os.kill(os.getpid(), signal.{name})\n"
        "import time; time.sleep(30)"
    )

    assert (result.outcome, result.signal) == ("signal", name)
    assert result.data == {"stage": 2}


@needs_signals
def test_a_real_crash_shows_where_it_was():
    """faulthandler names the line."""
    result = run("import ctypes; ctypes.string_at(0)")

    assert (result.outcome, result.signal) == ("signal", "SIGSEGV")
    assert "string_at" in result.output


def test_a_child_that_hangs_is_killed():
    """Broken on purpose: `wait` without its timeout."""
    started = time.monotonic()

    result = run("print('begun', flush=True); import time; time.sleep(60)", timeout=1)

    assert result.outcome == "timeout"
    assert result.output.strip() == "begun"
    assert time.monotonic() - started < 10


@needs_signals
@pytest.mark.parametrize("ending", ["time.sleep(60)", "answer()"])
def test_a_grandchild_is_killed_too(ending):
    """Whether its parent hangs or has ended, and though it has the output open.

    Broken on purpose: only the child killed; output through a pipe.
    """
    result = run(
        "import subprocess, time\n"
        "code = 'import time; time.sleep(60)'\n"
        "other = subprocess.Popen([sys.executable, '-c', code])\n"
        f"print(other.pid, flush=True); {ending}",
        timeout=1.5,
    )

    assert result.outcome == ("ok" if ending == "answer()" else "timeout")
    for _ in range(50):
        if not is_alive(int(result.output)):
            return
        time.sleep(0.05)
    pytest.fail("the grandchild lives")


def test_output_that_is_no_text_is_shown_as_far_as_it_is():
    result = run("import os; os.write(1, b'a\\xff\\xfeb'); answer()")

    assert result.output == "a\ufffd\ufffdb"


def test_of_huge_output_the_beginning_and_the_end_are_kept():
    """Fifty megabytes."""
    result = run(
        "print('first')\nfor _ in range(500): print('x' * 100_000)\n"
        "print('last'); answer()"
    )

    assert result.outcome == "ok"
    assert result.output.startswith("first")
    assert result.output.rstrip().endswith("last")
    assert "bytes left out" in result.output
    assert len(result.output) < 2 * KEPT_BYTES + 100


def test_a_program_that_is_not_there_was_not_run():
    result = run_program("stand-in", ["no-such-program-anywhere"], 5)

    assert result.outcome == "not_run"
    assert result.data["error"].startswith("the process cannot start: ")


def test_a_probe_nobody_knows_fails():
    result = run_child("weather", {}, 30)

    assert result.outcome == "failed"
    assert result.data["error"] == "ValueError: no probe is called 'weather'"
