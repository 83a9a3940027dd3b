"""The table of a comparison and its verdict, from invented documents."""

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.reporting.compare.page import explain, tabulate_pairs
from seqforecast.reporting.compare.table import (
    render_comparison,
    spread_texts,
    tabulate_comparison,
)
from seqforecast.reporting.compare.verdict import (
    beaten_by,
    cliques,
    say_comparison,
    say_members,
    sentence,
    skill_text,
)
from seqforecast.reporting.settings_text import split_by_member
from support.comparisons import (
    ALL,
    BESIDE,
    ECHO,
    ETTH1,
    FAILED,
    ONE_SEED,
    TIED,
    comparison,
    forecaster,
)

NAMES = "abcdef"


def test_the_whole_table_reads_as_reviewed(golden: Any) -> None:
    parts = [f"== {name}\n{render_comparison(each)}\n" for name, each in ALL.items()]
    golden("comparison.txt", "\n".join(parts))


@pytest.mark.parametrize("name", ALL)
def test_no_line_is_longer_than_80_letters(name: str) -> None:
    """Broken once by a column for the name in full."""
    assert max(map(len, render_comparison(ALL[name]).splitlines())) <= 80


def test_one_seed_claims_nothing() -> None:
    """Broken once by a verdict that looked at `pairs` alone."""
    text = render_comparison(ONE_SEED)
    assert "nothing is claimed: one seed cannot" in text
    assert "significant" not in text
    assert "letter" not in text
    assert "\N{PLUS-MINUS SIGN}" not in text
    assert not any("significant" in said for said in explain(ONE_SEED)[1:-2])


def test_a_pair_counts_for_the_lower_error_whichever_side_it_stands_on() -> None:
    """Broken once by reading `a` as the better one."""
    turned = [
        each | {"a": each["b"], "b": each["a"], "difference": -each["difference"]}
        for each in ECHO["pairs"]
    ]
    for pairs in (ECHO["pairs"], turned):
        assert beaten_by("simple_rnn", pairs) == {"lstm", "gru", "linear"}
        assert beaten_by("gru", pairs) == set()
        assert beaten_by("linear", pairs) == set()


@given(st.sets(st.sampled_from(sorted(combinations(NAMES, 2)))))
def test_cliques_are_the_largest_sets_without_a_pair_told_apart(
    apart: set[tuple[str, str]],
) -> None:
    """Against all subsets. Broken once by leaving out `done`: smaller sets came too."""
    pairs = [
        {"a": a, "b": b, "significant": (a, b) in apart}
        for a, b in combinations(NAMES, 2)
    ]
    alike = [
        each
        for size in range(2, len(NAMES) + 1)
        for each in combinations(NAMES, size)
        if not apart & set(combinations(each, 2))
    ]
    largest = [each for each in alike if not any(set(each) < set(of) for of in alike)]
    assert sorted(cliques(NAMES, pairs)) == sorted(largest)


def test_a_pair_that_was_not_compared_is_no_tie() -> None:
    """Broken once by joining all that is not significant."""
    assert cliques("ab", []) == ()


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (TIED, "no significant difference between gru, lstm and simple_rnn"),
        (
            ETTH1,
            (
                "gru and lstm are significantly better than simple_rnn; "
                "no significant difference between gru and lstm"
            ),
        ),
        (
            ECHO,
            (
                "simple_rnn is significantly better than lstm and gru; "
                "lstm is significantly better than gru"
            ),
        ),
    ],
    ids=["tied", "two ahead", "all apart"],
)
def test_the_members_are_compared_in_a_sentence(document: Any, said: str) -> None:
    assert say_members(document) == said
    assert say_comparison(document)[0] == said


def test_a_lower_test_error_is_said_and_does_not_choose() -> None:
    """Broken once by ranking by the test part."""
    document = comparison({"gru": (0.3, 0.31), "lstm": (0.32,) * 2}, baselines={"x": 1})
    first, second = document["members"]
    first["test"], second["test"] = second["test"], first["test"]
    said = say_comparison(document)[-1]
    assert said.startswith("validation chooses gru: test MAE 0.320, x 1")
    assert said.endswith("; lstm has 0.305, but the test part chooses nothing")


def test_a_pair_without_an_answer_says_why() -> None:
    pair = {"a": "gru", "b": "lstm", "significant": False, "reason": "equal losses"}
    pair |= dict.fromkeys(("difference", "low", "high", "p", "p_adjusted"))
    pair["difference"] = 0.0
    document = FAILED | {"pairs": [pair, *FAILED["pairs"][1:]]}
    said = say_comparison(document)
    assert said[-1] == "no claim on gru against lstm: equal losses"
    assert not any("no significant" in each for each in said)
    _, row, *_ = tabulate_pairs(document)
    assert row == (
        "gru",
        "lstm",
        "0",
        "-",
        "-",
        "-",
        "not significantly apart: equal losses",
    )


def test_a_member_with_one_seed_is_not_called_equal_to_the_others() -> None:
    """Broken once by taking a pair that was not tested for one without difference."""
    untested = {"p": None, "p_adjusted": None, "significant": False, "reason": "luck"}
    pairs = [
        pair | untested if "lstm" in (pair["a"], pair["b"]) else pair
        for pair in ETTH1["pairs"]
    ]
    said = say_comparison(ETTH1 | {"pairs": pairs})
    assert said[0] == "gru is significantly better than simple_rnn"
    assert said[1] == (
        "gru is significantly better than linear, the best baseline; "
        "simple_rnn is significantly worse than it"
    )
    assert said[-1] == (
        "no claim on gru against lstm, lstm against simple_rnn and lstm against "
        "linear: luck"
    )


def test_a_name_is_never_written_with_a_capital() -> None:
    assert sentence("gru is better") == "gru is better."
    assert sentence("none is better") == "None is better."


POWERS = st.integers(-12, 6).map(lambda power: 1.234 * 10.0**power)


@given(POWERS, POWERS)
def test_a_spread_never_reads_zero(mean: float, sd: float) -> None:
    """Broken once by the decimals of the mean alone."""
    text = spread_texts({"mean": mean, "sd": sd})[1]
    assert float(text) > 0
    assert spread_texts({"mean": mean, "sd": None})[1] == ""


@pytest.mark.parametrize(
    ("skill", "text"), [(0.0231, "0.023"), (-1.5, "-1.500"), (-6977.145, "-6,977")]
)
def test_a_skill_far_below_zero_has_no_decimals(skill: float, text: str) -> None:
    assert skill_text(skill) == text


def test_baselines_are_always_in_the_table_best_first() -> None:
    """Broken once by the order of the document."""
    rows = tabulate_comparison(ETTH1)
    assert [row.name for row in rows[3:]] == [
        *("linear", "seasonal_naive", "naive", "drift")
    ]
    assert [row.rank for row in rows] == ["1", "2", "3", "", "", "", ""]


def test_overlapping_windows_are_counted_as_what_they_are() -> None:
    said = " ".join(explain(ETTH1))
    assert "overlap, and only 29 do not" in said
    apart = ETTH1 | {"significance": ETTH1["significance"] | {"independent": 2785}}
    assert "overlap" not in " ".join(explain(apart))


def test_settings_are_split_by_their_dotted_names() -> None:
    """Broken once by a setting that only one member has: it counted as equal."""
    equal, different = split_by_member(
        {
            "gru": {"model": {"cell": "gru", "units": [50], "segment": None}},
            "lstm": {"model": {"cell": "lstm", "units": [50], "bias": True}},
        }
    )
    assert equal == {"model.units": "[50]"}
    assert different == {
        "model.cell": ("gru", "lstm"),
        "model.segment": ("null", "-"),
        "model.bias": ("-", "true"),
    }


def test_who_is_equal_shares_a_rank_and_is_not_chosen() -> None:
    """Broken once by ranks that count rows."""
    first = ECHO["members"][0]
    twins = [first, {**first, "name": "twin"}, *ECHO["members"][1:]]
    document = {**ECHO, "members": twins}
    assert [row.rank for row in tabulate_comparison(document)][:3] == ["1", "1", "3"]
    said = render_comparison({**document, "pairs": []})
    assert f"alidation does not tell {first['name']} and twin apart" in said


def test_named_forecasters_stand_in_the_ranking_without_spread_or_costs() -> None:
    """Broken on purpose: baselines left among the rows without a rank."""
    rows = tabulate_comparison(BESIDE)
    assert [(row.rank, row.name) for row in rows] == [
        *(("1", "gru"), ("2", "auto_theta"), ("3", "lstm"), ("4", "seasonal_naive")),
        ("", "naive"),
    ]
    assert [bool(row.test[1]) for row in rows] == [True, False, True, False, False]
    assert [bool(row.parameters) for row in rows[:4]] == [True, False, True, False]
    assert "no seed changes" in " ".join(explain(BESIDE)).lower()


def test_named_forecasters_are_spoken_of_as_members_are() -> None:
    """The best baseline is one of them: it is not told a second time."""
    members, chosen = say_comparison(BESIDE)
    assert members == (
        "gru and auto_theta are significantly better than seasonal_naive; no "
        "significant difference between gru, auto_theta and lstm; no significant "
        "difference between lstm and seasonal_naive"
    )
    assert chosen.startswith("validation chooses gru: test MAE 3.13, auto_theta 3.20")


def test_a_forecaster_that_validation_chooses_is_said_once() -> None:
    document = comparison(
        {"gru": (0.4, 0.41)},
        baselines={"naive": 0.5, "auto_theta": 0.3},
        better={("auto_theta", "gru")},
        forecasters=[forecaster("auto_theta", 0.3, {"auto_theta": 0.3}, "a")],
    )
    said = say_comparison(document)
    assert said == [
        "auto_theta is significantly better than gru",
        "validation chooses auto_theta: test MAE 0.3000",
    ]
