"""The experiment that `init` writes: found, explained, and training as it is."""

import gzip
import ntpath
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import seqforecast
from seqforecast.config.experiment_file import load_experiment
from seqforecast.workflows.pipeline.prepare import prepare
from support.command_line import call

AIR = Path(__file__).parents[2] / "configs/data/air_passengers.csv"


def waves(series=3, steps=400, season=24, noise=0.2, start="2020-01-01"):
    """A wide frame of days."""
    draw, at = np.random.default_rng(0), np.arange(steps)
    columns = {
        f"s{i}": 20 + 5 * np.sin(2 * np.pi * (at + i) / season) for i in range(series)
    }
    values = pd.DataFrame(columns) + noise * draw.standard_normal((steps, series))
    frame = values.round(3)
    frame.insert(0, "day", pd.date_range(start, periods=steps, freq="h"))
    return frame


def as_long(frame):
    return frame.melt("day", var_name="sensor", value_name="value")


def write(frame, path):
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_csv(path, index=False)
    return path


def start(data, tmp_path, *words):
    result = call("init", data, "--output", tmp_path / "it.yaml", *words)
    assert result.exit_code == 0, result.stderr
    loaded = load_experiment(tmp_path / "it.yaml")
    return loaded.experiment, prepare(loaded.experiment, loaded.folder), result.stdout


@pytest.mark.parametrize("name", ["x.csv", "x.csv.gz", "x.parquet"])
@pytest.mark.parametrize(
    "form", [waves, lambda: as_long(waves())], ids=["wide", "long"]
)
def test_what_it_writes_loads_and_fits_the_data(tmp_path, name, form):
    experiment, prepared, said = start(write(form(), tmp_path / name), tmp_path)
    assert prepared.panel.ids == ("s0", "s1", "s2")
    assert experiment.data.season == 24
    assert experiment.window.horizon == 24
    assert "A season of 24 steps, by the calendar and the data." in said
    columns = {
        "wide": "values are in s0, s1, s2.",
        "long": "series are named in sensor, values are in value.",
    }
    assert f"Time is in column day, {columns[experiment.data.layout]}" in said
    assert said.splitlines()[-1] == str(tmp_path / "it.yaml")


def test_another_dialect_and_missing_values_are_found(tmp_path):
    frame = waves()
    frame.loc[[50, 51, 200], "s1"] = np.nan
    frame.drop(index=[70]).to_csv(tmp_path / "x.csv", sep=";", decimal=",", index=False)
    experiment, prepared, said = start(tmp_path / "x.csv", tmp_path)
    assert (experiment.data.separator, experiment.data.decimal) == (";", ",")
    assert experiment.data.missing == "seasonal"
    assert len(prepared.panel.filled) == 6
    assert "Missing values: 6, filled" in said


def test_where_the_calendar_has_no_season_gaps_take_the_value_before(tmp_path):
    frame = waves(series=1, steps=80, noise=5.0).drop(columns="day")
    frame.insert(0, "year", pd.date_range("1900-01-01", periods=80, freq="YS"))
    data = write(frame.drop(index=[20, 21]), tmp_path / "x.csv")
    experiment, prepared, said = start(data, tmp_path)
    assert experiment.data.missing == "previous"
    assert len(prepared.panel.filled) == 2
    assert "Missing values: 2, filled" in said


def test_what_is_wrong_besides_missing_values_is_told(tmp_path):
    frame = waves(series=1)
    frame.loc[5, "s0"] = 1e300
    result = call("init", write(frame, tmp_path / "x.csv"), "-o", tmp_path / "it.yaml")
    assert result.exit_code == 3
    assert "column 's0' holds 1e+300, which is too large" in result.stderr
    assert not (tmp_path / "it.yaml").exists()


def test_hours_of_business_are_told_from_a_few_missing_ones(tmp_path):
    frame = waves(season=24, steps=24 * 40)
    hours = frame["day"].dt.hour
    for first, told in ((8, True), (2, False)):
        data = write(frame[hours.between(first, 17)], tmp_path / f"{first}.csv")
        said = call("init", data, "-o", tmp_path / f"{first}.yaml").stdout
        assert "Missing values: " in said
        assert ("That is more than half. If the gaps are meant" in said) == told


def test_without_a_season_there_is_none(tmp_path):
    steps = np.random.default_rng(1).standard_normal((500, 2))
    frame = pd.DataFrame(np.cumsum(steps, axis=0), columns=["a", "b"])
    frame.insert(0, "day", pd.date_range("2020-01-01", periods=500))
    experiment, _, said = start(write(frame, tmp_path / "x.csv"), tmp_path)
    assert experiment.data.season is None
    assert experiment.window.horizon == 8
    assert "No season: the data do not show the calendar's of 7 steps." in said


def test_series_of_unequal_length_are_counted_from_their_ends(tmp_path):
    long = as_long(waves(series=25))
    short = long[(long["sensor"] != "s3") | (long["day"] >= "2020-01-12")]
    experiment, prepared, _ = start(write(short, tmp_path / "x.csv"), tmp_path)
    assert experiment.split.train == "rest"
    assert len(prepared.test) >= 25


def test_the_horizon_can_be_said(tmp_path):
    data = write(waves(), tmp_path / "x.csv")
    assert start(data, tmp_path, "--horizon", 5)[0].window.horizon == 5


@pytest.mark.parametrize(("series", "steps"), [(1, 20), (3, 300), (25, 62)])
def test_the_longest_horizon_fits_and_a_longer_one_is_refused(tmp_path, series, steps):
    """Broken on purpose: the parts as long as without a horizon of one's own."""
    data = write(waves(series=series, steps=steps), tmp_path / "x.csv")
    horizon = (steps - 2) // 3
    experiment, prepared, _ = start(data, tmp_path, "--horizon", horizon)
    assert experiment.window.horizon == horizon
    assert len(prepared.test) >= series
    result = call("init", data, "--horizon", horizon + 1, "-o", tmp_path / "no.yaml")
    assert result.exit_code == 3
    assert f"a horizon of {horizon + 1} steps is too long" in result.stderr
    assert f"at most --horizon {horizon}:" in result.stderr
    assert not (tmp_path / "no.yaml").exists()


def test_line_breaks_in_the_names_of_columns_stay_out_of_the_file(tmp_path):
    frame = waves().rename(columns={"s0": "of\none: 1"})
    frame["two\nlines: 2"] = "text"
    assert start(write(frame, tmp_path / "x.csv"), tmp_path)[1].panel.ids == (
        "of\none: 1",
        "s1",
        "s2",
    )
    assert "# Column two\\nlines: 2 is not used" in (tmp_path / "it.yaml").read_text()


def test_a_place_that_cannot_be_written_is_refused_before_the_data_are_read(tmp_path):
    result = call("init", tmp_path / "no.csv", "-o", tmp_path / "no" / "it.yaml")
    assert result.exit_code == 5
    said = f"it.yaml cannot be written: there is no folder {tmp_path / 'no'}\n"
    assert said in result.stderr
    assert "hint: make the folder first" in result.stderr


def test_data_on_another_drive_are_named_by_their_whole_path(tmp_path, monkeypatch):
    """As Windows says it. Broken on purpose: the error let through."""
    with pytest.raises(ValueError, match="path is on mount"):
        ntpath.relpath(r"D:\x.csv", r"C:\ada")

    def relpath(path, start):
        return ntpath.relpath(rf"D:{path}", rf"C:{start}")

    monkeypatch.setattr("os.path.relpath", relpath)
    data = write(waves(), tmp_path / "x.csv")
    assert start(data, tmp_path)[0].data.path == str(data)


def test_the_season_is_that_of_the_train_part(tmp_path):
    """Broken on purpose: found in all of the data."""
    frame = waves(series=1, season=24)
    later = waves(series=1, season=7, steps=400)
    frame.loc[280:, "s0"] = later.loc[280:, "s0"]
    assert start(write(frame, tmp_path / "x.csv"), tmp_path)[0].data.season == 24


def test_nothing_is_written_over(tmp_path):
    (tmp_path / "it.yaml").write_text("mine")
    data = write(waves(), tmp_path / "x.csv")
    result = call("init", data, "--output", tmp_path / "it.yaml")
    assert result.exit_code == 5
    assert "it.yaml is there already" in result.stderr
    assert (tmp_path / "it.yaml").read_text() == "mine"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--frequency", "soon"], "data.frequency 'soon' is no pandas offset alias"),
        (["--decimal", ";"], "cannot be read so: data.decimal: Input should be '.' or"),
        (["--target", "s9"], "has no column 's9' (--target)"),
        (["--time", "s0", "--target", "s0"], "holds double, not dates or whole"),
    ],
)
def test_what_is_said_and_cannot_be_is_refused(tmp_path, words, said):
    data = write(waves(), tmp_path / "x.parquet")
    result = call("init", data, "--output", tmp_path / "it.yaml", *words)
    assert result.exit_code in (2, 3)
    assert said in result.stderr
    assert not (tmp_path / "it.yaml").exists()


def test_what_is_said_is_written(tmp_path):
    data = write(waves(), tmp_path / "x.csv")
    words = ["--target", "s1", "--season", 24, "--frequency", "60min"]
    experiment, prepared, _ = start(data, tmp_path, *words)
    assert experiment.data.target == ["s1"]
    assert (experiment.data.season, experiment.window.horizon) == (24, 24)
    assert prepared.panel.ids == ("s1",)
    written = (tmp_path / "it.yaml").read_text()
    assert "# past: [s0, s2] # numbers known up to the cutoff" in written
    none = call("init", data, "-o", tmp_path / "none.yaml", "--season", 0)
    assert none.exit_code == 0
    assert load_experiment(tmp_path / "none.yaml").experiment.data.season is None


def test_what_is_offered_can_be_taken_out_of_its_comment(tmp_path):
    """Broken on purpose: a comma left out of the list."""
    days = pd.date_range("2024-01-01", periods=200)
    draw = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "shop": np.repeat(["n", "s"], 200),
            "day": np.tile(days, 2),
            "sales": draw.normal(20, 3, 400).round(2),
            "price, net": draw.normal(5, 1, 400).round(2),
            "promo": draw.integers(0, 2, 400),
            "size": np.repeat([3, 4], 200),
        }
    )
    start(write(frame, tmp_path / "x.csv"), tmp_path)
    text = (tmp_path / "it.yaml").read_text().replace("  # ", "  ")
    (tmp_path / "it.yaml").write_text(text)
    data = load_experiment(tmp_path / "it.yaml").experiment.data
    assert (data.static, data.past, data.future) == (
        ["size"],
        ["price, net"],
        ["promo"],
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        ("ds,y\n", "no rows"),
        ("a,b\n1,2\n3,4\n", "no column of dates"),
        (
            "ds,y\n2024-01-01,1\n2024-01-02,2\n2024-01-03,4\n",
            "y has 3 steps, at least 20 are needed\nhint: leave short series out",
        ),
        ("ds,y\n2024-01-01,x\n2024-01-02,z\n", "no column of numbers"),
    ],
)
def test_files_that_hold_too_little_are_refused(tmp_path, content, said):
    (tmp_path / "x.csv").write_text(content)
    result = call("init", tmp_path / "x.csv", "--output", tmp_path / "it.yaml")
    assert result.exit_code == 3, result.stdout
    assert said in result.stderr
    assert "hint: " in result.stderr
    assert not (tmp_path / "it.yaml").exists()


def test_absent_and_other_files_are_refused(tmp_path):
    assert call("init", tmp_path / "no.csv").exit_code == 3
    with gzip.open(tmp_path / "x.doc.gz", "wt") as file:
        file.write("a")
    result = call("init", tmp_path / "x.doc.gz")
    assert result.exit_code == 3
    assert "unknown kind" in result.stderr


@pytest.mark.skipif(not AIR.is_file(), reason="configs are beside the tests only here")
def test_the_file_reads_as_reviewed(tmp_path, golden, monkeypatch):
    (tmp_path / "air.csv").write_bytes(AIR.read_bytes())
    monkeypatch.chdir(tmp_path)
    assert call("init", "air.csv").stdout.splitlines()[-1] == "air.yaml"
    golden("init.txt", Path("air.yaml").read_text())


@pytest.mark.tensorflow
@pytest.mark.skipif(not AIR.is_file(), reason="configs are beside the tests only here")
def test_it_trains_as_it_is_and_beats_naive(tmp_path):
    """The way from a file to forecasts: init, train, predict."""
    (tmp_path / "air.csv").write_bytes(AIR.read_bytes())
    call("init", tmp_path / "air.csv", "--output", tmp_path / "air.yaml")
    run = seqforecast.train(tmp_path / "air.yaml", runs=tmp_path / "runs")
    test = run.metrics["test"]
    assert test["model"]["mae"] < 0.6 * test["baselines"]["seasonal_naive"]["mae"]
    made = run.predict()
    assert made["ds"].iloc[0] == pd.Timestamp("1961-01-01")
