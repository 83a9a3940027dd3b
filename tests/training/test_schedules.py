"""Learning rates by hand."""

import pytest

from seqforecast.training.schedules import SCHEDULES, learning_rate
from seqforecast.training.section import TrainingSection


def rates(schedule, losses=(), **settings):
    section = TrainingSection(
        learning_rate=1.0, epochs=4, schedule=schedule, **settings
    )
    losses = losses or [1.0] * 4
    return [learning_rate(section, n, losses[: n - 1]) for n in range(1, 5)]


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("constant", [1, 1, 1, 1]),
        ("exponential", [1, 0.5, 0.25, 0.125]),
        ("cosine", [1, 0.853553, 0.5, 0.146447]),
        ("step", [1, 1, 0.5, 0.5]),
    ],
)
def test_rates_by_hand(schedule, expected):
    assert rates(schedule, decay_every=2) == pytest.approx(expected, abs=1e-6)


def test_a_plateau_lowers_the_rate_after_waiting():
    losses = [3.0, 3.0, 3.0, 1.0]
    assert rates("plateau", losses, decay_every=2) == [1, 1, 1, 0.5]
    assert rates("plateau", [4.0, 3.0, 2.0, 1.0], decay_every=1) == [1, 1, 1, 1]


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_every_schedule_starts_at_the_rate_and_stays_positive(schedule):
    found = rates(schedule)
    assert found[0] == 1
    assert all(rate > 0 for rate in found)


def test_the_setting_offers_every_schedule():
    choices = TrainingSection.model_fields["schedule"].annotation.__args__
    assert set(choices) == set(SCHEDULES)
