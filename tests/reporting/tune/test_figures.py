"""The figures of a search: what is drawn of tune.json, and that it can be drawn."""

import json

import pytest
from PIL import Image

from seqforecast.reporting.tune.figures import describe_settings, draw_settings


def document(trials, given=2.0, searched=("model.units", "training.learning_rate")):
    rows = [{"number": 0, "value": given, "settings": {}}] + [
        {
            "number": number,
            "value": value,
            "settings": dict(zip(searched, tried, strict=True)),
        }
        for number, (value, tried) in enumerate(trials, 1)
    ]
    return {"metric": "mae", "searched": list(searched), "trials": rows}


TRIALS = [
    (3.0, ([8], 1e-4)),
    (1.0, ([64], 1e-2)),
    (1.5, ([16, 16], 2e-2)),
    (2.5, ([16], 5e-3)),
    (None, ([16], 1.0)),
    *((2.0 + number, ([8], 1e-3 * number)) for number in range(1, 5)),
]


def test_few_values_stand_side_by_side_and_many_numbers_lie_on_an_axis():
    """Broken on purpose: `_order` by text; trials that failed kept."""
    units, rate = describe_settings(document(TRIALS)).panels
    assert units.values == ("[8]", "[16]", "[64]", "[16, 16]")
    assert (rate.values, rate.log) == ((), True)
    assert units.best == (2.0, 1.0)
    assert rate.best == (0.01, 1.0)
    assert sorted(error for _, error in units.points) == [1, 1.5, 2.5, 3, 3, 4, 5, 6]
    assert {error for place, error in units.points if place == 0} == {3, 4, 5, 6}


def test_the_title_has_the_best_settings_and_the_caption_what_is_filled():
    found = describe_settings(document(TRIALS))
    assert found.title == "Best validation MAE 1.00: units [64], learning_rate 0.01"
    assert found.caption.endswith("filled: the best; dashed: the experiment as given")
    kept = describe_settings(document(TRIALS, given=0.5))
    assert kept.title == "Best validation MAE 0.500, with the experiment as given"
    assert "filled: the best beside that as given" in kept.caption
    assert "dashed" not in describe_settings(document(TRIALS, given=None)).caption
    assert describe_settings(document([])) is None


@pytest.mark.parametrize("count", [1, 2, 3, 5, 12])
def test_any_number_of_settings_is_drawn(tmp_path, count):
    names = [f"section.setting_{number}" for number in range(count)]
    trials = [
        (2.0, [False] * count),
        (3.0, ["adam"] * count),
        (100.0, [None] * count),
    ]
    figure = describe_settings(document(trials, None, names))
    assert len(figure.panels) == min(count, 9)
    assert ("the first 9 of 12 settings" in figure.caption) == (count == 12)
    draw_settings(figure, tmp_path / "settings.png")
    with Image.open(tmp_path / "settings.png") as picture:
        assert picture.info["Description"].startswith("Best validation MAE 2.00")
        assert picture.height < 1100


def test_it_is_drawn_from_what_json_gives_back(tmp_path):
    figure = describe_settings(json.loads(json.dumps(document(TRIALS))))
    draw_settings(figure, tmp_path / "settings.png")
