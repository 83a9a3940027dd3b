"""What the figures of a backtest say, and that they can be drawn."""

import numpy as np
import pytest

from seqforecast.reporting.backtest.cutoffs import describe_cutoffs, draw_cutoffs
from seqforecast.reporting.backtest.rolling_forecasts import (
    SeriesPicture,
    describe_rolled,
    draw_rolled,
)


def document(model, *, every=1, name="linear", horizon=4, **baselines):
    """A backtest of these errors by cutoff; `name` is the best baseline."""
    rows = []
    for at, error in enumerate(model):
        others = {who: {"mae": errors[at]} for who, errors in baselines.items()}
        row = {"cutoff": at + 1, "first": f"2024-{at + 1:02}", "fit": at // every + 1}
        row |= {"last": row["first"], "is_refit": at % every == 0}
        rows.append({**row, "model": {"mae": error}, "baselines": others})

    def mean(errors):
        known = [error for error in errors if error is not None]
        return {"mae": float(np.mean(known)) if known else None}

    test = {
        "skill": {"metric": "mae", "against": name},
        "model": mean(model),
        "baselines": {who: mean(errors) for who, errors in baselines.items()},
    }
    sizes = {"cutoffs": len(rows), "horizon": horizon, "series": 1}
    return {**sizes, "test": test, "by_cutoff": rows}


THREE = document(
    (1.0, 2.0, 3.0), every=2, naive=(4.0, 4.0, 4.0), linear=(2.0, 1.5, 4.0)
)
ONE = document((1.0,), naive=(4.0,), name="naive", horizon=1)
GAP = document((1.0, None, 3.0), naive=(4.0, None, 4.0), linear=(2.0, None, 1.0))
MANY = document(
    [1.0 + i % 3 for i in range(60)],
    every=7,
    naive=[400.0 + i for i in range(60)],
    linear=[2.0] * 60,
)


@pytest.mark.parametrize(
    ("told", "title"),
    [
        (
            THREE,
            "Model error below linear's at 2 of 3 cutoffs; over all 2.00 against 2.50",
        ),
        (
            ONE,
            (
                "Model against the naive forecast at one cutoff; over all 1.00 against "
                "4.00"
            ),
        ),
        (
            GAP,
            "Model error below linear's at 1 of 2 cutoffs; over all 2.00 against 1.50",
        ),
    ],
)
def test_the_title_is_the_finding(told, title):
    assert describe_cutoffs(told).title == title


def test_refits_are_marked_and_the_best_baseline_comes_first():
    figure = describe_cutoffs(THREE)
    assert figure.refits == (1, 3)
    assert [*figure.baselines] == ["linear", "naive"]
    assert "trained 2 times" in figure.caption
    assert describe_cutoffs(ONE).caption.endswith("the model was trained there")


def test_a_baseline_far_off_makes_the_axis_logarithmic():
    assert describe_cutoffs(MANY).log
    assert not describe_cutoffs(THREE).log
    assert len(describe_cutoffs(MANY).stamps) <= 6


@pytest.mark.parametrize("told", [THREE, ONE, GAP, MANY])
def test_errors_can_be_drawn(picture, told):
    picture(draw_cutoffs, describe_cutoffs(told))


@pytest.mark.parametrize(("told", "steps"), [(THREE, 30), (ONE, 4), (MANY, 300)])
def test_forecasts_can_be_drawn(picture, told, steps):
    cutoffs, horizon = told["cutoffs"], told["horizon"]
    truth = np.sin(np.arange(steps) / 3)
    truth[0] = np.nan
    places = steps - 1 - horizon - np.arange(cutoffs)[::-1]
    made = np.zeros((cutoffs, horizon))
    bands = {80.0: (made - 2, made + 2), 95.0: (made - 9, made + 9)}
    given = (np.arange(steps), truth, places, made, made + 1, bands)
    shown = SeriesPicture("größe", *given)
    figure = describe_rolled([shown, shown], {**told, "series": 9})
    assert figure.caption.startswith("2 of 9 series, evenly spaced")
    assert figure.rows[0].refits[0] == places[0] + 0.5
    # The widest first, and the axis holds it.
    levels = [level for level, *_ in figure.rows[0].bands]
    assert levels == [95.0] * cutoffs + [80.0] * cutoffs
    assert (min(figure.rows[0].values), max(figure.rows[0].values)) == (-9, 9)
    picture(draw_rolled, figure)
