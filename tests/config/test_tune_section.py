"""The `tune` section: what can be searched, and what is refused, with its place."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.config.experiment import Experiment
from seqforecast.config.experiment_file import load_experiment, load_mapping
from seqforecast.config.schema import every_section
from seqforecast.config.settings_reference import experiment_schema
from seqforecast.config.tune_section import FIXED, accepts_whole, why_fixed
from seqforecast.errors import ConfigError
from support.small_run import small

RANGE = {"low": 0.001, "high": 0.1, "log": True}
BAD = """\
data: {source: synthetic, kind: sine}
tune:
  space:
    training.learning_rate: 3
    training.clip_norm: {low: 1}
    model.dropout: {low: a, high: 2}
    model.cell: {lo: 1, high: 2}
    model.units: [[32], [many]]
    model.unit: [[32], [64]]
    model: [1, 2]
    window.lookback: {low: 24, high: 96, step: 7}
    window.stride: {low: 1, high: 9.5}
    model.segment: {low: 2, high: 8, step: 1.5}
    training.epochs: [3]
    training.patience: [3, 3]
    training.batch_size: [16, 0]
    window.horizon: [4, 8]
    seed: [1, 2]
"""


def load(space, **more):
    return load_mapping(small(tune={"space": space, **more})).experiment.tune


def test_lists_and_ranges_of_real_settings_are_taken():
    tune = load({"model.units": [[8], [16, 8]], "training.learning_rate": RANGE})
    assert tune.can_prune("series")
    assert not load({"training.loss": ["mse", "mae"]}).can_prune("series")
    assert not load({"model.units": [[8], [9]]}, prune=False).can_prune("series")
    # A window's own size is another one where its lookback is.
    lookbacks = load({"window.lookback": [8, 16]})
    assert lookbacks.can_prune("series")
    assert not lookbacks.can_prune("window")
    # As the file writes them: null for none, the short name of a cell, a word.
    load({"model.instance_norm": [None, "last"], "model.cell": ["rnn", "gru"]})
    load({"window.lookback": ["auto", 12], "training.clip_norm": [None, 1]})


def test_whole_numbers_are_a_matter_of_the_setting():
    names = ["window.lookback", "training.epochs", "model.segment"]
    assert all(accepts_whole(Experiment, name) for name in names)
    names = ["training.learning_rate", "training.clip_norm", "model.dropout", "scale"]
    assert not any(accepts_whole(Experiment, name) for name in names)


def test_what_cannot_be_searched_reads_as_reviewed(tmp_path, golden):
    """All at once, each where it stands, in our words."""
    path = tmp_path / "bad.yaml"
    path.write_text(BAD)
    with pytest.raises(ConfigError) as caught:
        load_experiment(path)
    golden("tune_errors.txt", f"{caught.value}\n".replace(f"{tmp_path}/", ""))


@pytest.mark.parametrize(
    ("space", "said"),
    [
        ({"data.path": ["a", "b"]}, "data.path is not searched"),
        ({"training.learning_rate": {"low": 1.0, "high": 0.1}}, "high must be above"),
        ({"training.learning_rate": {"low": 0, "high": 1}}, "must be more than 0"),
        ({"training.learning_rate": {**RANGE, "low": 0}}, "log needs a low above 0"),
        ({"training.learning_rate": {**RANGE, "step": 0.1}}, "and no step"),
        ({}, "tune.space: must not be empty"),
    ],
)
def test_what_cannot_be_searched_is_refused(space, said):
    with pytest.raises(ConfigError) as caught:
        load(space)
    assert said in f"{caught.value} {caught.value.hint}"


def test_the_place_in_an_override_is_the_override():
    text = "tune.space={training.epochs: [3, 0]}"
    with pytest.raises(ConfigError, match="must be at least 1, got 0") as caught:
        load_mapping(small(), [text])
    assert str(caught.value).startswith(f"--set {text}: training.epochs")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.fixed_dictionaries({}, optional={"low": inner, "high": inner, "x": inner})
    ),
    max_leaves=4,
)
SETTINGS = sorted(
    {
        ".".join([*map(str, path), name])
        for path, section in every_section(Experiment)
        for name in section.model_fields
    }
)
NOT_OUR_WORDS = re.compile(r"pydantic|Input should|valid (integer|string)|Holder|Range")


def refusal(space):
    """Return the error that loading ends in; None when it loads."""
    try:
        load(space)
    except ConfigError as error:
        return error
    return None


@given(st.sampled_from([*SETTINGS, "a", "a.b", "", ".", "model."]), values)
def test_any_space_loads_or_is_refused_in_our_words(name, value):
    """Broken on purpose: the library's own sentence for one value."""
    error = refusal({name: value})
    if error is None:
        assert not why_fixed(name)
        return
    told = f"{error} {error.hint}".replace(repr(value), "")
    assert not NOT_OUR_WORDS.search(told), told
    assert error.hint


def test_settings_that_are_never_searched_exist():
    assert {name for name in FIXED if "." in name} <= set(SETTINGS)
    assert {name for name in FIXED if "." not in name} <= set(Experiment.model_fields)


def test_editors_know_what_a_space_is():
    space = experiment_schema()["$defs"]["TuneSection"]["properties"]["space"]
    choice, ends = space["additionalProperties"]["anyOf"]
    assert choice == {"type": "array", "minItems": 2}
    assert {"low", "high"} == set(ends["required"])
    assert space["description"]
