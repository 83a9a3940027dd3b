"""What a search says of what it found, by how much it tried."""

import pytest

from seqforecast.reporting.tune.table import say_gain


def searched(*values):
    """A search; trial 0 is the experiment as given, None has no error to compare."""
    trials = [
        {"number": at, "value": value, "error": "no memory"}
        for at, value in enumerate(values)
    ]
    known = [trial for trial in trials if trial["value"] is not None]
    best = min(known, key=lambda trial: trial["value"], default=None)
    return {"metric": "mae", "trials": trials, "best": best}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ((0.5,), "Nothing was tried beside the experiment as given: this says"),
        ((0.5, None, None), "No trial but the experiment as given came to an end."),
        (
            (0.5, 0.6),
            "None of 1 other trial is better than the experiment as given: too",
        ),
        ((0.5, *[0.6] * 13), "given: too few to say that no others are; --trials sets"),
        (
            (0.5, *[0.6] * 14),
            "None of 14 other trials is better than the experiment as",
        ),
        ((0.5, *[0.6] * 14), "given: keep it, as far as this search has looked."),
        ((0.5, 0.6, 0.4), "Trial 2 has a validation MAE 20 % below that of the"),
        ((None, 0.6), "The experiment as given failed: no memory."),
    ],
)
def test_a_search_says_no_more_than_it_has_seen(values, said):
    """Broken once by `keep it` after a single trial."""
    assert said in say_gain(searched(*values))
