"""What is learnt about covariates, from train alone, and how windows gather them."""

import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.data import features as features_module
from seqforecast.data.features import (
    FeatureSpec,
    learn_features,
    make_features,
    strange_texts,
)
from seqforecast.data.panel import Covariates, Panel
from seqforecast.data.split import SplitSection, split
from seqforecast.errors import DataError
from support.panels import counting


def covered(
    panel: Panel, *, shared: bool, ahead: int = 2, **static: list[str]
) -> Panel:
    """Give a panel two columns whose values are known: 10 * row, and its square."""
    series, lengths = len(panel.ids), panel.lengths
    bounds = np.cumsum([0, *(lengths + ahead)])
    starts = np.zeros(series, np.int64) if shared else bounds[:-1]
    rows = np.arange(lengths.max() + ahead if shared else bounds[-1])
    found = Covariates(
        past=("p",),
        future=("f",),
        table=np.stack([10 * rows, rows**2], axis=1).astype(np.float32),
        shifts=starts - panel.offsets[:-1],
        stops=np.full(series, len(rows)) if shared else bounds[1:],
        static={name: np.array(texts, object) for name, texts in static.items()},
    )
    return dataclasses.replace(panel, covariates=found, season=4)


BY_TIME = SplitSection(train=6, validation=2, test=2)


@pytest.mark.parametrize("shared", [True, False])
def test_numbers_are_scaled_by_the_train_rows_each_counted_once(shared: bool) -> None:
    """Broken on purpose: all rows."""
    panel = covered(counting(10, 12), shared=shared, size=["3", "5"])
    features = learn_features(panel, split(panel, BY_TIME), ("season",), 2)
    rows = np.arange(6) if shared else np.r_[0:6, 12:18]
    columns = [10.0 * rows, rows**2.0]
    spec = features.spec
    expected = [column.mean() for column in columns]
    assert spec.center == pytest.approx([*expected, 0, 0, 4])
    expected = [1 / column.std() for column in columns]
    assert spec.factor == pytest.approx([*expected, 1, 1, 1])
    assert (spec.by_step, spec.by_series) == (4, 1)


def test_what_is_constant_on_train_counts_nothing() -> None:
    panel = covered(counting(10, 10), shared=True, size=["7", "7"])
    panel.covariates.table[:6] = 3
    spec = learn_features(panel, split(panel, BY_TIME), (), 2).spec
    assert spec.factor == (0, 0, 0)
    assert spec.center == (3, 3, 7)


def test_texts_are_those_of_the_train_series() -> None:
    """Broken on purpose: the vocabulary of all series."""
    texts = ["red", "blue", "red", "green", "7"]
    panel = covered(counting(*[9] * 5), shared=False, kind=texts, one=["1"] * 4 + ["x"])
    parts = split(panel, SplitSection(by="series", train=3, validation=1, test=1))
    message = "'one' of series 'e' is 'x', but a number in every train series"
    with pytest.raises(DataError, match=message) as caught:
        learn_features(panel, parts, (), 2)
    assert caught.value.hint == "correct it, or write texts in all series"
    del panel.covariates.static["one"]
    features = learn_features(panel, parts, (), 2)
    assert features.spec.static == {"kind": ("blue", "red")}
    assert features.static.tolist() == [[0, 1], [1, 0], [0, 1], [0, 0], [0, 0]]
    strange = strange_texts(panel, features.spec.static)
    assert strange == {"kind": ["7", "green"]}


def test_too_many_texts_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features_module, "MOST_TEXTS", 2)
    panel = covered(counting(10, 10, 10), shared=False, shop=["x", "y", "z"])
    message = (
        "holds 3 different texts; each would be an input of the model, and at most 2 "
        "are allowed"
    )
    with pytest.raises(DataError, match=message) as raised:
        learn_features(panel, split(panel, BY_TIME), (), 2)
    assert "model.series_embedding" in raised.value.hint


def test_nothing_asked_gives_nothing() -> None:
    panel = counting(10)
    assert learn_features(panel, split(panel, BY_TIME), (), 2) is None


@given(
    lengths=st.lists(st.integers(10, 14), min_size=1, max_size=4),
    shared=st.booleans(),
    late=st.integers(0, 5),
    steps=st.integers(1, 6),
)
def test_a_window_has_the_features_of_its_own_steps(
    lengths: list[int], shared: bool, late: int, steps: int
) -> None:
    """Whatever the layout; nothing is mixed between series.

    Broken on purpose: rows counted from the start of the flat array; the season from
    the start of each series.
    """
    panel = counting(*lengths)
    first = late * np.arange(len(lengths))
    panel = dataclasses.replace(panel, first_steps=first)
    names = [str(i) for i in range(len(lengths))]
    panel = covered(panel, shared=shared, size=names)
    features = learn_features(panel, split(panel, BY_TIME), ("season",), 2)
    positions = np.arange(len(panel.values) - steps)
    series = np.searchsorted(panel.offsets, positions, side="right") - 1
    inside = positions + steps <= panel.offsets[series + 1] + 2
    starts, series = positions[inside], series[inside]
    taken = features.take(starts[:, np.newaxis] + np.arange(steps), series)
    assert taken.shape == (len(starts), steps, 5)
    for window, start, i in zip(taken, starts, series, strict=True):
        local = start - panel.offsets[i] + np.arange(steps)
        row = local if shared else local + panel.offsets[i] + 2 * i
        turns = 2 * np.pi * (first[i] + local) / 4
        expected = [10 * row, row**2, np.sin(turns), np.cos(turns), np.full(steps, i)]
        assert window == pytest.approx(np.stack(expected, axis=1), abs=1e-5)


def test_a_spec_comes_back_from_its_file() -> None:
    """And gives the same features of the same panel."""
    panel = covered(counting(10, 12), shared=False, kind=["x", "y"], size=["1", "2"])
    features = learn_features(panel, split(panel, BY_TIME), ("season",), 3)
    spec = FeatureSpec.of(json.loads(json.dumps(features.spec.values())))
    assert spec == features.spec
    again = make_features(panel, spec, 3)
    arguments = (np.array([[0], [12]]) + np.arange(9), np.array([0, 1]))
    assert np.array_equal(again.take(*arguments), features.take(*arguments))
