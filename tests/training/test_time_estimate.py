"""The pace of training is read off a few steps, compiling told from training."""

import pytest

from seqforecast.training.checkpoints import Checkpoint
from seqforecast.training.time_estimate import (
    SECONDS,
    SECONDS_AT_MOST,
    EnoughError,
    Stopwatch,
    training_cost_of,
)

STATE = Checkpoint((), [], [])


class Clock:
    """A clock that is set."""

    now = 0.0

    def __call__(self):
        return self.now


def watched(*epochs):
    """Return a stopwatch that saw epochs of (seconds, windows) chunks."""
    clock = Clock()
    watch = Stopwatch(clock)
    for number, chunks in enumerate(epochs, start=1):
        if number > 1:
            watch.epoch_ended(STATE)
        done = 0
        for seconds, windows in chunks:
            clock.now += seconds
            done += windows
            watch.stepped(number, done, 1000, 0.0)
    return watch


def test_compiling_is_counted_once():
    """Two sizes are compiled, at 2 s each; a window takes a millisecond.

    Broken on purpose: the mean instead of the median.
    """
    watch = watched([(2.001, 1), (2.1, 100), (0.1, 100), (0.1, 100), (0.1, 100)])
    pace = training_cost_of(watch, 1000, validation=0.5)
    assert pace.once == pytest.approx(4)
    assert pace.epoch == pytest.approx(1 + 0.5)
    assert pace.windows_per_second == pytest.approx(1000)


def test_whole_epochs_count_as_they_were():
    """What validation and checkpoints take is in them; the first compiles."""
    clock = Clock()
    watch = Stopwatch(clock)
    for seconds in (3.0, 0.2, 0.4, 0.3):
        clock.now += seconds / 2
        watch.stepped(1, 10, 10, 0.0)
        clock.now += seconds / 2
        watch.epoch_ended(STATE)
    pace = training_cost_of(watch, 10, validation=99.0)
    assert pace.epoch == pytest.approx(0.3)
    assert pace.once == pytest.approx(2.7)


def test_one_chunk_is_all_there_is():
    pace = training_cost_of(watched([(0.5, 10)]), 10, validation=0.1)
    assert pace.once == pytest.approx(0)
    assert pace.epoch == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("seconds", "chunks"),
    [(SECONDS / 10, 11), (SECONDS / 2, 4), (SECONDS_AT_MOST, 2)],
)
def test_it_ends_when_enough_was_seen(seconds, chunks):
    """Not by the first chunk, which compiles; slow steps are not waited for."""
    with pytest.raises(EnoughError):
        watched([(100.0, 10)] + [(seconds * 1.0001, 10)] * (chunks - 1))
    watched([(100.0, 10)] + [(seconds * 1.0001, 10)] * (chunks - 2))


@pytest.mark.tensorflow
def test_a_short_fit_ends_by_itself(tmp_path):
    from seqforecast.config.experiment_file import load_mapping
    from seqforecast.training.time_estimate import measure_training_cost
    from seqforecast.workflows.pipeline.learners import build
    from seqforecast.workflows.pipeline.prepare import prepare
    from seqforecast.workflows.pipeline.stage_timing import Stages
    from support.small_run import small

    loaded = load_mapping(small(training={"epochs": 1, "batch_size": 20}))
    prepared = prepare(loaded.experiment, loaded.folder)
    _, (learner, *_) = build(prepared, Stages())
    pace = measure_training_cost(learner.engine, learner.data, 0)
    assert pace.once >= 0
    assert pace.epoch > 0
    assert pace.windows_per_second > 0
