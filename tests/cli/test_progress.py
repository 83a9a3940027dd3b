"""The display counts every fit once, and shows those that run."""

import io
import logging
from contextlib import closing, contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from seqforecast.cli.progress import LiveFits, LiveProgress
from seqforecast.cli.terminal import MessageHandler
from seqforecast.execution.fit import Ended, Fit


@pytest.fixture
def fits(tmp_path):
    return [Fit(f"gru, seed {i}", tmp_path / "e", tmp_path / str(i)) for i in range(3)]


def shown(display):
    """The lines as they are drawn now."""
    console = Console(file=io.StringIO(), width=80)
    console.print(display._progress.get_renderable())
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


@contextmanager
def silent(count, epochs):
    display = LiveFits(Console(file=io.StringIO()))
    display.begin(count, epochs)
    with closing(display):
        yield display


def test_a_running_fit_has_a_line(fits):
    with silent(3, 20) as display:
        display.started(fits[0])
        display.started(fits[1])
        display.progressed(fits[1], 7)
        lines = shown(display)

    assert len(lines) == 3
    assert "0 of 3 ended" in lines[0]
    assert lines[1].startswith("gru, seed 0")
    assert "starting" in lines[1]
    assert "epoch 7 of 20" in lines[2]


def test_a_fit_that_ended_is_counted_and_its_line_goes(fits):
    """Broken on purpose: failures not counted as ended."""
    with silent(3, 20) as display:
        display.started(fits[0])
        display.ended(Ended(fits[0], "complete"))
        display.ended(Ended(fits[1], "failed", "why"))
        lines = shown(display)

    assert len(lines) == 1
    assert "2 of 3 ended, 1 failed" in lines[0]


def test_late_news_of_a_fit_that_ended_are_left_out(fits):
    with silent(3, 20) as display:
        display.ended(Ended(fits[0], "complete"))
        display.progressed(fits[0], 20)
        assert len(shown(display)) == 1


def test_a_fit_that_starts_over_begins_at_nothing(fits):
    with silent(3, 20) as display:
        display.started(fits[0])
        display.progressed(fits[0], 15)
        display.started(fits[0])
        lines = shown(display)

    assert len(lines) == 2
    assert "starting" in lines[1]


def test_what_is_said_meanwhile_appears_above_the_lines(fits, monkeypatch):
    """Broken on purpose: written with typer.echo, which goes below the display."""
    raw = io.BytesIO()
    screen = io.TextIOWrapper(raw, encoding="utf-8", write_through=True)
    monkeypatch.setattr("sys.stderr", screen)
    console = Console(file=screen, width=80, force_terminal=True)
    display = LiveFits(console)
    display.begin(3, 20)
    with closing(display):
        display.started(fits[0])
        MessageHandler(logging.INFO, live=True).emit(
            logging.makeLogRecord({"msg": "gru, seed 1: complete", "levelno": 20})
        )
        heard = raw.getvalue().decode()
    assert "gru, seed 1: complete" in heard
    # The display is drawn again below it.
    assert "all fits" in heard.rpartition("gru, seed 1: complete")[2]


@given(st.lists(st.integers(0, 20), min_size=3, max_size=3))
def test_the_bar_of_all_is_full_when_all_have_ended(epochs):
    """Early stopping leaves epochs out. Broken on purpose: only epochs counted."""
    with silent(3, 20) as display:
        for name, count in enumerate(epochs):
            fit = Fit(str(name), f"{name}.yaml", str(name))
            display.started(fit)
            display.progressed(fit, count)
            display.ended(Ended(fit, "complete"))
        (line,) = display._progress.tasks
    assert line.completed == line.total


def test_the_time_of_both_displays_says_which_it_is(fits):
    """Broken once by a bare 0:00:12: left, or taken?"""
    with silent(3, 20) as display:
        assert "time taken 0:00:00" in shown(display)[0]
    alone = LiveProgress()
    alone.begin(3, 0, 1)
    with closing(alone):
        alone.stepped(1, 1, 2, 0.5)
        (line,) = shown(alone)
    assert line.startswith("epoch 1/3")
    assert "time left -:--:--" in line
