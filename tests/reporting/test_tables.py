"""The terminal table and the verdict, from hand-made `test` objects of metrics.json."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.reporting.tables import render_scores, tabulate_groups, tabulate_scores
from seqforecast.reporting.verdict import (
    group_equals,
    name_baseline,
    say_errors,
    say_run,
    say_verdict,
)

NO_SCALE = (
    "left out 1 of 1 series (OT): no value before the scored part differs from the "
    "one a step earlier, so there is no in-sample error to divide by"
)
TOO_FEW = "too few blocks of cutoffs to draw from: 1, at least 5 are needed"


def scores(mae: float, smape: float, mase: float | None = 1.0) -> dict[str, Any]:
    values: dict[str, Any] = {
        "mae": mae,
        "mse": 2 * mae**2,
        "rmse": 2**0.5 * mae,
        "smape": smape,
        "mase": mase,
        "rmsse": mase,
    }
    return values | ({} if mase is not None else {"reasons": {"mase": NO_SCALE}})


def skill(*values: float | None, against: str = "naive", **more: Any) -> dict[str, Any]:
    named = dict(zip(("value", "low", "high"), values, strict=True))
    return {"metric": "mae", "against": against} | named | more


def object_of(verdict: str, skill: dict[str, Any], model: float, naive: float) -> Any:
    return {
        "windows": 2785,
        "model": scores(model, 9.87654),
        "baselines": {
            "drift": scores(12.3456, 150.0),
            "naive": scores(naive, 9.5),
            "linear": scores(0.45, 101.0),
        },
        "skill": skill,
        "verdict": verdict,
        "notes": [],
    }


BETTER = object_of("better", skill(0.231, 0.1249, 0.311), 0.3, 0.39)
WORSE = object_of("worse", skill(-0.1071, -0.15, -0.08), 0.31, 0.28)
OPEN = object_of("no better", skill(0.04, -0.02, 0.1, against="linear"), 0.432, 0.5)
FEW = object_of(
    "no telling",
    skill(0.2, None, None, reasons={"low": TOO_FEW, "high": TOO_FEW}),
    0.3,
    0.39,
)
NO_RATIO = object_of(
    "no telling",
    skill(None, None, None, reasons={"value": "the error of naive is 0: no ratio"}),
    0.3,
    0.0,
)
REPEATS = WORSE | {
    "model": scores(0.31, 9.87654, None),
    "baselines": {"naive": scores(0.28, 9.5, None)},
    "notes": ["The model all but repeats the last value."],
}


def test_the_whole_report_reads_as_reviewed(golden: Any) -> None:
    shown = {
        "better": BETTER,
        "worse": WORSE,
        "no better": OPEN,
        "too few": FEW,
        "no ratio": NO_RATIO,
        "without a scale, and the audit speaks": REPEATS,
    }
    parts = [f"== {name}\n{render_scores(test)}\n" for name, test in shown.items()]
    golden("scores.txt", "\n".join(parts))


@pytest.mark.parametrize(
    ("test", "said"),
    [
        (BETTER, "better than naive by 23 % [12 %, 31 %]: MAE 0.300 against 0.390"),
        (
            WORSE,
            "worse than naive: MAE 0.310 against 0.280, skill -0.107 [-0.150, -0.080]",
        ),
        (
            OPEN,
            (
                "no better than linear: MAE 0.432 against 0.450, skill 0.040, "
                "its 95 % interval [-0.020, 0.100] contains zero"
            ),
        ),
        (
            FEW,
            f"no telling whether it beats naive (MAE 0.300 against 0.390): {TOO_FEW}",
        ),
    ],
)
def test_the_verdict_is_a_sentence(test: Any, said: str) -> None:
    """Broken once: the verdict read from the sign of the value; the open one fails."""
    assert say_verdict(test) == said


def test_the_headline_names_the_naive_forecast_and_a_better_baseline() -> None:
    """Broken once by leaving out `skill.against`: it flattered a model that loses."""
    assert say_errors(BETTER) == "test MAE 0.300, naive forecast 0.390"
    assert say_errors(OPEN) == "test MAE 0.432, naive forecast 0.500, linear 0.450"


def test_errors_that_look_equal_get_a_digit_more() -> None:
    """Broken once by three digits always: "0.280 against 0.280"."""
    close = object_of("worse", skill(-0.001, -0.002, -0.0004), 0.2803, 0.28)
    assert say_verdict(close) == (
        "worse than naive: MAE 0.2803 against 0.2800, skill -0.001 [-0.002, -0.0004]"
    )
    assert say_errors(close) == "test MAE 0.2803, naive forecast 0.2800"


@given(st.floats(1e-9, 0.5), st.floats(1e-9, 0.5))
def test_no_end_of_an_interval_reads_zero_but_zero(near: float, width: float) -> None:
    """Broken once by two decimals: "[-0.01, -0.00]"."""
    ends = sorted((near, near + width))
    worse = object_of("worse", skill(-near, -ends[1], -ends[0]), 0.31, 0.28)
    better = object_of("better", skill(near, *ends), 0.28, 0.31)
    for test in (worse, better):
        shown = say_verdict(test).partition("[")[2].partition("]")[0]
        texts = shown.replace("%", "").split(",")
        assert all(float(text) != 0 for text in texts), shown


def test_the_model_comes_first_and_the_baselines_best_first() -> None:
    """Broken once by leaving the order of metrics.json."""
    names = [row[0] for row in tabulate_scores(BETTER).rows]
    assert names == ["model", "naive", "linear", "drift"]


def test_the_best_of_a_column_is_marked_with_its_equals() -> None:
    """Broken once by marking the largest."""
    columns = list(zip(*tabulate_scores(BETTER).rows, strict=True))
    assert columns[1] == ("0.3000*", "0.3900", "0.4500", "12.35")
    assert columns[3] == ("9.877", "9.500*", "101.0", "150.0")
    assert columns[4] == ("1.000*", "1.000*", "1.000*", "1.000*")


def test_a_missing_score_is_a_dash_whose_reason_is_said_once() -> None:
    """Broken once by writing None as 0."""
    table = tabulate_scores(REPEATS)
    assert [row[4] for row in table.rows] == ["-", "-"]
    assert table.footnotes == (f"MASE: {NO_SCALE}",)


def test_a_reason_names_the_forecasters_it_is_about() -> None:
    one = REPEATS | {"model": scores(0.3, 9.0)}
    assert tabulate_scores(one).footnotes == (f"MASE of naive: {NO_SCALE}",)


def test_decimal_points_stand_below_each_other() -> None:
    """Broken once by aligning at the right."""
    lines = render_scores(BETTER).splitlines()[1:5]
    assert len({line.index(".") for line in lines}) == 1


def with_seasonal(repeated: dict[str, int], **errors: float) -> Any:
    """Return `BETTER` with other baselines beside the naive one, of these errors."""
    baselines = {name: scores(error, 9.5) for name, error in errors.items()}
    naive = BETTER["baselines"]["naive"]
    return BETTER | {"baselines": {"naive": naive} | baselines, "repeated": repeated}


def test_a_row_says_what_the_seasonal_naive_forecast_repeats() -> None:
    """Broken on purpose: the name as it is in the document."""
    repeated = {"seasonal_naive": 24, "seasonal_naive_168": 168}
    test = with_seasonal(repeated, seasonal_naive=0.5, seasonal_naive_168=0.4)
    names = [row[0] for row in tabulate_scores(test).rows]
    assert names == [
        *("model", "naive"),
        *("seasonal_naive (168 steps)", "seasonal_naive (24 steps)"),
    ]


@pytest.mark.parametrize(
    ("name", "repeated", "shown"),
    [
        ("seasonal_naive", {}, "seasonal_naive"),
        ("drift", {"seasonal_naive": 12}, "drift"),
        ("seasonal_naive", {"seasonal_naive": 12}, "seasonal_naive (12 steps)"),
        ("seasonal_naive_9", {"seasonal_naive_9": 9}, "seasonal_naive (9 steps)"),
    ],
)
def test_documents_of_older_versions_say_no_season(
    name: str, repeated: dict[str, int], shown: str
) -> None:
    assert name_baseline(name, repeated) == shown


def test_a_row_that_equals_another_is_not_shown_twice() -> None:
    """Broken on purpose: every baseline shown; naive stood there thrice."""
    test = with_seasonal({}, seasonal_naive=0.39, naive2=0.39, linear=0.7)
    table = tabulate_scores(test)
    assert [row[0] for row in table.rows] == ["model", "naive", "linear"]
    assert table.footnotes == (
        "seasonal_naive: the same forecasts as naive",
        "naive2: the same forecasts as naive",
    )
    assert any("The best of 2 baselines is naive." in line for line in say_run(test))


@given(errors=st.lists(st.integers(0, 3), min_size=1, max_size=6), data=st.data())
def test_every_baseline_is_shown_or_told_to_be_an_equal(
    errors: list[int], data: Any
) -> None:
    """The best one always is shown, and no two that are shown are equal."""
    named = {f"b{number}": error for number, error in enumerate(errors)}
    named = {"naive": errors[0]} | named
    first = data.draw(st.sampled_from([*named]))
    shown = group_equals(named, first)
    assert first in shown
    assert {*shown} | {name for names in shown.values() for name in names} == {*named}
    assert len({named[name] for name in shown}) == len(shown)
    assert all(
        named[name] == named[of] for of, names in shown.items() for name in names
    )


def grouped(errors: dict[str, tuple[float | None, float]]) -> Any:
    """Return a test object with a group of so many series for each pair of errors."""
    groups = {
        name: {
            "series": number,
            "model": scores(1.0, 9.0) | {"mae": ours},
            "baselines": {"naive": scores(theirs, 9.0)},
        }
        for number, (name, (ours, theirs)) in enumerate(errors.items(), 1)
    }
    return BETTER | {"groups": groups}


def test_groups_read_as_reviewed(golden: Any) -> None:
    few = grouped({"north": (0.3, 0.4), "south": (0.5, 0.4), "constant": (None, 0.0)})
    many = grouped({f"region {i}": (1.0 + i, 2.0) for i in range(15)})
    golden("groups.txt", f"{render_scores(few)}\n\n{render_scores(many)}\n")


def test_the_worst_group_comes_first_and_one_without_a_score_last() -> None:
    """Broken once by sorting by the error itself: large units came first."""
    test = grouped({"a": (None, 1.0), "b": (9.0, 10.0), "c": (2.0, 1.0)})
    rows, more = tabulate_groups(test)
    assert [row[0] for row in rows] == ["group", "c", "b", "a"]
    assert more == ()


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"lag": 1, "filled": 0}, "MASE: 1 is the mean change from step to step in"),
        ({"lag": 12, "filled": 0}, "the mean change over 12 steps in the history\n"),
        ({"lag": 7, "filled": 1}, "the history; filled in there: 1 value\n"),
    ],
)
def test_what_mase_divides_by_is_said_beside_it(facts, said):
    assert said in render_scores(BETTER | {"in_sample": facts})
    assert "MASE: 1 is" not in render_scores(BETTER)
