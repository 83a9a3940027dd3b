"""What is compared, and what is refused because it would not be fair."""

from pathlib import Path

import pytest
import yaml

from seqforecast.errors import ConfigError
from seqforecast.models.section import Cell
from seqforecast.workflows.compare.members import choose_forecasters, choose_members
from seqforecast.workflows.compare.plan import prepare_all, say_what_differs
from support.small_run import small


@pytest.fixture
def write(tmp_path):
    """Write an experiment, and return its path as text."""

    def written(name: str, **settings: object) -> str:
        path = tmp_path / f"{name}.yaml"
        path.write_text(yaml.safe_dump(small(**settings) | {"name": name}))
        return str(path)

    return written


def test_a_cell_stands_for_the_experiment_with_that_cell(write):
    path = write("mine")
    sides = choose_members(["rnn", "lstm", "gru"], path)
    assert [each.name for each in sides] == ["simple_rnn", "lstm", "gru"]
    assert [each.experiment.model.cell for each in sides] == list(Cell)
    assert {each.experiment.name for each in sides} == {"mine"}


def test_without_an_experiment_cells_are_compared_where_memory_matters():
    sides = choose_members(["gru"], None)
    assert sides[0].experiment.data.kind == "echo"


def test_networks_are_compared_whatever_is_forecast_in_the_end(write):
    """Broken on purpose: `final` left as it is."""
    (member,) = choose_members(["gru"], write("a", final="auto"))
    assert member.experiment.final == "network"


def test_overrides_are_for_all(write):
    words = ["gru", write("other", training={"epochs": 9})]
    sides = choose_members(words, write("mine"), ["training.epochs=2"])
    assert [each.experiment.training.epochs for each in sides] == [2, 2]


def test_names_that_come_again_get_a_number(write):
    path = write("mine")
    sides = choose_members(["gru", "gru", path, path], path)
    assert [each.name for each in sides] == ["gru", "gru-2", "mine", "mine-2"]


def test_no_member_has_the_name_of_a_baseline(write):
    assert choose_members([write("naive")], None)[0].name == "naive-2"


def test_everything_that_makes_other_windows_is_named(write, golden):
    one = write("one")
    data = {"source": "synthetic", "kind": "sine", "length": 150, "period": 8.0}
    other = write("other", data=data, split={"train": 0.65, "test": 0.2})
    third = write("third", window={"lookback": 8, "horizon": 2})
    with pytest.raises(ConfigError) as error:
        choose_members([one, other, third], None)
    golden("compare/other_windows.txt", f"{error.value}\nhint: {error.value.hint}\n")


def test_of_data_of_another_kind_only_the_kind_is_named(write):
    table = {"source": "table", "path": "a.csv", "time": "ds"}
    with pytest.raises(ConfigError) as error:
        choose_members([write("one"), write("other", data=table)], None)
    assert str(error.value).splitlines()[1:] == [
        "  data.source: 'synthetic' in one, 'table' in other"
    ]


def test_the_same_file_from_another_folder_is_the_same_data(tmp_path):
    table = {"source": "table", "path": "a.csv", "time": "ds"}
    (tmp_path / "sub").mkdir()
    for folder, path in ((tmp_path, "a.csv"), (tmp_path / "sub", "../a.csv")):
        settings = small(data=table | {"path": path})
        (folder / "x.yaml").write_text(yaml.safe_dump(settings))
    paths = [str(tmp_path / "x.yaml"), str(tmp_path / "sub" / "x.yaml")]
    assert len(choose_members(paths, None)) == 2


def test_what_a_model_reads_beside_the_values_may_differ_and_is_said(tmp_path):
    for name, calendar in (("plain", []), ("dated", ["weekday"])):
        data = {"source": "table", "path": "a.csv", "time": "ds", "calendar": calendar}
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(small(data=data)))
    paths = [str(tmp_path / f"{name}.yaml") for name in ("plain", "dated")]
    sides = choose_members(paths, None)
    notes = say_what_differs(sides, [10, 10], matched=False)
    assert notes == ["they do not read the same: data.calendar differ."]


def test_an_experiment_for_cells_without_a_cell_is_refused(write):
    with pytest.raises(ConfigError, match="no cell is named"):
        choose_members([write("one")], write("other"))


def test_a_misspelt_cell_is_guessed():
    with pytest.raises(ConfigError) as error:
        choose_members(["gur"], None)
    assert "gru" in error.value.hint


def test_budgets_that_differ_are_said(write):
    sides = choose_members(
        [write("short"), write("long", training={"epochs": 30, "batch_size": 20})], None
    )
    notes = say_what_differs(sides, [10, 10], matched=False)
    assert notes == ["budgets differ: training.epochs is 3 in short, 30 in long."]


def test_seeds_that_differ_are_said(write):
    sides = choose_members([write("one"), write("other", seed=5)], None)
    notes = say_what_differs(sides, [10, 10], matched=False)
    assert notes == [
        "seeds begin at 0 for all, and the experiments have 0 in one, 5 in other."
    ]


def test_members_that_read_alike_share_what_was_prepared(write):
    sides = choose_members(["rnn", "gru"], write("mine"))
    one, other = prepare_all(sides)
    assert one is other


def test_lookbacks_that_the_data_would_choose_otherwise_are_refused(write):
    auto = {"window": {"horizon": 4}}
    paths = [
        write("plain", **auto),
        write("segments", **auto, model={"cell": "gru", "segment": 7}),
    ]
    sides = choose_members(paths, None)
    message = "^the data give plain lookback 12, and segments 7$"
    with pytest.raises(ConfigError, match=message) as caught:
        prepare_all(sides)
    assert caught.value.hint == (
        "give all of them the same: --set window.lookback=..., --set data.season=..."
    )


def test_paths_are_not_needed_to_exist_twice(write):
    path = write("mine")
    Path(path).with_name("gru.yaml").write_text(Path(path).read_text())
    # `gru` is the cell, ./gru.yaml the file.
    sides = choose_members(["gru", str(Path(path).with_name("gru.yaml"))], path)
    assert [each.name for each in sides] == ["gru", "mine"]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (None, ()),
        ("auto_theta,seasonal_naive", ("auto_theta", "seasonal_naive")),
        (" linear , naive2,linear,", ("linear", "naive2")),
    ],
)
def test_forecasters_are_listed_with_commas(words, names):
    assert choose_forecasters(words) == names


def test_an_unknown_forecaster_is_refused_with_the_nearest():
    message = "there is no baseline 'auto_teta' to rank beside the members"
    with pytest.raises(ConfigError, match=message) as caught:
        choose_forecasters("naive,auto_teta")
    assert caught.value.hint.startswith("did you mean 'auto_theta'? known: auto_arima")
