"""Cutoffs lie where they should, and nothing of a fit lies after its first one."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from seqforecast.data.split import Rolling, SplitSection, roll, split
from seqforecast.errors import DataError
from support.panels import counting

SECTION = SplitSection(train="rest", validation=7, test=9)

ROLLINGS = st.builds(
    Rolling,
    cutoffs=st.integers(1, 6),
    step=st.integers(1, 8),
    window=st.sampled_from(["expanding", "sliding"]),
    refit=st.none() | st.integers(1, 7),
)


@given(
    sizes=st.lists(st.integers(30, 90), min_size=1, max_size=4),
    rolling=ROLLINGS,
    horizon=st.integers(1, 9),
)
def test_every_cutoff_has_one_fit_and_every_fit_ends_before_its_first_cutoff(
    sizes, rolling, horizon
):
    """Broken on purpose: the train part taken up to the last cutoff of the fit."""
    assume(min(sizes) > rolling.reach(horizon) + 7)
    panel = counting(*sizes)
    folds = roll(panel, split(panel, SECTION), rolling, horizon)

    assert len(folds) == rolling.fits
    held = [at for fold in folds for at in range(fold.first, fold.last + 1)]
    assert held == list(range(1, rolling.cutoffs + 1))
    ends = np.array(sizes)
    for fold in folds:
        parts = fold.parts
        steps_left = (rolling.cutoffs - fold.first) * rolling.step
        cutoff = ends - horizon - steps_left
        assert np.array_equal(parts.test[:, 0], cutoff)
        assert np.array_equal(parts.validation[:, 1], cutoff)
        assert np.all(np.ptp(parts.validation, axis=1) == 7)
        assert np.array_equal(parts.train[:, 1], parts.validation[:, 0])
        kept = (fold.last - fold.first) * rolling.step
        assert np.all(np.ptp(parts.test, axis=1) == kept + horizon)
        if rolling.window == "expanding":
            assert np.all(parts.train[:, 0] == 0)
        else:
            first = np.ptp(folds[0].parts.train, axis=1)
            assert np.array_equal(np.ptp(parts.train, axis=1), first)
    assert np.array_equal(folds[-1].parts.test[:, 1], ends)


def test_steps_that_the_split_leaves_unused_stay_so():
    panel = counting(100)
    parts = split(panel, SplitSection(train=50, validation=10, test=20))
    (fold,) = roll(panel, parts, Rolling(1, 5), 5)
    assert fold.parts.test.tolist() == [[75, 80]]


def test_series_too_short_are_named():
    panel = counting(60, 30, 28)
    with pytest.raises(DataError) as caught:
        roll(panel, split(panel, SECTION), Rolling(4, 6), 6)
    assert str(caught.value) == (
        "2 of 3 series are too short for 4 cutoffs 6 steps apart: c has 28 steps, 24 "
        "to forecast and 7 to validate on leave nothing to train on"
    )
    assert "--cutoffs" in caught.value.hint
