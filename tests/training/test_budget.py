"""What fits into a budget is left as it is; what does not becomes as little as must."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.training.budget import LEAST_EPOCHS, LEAST_STEPS, fit_into
from seqforecast.training.section import TrainingSection

SECTION = TrainingSection(epochs=200, ensemble=5, patience=40, steps_per_epoch=100)


def plan(seconds, section=SECTION, **more):
    given = {"epoch": 0.1, "steps": section.steps_per_epoch or 50, "selections": 1.0}
    return fit_into(section, seconds, **{**given, **more})


def cost(planned, steps=100, selections=1.0):
    share = (planned.steps_per_epoch or steps) / steps
    return 0.1 * planned.epochs * planned.ensemble * selections * share


@pytest.mark.parametrize(
    ("seconds", "members", "epochs", "steps", "patience"),
    [
        (1000.0, 5, 200, 100, 40),
        (100.0, 5, 200, 100, 40),
        (50.0, 5, 100, 100, 20),
        (5.0, 5, 10, 100, 3),
        (2.0, 2, 10, 100, 3),
        (0.5, 1, 10, 50, 3),
        (0.0, 1, 10, 10, 3),
        (-7.0, 1, 10, 10, 3),
    ],
)
def test_epochs_go_before_members_and_members_before_steps(
    seconds, members, epochs, steps, patience
):
    """Broken on purpose: members first; patience longer than the epochs."""
    planned = plan(seconds)
    assert (planned.ensemble, planned.epochs) == (members, epochs)
    assert (planned.steps_per_epoch, planned.patience) == (steps, patience)


@given(
    seconds=st.floats(0, 500),
    epochs=st.integers(1, 300),
    ensemble=st.integers(1, 9),
    steps=st.integers(1, 400),
    more=st.tuples(st.integers(1, 3), st.booleans()),
)
def test_it_fits_or_is_the_least(seconds, epochs, ensemble, steps, more):
    """Broken on purpose: a refit that costs nothing; steps rounded up."""
    least, refit = more
    ensemble, selections = max(ensemble, least), 2.0 if refit else 1.0
    section = TrainingSection(epochs=epochs, ensemble=ensemble, refit=refit)
    planned = plan(
        seconds, section, steps=steps, selections=selections, least_members=least
    )
    assert 1 <= planned.epochs <= epochs
    assert least <= planned.ensemble <= ensemble
    taken = planned.steps_per_epoch or steps
    assert taken <= steps
    is_least = (
        planned.epochs == min(LEAST_EPOCHS, epochs)
        and planned.ensemble == least
        and taken == min(LEAST_STEPS, steps)
    )
    assert cost(planned, steps, selections) <= seconds * 1.001 or is_least


def test_every_window_once_stays_so_where_there_is_time():
    section = TrainingSection(epochs=20)
    assert plan(1000.0, section).steps_per_epoch is None
    assert plan(1000.0, section) == section
