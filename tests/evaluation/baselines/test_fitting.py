"""The process that fits: requests in, answers out, and gone with its parent."""

import io
import json
import subprocess
import sys
import threading
from importlib.util import find_spec

import numpy as np
import pytest

from seqforecast.evaluation.baselines import fitting
from seqforecast.files import python_of

MODULE = "seqforecast.evaluation.baselines.fitting"
needs_library = pytest.mark.skipif(
    find_spec("statsforecast") is None,
    reason="statsforecast is not installed: pip install '.[statistical]'",
)


def ask(fit, **changed):
    request = {"name": "auto_ets", "values": [1.0, 2.0], "season": 1, "horizon": 2}
    return fitting.answer(fit, json.dumps(request | changed))


@pytest.mark.parametrize(
    ("fit", "expected"),
    [
        (lambda *_: [1, 2.5], {"forecast": [1.0, 2.5]}),
        (lambda *asked: asked[1], {"forecast": [1.0, 2.0]}),
        (lambda *_: [1.0], {"error": "the forecast is not a finite number"}),
        (lambda *_: [1.0, np.nan], {"error": "the forecast is not a finite number"}),
        (lambda *_: 1 / 0, {"error": "ZeroDivisionError: division by zero"}),
    ],
)
def test_every_request_gets_one_answer(fit, expected):
    assert ask(fit) == expected


def test_a_library_that_does_not_load_is_said_once(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    monkeypatch.setattr(fitting, "_read", lambda _: None)
    said = io.StringIO()

    def load():
        raise ImportError("no module named statsforecast")

    fitting.serve(said, load)
    assert json.loads(said.getvalue()) == {
        "absent": "ImportError: no module named statsforecast"
    }


def test_answers_follow_the_word_that_it_is_ready(monkeypatch):
    """The thread that reads is told apart: it would end this process."""

    class OverError(Exception):
        pass

    request = {"name": "x", "values": [1.0], "season": 1, "horizon": 1}
    lines = iter([json.dumps(request)])

    def read(queue):
        for line in lines:
            queue.put(line)

    spoken = []

    class Answers(io.StringIO):
        def write(self, line):
            spoken.append(json.loads(line))
            if len(spoken) == 2:
                raise OverError
            return len(line)

    monkeypatch.setattr(fitting, "_read", read)
    with pytest.raises(OverError):
        fitting.serve(Answers(), lambda: lambda *_: [7.0])
    assert spoken == [{"ready": True}, {"forecast": [7.0]}]


@needs_library
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # as `answer` does
def test_real_forecasters_follow_a_season():
    steps = np.arange(60)
    values = 100 + steps + 10 * np.sin(2 * np.pi * steps / 4)
    fit = fitting.load_library()
    ahead = np.arange(60, 68)
    truth = 100 + ahead + 10 * np.sin(2 * np.pi * ahead / 4)
    for name in ("auto_ets", "auto_theta", "auto_arima"):
        made = fit(name, values.tolist(), 4, 8)
        assert np.abs(np.subtract(made, truth)).mean() < 5, name
        # A history of less than two seasons, and one of a long season, are forecast.
        assert len(fit(name, values[:7].tolist(), 4, 3)) == 3
        assert len(fit(name, values.tolist(), 26, 3)) == 3


@needs_library
def test_a_real_process_prints_nothing_but_answers(tmp_path):
    """In a folder whose files have the names of modules that it imports."""
    (tmp_path / "json.py").write_text("raise SystemExit('imported')")
    process = subprocess.Popen(
        python_of(MODULE),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=tmp_path,
        text=True,
    )
    request = {"name": "auto_ets", "values": [3.0] * 9, "season": 1, "horizon": 2}
    watch = threading.Timer(240, process.kill)
    watch.start()
    try:
        assert json.loads(process.stdout.readline()) == {"ready": True}
        process.stdin.write(json.dumps(request) + "\n")
        process.stdin.flush()
        made = json.loads(process.stdout.readline())
        process.stdin.close()
        assert process.wait(timeout=60) != 0
        assert process.stdout.read() == ""
    finally:
        watch.cancel()
        process.kill()
        process.stdout.close()
    assert made["forecast"] == pytest.approx([3.0, 3.0])


@pytest.mark.skipif(sys.platform == "win32", reason="no signals of this kind there")
def test_it_ends_with_its_parent_in_the_middle_of_a_fit():
    """Broken on purpose: requests read by the loop that fits."""
    sleeping = (
        "import time; from seqforecast.evaluation.baselines import fitting; "
        "fitting.serve(fitting.open_answers(), lambda: lambda *_: time.sleep(600))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", sleeping],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert json.loads(process.stdout.readline()) == {"ready": True}
        request = {"name": "x", "values": [1.0], "season": 1, "horizon": 1}
        process.stdin.write(json.dumps(request) + "\n")
        process.stdin.close()
        assert process.wait(timeout=60) != 0
    finally:
        process.kill()
        process.stdout.close()
