"""Plans and scores of backtests, on forecasts that are only pretended."""

import json
import re

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from seqforecast.config.experiment_file import load_mapping
from seqforecast.data.source import load_panel
from seqforecast.errors import ConfigError, DataError, RunError
from seqforecast.reporting.backtest import rolling_forecasts
from seqforecast.reporting.backtest.text import render_backtest, say_plan
from seqforecast.runs import records
from seqforecast.runs.multi_fit_directories import BacktestDirectory
from seqforecast.workflows.backtest.backtest import draw_backtest
from seqforecast.workflows.backtest.fits import read_made
from seqforecast.workflows.backtest.plan import plan_backtest
from seqforecast.workflows.backtest.results import (
    describe_backtest,
    score_backtest,
    tabulate_cutoffs,
    write_forecasts,
)
from seqforecast.workflows.pipeline.baselines import fit_baseline
from support.small_run import SINE, small
from support.stand_in_fitters import stand_in_fitters

SETTINGS = small(data={**SINE, "length": 240}, intervals="none")
FIT = {"fit": 1, "epochs": 3, "levels": []}


def plan(settings=SETTINGS, **asked):
    return plan_backtest(load_mapping(settings, {}), **{"cutoffs": 5, **asked})


def pretended(planned, levels=(), wrong=0.1):
    """The truth and noise as forecasts, and what the baselines forecast."""
    random = np.random.default_rng(0)
    truth = planned.windows.targets(planned.first.panel.values).astype(np.float64)
    made = {"model": truth + wrong * random.standard_normal(truth.shape)}
    if levels:
        beyond = wrong * stats.norm.ppf(levels)
        made["quantiles"] = made["model"][..., None] + beyond
    for name in planned.first.experiment.evaluation.reported:
        parts = [
            fit_baseline(prepared := planned.prepare(fold), name)(prepared.test)
            for fold in planned.folds
        ]
        series = len(planned.first.panel.ids)
        split = [each.reshape(series, -1, each.shape[-1]) for each in parts]
        made[name] = np.concatenate(split, axis=1).reshape(truth.shape)
    return made


def describe(planned, made, levels=()):
    fits = [{**FIT, "fit": fold.number} for fold in planned.folds]
    return describe_backtest(planned, score_backtest(planned, made, levels), fits)


def by_hand(settings, *, cutoffs, step, horizon):
    """The naive forecast's errors, cutoff by cutoff, in plain Python."""
    loaded = load_mapping(settings, {})
    values = load_panel(loaded.experiment.data, loaded.folder).values.tolist()
    errors = []
    for number in range(cutoffs):
        cut = len(values) - horizon - (cutoffs - 1 - number) * step
        last, truth = values[cut - 1], values[cut : cut + horizon]
        errors.append(sum(abs(y - last) for y in truth) / horizon)
    return errors


@pytest.mark.parametrize("step", [4, 1, 7])
def test_scores_are_those_of_a_loop_written_by_hand(step):
    planned = plan(step=step)
    document = describe(planned, pretended(planned))
    naive = [each["baselines"]["naive"]["mae"] for each in document["by_cutoff"]]
    expected = by_hand(SETTINGS, cutoffs=5, step=step, horizon=4)
    assert naive == pytest.approx(expected, rel=1e-6)
    overall = document["test"]["baselines"]["naive"]["mae"]
    assert overall == pytest.approx(np.mean(expected), rel=1e-6)
    assert document["test"]["windows"] == document["test"]["cutoffs"] == 5


def test_the_linear_baseline_is_fitted_where_the_model_is():
    """Broken on purpose: fitted once, before the first cutoff."""
    planned = plan()
    once = pretended(plan(refit=None))["linear"]
    anew = pretended(planned)["linear"]
    assert once[0] == pytest.approx(anew[0], rel=1e-9)  # BLAS rounds by shape
    assert once[1] != pytest.approx(anew[1], rel=1e-4)


@pytest.mark.parametrize(
    ("asked", "fits"),
    [
        ({}, [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5)]),
        ({"refit": 2}, [(1, 2), (3, 4), (5, 5)]),
        ({"refit": None}, [(1, 5)]),
        ({"refit": 9}, [(1, 5)]),
    ],
)
def test_a_fit_is_kept_for_as_many_cutoffs_as_asked(asked, fits):
    planned = plan(**asked)
    assert [(fold.first, fold.last) for fold in planned.folds] == fits
    marks = [
        each["is_refit"] for each in describe(planned, pretended(planned))["by_cutoff"]
    ]
    assert [at for at, is_refit in enumerate(marks, 1) if is_refit] == [
        first for first, _ in fits
    ]


def test_what_is_planned_is_said():
    planned = plan(refit=2)
    assert say_plan(planned.rolling, *planned.ends) == (
        "backtest: 5 cutoffs, from 219 to 235, 4 steps apart; 3 fits, expanding train "
        "part"
    )
    assert planned.notes == ()


def test_overlap_and_cutoffs_before_the_test_part_are_said():
    notes = plan(step=1, cutoffs=40).notes
    assert notes[0].startswith("Forecasts overlap: cutoffs are 1 step apart")
    assert "up to 4 times" in notes[0]
    # 36 steps are the test part: 33 cutoffs fit into it.
    assert notes[1].startswith("7 of 40 cutoffs lie before the test part")


@pytest.mark.parametrize(
    ("settings", "asked", "error", "said"),
    [
        ({}, {"cutoffs": 60}, DataError, "too short for 60 cutoffs 4 steps apart"),
        ({}, {"cutoffs": 47}, DataError, "at the first of 47 cutoffs: the train part"),
        (
            {"split": {"by": "series"}, "data": {**SINE, "series": 20}},
            {},
            ConfigError,
            "split.by is series",
        ),
        (
            {"split": {"train": "rest", "validation": 4, "test": 4}},
            {"cutoffs": 55},
            DataError,
            "at the first of 55 cutoffs",
        ),
    ],
)
def test_what_cannot_be_rolled_over_is_refused(settings, asked, error, said):
    with pytest.raises(error) as caught:
        plan({**SETTINGS, **settings}, **asked)
    assert said in str(caught.value)
    assert caught.value.hint


def test_what_is_too_short_is_told_with_the_way_out_of_a_backtest():
    """The hint of the part that is too short follows."""
    with pytest.raises(DataError) as caught:
        plan(cutoffs=47)
    asked, _, more = caught.value.hint.partition(", or ")
    assert asked == "ask for fewer --cutoffs or a smaller --step"
    assert more.startswith("lower window.lookback ")


def test_a_series_without_a_lookback_at_the_first_cutoff_is_refused(tmp_path):
    rows = [
        {"unique_id": name, "ds": at, "y": float(at % 7)}
        for name, length in (("long", 80), ("short", 36))
        for at in range(length)
    ]
    pd.DataFrame(rows).to_csv(tmp_path / "two.csv", index=False)
    data = {
        "source": "table",
        "path": str(tmp_path / "two.csv"),
        "layout": "long",
        "time": "ds",
    }
    settings = small(data=data, split={"train": "rest", "validation": 6, "test": 4})
    with pytest.raises(DataError) as caught:
        plan(settings, cutoffs=6)
    assert str(caught.value) == (
        "1 of 2 series have less than a lookback before the first of 6 cutoffs: short "
        "has 12 steps there, 16 are needed"
    )
    window = {"lookback": 16, "horizon": 4, "min_history": 2}
    plan({**settings, "window": window}, cutoffs=6)


def test_a_fit_whose_forecasts_are_broken_is_named_with_what_mends_it(tmp_path):
    planned, directory = plan(), BacktestDirectory(tmp_path)
    fit = directory.fit(1)
    fit.path.mkdir(parents=True)
    for content in (None, b"no arrays"):
        if content is not None:
            fit.made.write_bytes(content)
        message = f"^{re.escape(str(fit.made))} cannot be read: "
        with pytest.raises(RunError, match=message) as caught:
            read_made(directory, planned, ())
        assert caught.value.hint == (
            f"remove {fit.path}; the same command trains that fit again"
        )


def test_every_file_agrees_with_the_document(tmp_path):
    levels = (0.1, 0.5, 0.9)
    settings = small(
        data={**SINE, "length": 240, "series": 3},
        model={"cell": "gru", "units": [4], "quantiles": [*levels]},
        training={"loss": "quantile"},
        intervals="none",
    )
    planned = plan(settings, refit=2, step=2)
    made = pretended(planned, levels)
    document = describe(planned, made, levels)
    json.dumps(document, allow_nan=False)
    directory = BacktestDirectory(tmp_path)

    write_forecasts(directory, planned, made, levels)
    frame = pd.read_csv(directory.forecasts)
    names = ["naive", "seasonal_naive", "drift", "linear", "theta", "ets"]
    assert [*frame] == [
        *("unique_id", "cutoff", "ds", "step", "y", "y_hat"),
        *("q_10", "q_50", "q_90", *names),
    ]
    assert len(frame) == 3 * 5 * 4
    assert np.array_equal(frame["ds"], frame["cutoff"] + frame["step"])
    for name, scores in {
        "y_hat": document["test"]["model"],
        **{name: document["test"]["baselines"][name] for name in names},
    }.items():
        error = (frame[name] - frame["y"]).abs()
        assert error.mean() == pytest.approx(scores["mae"], rel=1e-5)
    table = tabulate_cutoffs(document)
    errors = (frame["y_hat"] - frame["y"]).abs().groupby(frame["cutoff"]).mean()
    assert table["mae"].to_numpy() == pytest.approx(errors.to_numpy(), rel=1e-5)
    assert [*table["first"]] == [*errors.index]
    assert [*table["fit"]] == [1, 1, 2, 2, 3]
    assert document["test"]["model"]["wql"] > 0

    draw_backtest(directory, planned, made, levels, document)
    assert {path.name for path in directory.plots.iterdir()} == {
        *("error_by_cutoff.png", "error_by_cutoff.svg"),
        *("forecasts.png", "forecasts.svg"),
    }


def test_intervals_are_scored_over_all_cutoffs():
    """Ends a tenth beyond a forecast that is off by less, but at one cutoff."""
    planned = plan({**SETTINGS, "intervals": {"level": [50, 80]}})
    levels = (0.1, 0.25, 0.75, 0.9)
    made = pretended(planned, levels, wrong=0.0)
    made["model"][2] += 1
    ends = [-0.1, -0.05, 0.05, 0.1]
    made["quantiles"] = made["model"][..., None] + np.array(ends)
    document = describe(planned, made, levels)
    told = document["test"]["intervals"]
    assert [each["level"] for each in told] == [50, 80]
    assert [each["coverage"] for each in told] == [0.8, 0.8]
    assert [each["width"] for each in told] == pytest.approx([0.1, 0.2])
    said = " ".join(render_backtest(document).split())
    assert "80 % intervals cover 80 % of the truths" in said


def test_the_picture_shades_what_the_scores_are_of(tmp_path, monkeypatch):
    planned = plan({**SETTINGS, "intervals": {"level": [80, 95]}})
    levels = (0.025, 0.1, 0.9, 0.975)
    made, drawn = pretended(planned, levels), []
    monkeypatch.setattr(
        rolling_forecasts, "draw_rolled", lambda each, _: drawn.append(each)
    )
    document = describe(planned, made, levels)
    draw_backtest(BacktestDirectory(tmp_path), planned, made, levels, document)
    (row,) = drawn[0].rows
    level, low, high = row.bands[-1]  # the narrow one at the last cutoff
    assert level == 80
    for points, column in ((low, 1), (high, 2)):
        ends = made["quantiles"][-1, :, column]
        assert [value for _, value in points] == pytest.approx(ends)


def test_a_gap_that_leaves_a_later_fit_no_errors_is_refused_before_the_first(tmp_path):
    """Filled values say nothing of errors. Broken on purpose: the first fit alone."""
    frame = pd.DataFrame({"ds": np.arange(240), "y": np.sin(np.arange(240.0))})
    frame.loc[205:230, "y"] = np.nan
    frame.to_csv(tmp_path / "x.csv", index=False)
    data = {"source": "table", "path": str(tmp_path / "x.csv"), "missing": "previous"}
    settings = {**SETTINGS, "data": data, "split": {"validation": 30, "test": 20}}
    plan(settings)
    with pytest.raises(DataError, match=r"at fit 5: .* there are 18$"):
        plan({**settings, "intervals": {"level": [95]}}, step=4)


def test_the_table_reads_as_reviewed(golden):
    planned = plan(refit=2, step=2)
    golden("backtest.txt", render_backtest(describe(planned, pretended(planned))))


def test_what_is_missing_in_the_data_is_not_scored(tmp_path):
    """A cutoff all of whose targets are missing has no scores, and a reason."""
    values = np.sin(np.arange(200) / 3)
    frame = pd.DataFrame({"t": np.arange(200), "y": values})
    frame.loc[192:195, "y"] = np.nan
    frame.to_csv(tmp_path / "gap.csv", index=False)
    data = {
        "source": "table",
        "path": str(tmp_path / "gap.csv"),
        "time": "t",
        "missing": "previous",
    }
    planned = plan(small(data=data, intervals="none"))
    document = describe(planned, pretended(planned))
    points = [each["points"] for each in document["by_cutoff"]]
    assert points == [4, 4, 4, 0, 4]
    empty = document["by_cutoff"][3]["model"]
    assert empty["mae"] is None
    assert empty["reasons"]["mae"]
    assert "-" in render_backtest(document)
    draw_backtest(
        BacktestDirectory(tmp_path), planned, pretended(planned), (), document
    )


def test_a_baseline_that_some_fit_does_not_have_is_left_out_of_all(
    tmp_path, monkeypatch
):
    """Broken on purpose: the forecasts of one fit in the place of all."""
    stand_in_fitters(monkeypatch)
    baselines = ["naive", "auto_ets", "auto_theta"]
    settings = small(evaluation={"baselines": baselines}, final="network")
    planned, directory = plan(settings, refit=2), BacktestDirectory(tmp_path)
    made = pretended(planned)
    for fold in planned.folds:
        fit = directory.fit(fold.number)
        fit.path.mkdir(parents=True)
        some = slice(fold.first - 1, fold.last)
        given = {name: values[some] for name, values in made.items()}
        if fold.number == 2:
            del given["auto_ets"]
        records.write_arrays(fit.made, given)
    read = read_made(directory, planned, ())
    assert list(read) == ["model", "naive", "auto_theta"]
    assert all(len(values) == len(planned.windows) for values in read.values())
    test = score_backtest(planned, read, ()).test
    assert set(test["baselines"]) == {"naive", "auto_theta"}
    assert test["notes"][0] == (
        "The baseline auto_ets is left out: some fits have no forecasts of it, and "
        "run.log says why."
    )
