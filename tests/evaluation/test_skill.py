"""The interval of the skill covers the truth, and the verdict follows from it."""

from statistics import NormalDist

import numpy as np
import pytest

from seqforecast.evaluation import skill as skill_module
from seqforecast.evaluation.bootstrap import Bootstrap
from seqforecast.evaluation.skill import draw_sums, measure_skill, tail_probability


def units(count):
    """A plan with as many units, for sums made by hand."""
    return Bootstrap("mae", "", np.ones(1), "series", np.arange(count))


def test_equal_forecasts_have_no_skill_and_are_no_better():
    sums = np.random.default_rng(0).random(12)

    skill = measure_skill(sums, {"naive": sums.copy()}, units(12))

    ends = (skill.value.value, skill.low.value, skill.high.value)
    assert ends == (0.0, 0.0, 0.0)
    assert skill.verdict == "no better"


@pytest.mark.parametrize(
    ("factor", "verdict"), [(0.5, "better"), (1.0, "no better"), (2.0, "worse")]
)
def test_the_verdict_says_who_wins_beyond_doubt(factor, verdict):
    """Broken on purpose: the ratio of the draws upside down."""
    random = np.random.default_rng(1)
    baseline = random.uniform(1, 2, 30)
    model = factor * random.uniform(1, 2, 30)

    skill = measure_skill(model, {"naive": baseline}, units(30))

    assert skill.verdict == verdict
    assert skill.low.value < 1 - model.sum() / baseline.sum() < skill.high.value


def test_the_best_baseline_is_the_one_to_beat():
    naive, drift = np.full(6, 2.0), np.full(6, 1.0)

    skill = measure_skill(np.full(6, 1.5), {"naive": naive, "drift": drift}, units(6))

    assert (skill.against, skill.value.value) == ("drift", -0.5)


def test_fewer_than_five_units_give_no_interval_and_no_claim():
    skill = measure_skill(np.full(4, 0.1), {"naive": np.ones(4)}, units(4))

    assert skill.as_json() == {
        "metric": "mae",
        "against": "naive",
        "value": pytest.approx(0.9),
        "low": None,
        "high": None,
        "reasons": dict.fromkeys(
            ["low", "high"],
            "too few series to draw from: 4, at least 5 are needed",
        ),
    }
    assert skill.verdict == "no telling"


def test_a_perfect_baseline_leaves_no_ratio():
    skill = measure_skill(np.ones(9), {"naive": np.zeros(9)}, units(9))

    assert (skill.value.value, skill.low.value, skill.high.value) == (None,) * 3
    assert skill.value.reason == "the error of naive is 0: there is no ratio to it"
    assert skill.verdict == "no telling"


def test_a_baseline_that_is_mostly_perfect_gives_a_value_without_an_interval():
    """The only error lies in one of five units: many draws miss it."""
    baseline = np.array([1.0, 0.0, 0.0, 0.0, 0.0])

    skill = measure_skill(np.full(5, 0.1), {"naive": baseline}, units(5))

    assert skill.value.value == pytest.approx(0.5)
    assert skill.low.reason == "the error of the baseline is 0 in some draws"
    assert skill.verdict == "no telling"


def test_draws_are_the_same_in_any_pieces(monkeypatch):
    sums = np.random.default_rng(2).random((17, 2))

    one = draw_sums(sums)
    monkeypatch.setattr(skill_module, "INDICES_AT_ONCE", 17 * 7)

    assert np.array_equal(draw_sums(sums), one)
    assert one.shape == (1000, 2)


@pytest.mark.parametrize(
    ("count", "quantile"), [(5, 2.776445), (10, 2.262157), (31, 2.042272)]
)
def test_the_tail_is_that_of_students_t(count, quantile):
    """Quantiles of t at .975 with 4, 9 and 30 degrees of freedom, from tables."""
    expected = NormalDist().cdf(-quantile * (count / (count - 1)) ** 0.5)

    assert tail_probability(count) == pytest.approx(expected, rel=0.03)


@pytest.mark.parametrize("count", [6, 25])
def test_the_interval_covers_a_skill_of_zero_about_as_often_as_it_says(
    count, monkeypatch
):
    """Two forecasters that are equally good: 300 experiments, of which .95 should
    cover; .90 is three standard errors below. With plain percentiles six units cover
    .85 only. Broken on purpose: `tail_probability` returning .025, .25.
    """
    random = np.random.default_rng(3)
    monkeypatch.setattr(skill_module, "DRAWS", 500)
    covered = 0
    for _ in range(300):
        difficulty = random.lognormal(0, 0.5, count)
        model, baseline = difficulty * random.lognormal(0, 0.2, (2, count))
        skill = measure_skill(model, {"naive": baseline}, units(count))
        covered += skill.low.value <= 0 <= skill.high.value

    assert 0.90 <= covered / 300 <= 0.985


def blocks(count):
    """The same, of blocks in the order of time."""
    numbers = np.arange(count)
    return Bootstrap("mae", "", np.ones(1), "blocks of cutoffs", numbers, 0, count)


@pytest.mark.parametrize("count", [10, 29])
def test_blocks_that_are_alike_claim_no_more_than_they_should(count, monkeypatch):
    """Two that are equally good, neighbouring blocks correlated by .4: at most 9 % of
    300 experiments claim a difference, three standard errors above .05. Without
    `widening` 15 to 20 % do. Broken on purpose: it returning 1.
    """
    random = np.random.default_rng(4)
    monkeypatch.setattr(skill_module, "DRAWS", 500)
    claimed = 0
    for _ in range(300):
        noise = random.standard_normal(count + 1)
        # A moving average of weights 1 and w correlates by w / (1 + w^2).
        alike = noise[1:] + 0.5 * noise[:-1]
        baseline = random.uniform(9, 11, count)
        found = measure_skill(baseline + alike, {"naive": baseline}, blocks(count))
        claimed += found.verdict in ("better", "worse")

    assert claimed / 300 <= 0.09


def test_intervals_are_never_narrower_than_the_bootstrap_s():
    random = np.random.default_rng(5)
    for count in (5, 8, 40):
        wild = np.resize([1.0, -1.0], count) + 0.1 * random.standard_normal(count)
        assert skill_module.widening(wild - wild.mean()) == 1
    assert skill_module.widening(np.zeros(9)) == 1


def test_a_slow_difference_widens_the_interval():
    """By hand: a whole cosine has its whole variance in the first frequency."""
    count = 12
    slow = np.cos(np.pi * (np.arange(count) + 0.5) / count)
    quantiles = 2.776445, 2.200985  # of t with 4 and 11 degrees of freedom
    # Of four cosines one holds all: (12 / 2) / 4, against a variance of 6 / 11.
    expected = (6 / 4 / (6 / 11)) ** 0.5 * quantiles[0] / quantiles[1]
    assert skill_module.widening(slow) == pytest.approx(expected, rel=1e-5)
