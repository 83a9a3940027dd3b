"""Processes that fit: all answers in order, the limit of time, crashes, stops."""

import sys
import time

import numpy as np
import pytest

from seqforecast.errors import BackendError
from seqforecast.evaluation.baselines import processes
from seqforecast.evaluation.baselines.processes import Processes, Request, spread_out

# Speaks as `fitting` does, and starts in no time: what it does is in the first value.
STAND_IN = """
import json, os, sys, time
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    what, season = asked["values"][0], asked["season"]
    if what == -1:
        os._exit(3)
    if what == -2:
        print(json.dumps({"error": "told to"}), flush=True)
        continue
    time.sleep(what if what < 0.9 else 0)
    print(json.dumps({"forecast": [what] * asked["horizon"]}), flush=True)
"""


def speaking(program):
    return [sys.executable, "-S", "-c", program]


@pytest.fixture
def pool():
    made = Processes(command=speaking(STAND_IN), most=2)
    yield made
    made.close()


def requests_of(values, horizon=2):
    return [
        Request("auto_ets", np.array([value], np.float32), 1, horizon)
        for value in values
    ]


def test_answers_keep_the_order_of_the_requests(pool):
    answers = pool.fit(requests_of(range(1, 40)), 60)
    assert [answer.forecast for answer in answers] == [[n] * 2 for n in range(1, 40)]


def test_processes_are_started_once(pool):
    pool.fit(requests_of([1, 2]), 60)
    before = set(map(id, pool.idle))
    pool.fit(requests_of([3, 4]), 60)
    assert set(map(id, pool.idle)) == before
    assert len(before) == 2


def test_a_failed_fit_and_a_crash_cost_no_other(pool):
    """A process that died is replaced, and what it was asked has an error."""
    answers = pool.fit(requests_of([1, -1, -2, 4, 5, -1, 7]), 60)
    assert [bool(answer.forecast) for answer in answers] == [
        *(True, False, False, True),
        *(True, False, True),
    ]
    assert answers[1].error == "its process ended with code 3"
    assert answers[2].error == "told to"


def test_what_will_take_too_long_is_refused_early(pool):
    """Long before the time is over: a hundred fits of a quarter of a second."""
    began = time.monotonic()
    with pytest.raises(BackendError, match=r"s that a baseline may take$") as no:
        pool.fit(requests_of([0.25] * 400), 15)
    assert time.monotonic() - began < 12
    assert no.value.hint == "evaluation.baseline_seconds gives them more"
    assert not [child for child in pool.idle if child.is_alive]
    assert pool.fit(requests_of([2]), 60)[0].forecast == [2, 2]


def test_one_fit_that_does_not_end_is_stopped(pool):
    began = time.monotonic()
    with pytest.raises(BackendError, match=r"would take more than .* s, more than the"):
        pool.fit(requests_of([0.85]), 0.3)
    assert time.monotonic() - began < 20


def test_a_library_that_is_not_there_is_said():
    absent = 'import json; print(json.dumps({"absent": "ImportError: numba"}))'
    pool = Processes(command=speaking(absent), most=2)
    with pytest.raises(BackendError, match="statsforecast does not load: Imp") as no:
        pool.fit(requests_of([1, 2, 3]), 60)
    assert no.value.hint == "pip install 'seqforecast[statistical]'"
    pool.close()


def test_a_process_that_dies_before_it_is_ready_is_no_endless_loop():
    pool = Processes(command=speaking("raise SystemExit(7)"), most=1)
    with pytest.raises(BackendError, match="statsforecast does not load: its process"):
        pool.fit(requests_of([1, 2]), 60)
    pool.close()


def test_a_library_that_never_loads_is_given_up(monkeypatch):
    monkeypatch.setattr(processes, "LOADING", 0.2)
    pool = Processes(command=speaking("import time; time.sleep(600)"), most=1)
    with pytest.raises(BackendError, match="statsforecast is not loaded after"):
        pool.fit(requests_of([1]), 60)
    pool.close()


def test_ctrl_c_ends_the_processes(pool, monkeypatch):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(processes._Work, "_check", stopped)
    with pytest.raises(KeyboardInterrupt):
        pool.fit(requests_of([0.5] * 50), 60)
    assert not [child for child in pool.idle if child.is_alive]


@pytest.mark.parametrize("count", [0, 1, 2, 15, 16, 17, 100, 1000])
def test_the_first_requests_stand_for_all(count):
    order = spread_out(count)
    assert sorted(order) == list(range(count))
    if count >= 100:
        for few in (2, 4, 8):
            assert abs(np.mean(order[:few]) - count / 2) < count / 4
