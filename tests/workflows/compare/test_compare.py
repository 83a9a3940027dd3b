"""Comparisons as a whole, on fits that are only pretended."""

import json
import re

import numpy as np
import pandas as pd
import pytest
import yaml

from seqforecast.errors import DataError, Interrupted, RunError
from seqforecast.runs.directory import Destination
from seqforecast.runs.run_files import RunDirectory
from seqforecast.runs.score_documents import read_comparison
from seqforecast.workflows.compare import compare as compare_module
from seqforecast.workflows.compare.compare import compare_experiments
from seqforecast.workflows.compare.figures import draw_comparison
from seqforecast.workflows.compare.members import choose_members
from seqforecast.workflows.compare.plan import Budget
from seqforecast.workflows.pipeline.pages import report
from support.pretended_fits import pretend
from support.small_run import SINE, small
from support.stand_in_fitters import stand_in_fitters

LONG = small(data=SINE | {"length": 600})


def comparing(folder, monkeypatch):
    """Return how to compare cells on a small experiment, with pretended fits.

    Six figures take longer than all else: they are `drawn` where a test looks at them.
    """

    def compared(
        *words,
        errors=lambda *_: 0.1,
        failing=(),
        settings=LONG,
        drawn=False,
        **asked,
    ):
        path = folder / "small.yaml"
        path.write_text(yaml.safe_dump(settings))
        monkeypatch.setattr(compare_module, "run_local", pretend(errors, failing))
        draw = draw_comparison if drawn else lambda *_: None
        monkeypatch.setattr(compare_module, "draw_comparison", draw)
        sides = choose_members(words or ("rnn", "gru"), str(path))
        place = Destination(folder / "runs")
        budget = Budget(**{"seeds": 3, "jobs": 1, **asked})
        return compare_experiments(sides, budget, place)

    return compared


@pytest.fixture
def compare(tmp_path, monkeypatch):
    return comparing(tmp_path, monkeypatch)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A comparison that tests read and leave as it is."""
    with pytest.MonkeyPatch.context() as patch:
        return comparing(tmp_path_factory.mktemp("whole"), patch)(drawn=True)


def read(directory):
    return json.loads(directory.metrics.read_text())


def test_a_comparison_leaves_everything_it_promises(whole):
    names = {path.name for path in whole.path.iterdir()}
    assert names >= {
        *("comparison.json", "comparison.csv", "manifest.json", "members", "plots"),
        *("report.html", "request.json", "run.log"),
    }
    drawn = {path.stem for path in whole.plots.iterdir()}
    assert drawn == {"ranks", "seeds", "loss", "forecasts", "error_by_step", "memory"}
    manifest = whole.read_json(whole.manifest)
    assert manifest["status"] == "complete"
    assert whole.is_complete


def test_report_makes_the_page_again(compare):
    directory = compare(drawn=True)
    written = directory.report.read_bytes()
    directory.report.unlink()
    assert report(directory.path).read_bytes() == written
    assert b"this picture has no description" not in written
    assert b"model.cell" in written


def test_a_comparison_without_a_result_has_no_page(compare):
    directory = compare()
    directory.metrics.unlink()
    message = r"is not complete: comparison\.json is missing$"
    with pytest.raises(RunError, match=message) as caught:
        report(directory.path)
    assert caught.value.hint == "the command that began it goes on with it"


def test_the_document_has_the_keys_of_the_interface(whole):
    document = read(whole)
    assert {"schema", "metric", "members", "baselines", "pairs"} <= set(document)
    keys = ("name", "cell", "parameters", "seeds", "validation", "test", "seconds")
    for member in document["members"]:
        assert {*keys, "group"} <= set(member)
        assert {"mean", "sd"} <= set(member["test"]) & set(member["validation"])
        run = RunDirectory(whole.path / member["runs"][0])
        assert run.is_complete
    assert {"a", "b", "p", "p_adjusted", "significant"} <= set(document["pairs"][0])
    assert set(document["baselines"]) >= {"naive", "seasonal_naive"}


def test_what_was_tested_is_what_the_runs_report(compare):
    """The mean of the losses that are tested is the error in the table."""
    directory = compare(errors=lambda _, seed: 0.1 + 0.01 * seed)
    document = read(directory)
    first, second = document["members"]
    pair = document["pairs"][0]
    assert (pair["a"], pair["b"]) == (first["name"], second["name"])
    difference = first["test"]["mean"] - second["test"]["mean"]
    # float32 in the runs' forecasts, as text in forecasts.csv
    assert pair["difference"] == pytest.approx(difference, abs=1e-6)


def test_a_better_member_is_found(compare):
    worse = {"simple_rnn": 0.3, "gru": 0.1}
    document = read(compare(errors=lambda cell, seed: worse[cell] + 0.002 * seed))
    assert [each["name"] for each in document["members"]] == ["gru", "simple_rnn"]
    pairs = {(pair["a"], pair["b"]): pair for pair in document["pairs"]}
    assert pairs["gru", "simple_rnn"]["significant"]
    groups = [set(each["group"]) for each in document["members"]]
    assert not groups[0] & groups[1]


def test_the_same_experiment_under_two_names_is_never_ranked_apart(compare):
    document = read(compare("gru", "gru", errors=lambda _, seed: 0.1 + 0.1 * seed))
    pair = document["pairs"][0]
    assert (pair["difference"], pair["p"], pair["significant"]) == (0, 1, False)
    one, other = document["members"]
    assert one["test"] == other["test"]
    assert set(one["group"]) & set(other["group"])


def test_where_no_baseline_has_a_mase_the_best_one_is_known_by_its_mae(
    compare, tmp_path
):
    """Series that are flat up to their last value: naive is wrong there alone."""
    frame = pd.DataFrame({name: np.full(200, 5.0) for name in "abcdefg"})
    frame.loc[199, "a"] = 6.0
    frame.rename_axis("t").to_csv(tmp_path / "flat.csv")
    data = {"source": "table", "path": str(tmp_path / "flat.csv"), "time": "t"}
    settings = small(data=data, evaluation={"baselines": ["drift"]})
    directory = compare(settings=settings, drawn=True)
    document = read(directory)
    assert (document["metric"], document["best_baseline"]) == ("mae", "naive")
    assert 0 < document["baselines"]["naive"]["test"] < 0.1
    assert "MASE is undefined" in " ".join(document["notes"])
    drawn = {path.stem for path in directory.plots.iterdir()}
    assert drawn == {"ranks", "seeds", "loss", "forecasts", "error_by_step", "memory"}


def test_one_seed_claims_nothing(compare):
    worse = {"simple_rnn": 0.9, "gru": 0.1}
    document = read(compare(seeds=1, errors=lambda cell, _: worse[cell]))
    assert not any(pair["significant"] for pair in document["pairs"])
    assert "one seed" in document["significance"]["reason"]
    assert document["members"][0]["test"]["sd"] is None


def test_seeds_begin_where_the_experiment_says(compare):
    document = read(compare(settings={**LONG, "seed": 7}))
    assert document["seeds"] == [7, 8, 9]


def test_a_fit_that_fails_does_not_end_the_others(compare):
    directory = compare(failing=["gru, seed 1"])
    document = read(directory)
    told = [{"name": "gru", "seed": 1, "error": "it was told to"}]
    assert document["failed"] == told
    left_out = "the errors of gru leave out 1 failed seed, and may be too low."
    assert left_out in document["notes"]
    seeds = {each["name"]: each["seeds"] for each in document["members"]}
    assert seeds == {"gru": [0, 2], "simple_rnn": [0, 1, 2]}
    assert directory.read_json(directory.manifest)["status"] == "failed"
    assert not directory.is_complete


def test_the_same_command_trains_only_what_is_missing(compare):
    first = compare(failing=["gru, seed 1"])
    done = first.run_of("gru", 0).metrics
    before = done.stat().st_mtime_ns
    again = compare()
    assert again.path == first.path
    assert again.is_complete
    assert read(again)["failed"] == []
    assert done.stat().st_mtime_ns == before


def test_a_fit_without_scores_whose_experiment_has_changed_begins_anew(compare):
    """As when the data have moved: the file of the fit had the old path."""
    first = compare(failing=["gru, seed 1"])
    assert first.metrics.is_file()
    stopped = first.run_of("gru", 1).path
    stopped.mkdir()
    (stopped / "checkpoint.npz").write_text("old")
    first.experiment_of("gru", 1).write_text("old")
    again = compare()
    assert again.path == first.path
    assert again.is_complete
    assert not (stopped / "checkpoint.npz").exists()
    assert "old" not in first.experiment_of("gru", 1).read_text()


def test_a_member_without_any_result_is_left_out(compare):
    failing = [f"gru, seed {seed}" for seed in range(3)]
    document = read(compare(failing=failing))
    assert [each["name"] for each in document["members"]] == ["simple_rnn"]
    assert len(document["failed"]) == 3


def test_without_any_result_there_is_no_comparison(compare):
    failing = [
        f"{cell}, seed {seed}" for cell in ("gru", "simple_rnn") for seed in (0, 1)
    ]
    message = r"no fit in .* has a result; the first one: it was told to$"
    with pytest.raises(RunError, match=message) as error:
        compare(failing=failing, seeds=2)
    assert error.value.hint == "mend that; the same command tries them again"


def test_data_that_change_while_fits_run_are_told(compare, tmp_path):
    """Each fit reads the file itself: the second one found another."""
    path = tmp_path / "data.csv"
    values = np.sin(np.arange(600) / 3)
    pd.DataFrame({"ds": np.arange(600), "y": values}).to_csv(path, index=False)

    def write_again(*_):
        pd.DataFrame({"ds": np.arange(600), "y": values + 1}).to_csv(path, index=False)
        return 0.1

    data = {"source": "table", "path": str(path)}
    message = (
        r"the data changed while the fits ran: .* was trained on SHA-256 \w{12}\.\.\., "
        r"not \w{12}\.\.\.$"
    )
    with pytest.raises(DataError, match=message) as caught:
        compare(errors=write_again, settings=small(data=data))
    assert caught.value.hint == (
        "the same command begins anew with the data as they are now"
    )


def test_a_fit_that_forecast_fewer_windows_than_there_are_is_told(compare):
    """Its file was cut short after the first comparison, of which one fit failed."""
    run = compare(failing=["gru, seed 1"]).run_of("gru", 0)
    lines = run.forecasts.read_text().splitlines(keepends=True)
    run.forecasts.write_text("".join(lines[:-4]))  # one window of four steps
    windows = (len(lines) - 1) // 4
    message = rf" forecast {windows - 1} windows, and there are {windows}$"
    with pytest.raises(DataError, match=message) as caught:
        compare()
    assert caught.value.hint == (
        "the data have changed meanwhile: begin anew in another --runs"
    )


def test_forecasts_that_are_none_are_told(compare):
    run = compare(failing=["gru, seed 1"]).run_of("gru", 0)
    run.forecasts.write_text("no,forecasts\n1,2\n")
    message = f"^{re.escape(str(run.forecasts))} cannot be read: "
    with pytest.raises(RunError, match=message):
        compare()


def test_interrupted_it_says_how_to_go_on(compare, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("support.pretended_fits.write_run", stop)
        with pytest.raises(Interrupted) as error:
            compare()
    assert "the same command goes on" in error.value.hint
    (found,) = (compare().path.parent).iterdir()
    assert found.is_dir()


def test_matched_members_have_equal_parameters_and_say_so(compare):
    directory = compare("lstm", "rnn", match="parameters")
    units = {each["name"]: each["units"] for each in read(directory)["members"]}
    assert units["lstm"] == [6]
    assert units["simple_rnn"][0] > 6
    assert read(directory)["match"] == "parameters"


def test_the_table_has_the_members_and_the_baselines(whole):
    document, frame = read(whole), pd.read_csv(whole.table)
    assert list(frame["name"][:2]) == [each["name"] for each in document["members"]]
    assert set(frame["name"][2:]) == set(document["baselines"])
    assert frame["test_mean"].notna().all()
    assert np.isnan(frame["rank"].iloc[-1])


def test_panels_of_short_series_are_tested_over_series(compare):
    settings = small(
        data={"source": "synthetic", "kind": "echo", "series": 60, "lag": 6},
        split={"by": "series", "train": 0.5, "validation": 0.2, "test": 0.3},
        window={"lookback": 6, "horizon": 1},
    )
    document = read(compare(settings=settings))
    assert document["metric"] == "mase"
    assert document["significance"]["test"] == "Wilcoxon signed-rank"
    assert document["significance"]["count"] == 18


NAMED = ("auto_theta", "seasonal_naive")


def test_named_forecasters_are_ranked_beside_the_members(compare, monkeypatch):
    stand_in_fitters(monkeypatch)
    directory = compare(forecasters=NAMED, drawn=True)
    document = read(directory)
    assert [each["name"] for each in document["forecasters"]] == [*NAMED]
    for each in document["forecasters"]:
        assert each["test"]["values"] == [document["baselines"][each["name"]]["test"]]
        assert each["test"]["sd"] is each["validation"]["sd"] is None
        assert each["group"] == document["baselines"][each["name"]]["group"]
    pairs = {frozenset((pair["a"], pair["b"])) for pair in document["pairs"]}
    for name in ("gru", "simple_rnn"):
        assert frozenset((name, "auto_theta")) in pairs
    assert frozenset(NAMED) in pairs
    assert read_comparison(directory) == document
    table = pd.read_csv(directory.table)
    ranked = table[table["rank"].notna()]
    assert set(ranked["name"]) == {"gru", "simple_rnn", *NAMED}
    assert list(ranked["validation_mean"]) == sorted(ranked["validation_mean"])
    assert table["name"].is_unique
    assert b"named to stand beside" in b" ".join(directory.report.read_bytes().split())


def test_a_comparison_without_them_has_the_keys_it_always_had(whole):
    assert "forecasters" not in read(whole)
    assert "with" not in json.loads((whole.path / "request.json").read_text())


def test_one_that_cannot_be_had_does_not_end_a_comparison(compare, monkeypatch):
    fitters = stand_in_fitters(monkeypatch)
    fitters.failing = lambda _: True
    document = read(compare(forecasters=NAMED))
    assert [each["name"] for each in document["forecasters"]] == ["seasonal_naive"]
    assert "auto_theta" not in document["baselines"]
    (note,) = [note for note in document["notes"] if "auto_theta" in note]
    assert note.startswith("The baseline auto_theta is left out: auto_theta gave no")


def test_with_is_another_request(compare):
    """Not the one that a comparison without it goes on with."""
    plain, beside = compare(), compare(forecasters=("drift",))
    assert plain.path != beside.path
    assert read(beside)["forecasters"][0]["name"] == "drift"
