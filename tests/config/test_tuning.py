"""The `tune` section: what can be searched, and what is refused, with its place."""

import pytest

from seqforecast.config.loading import load_mapping
from seqforecast.errors import ConfigError
from small import small

RANGE = {"low": 0.001, "high": 0.1, "log": True}


def load(space, **more):
    return load_mapping(small(tune={"space": space, **more})).experiment.tune


def test_lists_and_ranges_of_real_settings_are_taken():
    tune = load({"model.units": [[8], [16, 8]], "training.learning_rate": RANGE})
    assert tune.can_prune
    assert not load({"training.loss": ["mse", "mae"]}).can_prune
    assert not load({"model.units": [[8], [9]]}, prune=False).can_prune


@pytest.mark.parametrize(
    ("space", "said"),
    [
        ({"model.unit": [[8], [16]]}, "model.unit is no setting"),
        ({"data.path": ["a", "b"]}, "data.path cannot be searched"),
        ({"window.horizon": [4, 8]}, "window.horizon cannot be searched"),
        ({"seed": [1, 2]}, "seed cannot be searched"),
        ({"model.units": [[8], "many"]}, "model.units: "),
        ({"training.epochs": [3, 0]}, "training.epochs: "),
        ({"training.learning_rate": {"low": 1.0, "high": 0.1}}, "high must be above"),
        ({"training.learning_rate": {"low": 0, "high": 1, "log": True}}, "log needs"),
        ({"model.cell": ["gru"]}, "tune.space.model.cell"),
        ({}, "tune.space"),
    ],
)
def test_what_cannot_be_searched_is_refused(space, said):
    with pytest.raises(ConfigError) as caught:
        load(space)
    assert said in f"{caught.value} {caught.value.hint}"
