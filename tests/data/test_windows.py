"""Windows lie where they should, and nowhere else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.data.split import SplitSection, split
from seqforecast.data.window_lengths import WindowSection, check_length, choose_length
from seqforecast.data.windows import count_windows, index_windows
from seqforecast.errors import DataError
from support.panels import counting

lengths = st.lists(st.integers(30, 80), min_size=1, max_size=4)
steps = st.integers(1, 6)
PARTS = ("train", "validation", "test")


@given(sizes=lengths, lookback=steps, horizon=steps, stride=steps)
def test_each_window_is_a_slice_of_its_series(sizes, lookback, horizon, stride):
    """Broken on purpose: `last` one step later in index_windows (targets leave the
    part), and `first` one step later (a window is lost)."""
    panel = counting(*sizes)
    spans = split(panel, SplitSection(train=0.5, validation=0.25, test=0.25)).validation

    windows = index_windows(panel, spans, (lookback, horizon), stride=stride)

    expected = []
    for series, (start, stop) in enumerate(spans):
        first = max(start - lookback, 0)
        for begin in range(first, stop - lookback - horizon + 1, stride):
            whole = panel.series(series)[begin : begin + lookback + horizon]
            expected.append((series, *whole))
    inputs, targets = windows.inputs(panel.values), windows.targets(panel.values)
    found = np.column_stack([windows.series, inputs, targets])
    assert np.array_equal(found, np.reshape(expected, (-1, 1 + lookback + horizon)))


@given(sizes=lengths, lookback=steps, horizon=steps)
def test_no_target_crosses_a_border(sizes, lookback, horizon):
    """Every step is a target of at most one part, and of its own.

    Broken on purpose: spans of the validation part begun one step early.
    """
    panel = counting(*sizes)
    parts = split(panel, SplitSection(train=0.5, validation=0.25, test=0.25))
    seen: dict[str, set[float]] = {}
    for part in PARTS:
        windows = index_windows(panel, getattr(parts, part), (lookback, horizon))
        seen[part] = set(windows.targets(panel.values).ravel().tolist())

    assert not seen["train"] & seen["validation"]
    assert not seen["validation"] & seen["test"]
    assert not seen["train"] & seen["test"]
    for series, size in enumerate(sizes):
        border = round(size * 0.5)
        mine = [step % 1000 for step in seen["train"] if step // 1000 == series]
        assert all(step < border for step in mine)


def test_validation_and_test_use_every_window():
    """ETTh1's protocol gives 2785 test windows at horizon 96 (PatchTST's tables)."""
    panel = counting(17420)
    parts = split(panel, SplitSection(train=8640, validation=2880, test=2880))

    test = index_windows(panel, parts.test, (336, 96))

    assert len(test) == 2785
    assert parts.unused == 17420 - 14400


@given(
    sizes=lengths,
    lookback=steps,
    stride=steps,
    begin=st.integers(0, 20),
    picks=st.lists(st.integers(0, 9), max_size=12),
)
def test_windows_taken_are_those_of_the_whole(sizes, lookback, stride, begin, picks):
    """A slice, chosen ones of it, and chunks: the same as of arrays.

    Broken on purpose: `+ self.chosen.start` left out of take.
    """
    panel = counting(*sizes)
    spans = np.array([[0, size] for size in sizes])
    windows = index_windows(panel, spans, (lookback, 1), stride=stride)
    starts, series = windows.locate()

    part = windows.take(slice(begin, begin + 10))
    some = np.array([pick for pick in picks if pick < len(part)], dtype=np.int64)

    assert np.array_equal(part.starts, starts[begin : begin + 10])
    assert np.array_equal(part.take(some).starts, starts[begin : begin + 10][some])
    assert np.array_equal(part.take(some).series, series[begin : begin + 10][some])
    even = part.starts % 2 == 0
    assert np.array_equal(part.take(even).starts, part.starts[even])
    chunks = [chunk.starts for chunk in windows.chunks(7)]
    assert np.array_equal(np.concatenate(chunks), starts)


def test_a_hundred_million_windows_take_no_memory():
    """Broken on purpose: `chosen` an array instead of a range."""
    first, counts = np.zeros(1, np.int64), np.array([100_000_000])
    windows = count_windows(first, counts, (50, 1))
    assert isinstance(windows.take(slice(10, None)).chosen, range)
    last = windows.take(np.array([99_999_999]))
    assert last.starts.tolist() == [99_999_999]


def test_the_stride_thins_windows_from_the_first_on():
    panel = counting(10)
    windows = index_windows(panel, np.array([[0, 10]]), (2, 1), stride=3)
    assert windows.starts.tolist() == [0, 3, 6]


def test_a_series_without_the_part_has_no_windows():
    panel = counting(10, 10)
    windows = index_windows(panel, np.array([[0, 0], [0, 10]]), (2, 1))
    assert set(windows.series.tolist()) == {1}


def test_cutoffs_count_from_the_panels_origin():
    panel = counting(10)
    windows = index_windows(panel, np.array([[0, 10]]), (4, 2))
    assert windows.cutoffs(panel).tolist() == [3, 4, 5, 6, 7]


SHORT = (
    "2 of 4 series have no whole window in the train part: b, c; "
    "a window is 5 + 3 steps (lookback + horizon), c has 5 steps there"
)


def test_series_shorter_than_a_train_window_are_named_and_scored():
    """As in a competition. Broken on purpose: refused, as the test part is."""
    panel = counting(40, 12, 11, 50)
    parts = split(panel, SplitSection(train="rest", validation=3, test=3))
    assert check_length(panel, parts, (5, 3)) == (
        f"{SHORT}; they are scored like the others",
    )
    windows = [
        index_windows(panel, spans, (5, 3)) for spans in (parts.train, parts.test)
    ]
    assert windows[0].counts.tolist() == [27, 0, 0, 37]
    assert windows[1].counts.tolist() == [1, 1, 1, 1]


def test_a_series_that_cannot_be_scored_is_refused():
    """By hand: 11 steps hold no lookback of 9 and horizon of 3."""
    panel = counting(40, 12, 11, 50)
    parts = split(panel, SplitSection(train="rest", validation=3, test=3))
    with pytest.raises(DataError, match="1 of 4 series have no whole window in the te"):
        check_length(panel, parts, (9, 3))


def test_no_series_long_enough_to_learn_from_is_refused():
    panel = counting(12, 11)
    parts = split(panel, SplitSection(train="rest", validation=3, test=3))
    with pytest.raises(DataError, match="2 of 2 series have no whole window in the tr"):
        check_length(panel, parts, (5, 3))


def test_whole_series_too_short_for_their_part_are_refused():
    panel = counting(40, 6, 40, 40)
    parts = split(panel, SplitSection(by="series", train=2, validation=1, test=1))
    with pytest.raises(DataError, match="1 of 2 series have no whole window in the tr"):
        check_length(panel, parts, (5, 3))


@pytest.mark.parametrize(
    ("season", "expected"), [(12, (36, 12)), (None, (24, 8)), (50, (80, 30))]
)
def test_the_length_follows_the_season_and_the_room(season, expected):
    panel = counting(200)
    object.__setattr__(panel, "season", season)
    parts = split(panel, SplitSection(train=110, validation=30, test=60))

    assert choose_length(panel, parts, WindowSection(), segment=None) == expected


def test_an_automatic_lookback_is_whole_segments():
    panel = counting(200)
    parts = split(panel, SplitSection())
    lookback, _ = choose_length(panel, parts, WindowSection(), segment=7)
    assert lookback == 21


@given(
    lengths=st.lists(st.integers(8, 30), min_size=1, max_size=4),
    lookback=st.integers(1, 12),
    history=st.integers(1, 12),
)
def test_a_lookback_before_its_series_repeats_the_first_value(
    lengths, lookback, history
):
    """Whatever the lengths: targets and cutoffs as ever, and no other series is seen.

    Broken on purpose: `begins` left out, which read the series before.
    """
    panel = counting(*lengths)
    spans = np.stack([np.zeros_like(panel.lengths), panel.lengths], axis=1)
    windows = index_windows(panel, spans, (lookback, 2), min_history=history)
    whole = index_windows(panel, spans, (min(history, lookback), 2))
    assert windows.counts.tolist() == whole.counts.tolist()
    assert np.array_equal(windows.targets(panel.values), whole.targets(panel.values))
    assert np.array_equal(windows.cutoffs(panel), whole.cutoffs(panel))
    seen = windows.inputs(panel.values)
    for row, start, series in zip(seen, windows.starts, windows.series, strict=True):
        begin = panel.offsets[series]
        steps = np.maximum(np.arange(start, start + lookback), begin)
        assert np.array_equal(row, panel.values[steps])


def test_a_short_history_lets_short_series_be_learnt_from():
    panel = counting(40, 12, 11, 50)
    parts = split(panel, SplitSection(train="rest", validation=3, test=3))
    assert check_length(panel, parts, (9, 3), min_history=2) == ()
    counts = index_windows(panel, parts.train, (9, 3), min_history=2).counts
    assert counts.tolist() == [30, 2, 1, 40]


def test_a_series_without_the_least_history_is_refused_by_that_name():
    panel = counting(40, 12, 11, 50)
    parts = split(panel, SplitSection(train="rest", validation=3, test=3))
    with pytest.raises(DataError, match=r"is 9 \+ 3 steps \(min_history") as caught:
        check_length(panel, parts, (20, 3), min_history=9)
    assert "lower window.min_history or window.horizon" in caught.value.hint


@given(sizes=lengths, most=st.integers(1, 50))
def test_thinned_windows_are_spread_over_all(sizes, most):
    """Broken on purpose: the last window left out by `endpoint=False`."""
    panel = counting(*sizes)
    spans = split(panel, SplitSection(train=0.5, validation=0.25, test=0.25)).train
    windows = index_windows(panel, spans, (2, 1))

    few = windows.thinned(most)

    assert len(few) == min(len(windows), most)
    assert few.starts[0] == windows.starts[0]
    assert most == 1 or few.starts[-1] == windows.starts[-1]
    gaps = np.diff(np.searchsorted(windows.starts, few.starts))
    assert len(gaps) == 0 or np.ptp(gaps) <= 1
    assert np.array_equal(windows.thinned(len(windows)).starts, windows.starts)
