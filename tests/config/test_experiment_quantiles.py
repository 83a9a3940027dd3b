"""Quantiles and their loss are asked for together, or not at all."""

import pytest

from seqforecast.config.experiment_file import load_mapping
from seqforecast.errors import ConfigError
from support.small_run import small


def load(quantiles, loss="quantile"):
    asked = {"model": {"quantiles": quantiles}, "training": {"loss": loss}}
    return load_mapping(small(**asked), {}).experiment


def test_levels_are_taken_as_written():
    assert load([0.025, 0.5, 0.9]).model.quantiles == [0.025, 0.5, 0.9]
    assert load([], "mae").model.quantiles == []


@pytest.mark.parametrize(
    ("quantiles", "loss", "message"),
    [
        (
            [0.1, 0.5],
            "mse",
            "training.loss: must be quantile where model.quantiles has levels, got mse",
        ),
        (
            [],
            "quantile",
            "model.quantiles: must have levels where training.loss is quantile",
        ),
        ([0.9, 0.5], "quantile", r"levels must rise, got \[0.9, 0.5\]"),
        ([0.5, 0.5], "quantile", r"levels must rise, got \[0.5, 0.5\]"),
        ([0.1, 0.9], "quantile", r"0.5, the median, must be among them, got \[0.1, 0"),
        ([0, 0.5], "quantile", "model.quantiles"),
        ([0.5, 1.0], "quantile", "model.quantiles"),
        ([0.5, "high"], "quantile", "model.quantiles"),
    ],
    ids=str,
)
def test_what_does_not_fit_is_refused(quantiles, loss, message):
    with pytest.raises(ConfigError, match=message) as caught:
        load(quantiles, loss)
    assert "quantile" in caught.value.hint
