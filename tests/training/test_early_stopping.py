"""Which epoch is best, and when to stop."""

import pytest

from seqforecast.training.early_stopping import best_epoch, should_stop
from seqforecast.training.history import EpochRecord


def history(*losses):
    return tuple(
        EpochRecord(i, 1.0, loss, 1e-3, 1.0, 1.0, 1.0, 1.0)
        for i, loss in enumerate(losses, 1)
    )


@pytest.mark.parametrize(
    ("losses", "best"), [((), 0), ((3.0,), 1), ((3, 1, 2), 2), ((2, 1, 1), 2)]
)
def test_the_best_epoch_is_the_first_lowest(losses, best):
    assert best_epoch(history(*losses)) == best


@pytest.mark.parametrize(
    ("losses", "patience", "stops"),
    [
        ((1, 2, 3), None, False),
        ((3, 2, 1), 1, False),
        ((1, 2), 1, True),
        ((1, 2), 2, False),
        ((1, 2, 3), 2, True),
        ((), 1, False),
    ],
)
def test_patience_counts_epochs_without_improvement(losses, patience, stops):
    assert should_stop(history(*losses), patience) is stops
