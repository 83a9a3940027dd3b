"""Settings that would change nothing together are refused, with what to do."""

import pytest

from seqforecast.config.experiment_file import load_mapping
from seqforecast.errors import ConfigError
from support.small_run import small


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"training.loss_unit": "window"},
            (
                "window changes nothing here: model.instance_norm: last has the width "
                "of the series"
            ),
        ),
        (
            {
                "training.loss_unit": "window",
                "training.loss": "smape",
                "model.instance_norm": "zscore",
            },
            "window changes nothing here: training.loss: smape has no unit",
        ),
        (
            {"training.keep": "last", "training.patience": 3},
            "patience ends on epochs that were no better",
        ),
        (
            {"window.min_history": 16},
            "min_history must be less than the lookback of 16, got 16",
        ),
    ],
)
def test_a_pair_that_does_nothing_is_refused(changes, message):
    with pytest.raises(ConfigError) as caught:
        load_mapping(small(), changes)
    assert message in str(caught.value)


def test_the_same_settings_are_taken_where_they_do_something():
    load_mapping(small(), {"window.min_history": 15, "training.keep": "last"})
    changes = {"training.loss_unit": "window", "model.instance_norm": "zlast"}
    load_mapping(small(), changes)
