"""Values that were filled are never scored, in no metric and for no forecaster."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.data.windows import (
    count_filled,
    index_windows,
    known_targets,
    mark_observed,
)
from seqforecast.errors import DataError
from seqforecast.evaluation.scorer import Scorer
from support.panels import panel_of

TEST, LOOKBACK, HORIZON = 20, 4, 3


def case(seed, filled):
    """A panel in which some positions were filled, and forecasts of its windows."""
    random = np.random.default_rng(seed)
    walks = [random.standard_normal(n).cumsum() + 5 for n in (40, 33)]
    panel = replace(panel_of(walks), filled=np.array(sorted(filled), dtype=np.int64))
    spans = np.stack([np.full(2, TEST), panel.lengths], axis=1)
    windows = index_windows(panel, spans, (LOOKBACK, HORIZON))
    actual = windows.targets(panel.values)
    forecasts = {
        "model": actual + random.standard_normal(actual.shape),
        "naive": np.repeat(windows.inputs(panel.values)[:, -1:], HORIZON, axis=1),
        "naive2": actual * 1.5,
    }
    return panel, windows, forecasts


def score(panel, windows, forecasts, chunk=1000):
    scorer = Scorer(
        panel,
        windows,
        list(forecasts),
        season=None,
        in_sample_stops=np.full(2, TEST),
        train_std=np.array([1.0, 2.0]),
    )
    for start in range(0, len(windows), chunk):
        rows = slice(start, start + chunk)
        some = windows.take(rows)
        given_rows = {name: made[rows] for name, made in forecasts.items()}
        scorer.add(some, some.targets(panel.values), given_rows)
    return scorer.result()


# Positions of test targets: 20 to 39 of the first series, 60 to 72 in all of the next.
FILLED = st.sets(st.integers(20, 39) | st.integers(60, 72), min_size=1, max_size=12)


@given(filled=FILLED, seed=st.integers(0, 99))
def test_windows_know_which_targets_were_filled(filled, seed):
    panel, windows, _ = case(seed, filled)
    places = windows.starts[:, np.newaxis] + LOOKBACK + np.arange(HORIZON)
    expected = ~np.isin(places, sorted(filled))
    observed = mark_observed(panel, windows)
    assert np.array_equal(observed, expected)
    known = known_targets(panel, windows)
    assert np.array_equal(np.isnan(known), ~expected)
    assert np.array_equal(known[expected], windows.targets(panel.values)[expected])
    assert np.array_equal(count_filled(panel, windows), (~expected).sum(axis=1))


def test_without_filled_values_nothing_is_marked():
    panel, windows, _ = case(0, ())
    assert mark_observed(panel, windows) is None
    assert score(panel, windows, case(0, ())[2])["notes"] == []


@given(filled=FILLED, seed=st.integers(0, 99), chunk=st.integers(1, 40))
def test_scores_are_those_of_loops_over_the_observed_points(filled, seed, chunk):
    """Broken on purpose: windows times horizon as points; sMAPE over all points."""
    panel, windows, forecasts = case(seed, filled)

    result = score(panel, windows, forecasts, chunk)

    errors = {0: [], 1: []}
    steps = [[] for _ in range(HORIZON)]
    percent = []
    for row, (start, series) in enumerate(
        zip(windows.starts, windows.series, strict=True)
    ):
        for step in range(HORIZON):
            place = int(start) + LOOKBACK + step
            if place in filled:
                continue
            y, f = float(panel.values[place]), float(forecasts["model"][row, step])
            errors[int(series)].append(y - f)
            steps[step].append(abs(y - f))
            percent.append(200 * abs(y - f) / (abs(y) + abs(f)))
    both = np.array(errors[0] + errors[1])
    changes = [np.diff(panel.series(i)[:TEST].astype(float)) for i in (0, 1)]
    scale = [np.abs(change).mean() for change in changes]
    scaled = [np.abs(errors[i]).mean() / scale[i] for i in (0, 1) if errors[i]]
    model = result["model"]
    assert result["points"] == len(both)
    assert model["mae"] == pytest.approx(np.abs(both).mean())
    assert model["mse"] == pytest.approx((both**2).mean())
    assert model["smape"] == pytest.approx(np.mean(percent))
    assert model["mase"] == pytest.approx(np.mean(scaled))
    assert [row["mae"] for row in result["by_step"]] == pytest.approx(
        [np.mean(each) for each in steps]
    )
    best = result["baselines"][result["skill"]["against"]]
    assert result["skill"]["value"] == pytest.approx(1 - model["mase"] / best["mase"])


@given(filled=FILLED, seed=st.integers(0, 99))
def test_what_was_filled_in_changes_no_score(filled, seed):
    """Other forecasts there, and another truth: every number stays.

    Broken on purpose: the audit over all windows.
    """
    panel, windows, forecasts = case(seed, filled)
    observed = mark_observed(panel, windows)
    values = panel.values.copy()
    values[sorted(filled)] = 1e4
    other = {
        name: np.where(observed, made, made - 77) for name, made in forecasts.items()
    }
    assert score(replace(panel, values=values), windows, other) == score(
        panel, windows, forecasts
    )


def test_the_run_says_how_many_points_are_left_out():
    """By hand: position 30 is a target of three windows, 72, the last, of one."""
    notes = score(*case(0, {30, 72}))["notes"]
    assert notes[0] == (
        "4 of 87 points are not scored: their values are missing in the data."
    )


def test_a_step_that_is_never_scored_has_no_error():
    panel, windows, forecasts = case(0, {22})
    first = windows.take(np.array([0, 18]))  # one window of each series
    made = {name: each[[0, 18]] for name, each in forecasts.items()}
    panel = replace(panel, filled=np.array([21, 61]))
    result = score(panel, first, made)
    assert [row["mae"] is None for row in result["by_step"]] == [False, True, False]
    assert result["by_step"][1] == {
        "step": 2,
        "mae": None,
        "naive_mae": None,
        "best_mae": None,
    }


def test_a_part_that_was_filled_from_end_to_end_is_refused():
    with pytest.raises(DataError, match="every value that could be scored was missing"):
        score(*case(0, {*range(20, 40), *range(60, 73)}))
