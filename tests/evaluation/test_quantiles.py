"""Coverage, pinball loss and weighted quantile loss, by hand."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from seqforecast.data.windows import index_windows
from seqforecast.errors import DataError
from seqforecast.evaluation.quantiles import QuantileTotals, by_name, quantile_name
from support.panels import panel_of

LEVELS = [0.1, 0.5]


def totals_of(values, made, filled=None):
    panel = panel_of([values])
    if filled is not None:
        panel = replace(panel, filled=np.array(filled))
    spans = np.array([[0, len(values)]])
    windows = index_windows(panel, spans, (1, 2))
    totals = QuantileTotals(panel, LEVELS)
    given = np.broadcast_to(np.float32(made), (len(windows), 2, 2))
    for chunk in windows.chunks(1):
        totals.add(chunk, chunk.targets(panel.values), given[:1], given[:1, :, 1])
    return totals


def test_scores_are_those_made_by_hand():
    """Truths 1, 2 and 2, 5; forecasts 1 and 3. Broken on purpose: `<` for `<=`;
    the mean of WQL over levels left out."""
    found = totals_of([0, 1, 2, 5], [1, 3]).beside({"model": {"mae": 2.0}})
    tenth, half = (0 + 0.1 + 0.1 + 0.4), (1 + 0.5 + 0.5 + 1)
    assert found["quantiles"] == {
        "q_10": {"coverage": 0.25, "pinball": pytest.approx(tenth / 4)},
        "q_50": {"coverage": 0.75, "pinball": pytest.approx(half / 4)},
    }
    wql = (2 * tenth / 10 + 2 * half / 10) / 2
    crps = 2 * (0.05 * tenth + 0.2 * (tenth + half) + 0.25 * half) / 4
    assert found["model"] == {
        "mae": 2.0,
        "crps": pytest.approx(crps),
        "wql": pytest.approx(wql),
    }


@pytest.mark.parametrize(
    ("levels", "share"),
    [
        ([0.025, 0.1, 0.9, 0.975], 0.88),  # the ends of intervals around one number
        ([0.025, 0.1, 0.5, 0.9, 0.975], 0.88),
        (np.arange(1, 10) / 10, 0.98),
        (np.arange(1, 100) / 100, 1.0),
    ],
)
def test_the_crps_is_near_that_of_a_normal_distribution(levels, share):
    """Which is, of forecasts that know it, its deviation by the root of pi: Gneiting
    and Raftery, 2007. Broken on purpose: the mean loss (.41 where only ends are)."""
    truth = stats.norm.ppf((np.arange(4000) + 0.5) / 4000)
    panel = panel_of([np.append(0, truth)])
    windows = index_windows(panel, np.array([[0, 4001]]), (1, 1))
    shape = (len(windows), 1, len(levels))
    made = np.broadcast_to(stats.norm.ppf(levels), shape).astype(np.float32)
    totals = QuantileTotals(panel, [float(each) for each in levels])
    totals.add(windows, windows.targets(panel.values), made, np.zeros(shape[:2]))
    crps = totals.beside({"model": {}})["model"]["crps"]
    assert crps * np.sqrt(np.pi) == pytest.approx(share, abs=0.005)


def test_filled_truths_do_not_count():
    """The 5 was filled: left are 1, 2 and 2."""
    found = totals_of([0, 1, 2, 5], [1, 3], filled=[3]).beside({"model": {}})
    assert found["quantiles"]["q_10"]["coverage"] == pytest.approx(1 / 3)
    assert found["quantiles"]["q_50"]["coverage"] == 1


def test_where_every_truth_is_0_there_is_no_weighted_loss():
    found = totals_of([0, 0, 0], [1, 3]).beside({"model": {"reasons": {"mase": "m"}}})
    assert found["model"]["wql"] is None
    assert set(found["model"]["reasons"]) == {"mase", "wql"}


def test_a_quantile_that_is_not_finite_is_refused():
    message = "q_50 of series a, step 1, is inf"
    with pytest.raises(DataError, match=message) as caught:
        totals_of([0, 1, 2], [1, np.inf])
    assert caught.value.hint == (
        "lower training.learning_rate or set training.clip_norm"
    )


def test_without_levels_nothing_is_added():
    test = {"model": {}}
    assert QuantileTotals(panel_of([[1.0]]), []).beside(test) == test


@pytest.mark.parametrize(
    ("level", "name"),
    [
        (0.1, "q_10"),
        (0.5, "q_50"),
        (0.025, "q_2.5"),
        (0.07, "q_7"),
        (1e-7, "q_0.00001"),
        (0.9999999, "q_99.99999"),
    ],
)
def test_names_are_levels_in_percent(level, name):
    assert quantile_name(level) == name


def test_quantiles_are_found_by_name():
    made = np.arange(4.0).reshape(1, 2, 2)
    found = by_name(LEVELS, made)
    assert found["q_10"].tolist() == [[0, 2]]
    assert found["q_50"].tolist() == [[1, 3]]
