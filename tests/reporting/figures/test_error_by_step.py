"""What the error figure says of the model beside the best baseline."""

from typing import Any

import pytest

from seqforecast.reporting.figures.error_by_step import describe_errors, draw_errors
from seqforecast.reporting.text_format import significant


def steps(*errors: tuple[float, ...]) -> list[dict[str, Any]]:
    """Rows of `by_step`: model, naive forecast and, where given, best baseline."""
    keys = ("step", "mae", "naive_mae", "best_mae")
    return [
        dict(zip(keys, (step, *row), strict=False))
        for step, row in enumerate(errors, 1)
    ]


@pytest.mark.parametrize(
    ("by_step", "title"),
    [
        (
            steps((1, 2), (2, 2), (2, 3)),
            "Model error below the naive forecast's at 2 of 3 steps",
        ),
        (
            steps((1, 2), (2, 3)),
            "Model error below the naive forecast's at each of 2 steps",
        ),
        (
            steps((2, 1), (3, 2)),
            "Model error above the naive forecast's at each of 2 steps",
        ),
        (
            steps((1, 2), (3, 2), (3, 2)),
            "Model error above the naive forecast's at 2 of 3 steps",
        ),
        (
            steps((1, 1), (2, 2)),
            "Model error below the naive forecast's at 0 of 2 steps",
        ),
        (steps((0.9, 1)), "One step ahead: error 10 % lower than the naive forecast"),
        (steps((1.2, 1)), "One step ahead: error 20 % higher than the naive forecast"),
        (steps((50, 1)), "One step ahead: 50.0 times the error of the naive forecast"),
        (steps((1, 0)), "One step ahead: error 1.00, naive forecast 0"),
        (
            steps((1.0004, 1)),
            "One step ahead: error no different from the naive forecast's",
        ),
    ],
)
def test_the_error_figure_states_the_finding(
    by_step: list[dict[str, Any]], title: str, picture: Any
) -> None:
    """Broken once by exchanging model and naive forecast."""
    figure = describe_errors(by_step)
    assert figure.title == title
    assert figure.naive == tuple((row["step"], row["naive_mae"]) for row in by_step)
    assert figure.best == ()
    picture(draw_errors, figure)


@pytest.mark.parametrize(
    ("by_step", "title"),
    [
        (
            steps((2, 9, 1), (2, 9, 1), (1, 9, 2)),
            "Model error above linear's at 2 of 3 steps",
        ),
        (
            steps((2, 9, 1), (2, 9, 1)),
            "Model error above linear's at each of 2 steps",
        ),
        (
            steps((1, 9, 2), (1, 9, 2)),
            "Model error below linear's at each of 2 steps",
        ),
        (steps((1.2, 9, 1)), "One step ahead: error 20 % higher than linear"),
        (steps((3, 9, 1)), "One step ahead: 3.00 times the error of linear"),
        (steps((1, 9, 1)), "One step ahead: error no different from linear's"),
        (steps((1, 9, 0)), "One step ahead: error 1.00, linear 0"),
    ],
)
def test_the_error_figure_compares_with_the_best_baseline(
    by_step: list[dict[str, Any]], title: str, picture: Any
) -> None:
    """Broken once by comparing with the naive forecast, which flattered the model."""
    figure = describe_errors(by_step, "linear")
    assert figure.title == title
    assert figure.best == tuple((row["step"], row["best_mae"]) for row in by_step)
    assert [name for name, _, _ in figure.lines] == [
        *("naive forecast", "linear", "model")
    ]
    assert f"{significant(by_step[0]['best_mae'], 3)} at step 1" in figure.caption
    picture(draw_errors, figure)


@pytest.mark.parametrize("pairs", [[(0, 0)] * 3, [(1e9, 1)] * 2, [(1, 2)] * 3000])
def test_all_errors_can_be_drawn(pairs: Any, picture: Any) -> None:
    picture(draw_errors, describe_errors(steps(*pairs)))
