"""A comparison claims what its pairs say, and nothing where nothing can be known."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.evaluation.accuracy_tests import Units
from seqforecast.evaluation.significance import CHOSEN, compare_losses

CUTOFFS = Units(
    "cutoffs", np.arange(60), 4, 15, "", metric="mae", metric_reason="", weights=None
)
SERIES = replace(CUTOFFS, kind="series", overlap=1, independent=60)
NO_TEST = replace(CUTOFFS, reason="too little to judge by")
BOTH = pytest.mark.parametrize("units", [CUTOFFS, SERIES])


def losses_of(means, *, seeds=4, seed=0):
    """Losses of members, each with its seeds, and of two baselines."""
    random = np.random.default_rng(seed)
    made = {
        name: mean + 0.1 * random.standard_normal((seeds, 60))
        for name, mean in means.items()
    }
    drift, naive = 3 + 0.1 * random.standard_normal((2, 1, 60))
    return made | {"drift": drift + 1, "naive": naive}


def compare(losses, units):
    return compare_losses(losses, ("naive", "drift"), units)


def by_name(found):
    return {(pair.a, pair.b): pair for pair in found.pairs}


@BOTH
def test_pairs_are_all_members_and_each_with_the_best_baseline(units):
    found = compare(losses_of({"gru": 1, "rnn": 3, "lstm": 1}), units)

    assert list(by_name(found)) == [
        ("gru", "rnn"),
        ("gru", "lstm"),
        ("rnn", "lstm"),
        ("gru", "naive"),
        ("rnn", "naive"),
        ("lstm", "naive"),
    ]
    assert found.best_baseline == "naive"
    assert found.groups == {"gru": "a", "lstm": "a", "rnn": "b", "naive": "b"}
    assert by_name(found)["gru", "rnn"].difference == pytest.approx(-2, abs=0.1)


@BOTH
def test_a_named_baseline_is_tested_as_a_member_is(units):
    """It was not chosen on these windows, and one row of it is all there is."""
    losses = losses_of({"gru": 1, "rnn": 3})
    found = compare_losses(losses, ("naive", "drift"), units, ["drift"])
    assert list(by_name(found)) == [
        *(("gru", "rnn"), ("gru", "drift"), ("rnn", "drift")),
        *(("gru", "naive"), ("rnn", "naive"), ("drift", "naive")),
    ]
    assert all(pair.p is not None for pair in found.pairs)
    assert found.groups == {"gru": "a", "rnn": "b", "naive": "b", "drift": "c"}
    assert found.significance.seeds == 4
    assert found.significance.assumptions[-2:] == (
        "drift depends on no seed, and stands for itself alone.",
        CHOSEN,
    )


@BOTH
def test_the_best_baseline_is_not_called_chosen_where_it_was_named(units):
    losses = losses_of({"gru": 1, "rnn": 3})
    found = compare_losses(losses, ("naive", "drift"), units, ["naive", "drift"])
    assert found.best_baseline == "naive"
    assert len(found.pairs) == 6
    assert CHOSEN not in found.significance.assumptions
    assert found.significance.assumptions[-1].startswith("naive and drift depend on")


def test_one_seed_of_a_member_is_no_reason_against_two_forecasters():
    losses = losses_of({"gru": 1}, seeds=1)
    found = compare_losses(losses, ("naive", "drift"), CUTOFFS, ["naive", "drift"])
    pairs = by_name(found)
    assert pairs["drift", "naive"].significant
    assert pairs["gru", "drift"].reason.startswith("one seed of gru: how errors vary")


@BOTH
def test_significance_says_what_was_tested(units):
    found = compare(losses_of({"gru": 1, "rnn": 3}), units).significance.as_json()

    tests = {"cutoffs": "Diebold-Mariano", "series": "Wilcoxon signed-rank"}
    assumed = found.pop("assumptions")
    assert found == {
        "test": tests[units.kind],
        "unit": units.kind,
        "count": 60,
        "independent": units.independent,
        "seeds": 4,
        "level": 0.05,
        "correction": "Holm",
        "reason": None,
    }
    assert any("independent of each other" in each for each in assumed) == (
        units is SERIES
    )


@BOTH
def test_one_seed_claims_nothing_but_against_those_with_more(units):
    """Broken on purpose: the reason given only where both have one seed."""
    losses = losses_of({"gru": 1, "rnn": 3, "lstm": 2})
    losses["rnn"] = losses["rnn"][:1]

    found = compare(losses, units)

    pairs = by_name(found)
    single = [pair for names, pair in pairs.items() if "rnn" in names]
    assert {pair.reason for pair in single} == {
        "one seed of rnn: how errors vary with the seed is not known"
    }
    assert {(pair.p, pair.p_adjusted, pair.low) for pair in single} == {(None,) * 3}
    assert not any(pair.significant for pair in single)
    assert pairs["gru", "lstm"].significant
    assert found.significance.reason is None
    assert found.significance.seeds == 1
    # Three tests are left, and Holm's correction is for three.
    tested = [pair for pair in found.pairs if pair.p is not None]
    smallest = min(tested, key=lambda pair: pair.p)
    assert smallest.p_adjusted == pytest.approx(3 * smallest.p)


@BOTH
def test_with_one_seed_each_all_share_a_letter(units):
    found = compare(losses_of({"gru": 1, "rnn": 3}, seeds=1), units)

    assert set(found.groups.values()) == {"a"}
    assert found.significance.test is None
    assert found.significance.assumptions == ()
    assert found.significance.reason == (
        "one seed of gru and rnn: how errors vary with the seed is not known"
    )


def test_without_enough_units_nothing_is_claimed():
    found = compare(losses_of({"gru": 1, "rnn": 3}), NO_TEST)

    assert set(found.groups.values()) == {"a"}
    assert {pair.reason for pair in found.pairs} == {"too little to judge by"}
    assert found.significance.reason == "too little to judge by"
    assert found.pairs[0].difference == pytest.approx(-2, abs=0.1)


@BOTH
def test_the_same_losses_under_two_names_are_never_apart(units):
    losses = losses_of({"gru": 1, "lstm": 2})
    losses = {"again": losses["gru"].copy()} | losses

    found = compare(losses, units)

    same = by_name(found)["again", "gru"]
    assert (same.difference, same.p, same.p_adjusted) == (0, 1, 1)
    assert found.groups["again"] == found.groups["gru"]
    assert found.ranks["again"] == found.ranks["gru"]


@BOTH
@given(seed=st.integers(0, 10**6), shift=st.floats(0, 0.2))
def test_letters_and_json_say_what_the_pairs_say(units, seed, shift):
    means = {"gru": 3, "rnn": 3 + shift, "lstm": 3 - shift}
    found = compare(losses_of(means, seed=seed, seeds=2), units)

    for pair in found.pairs:
        shared = set(found.groups[pair.a]) & set(found.groups[pair.b])
        assert bool(shared) == (not pair.significant)
        assert pair.significant == (pair.p_adjusted < 0.05 and pair.reason is None)
    written = [pair.as_json() for pair in found.pairs]
    json.dumps([written, found.significance.as_json()], allow_nan=False)
    assert sum(found.ranks.values()) == pytest.approx(4 * 5 / 2)


def test_a_claim_is_not_made_where_ranks_and_mean_disagree():
    random = np.random.default_rng(0)
    a = random.standard_normal((3, 60)) / 100
    b = a + 1 + random.standard_normal((3, 60)) / 100
    a[:, 0] += 500

    found = compare_losses({"a": a, "b": b}, (), SERIES)

    pair = found.pairs[0]
    assert pair.p_adjusted < 0.05
    assert not pair.significant
    assert pair.reason == "ranks and mean point in opposite directions"
    assert found.groups == {"a": "a", "b": "a"}


def test_a_member_alone_has_nothing_to_be_compared_with():
    found = compare_losses({"gru": np.ones((3, 60))}, (), CUTOFFS)

    assert found.pairs == ()
    assert found.best_baseline is None
    assert found.groups == {"gru": "a"}
    assert found.significance.reason == "there is nothing to compare with"


def test_ranks_are_means_over_units():
    """Best in half of the units, second in the other half."""
    a = np.tile([1.0, 2.0], 30)[np.newaxis].repeat(2, axis=0)

    found = compare_losses({"a": a, "b": 3 - a, "c": a + 9}, (), CUTOFFS)

    assert found.ranks == {"a": 1.5, "b": 1.5, "c": 3}
