"""What the figures of forecasts, changes and memory show."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.reporting.figures.forecasts import (
    ForecastAxes,
    WindowPicture,
    choose_windows,
    describe_forecasts,
    draw_forecasts,
)
from seqforecast.reporting.figures.gradient_profile import (
    describe_gradient_profile,
    draw_gradient_profile,
)
from seqforecast.reporting.figures.scatter import describe_scatter, draw_scatter

NOON = np.datetime64("2024-01-31T12:00", "ns")
DAY = np.timedelta64(1, "D")


def scored(windows: int) -> dict[str, Any]:
    return {
        "windows": windows,
        "model": {"mae": 0.312},
        "baselines": {"naive": {"mae": 0.3479}},
        "skill": {"metric": "mae", "against": "naive"},
    }


def window(lookback: int, horizon: int, **changed: Any) -> WindowPicture:
    future = np.arange(horizon) + 100.0
    picture: dict[str, Any] = {
        "series": "OT",
        "stamps": NOON + DAY * np.arange(1 - lookback, horizon + 1),
        "lookback": np.arange(lookback, dtype=np.float32),
        "truth": future,
        "model": future + 1,
        "baseline": np.full(horizon, lookback - 1.0),
    }
    return WindowPicture(**(picture | changed))


@given(st.integers(1, 10_000), st.integers(1, 9))
def test_windows_are_spread_evenly(total: int, count: int) -> None:
    """Broken once by the first `count` windows."""
    chosen = choose_windows(total, count)
    assert len(chosen) == min(total, count)
    assert set(chosen) <= set(range(total))
    if len(chosen) > 1:
        gaps = np.diff(chosen)
        assert (chosen[0], chosen[-1]) == (0, total - 1)
        assert gaps.min() >= 1
        assert gaps.max() - gaps.min() <= 1


def test_a_window_begins_with_what_was_observed_last() -> None:
    """Broken once by a truth that starts at the cutoff: one step too early.

    The 31st of January 2024 is day 19,753 since 1970.
    """
    figure = describe_forecasts([window(3, 2)], scored(1))
    assert figure.title == "2 steps ahead: test MAE 0.312, naive forecast 0.348"
    assert figure.caption == "The only test window, in the unit of the data"
    assert figure.panels == (
        ForecastAxes(
            title="OT, after 2024-01-31 12:00",
            past=((19751.5, 0.0), (19752.5, 1.0), (19753.5, 2.0)),
            truth=((19753.5, 2.0), (19754.5, 100.0), (19755.5, 101.0)),
            model=((19754.5, 101.0), (19755.5, 102.0)),
            baseline=((19754.5, 2.0), (19755.5, 2.0)),
        ),
    )
    assert figure.baseline == "naive forecast"


def test_the_baseline_is_the_best_one_and_named_as_in_the_table() -> None:
    """Broken once by the naive forecast, whichever was best."""
    test = scored(1) | {"repeated": {"seasonal_naive": 12}}
    test["baselines"] = {"naive": {"mae": 0.4}, "seasonal_naive": {"mae": 0.3}}
    test["skill"] = {"metric": "mae", "against": "seasonal_naive"}
    figure = describe_forecasts([window(3, 2)], test)
    assert figure.baseline == "seasonal_naive (12 steps)"
    assert figure.model == "model"
    final = describe_forecasts(
        [window(3, 2)], test | {"final": {"weights": {"theta": 1.0}}}
    )
    assert final.model == "final: theta"


@pytest.mark.parametrize(
    ("lookback", "horizon", "shown"),
    [(720, 1, 16), (720, 24, 72), (720, 96, 150), (720, 336, 336), (5, 96, 5)],
)
def test_so_much_of_the_lookback_is_shown(
    lookback: int, horizon: int, shown: int
) -> None:
    figure = describe_forecasts([window(lookback, horizon)], scored(9))
    panel = figure.panels[0]
    assert panel.past[-1][0] - panel.past[0][0] == shown - 1
    assert panel.model[-1][0] - panel.past[-1][0] == horizon


def test_the_caption_says_how_windows_were_chosen() -> None:
    said = describe_forecasts([window(3, 1)] * 2, scored(48_000)).caption
    assert said.startswith("2 of 48,000 test windows, evenly spaced from first to last")


@pytest.mark.parametrize(
    "shown",
    [
        [window(3, 1)],
        [window(720, 96)] * 6,
        [window(24, 720)] * 5,
        [window(9, 4, **dict.fromkeys(("truth", "model"), np.full(4, 8.0)))] * 3,
        [window(9, 3, truth=np.array([-1e30, 0.0, 1e30]))],
        [
            window(9, 3, series=name)
            for name in ("x" * 99, "東京", "$a_b$ \n\t", "العربية")
        ],
        [window(9, 3, stamps=np.arange(12))] * 2,
        [window(9, 3, truth=np.full(3, np.nan))],
    ],
    ids=["one", "six", "long", "constant", "huge", "names", "counted", "missing"],
)
def test_all_windows_can_be_drawn(shown: list[WindowPicture], picture: Any) -> None:
    picture(draw_forecasts, describe_forecasts(shown, scored(99)))


def test_a_shifted_copy_explains_no_change_however_well_it_fits_the_level() -> None:
    """The trap of a random walk. Broken once by explaining the level's variance."""
    walk = np.cumsum(np.random.default_rng(0).uniform(-0.5, 0.5, 2000))
    figure = describe_scatter(walk[1:, np.newaxis], walk[:-1, np.newaxis], walk[:-1])
    assert figure.level_note.startswith("correlation 0.99")
    assert figure.change_note == "correlation none"
    assert figure.title.startswith("The predicted changes explain nothing")


def test_half_of_each_change_explains_three_quarters() -> None:
    """1 - (1/2)^2, by hand."""
    figure = describe_scatter([[3.0], [1.0]], [[2.0], [1.5]], [1.0, 2.0])
    assert figure.title == "The predicted changes explain 75 % of the true ones"
    assert figure.level == ((3.0, 2.0), (1.0, 1.5))
    assert figure.naive == ((3.0, 1.0), (1.0, 2.0))
    assert figure.change == ((2.0, 1.0), (-1.0, -0.5))


def test_a_truth_that_is_missing_is_not_drawn() -> None:
    """Broken once by keeping it."""
    known = describe_scatter([[3.0], [1.0]], [[2.0], [1.5]], [1.0, 2.0])
    truth = [[3.0, np.nan], [1.0, np.nan]]
    gaps = describe_scatter(truth, [[2.0, 9.0], [1.5, 9.0]], [1.0, 2.0])
    assert gaps == known


def test_of_many_points_some_are_drawn_and_the_caption_says_so() -> None:
    truth = np.random.default_rng(0).normal(size=(500, 10))
    figure = describe_scatter(truth, truth, truth[:, 0])
    assert len(figure.level) == len(set(figure.level)) == 2000
    assert figure.caption.startswith("2,000 of 5,000 points")


@pytest.mark.parametrize("size", [0.0, 1e-20, -5.0, 1e20])
def test_all_changes_can_be_drawn(size: float, picture: Any) -> None:
    truth = np.arange(12.0).reshape(4, 3) * size
    picture(draw_scatter, describe_scatter(truth, 2 * truth, truth[:, 0]))


DECAY = 0.5 ** np.arange(40, 0, -1)


@pytest.mark.parametrize(
    ("norms", "reach", "finding"),
    [
        # 0.5^(7 - 1) is 1.6 % of the largest, 0.5^(8 - 1) is 0.8 %.
        (DECAY, 7, "the loss notices nothing more than 7 steps back"),
        (DECAY[::-1], 40, "the loss looks back all 40 steps, most of all to step 40"),
        ([0, 1.0, 0, 0, 0], 4, "the loss looks back 4 steps, most of all to step 4"),
        ([1e-5, 1e-5, 2e-3], 1, "the loss notices nothing more than 1 step back"),
        ([1.0, 1.0, 1.1], 3, "the loss looks back all 3 steps"),
        (np.zeros(9), 0, "the loss does not depend on the lookback"),
        ([5.0], 1, "the lookback is a single step"),
    ],
)
def test_memory_reaches_back_to_one_percent(
    norms: Any, reach: int, finding: str, picture: Any
) -> None:
    """Broken once by counting from the oldest step."""
    figure = describe_gradient_profile({"GRU before training": norms, "GRU": norms})
    assert figure.title == f"GRU: {finding}"
    assert figure.curves[1].reach == reach
    assert figure.curves[1].points[0][0] == len(norms) == figure.lookback
    picture(draw_gradient_profile, figure)


def test_a_norm_below_the_axis_stands_under_it() -> None:
    curve = describe_gradient_profile({"GRU": [0.0, 0.5, 2.0]}).curves[0]
    assert curve.points == ((3.0, 1e-9), (2.0, 0.25), (1.0, 1.0))
