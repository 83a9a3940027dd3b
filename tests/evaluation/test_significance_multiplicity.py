"""Many tests at once: Holm's correction, and letters that say the same as the pairs."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.evaluation.significance import assign_letters, correct

PROBABILITIES = st.lists(st.floats(0, 1), max_size=8)
NAMES = ["gru", "lstm", "rnn", "naive", "linear", "drift"]
PAIRS = st.sets(st.sampled_from(list(combinations(NAMES, 2))))


def share(letters, a, b):
    return bool(set(letters[a]) & set(letters[b]))


def test_holms_correction_is_the_published_one():
    """R's p.adjust(c(.01, .04, .03, .005), "holm"), by hand: .005 x 4, .01 x 3, then
    .03 x 2, and .04 x 1, which may not be less than the one before.
    """
    expected = [0.03, 0.06, 0.06, 0.02]

    assert correct([0.01, 0.04, 0.03, 0.005]) == pytest.approx(expected)


@given(PROBABILITIES)
def test_a_correction_keeps_the_order_and_makes_nothing_smaller(given):
    corrected = correct(given)

    assert all(p <= q <= 1 for p, q in zip(given, corrected, strict=True))
    for i, j in combinations(range(len(given)), 2):
        assert (given[i] <= given[j]) <= (corrected[i] <= corrected[j])


@given(PROBABILITIES, st.floats(0.001, 0.5))
def test_claims_are_those_of_stepping_down(given, level):
    """The procedure as Holm states it: stop at the first that is not small enough."""
    claimed = set()
    for rank, i in enumerate(sorted(range(len(given)), key=given.__getitem__)):
        if given[i] * (len(given) - rank) >= level:
            break
        claimed.add(i)

    corrected = correct(given)

    assert {i for i, p in enumerate(corrected) if p < level} == claimed


@given(PAIRS)
def test_two_share_a_letter_exactly_where_they_are_not_apart(apart):
    """Broken on purpose: absorption left out; `group - {a}` alone kept."""
    letters = assign_letters(NAMES, apart)

    assert all(letters.values())
    for pair in combinations(NAMES, 2):
        assert share(letters, *pair) == (pair not in apart)


@given(PAIRS)
def test_no_letter_is_superfluous(apart):
    letters = assign_letters(NAMES, apart)

    members = {
        letter: {name for name in NAMES if letter in letters[name]}
        for letter in "".join(letters.values())
    }
    assert not any(a < b for a in members.values() for b in members.values())
    assert letters[NAMES[0]][0] == "a"


@given(PAIRS, st.permutations(NAMES))
def test_the_order_changes_the_names_of_letters_only(apart, order):
    letters, others = assign_letters(NAMES, apart), assign_letters(order, apart)

    for pair in combinations(NAMES, 2):
        assert share(letters, *pair) == share(others, *pair)


def test_the_best_have_the_first_letters():
    """Best and worst differ; the second is apart from neither."""
    assert assign_letters(["x", "y", "z"], [("z", "x")]) == {
        "x": "a",
        "y": "ab",
        "z": "b",
    }


def test_more_than_52_groups_have_letters_of_their_own():
    names = [str(i) for i in range(60)]

    letters = assign_letters(names, combinations(names, 2))

    assert len(set(letters.values())) == 60
    assert (letters["51"], letters["52"]) == ("Z", "a'")
