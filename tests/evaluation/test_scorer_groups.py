"""Scores of groups and of series are those one gets from their series alone."""

from dataclasses import replace

import numpy as np
import pytest

from seqforecast.data.windows import index_windows
from seqforecast.evaluation.scorer import Scorer
from support.panels import panel_of

TEST = 20
GROUPS = ("north", "south", "north", "empty")


def case(which=(0, 1, 2)):
    """Three series with a test part and one without; forecasts of their windows."""
    random = np.random.default_rng(0)
    walks = [random.standard_normal(n).cumsum() + 5 for n in (40, 33, 27, 20)]
    panel = panel_of(walks)
    stops = [panel.lengths[i] if i in which else TEST for i in range(4)]
    windows = index_windows(panel, np.array([[TEST, stop] for stop in stops]), (4, 3))
    actual = windows.targets(panel.values)
    return (
        panel,
        windows,
        {
            "model": actual + np.sin(actual * 99),
            "naive": np.repeat(windows.inputs(panel.values)[:, -1:], 3, axis=1),
            "naive2": actual * 1.1,
        },
    )


def scorer(panel, windows, forecasts, groups=None):
    made = Scorer(
        panel,
        windows,
        list(forecasts),
        season=None,
        in_sample_stops=np.full(4, TEST),
        train_std=np.ones(4),
        groups=groups,
    )
    made.add(windows, windows.targets(panel.values), forecasts)
    return made


@pytest.mark.parametrize(("group", "which"), [("north", (0, 2)), ("south", (1,))])
def test_a_group_scores_like_its_series_alone(group, which):
    """Broken on purpose: sMAPE of all series in each group."""
    found = scorer(*case(), GROUPS).result()["groups"][group]
    alone = scorer(*case(which)).result()
    assert found["series"] == len(which)
    assert found["points"] == alone["points"]
    assert found["model"] == pytest.approx(alone["model"])
    assert found["baselines"].keys() == alone["baselines"].keys()
    for name, scores in alone["baselines"].items():
        assert found["baselines"][name] == pytest.approx(scores)


def test_groups_come_in_the_order_of_the_file_and_none_is_empty():
    assert list(scorer(*case(), GROUPS).result()["groups"]) == ["north", "south"]


def test_nothing_is_grouped_that_was_not_asked_for():
    assert "groups" not in scorer(*case()).result()
    assert "group" not in scorer(*case()).by_series()


def test_a_series_scores_like_itself_alone():
    table = scorer(*case(), GROUPS).by_series()
    assert table["unique_id"].tolist() == ["a", "b", "c"]
    assert table["group"].tolist() == ["north", "south", "north"]
    assert list(table)[2:7] == ["points", "mae", "mase", "rmsse", "smape"]
    best = scorer(*case()).result()["skill"]["against"]
    for i in range(3):
        alone = scorer(*case((i,))).result()
        assert table["points"][i] == alone["points"]
        for name in ("mae", "mase", "rmsse", "smape"):
            whose = {"": "model", "naive_": "naive", "best_": best}
            scores = {"model": alone["model"], **alone["baselines"]}
            for prefix, who in whose.items():
                expected = scores[who][name]
                assert table[prefix + name][i] == pytest.approx(expected)


def test_a_series_without_a_scale_has_no_mase():
    panel, windows, forecasts = case()
    values = panel.values.copy()
    values[40:60] = 5.0  # the history of the second series
    table = scorer(replace(panel, values=values), windows, forecasts).by_series()
    assert np.isnan(table["mase"]).tolist() == [False, True, False]
