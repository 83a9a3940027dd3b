"""Laws of the loader: what is dumped loads again; what is wrong is told our way."""

import re
import tempfile
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.config.experiment import Experiment
from seqforecast.config.experiment_file import dump, load_experiment, load_mapping
from seqforecast.config.schema import every_section
from seqforecast.errors import ConfigError

NOT_OUR_WORDS = re.compile(
    r"pydantic|https?://|Input should|valid (integer|string|number|list)|Section\b|"
    r"Extra inputs|union|discriminator|Literal|validator|validation error",
)
words = st.text(min_size=1, max_size=20) | st.sampled_from(
    ["1e-3", "null", "~", "yes", "0o17", "12:30", "- a", "a: b", "#x", "'", "\u2028"]
)
SINE = {"data": {"source": "synthetic", "kind": "sine"}}
shares = st.floats(0.01, 0.33)
tables = st.fixed_dictionaries(
    {"source": st.just("table"), "path": words},
    optional={"frequency": words | st.integers(1, 9), "season": st.none() | st.just(7)},
)
sines = st.fixed_dictionaries(
    {"source": st.just("synthetic"), "kind": st.just("sine")},
    optional={
        "trend": st.floats(-1e9, 1e9),
        "length": st.integers(2, 1000),
        "seed": st.integers(0, 10**30),
    },
)
experiments = st.fixed_dictionaries(
    {"data": tables | sines},
    optional={
        "name": st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,20}", fullmatch=True),
        "seed": st.integers(0, 2**32 - 1),
        "split": st.fixed_dictionaries(
            {"train": shares | words.filter(lambda word: word != "rest")}
        ),
        "scale": st.sampled_from(["none", "standard", "minmax", "robust"]),
        "model": st.fixed_dictionaries(
            {"units": st.lists(st.integers(1, 64), min_size=1, max_size=3)}
        ),
        "training": st.fixed_dictionaries(
            {"learning_rate": st.floats(1e-300, 1000) | st.integers(1, 9)}
        ),
    },
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=9), inner, max_size=3)
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


def load_text(text):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "exp.yaml")
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return load_experiment(path).experiment


@given(experiments)
def test_a_dumped_experiment_loads_to_an_equal_one(mapping):
    """Broken on purpose: PyYAML's own dumper leaves the text `1e-3` unquoted."""
    experiment = load_mapping(mapping).experiment
    assert load_text(dump(experiment)) == experiment


def refusal(load, *given):
    """Return the error that loading ends in; None when it loads."""
    try:
        load(*given)
    except ConfigError as error:
        return error
    return None


@given(st.sampled_from(SETTINGS), anything)
def test_any_value_anywhere_loads_or_is_refused_in_our_words(setting, value):
    """Broken on purpose: one branch that showed the library's sentence."""
    error = refusal(load_mapping, SINE, {setting: value})
    if error is not None:
        told = f"{error} {error.hint}".replace(repr(value), "")
        assert not NOT_OUR_WORDS.search(told), told
        assert error.hint


@given(st.text() | st.binary())
def test_any_text_loads_or_is_refused(text):
    error = refusal(load_text, text)
    assert error is not None
    assert error.hint


@given(st.text(alphabet="ab:-[]{}'\"&*!|>#%@,? \n\t~", max_size=40))
def test_any_punctuation_loads_or_is_refused_as_yaml_is(text):
    """Whatever PyYAML cannot parse is refused, with a position in the file."""
    try:
        list(yaml.parse(text, Loader=yaml.SafeLoader))
        readable = True
    except yaml.YAMLError:
        readable = False
    with pytest.raises(ConfigError) as caught:
        load_text(text)
    if not readable:
        assert re.search(r"exp\.yaml:\d+:\d+: ", str(caught.value))


@given(st.sampled_from(SETTINGS), st.text(max_size=20))
def test_any_override_loads_or_is_refused(setting, text):
    error = refusal(load_mapping, SINE, [f"{setting}={text}"])
    assert error is None or str(error).startswith(("--set", "experiment"))
