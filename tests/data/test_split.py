"""Parts follow each other, and bad requests are refused."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.data.split import SplitSection, split
from seqforecast.errors import ConfigError, DataError
from support.panels import counting


@given(sizes=st.lists(st.integers(20, 200), min_size=1, max_size=5))
def test_parts_by_time_follow_each_other_in_every_series(sizes):
    parts = split(counting(*sizes), SplitSection())

    assert np.all(parts.train[:, 0] == 0)
    assert np.array_equal(parts.train[:, 1], parts.validation[:, 0])
    assert np.array_equal(parts.validation[:, 1], parts.test[:, 0])
    assert np.array_equal(parts.test[:, 1], sizes)
    assert np.array_equal(parts.train[:, 1], np.rint(np.array(sizes) * 0.7))
    assert parts.unused == 0


def test_the_rest_is_what_the_others_leave():
    """The competition protocol: one cutoff a series, whatever its length."""
    parts = split(counting(40, 60), SplitSection(train="rest", validation=13, test=13))
    assert parts.train.tolist() == [[0, 14], [0, 34]]
    assert parts.validation.tolist() == [[14, 27], [34, 47]]
    assert parts.test.tolist() == [[27, 40], [47, 60]]


@pytest.mark.parametrize("rest", ["train", "validation", "test"])
def test_any_part_can_be_the_rest(rest):
    section = SplitSection(**{"train": 10, "validation": 10, "test": 10, rest: "rest"})
    parts = split(counting(50), section)
    assert np.diff(getattr(parts, rest)).item() == 30
    assert parts.unused == 0


def test_series_are_dealt_whole_and_in_order():
    parts = split(
        counting(*[5] * 10), SplitSection(by="series", train=0.6, validation=2, test=2)
    )
    assert parts.train[:, 1].tolist() == [5] * 6 + [0] * 4
    assert parts.validation[:, 1].tolist() == [0] * 6 + [5] * 2 + [0] * 2
    assert parts.test[:, 1].tolist() == [0] * 8 + [5] * 2


def test_the_sales_walk_is_cut_64_16_20():
    parts = split(
        counting(*[3] * 100),
        SplitSection(by="series", train=0.64, validation=0.16, test=0.2),
    )
    sizes = [int((spans[:, 1] > 0).sum()) for spans in (parts.train, parts.test)]
    assert sizes == [64, 20]


def hourly(length: int):
    return dataclasses.replace(
        counting(length), origin=pd.Timestamp("2020-01-01"), frequency="h"
    )


@pytest.mark.parametrize(
    ("date", "steps"),
    [("2020-01-02", 48), ("2020-01-02 05:00", 30), ("2020-01", 31 * 24)],
)
def test_a_date_includes_all_of_itself(date, steps):
    section = SplitSection(train=date, validation=24, test=24)
    assert split(hourly(40 * 24), section).train.tolist() == [[0, steps]]


def test_dates_can_bound_every_part():
    section = SplitSection(train="2020-01-02", validation="2020-01-04", test="rest")
    parts = split(hourly(120), section)
    assert parts.test.tolist() == [[96, 120]]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"train": 90}, "the parts need 120 steps, but a has 100 steps"),
        ({"train": 200}, "the parts need 230 steps, but a has 100 steps"),
        ({"test": 0.001, "train": 0.9, "validation": 0.099}, "nothing is left for"),
    ],
)
def test_parts_that_do_not_fit_are_refused(settings, message):
    with pytest.raises(DataError, match=message):
        split(counting(100), SplitSection(**settings))


@pytest.mark.parametrize(
    ("date", "message"),
    [("2020-01-02", "the times are not dates"), ("soon", "the times are not dates")],
)
def test_a_date_needs_dates(date, message):
    with pytest.raises(ConfigError, match=message):
        split(counting(100), SplitSection(train=date))


def test_a_date_must_be_readable():
    with pytest.raises(ConfigError, match="'soon' is neither a date nor rest"):
        split(hourly(100), SplitSection(train="soon"))


def test_a_date_cannot_follow_the_rest():
    """The rest is counted from the end, and a date from the start."""
    section = SplitSection(train="rest", validation="2020-01-04", test=24)
    with pytest.raises(ConfigError) as caught:
        split(hourly(120), section)
    assert str(caught.value) == (
        "split: a part that runs up to '2020-01-04' cannot follow the rest"
    )
    assert caught.value.hint == (
        "give the parts after the rest as shares or numbers of steps"
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"train": 0.9, "validation": 0.2}, "the shares add up to 1.25, more than 1"),
        ({"train": "rest", "test": "rest"}, "only one part can be the rest"),
        ({"train": 0}, r"a number of steps must be 1 to 10\^12, got 0"),
        ({"train": 1.5}, "a share must lie between 0 and 1, got 1.5"),
        (
            {"by": "series", "train": "2020-01-01"},
            "by series, a part is a share or a number of series, got '2020-01-01'",
        ),
    ],
)
def test_amounts_that_cannot_be_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        SplitSection(**settings)
