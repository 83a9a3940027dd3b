"""What the figures of a comparison show of invented documents."""

import math
from typing import Any

import numpy as np
import pytest

from seqforecast.reporting.compare.colors import columns_for, styles_of
from seqforecast.reporting.compare.critical_difference import describe_ranks, draw_ranks
from seqforecast.reporting.compare.error_by_step import (
    describe_step_errors,
    draw_step_errors,
)
from seqforecast.reporting.compare.gradient_profiles import (
    describe_gradient_profiles,
    draw_gradient_profiles,
)
from seqforecast.reporting.compare.loss_curves import (
    describe_loss_curves,
    draw_loss_curves,
)
from seqforecast.reporting.compare.seeds import (
    baselines_near,
    describe_seeds,
    draw_seeds,
    name_rows,
)
from seqforecast.reporting.compare.side_by_side import (
    describe_side_by_side,
    draw_side_by_side,
)
from seqforecast.reporting.figures.forecasts import WindowPicture
from support.comparisons import (
    ALONE,
    ECHO,
    ETTH1,
    FAILED,
    ONE_SEED,
    SIX,
    TIED,
    comparison,
)

PAIR = comparison({"gru": (0.3, 0.5), "lstm": (0.4, 0.6)}, baselines={"naive": 0.7})
STRANGE = comparison(
    dict.fromkeys(("東京" * 9, "$a_b$ \n\t", "العربية", "x" * 99), (0.3, 0.31)),
    baselines={"naive": 0.35},
)
MANY = comparison(
    {f"member {at}": (0.3 + at / 100, 0.3) for at in range(9)},
    baselines={"naive": 0.35},
)
DRAWN = {"six": SIX, "one seed": ONE_SEED, "strange": STRANGE, "nine": MANY}


def names_of(document: Any) -> list[str]:
    return [member["name"] for member in document["members"]]


def history(*losses: float, **more: Any) -> list[dict[str, Any]]:
    return [{"epoch": at, "val_loss": loss} | more for at, loss in enumerate(losses, 1)]


def test_a_member_has_the_same_look_everywhere_and_no_other_has_it() -> None:
    """Broken once by six colours for nine members, all of them solid."""
    looks = styles_of(MANY)
    drawn = {(look.color, str(look.dash)) for look in looks.values()}
    assert len(drawn) == len(looks) == 10


def test_a_cell_looks_the_same_whoever_is_best() -> None:
    """Broken once by colours in the order of the ranks."""
    turned = {**ECHO, "members": list(reversed(ECHO["members"]))}
    assert styles_of(ECHO) == styles_of(turned)


def test_names_of_members_can_be_read_on_white() -> None:
    """Contrast of at least 4.5 (WCAG 2.1). Broken once by the colours of the lines."""
    for look in [each for each in styles_of(MANY).values() if each.marker]:
        parts = [int(look.ink[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [
            part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
            for part in parts
        ]
        light = np.dot([0.2126, 0.7152, 0.0722], linear)
        assert 1.05 / (light + 0.05) >= 4.5


@pytest.mark.parametrize(
    ("count", "most", "columns"),
    [(1, 4, 1), (4, 4, 4), (5, 4, 3), (6, 4, 3), (7, 3, 3)],
)
def test_rows_are_as_equal_as_they_can_be(count: int, most: int, columns: int) -> None:
    assert columns_for(count, most) == columns


def test_the_median_ends_where_the_first_seed_stops() -> None:
    """Broken once by the median of those that train still: it jumped to the better."""
    histories = {
        "gru": [history(0.9, 0.5, 0.4), history(0.7, 0.3), history(0.8, 0.7, 0.2)],
        "lstm": [history(1.0, math.nan, 0.8)],
    }
    figure = describe_loss_curves(PAIR, histories, loss="mse", naive=0.6)
    gru, lstm = figure.curves
    assert gru.median == ((1.0, 0.8), (2.0, 0.5))
    assert gru.lowest == ((1.0, 0.7), (2.0, 0.3))
    assert gru.highest == ((1.0, 0.9), (2.0, 0.7))
    assert gru.seeds[0] == ((1.0, 0.9), (2.0, 0.5), (3.0, 0.4))
    assert gru.best == 0.3
    assert lstm.median == ((1.0, 1.0), (2.0, None), (3.0, 0.8))
    assert figure.epochs == (1, 3)
    assert figure.title == (
        "Lowest validation loss: gru, 0.300 (median of 3 seeds); naive 0.600"
    )


def test_of_an_ensemble_the_first_member_is_shown() -> None:
    """Broken once by all rows: the curve ran through the epochs twice."""
    rows = [*history(0.9, 0.5, member=1.0), *history(0.2, 0.1, member=2.0)]
    curve = describe_loss_curves(ALONE, {"gru": [rows]}).curves[0]
    assert curve.median == ((1.0, 0.9), (2.0, 0.5))


@pytest.mark.parametrize("name", DRAWN)
def test_all_loss_curves_can_be_drawn(name: str, picture: Any) -> None:
    document = DRAWN[name]
    long = {
        each: [history(*np.geomspace(3, 0.1, 40 - at)) for at in range(3)]
        for each in names_of(document)
    }
    picture(draw_loss_curves, describe_loss_curves(document, long, naive=0.4))
    short = {each: [history(math.nan)] for each in names_of(document)}
    figure = describe_loss_curves(document, short)
    assert figure.title == "No validation loss was recorded"
    picture(draw_loss_curves, figure)


def test_the_interval_of_the_mean_is_students() -> None:
    """t(0.975, 4) is 2.776 (tables). Broken once by the normal's 1.96."""
    row = describe_seeds(ETTH1).rows[0]
    test = ETTH1["members"][0]["test"]
    half = 2.776 * test["sd"] / math.sqrt(5)
    assert row.interval == pytest.approx((row.mean - half, row.mean + half), rel=1e-5)
    assert row.group == "a"


def test_no_interval_reaches_below_an_error_of_zero() -> None:
    """Broken once by Student's interval as it is: from -1.2 for an error of 2.2."""
    document = comparison({"gru": (0.1, 9.0)}, baselines={"naive": 9.0})
    low, high = describe_seeds(document).rows[0].interval or (-1, -1)
    assert low == 0
    assert high > 9


def test_one_seed_has_no_interval() -> None:
    figure = describe_seeds(ONE_SEED)
    assert [row.interval for row in figure.rows] == [None] * 3
    assert "interval" not in figure.caption
    assert figure.title.endswith("nothing is claimed")


def test_a_baseline_far_off_is_named_in_the_caption() -> None:
    """Broken once by showing all: the members were a single dot."""
    figure = describe_seeds(TIED)
    assert [look.label for look, _ in figure.baselines] == ["naive (a)", "drift"]
    assert figure.caption.endswith("off the axis: seasonal_naive 1.73")
    assert figure.ends[1] < 0.26


def test_the_best_baseline_may_be_further_off_than_the_others() -> None:
    values, errors = (1.0, 2.0), {"naive": 19.0, "drift": 19.5, "linear": 40.0}
    assert baselines_near(values, errors, "naive") == {"naive": 19.0, "drift": 19.5}
    assert baselines_near(values, errors, "linear") == {}


def test_names_that_would_overlap_stand_on_levels_of_their_own() -> None:
    """Broken once by one level for all."""
    close = [("naive", 1.0), ("drift", 1.01), ("linear", 1.02), ("far", 9.0)]
    assert name_rows(close, (0.0, 10.0), 8.0) == [0, 1, 2, 0]


@pytest.mark.parametrize("name", DRAWN)
def test_all_seeds_can_be_drawn(name: str, picture: Any) -> None:
    picture(draw_seeds, describe_seeds(DRAWN[name]))


def windows(
    document: Any, lookback: int, horizon: int, count: int = 3
) -> dict[str, Any]:
    """Some windows; the k-th member is wrong by k + 1 everywhere."""
    truth = np.arange(horizon) + 100.0
    return {
        name: [
            WindowPicture(
                series="OT",
                stamps=np.datetime64("2024-01-31", "D")
                + np.arange(1 - lookback, horizon + 1)
                + at,
                lookback=np.arange(lookback, dtype=float),
                truth=truth,
                model=truth + number + 1,
                baseline=np.full(horizon, lookback - 1.0),
            )
            for at in range(count)
        ]
        for number, name in enumerate(names_of(document))
    }


def test_the_same_windows_have_the_same_axes_and_errors_of_their_own() -> None:
    """Broken once by ends of each panel: a wrong forecast looked as good as truth."""
    figure = describe_side_by_side(PAIR, windows(PAIR, 80, 2), "naive")
    gru, lstm = figure.columns
    assert (gru.errors, lstm.errors) == ((1.0,) * 3, (2.0,) * 3)
    past = gru.panels[0].past
    assert past[-1][0] - past[0][0] == 59
    # From step 20, the first of 60 shown, to 103, the larger error's last value.
    assert figure.ends[0] == pytest.approx((20 - 83 * 0.06, 103 + 83 * 0.06))
    assert figure.title == "2 steps ahead, closest in these windows: gru in 3 of 3"
    assert figure.caption.startswith("3 of 2,785 test windows, spread evenly")


def test_of_many_windows_three_are_shown() -> None:
    """Broken once by all: the figure was as high as a poster."""
    figure = describe_side_by_side(PAIR, windows(PAIR, 80, 2, count=6), "naive")
    titles = [panel.title for panel in figure.columns[0].panels]
    assert titles == [f"OT, after 2024-0{day}" for day in ("1-31", "2-02", "2-05")]
    assert len(figure.ends) == len(figure.columns[1].errors) == 3


@pytest.mark.parametrize("horizon", [1, 300])
@pytest.mark.parametrize("name", DRAWN)
def test_all_forecasts_can_be_drawn(name: str, horizon: int, picture: Any) -> None:
    shown = windows(DRAWN[name], 336, horizon)
    figure = describe_side_by_side(DRAWN[name], shown, "naive")
    if name != "nine":  # three blocks are higher than a picture usually is
        picture(draw_side_by_side, figure)


def test_errors_by_step_are_means_over_seeds_beside_two_baselines() -> None:
    """Broken once by the first seed alone."""
    members = {"gru": [[1.0, 2.0], [3.0, 6.0]], "lstm": [[3.0, 3.0], [3.0, 3.0]]}
    baselines = {"naive": [5.0, 5.0], "drift": [9.0, 9.0]}
    figure = describe_step_errors(PAIR, members, baselines)
    assert [points for _, points in figure.members] == [
        ((1.0, 2.0), (2.0, 4.0)),
        ((1.0, 3.0), (2.0, 3.0)),
    ]
    assert [look.label for look, _ in figure.baselines] == ["naive"]
    assert figure.title == "Lowest error: gru at 1, lstm at 1 of 2 steps"
    assert figure.caption.endswith("mean over 2 seeds")


def test_one_step_is_told_in_the_title() -> None:
    members = {"gru": [[0.3]], "lstm": [[0.2]]}
    figure = describe_step_errors(PAIR, members, {"naive": [0.7]})
    assert figure.title == "One step ahead: lowest error lstm 0.200, naive 0.700"


def test_one_member_is_held_against_the_best_baseline() -> None:
    members = {"gru": [[0.3, 0.6, math.nan]]}
    baselines = {"naive": [0.9, 0.9, math.nan], "linear": [0.5, 0.5, math.nan]}
    figure = describe_step_errors(ALONE, members, baselines)
    assert figure.title == "gru: error below linear's at 1 of 2 steps"
    assert figure.members[0][1][2] == (3.0, None)


@pytest.mark.parametrize("horizon", [1, 40])
@pytest.mark.parametrize("name", DRAWN)
def test_all_errors_by_step_can_be_drawn(name: str, horizon: int, picture: Any) -> None:
    document = DRAWN[name]
    members = {each: np.full((2, horizon), 0.3) for each in names_of(document)}
    baselines = {each: np.full(horizon, 9.0) for each in document["baselines"]}
    picture(draw_step_errors, describe_step_errors(document, members, baselines))
    nothing = {each: np.full((1, horizon), np.nan) for each in names_of(document)}
    figure = describe_step_errors(document, nothing, baselines)
    assert figure.title == "No error by step is known"
    picture(draw_step_errors, figure)


LED = "ranks first, not significantly apart from"
RANKS = {"gru": 1.4, "lstm": 1.5, "linear": 1.9, "simple_rnn": 3.6}


def test_bars_join_who_is_not_told_apart() -> None:
    """Broken once by bars between neighbours: linear and gru were joined."""
    figure = describe_ranks(ETTH1, RANKS)
    assert figure.bars == ((1.4, 1.5), (1.5, 1.9))
    assert [rank for _, rank in figure.ranks] == [1.4, 1.5, 1.9, 3.6]
    assert figure.title == "gru ranks first, not significantly apart from lstm"
    assert figure.caption == (
        "Average rank over 2,785 cutoffs, 1 is best; bars: not significantly apart "
        "(Diebold-Mariano, Holm, 5 %)"
    )


def test_no_bar_is_drawn_where_nothing_is_claimed() -> None:
    """Broken once by bars from no pairs: all seemed told apart."""
    ranks = {"lstm": 1.5, "gru": 1.6, "simple_rnn": 2.9}
    figure = describe_ranks(ONE_SEED, ranks)
    assert figure.bars == ()
    assert figure.title == "lstm ranks first; nothing is claimed"
    assert "one seed cannot tell" in figure.caption


@pytest.mark.parametrize(
    ("document", "title"),
    [
        (TIED, "No significant difference between all 4"),
        (ECHO, "simple_rnn ranks first, significantly apart from all others"),
        (ALONE, "gru ranks first, significantly apart from linear"),
        (FAILED, f"gru {LED} lstm"),
        (SIX, f"gru_128 {LED} lstm_128, gru_32 and lstm_32"),
    ],
    ids=["tied", "apart", "two", "three", "six"],
)
def test_the_title_says_from_whom_the_first_is_not_told_apart(
    document: Any, title: str
) -> None:
    assert describe_ranks(document, ranks_of(document)).title == title


def ranks_of(document: Any) -> dict[str, float]:
    ranked = [*names_of(document), document["best_baseline"]]
    return {name: at + 1.0 for at, name in enumerate(ranked)}


@pytest.mark.parametrize("name", DRAWN)
def test_all_ranks_can_be_drawn(name: str, picture: Any) -> None:
    document = DRAWN[name]
    picture(draw_ranks, describe_ranks(document, ranks_of(document)))
    even = dict.fromkeys(ranks_of(document), 1.5)
    picture(draw_ranks, describe_ranks(document, even))


DECAY = 0.5 ** np.arange(40, 0, -1)


def test_memories_have_one_axis_and_say_how_far_each_looks_back() -> None:
    """0.5^6 is 1.6 %, 0.5^7 is 0.8 %. Broken once by the reach before training."""
    profiles = {"gru": (DECAY, DECAY[::-1]), "lstm": (DECAY[::-1], DECAY)}
    figure = describe_gradient_profiles(PAIR, profiles)
    assert [panel.after.reach for panel in figure.panels] == [40, 7]
    assert figure.title == "Steps noticed after training, of 40: gru 40, lstm 7"
    assert figure.lookback == 40


@pytest.mark.parametrize("norms", [DECAY, np.zeros(5), [1.0]], ids=["40", "flat", "1"])
@pytest.mark.parametrize("name", DRAWN)
def test_all_memories_can_be_drawn(name: str, norms: Any, picture: Any) -> None:
    profiles = dict.fromkeys(names_of(DRAWN[name]), (norms, norms))
    picture(draw_gradient_profiles, describe_gradient_profiles(DRAWN[name], profiles))


def test_ranks_do_not_praise_whom_the_mean_error_refutes() -> None:
    """Broken once by a title that saw the ranks alone."""
    ranks = {"simple_rnn": 3.0, "lstm": 2.0, "gru": 1.0, "linear": 4.0}
    figure = describe_ranks(ECHO, {name: ranks.get(name, 5.0) for name in ranks})
    assert figure.title.startswith("gru ranks first, but has a larger mean error than")
