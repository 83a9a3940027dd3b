"""What is chosen for data of any size is an experiment, and learns Theta's errors
where seasons are few."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.config.experiment import Experiment
from seqforecast.config.starter_experiment import Facts, choose_settings


def nested(facts, horizon=None):
    """Return what is chosen as the settings of a file."""
    settings = {"data": {"source": "table", "path": "a.csv"}}
    for choice in choose_settings(facts, horizon):
        section, _, name = choice.name.partition(".")
        if name and not choice.offered:
            settings.setdefault(section, {})[name] = choice.value
        elif not choice.offered:
            settings[section] = choice.value
    return settings


def facts_of(steps, season, series=1, **more):
    told = {"grows": False, "positive": False, **more}
    return Facts(steps, steps, steps, series, season, **told)


@st.composite
def any_facts(draw):
    shortest, middle, longest = sorted(draw(st.integers(20, 9000)) for _ in range(3))
    seasons = st.sampled_from([None, 2, 4, 5, 7, 12, 24, 52, 168])
    season = draw(seasons.filter(lambda s: s is None or 3 * s <= shortest))
    series = draw(st.integers(1, 500))
    return Facts(shortest, middle, longest, series, season, draw(st.booleans()), True)


@given(facts=any_facts())
def test_data_of_any_size_have_an_experiment(facts):
    """Broken on purpose: a least history as long as the lookback."""
    experiment = Experiment.model_validate(nested(facts))
    window, training = experiment.window, experiment.training
    assert window.lookback >= 2
    assert training.epochs * (training.steps_per_epoch or 0) <= 40 * 100
    needed = window.min_history or window.lookback
    least = experiment.split.validation
    kept = facts.shortest - 2 * least if isinstance(least, int) else facts.shortest / 2
    assert needed <= kept


@pytest.mark.parametrize(
    ("steps", "season", "series", "residual"),
    [
        (144, 12, 1, "theta"),
        (60, 4, 20, "theta"),
        (200, None, 5, "theta"),
        (143, 52, 7, "theta"),
        (8760, 24, 1, "none"),
        (1100, 7, 30, "none"),
    ],
)
def test_few_seasons_are_smoothed_and_many_are_learnt(steps, season, series, residual):
    made = Experiment.model_validate(nested(facts_of(steps, season, series)))
    assert made.model.residual_of == residual
    assert (made.training.average, made.training.ensemble) == (5, 3)


def test_theta_sees_six_seasons_and_learns_from_two():
    window = nested(facts_of(144, 12))["window"]
    assert (window["lookback"], window["min_history"]) == (72, 24)


def test_a_lookback_is_no_longer_than_what_there_is_to_learn_from():
    """A fifteenth of the steps of all series; never under two seasons."""
    one, many = (nested(facts_of(800, 7, n))["window"]["lookback"] for n in (1, 30))
    assert one == 35
    assert many == 98


def test_above_0_a_season_is_a_ratio():
    norms = [
        nested(facts_of(144, 12, positive=positive))["model"]["instance_norm"]
        for positive in (True, False)
    ]
    assert norms == ["mean", "blend"]
