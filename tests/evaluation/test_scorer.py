"""The scorer gives the numbers that slow, obvious loops over all points give."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.data.windows import index_windows
from seqforecast.evaluation.metrics import METRICS
from seqforecast.evaluation.scorer import Scorer
from support.panels import panel_of

LOOKBACK, HORIZON, SEASON = 4, 3, 2
TEST = 20  # the test part of every series begins here


def case(seed, lengths=(40, 33, 27)):
    """A panel, its test windows, and forecasts by a noisy model and two baselines."""
    random = np.random.default_rng(seed)
    panel = panel_of([random.standard_normal(n).cumsum() + 5 for n in lengths])
    spans = np.stack([np.full(len(lengths), TEST), panel.lengths], axis=1)
    windows = index_windows(panel, spans, (LOOKBACK, HORIZON))
    actual = windows.targets(panel.values)
    last = windows.inputs(panel.values)[:, -1:]
    forecasts = {
        "model": actual + random.standard_normal(actual.shape),
        "naive": np.repeat(last, HORIZON, axis=1),
        "other": actual * 1.5,
    }
    return panel, windows, forecasts


def scorer_of(panel, windows, names):
    series = len(panel.ids)
    return Scorer(
        panel,
        windows,
        list(names),
        season=SEASON,
        in_sample_stops=np.full(series, TEST),
        train_std=np.arange(1.0, series + 1),
    )


def score(panel, windows, forecasts, chunk=1000):
    scorer = scorer_of(panel, windows, forecasts)
    for start in range(0, len(windows), chunk):
        rows = slice(start, start + chunk)
        some = windows.take(rows)
        given_rows = {name: forecast[rows] for name, forecast in forecasts.items()}
        scorer.add(some, some.targets(panel.values), given_rows)
    return scorer.result()


def numbers_of(tree, path=""):
    """Every number and None in nested dictionaries and lists, by its path."""
    if not isinstance(tree, dict | list):
        return {path: tree}
    pairs = tree.items() if isinstance(tree, dict) else enumerate(tree)
    return {
        p: v for key, sub in pairs for p, v in numbers_of(sub, f"{path}/{key}").items()
    }


def slow_metrics(panel, windows, forecast):
    """The definitions of INTERFACE.md, one point after another."""
    points, by_series = [], {}
    for row, (start, series) in enumerate(
        zip(windows.starts, windows.series, strict=True)
    ):
        for step in range(windows.horizon):
            y = float(panel.values[start + LOOKBACK + step])
            f = float(forecast[row, step])
            points.append((y, f))
            by_series.setdefault(int(series), []).append(y - f)
    mean_absolute = sum(abs(y - f) for y, f in points) / len(points)
    mean_squared = sum((y - f) ** 2 for y, f in points) / len(points)
    percent = sum(200 * abs(y - f) / (abs(y) + abs(f)) for y, f in points)
    scaled, root_scaled = [], []
    for series, errors in by_series.items():
        past = [float(value) for value in panel.series(series)[:TEST]]
        change = [past[t] - past[t - SEASON] for t in range(SEASON, TEST)]
        in_sample = sum(abs(c) for c in change) / len(change)
        in_sample_squared = sum(c * c for c in change) / len(change)
        scaled.append(sum(abs(e) for e in errors) / len(errors) / in_sample)
        ratio = sum(e * e for e in errors) / len(errors) / in_sample_squared
        root_scaled.append(math.sqrt(ratio))
    return {
        "mae": mean_absolute,
        "mse": mean_squared,
        "rmse": math.sqrt(mean_squared),
        "smape": percent / len(points),
        "mase": sum(scaled) / len(scaled),
        "rmsse": sum(root_scaled) / len(root_scaled),
    }


@given(seed=st.integers(0, 99), series=st.integers(1, 3))
def test_scores_are_those_of_slow_loops(seed, series):
    """Broken on purpose: history up to the end of the series, an average over windows
    in MASE, by_step over points, deviations of the wrong series."""
    panel, windows, forecasts = case(seed, (40, 33, 27)[:series])

    result = score(panel, windows, forecasts)

    assert result["windows"] == len(windows)
    assert result["points"] == len(windows) * HORIZON
    scores = {"model": result["model"], **result["baselines"]}
    for name, forecast in forecasts.items():
        expected = slow_metrics(panel, windows, forecast)
        assert scores[name] == pytest.approx(expected, rel=1e-9)
        assert list(scores[name]) == list(METRICS)
    actual = windows.targets(panel.values).astype(float)
    error = forecasts["model"] - actual
    steps = [entry["mae"] for entry in result["by_step"]]
    assert steps == pytest.approx(np.abs(error).mean(axis=0).tolist())
    scaled = error / (windows.series + 1.0)[:, np.newaxis]
    assert result["scaled"]["mse"] == pytest.approx((scaled**2).mean())
    assert result["scaled"]["mae"] == pytest.approx(np.abs(scaled).mean())
    off = (forecasts["naive"] - actual) / (windows.series + 1.0)[:, np.newaxis]
    found = result["scaled_baselines"]["naive"]
    assert found == pytest.approx({"mse": (off**2).mean(), "mae": np.abs(off).mean()})


@given(seed=st.integers(0, 99), chunk=st.integers(1, 40))
def test_any_chunks_give_the_same_scores(seed, chunk):
    """Broken on purpose: units of the bootstrap counted from each chunk's start."""
    panel, windows, forecasts = case(seed)

    one = numbers_of(score(panel, windows, forecasts))
    other = numbers_of(score(panel, windows, forecasts, chunk))

    assert other.keys() == one.keys()
    for path, value in one.items():
        near = pytest.approx(value, rel=1e-9) if isinstance(value, float) else value
        assert other[path] == near, path


def test_the_result_has_the_names_and_plain_numbers_of_the_interface():
    result = score(*case(0))

    assert " ".join(result) == (
        "windows cutoffs points model baselines repeated in_sample scaled "
        "scaled_baselines by_step skill verdict notes signs"
    )
    assert list(result["baselines"]) == ["naive", "other"]
    assert list(result["by_step"][0]) == ["step", "mae", "naive_mae", "best_mae"]
    assert [entry["step"] for entry in result["by_step"]] == [1, 2, 3]
    assert list(result["skill"]) == ["metric", "against", "value", "low", "high"]
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    for value in numbers_of(result).values():
        assert value is None or type(value) in (int, float, str, list, bool)


def test_cutoffs_are_counted_once_for_all_series():
    """By hand: targets of the longest series start at 20 to 37: 18 cutoffs. The other
    series' windows share them, until one starts 100 steps later."""
    panel, windows, forecasts = case(0)
    later = replace(panel, first_steps=np.array([0, 0, 100]))

    assert score(panel, windows, forecasts)["cutoffs"] == 18
    assert score(later, windows, forecasts)["cutoffs"] == 18 + 5


def test_skill_is_one_minus_the_ratio_to_the_best_baseline():
    """Broken on purpose: `best_mae` of the naive forecast, and of the last name."""
    panel, windows, forecasts = case(3)
    forecasts["other"] = windows.targets(panel.values) + 0.1
    forecasts["last"] = forecasts["other"] + 1

    result = score(panel, windows, forecasts)

    skill = result["skill"]
    best = min(result["baselines"], key=lambda name: result["baselines"][name]["mase"])
    expected = 1 - result["model"]["mase"] / result["baselines"][best]["mase"]
    assert (skill["metric"], skill["against"]) == ("mase", best)
    assert skill["value"] == pytest.approx(expected)
    assert skill["low"] < skill["value"] < skill["high"]
    assert [entry["best_mae"] for entry in result["by_step"]] == pytest.approx(
        [0.1] * 3
    )


def test_one_series_is_compared_by_mae():
    panel, windows, forecasts = case(3, (60,))

    result = score(panel, windows, forecasts)

    naive, other = (result["baselines"][name]["mae"] for name in ("naive", "other"))
    assert result["skill"]["metric"] == "mae"
    expected = 1 - result["model"]["mae"] / min(naive, other)
    assert result["skill"]["value"] == pytest.approx(expected)


def test_the_model_alone_can_be_measured():
    """As the validation part is."""
    panel, windows, forecasts = case(5)
    model = {"model": forecasts["model"]}
    scorer = scorer_of(panel, windows, model)

    scorer.add(windows, windows.targets(panel.values), model)

    expected = slow_metrics(panel, windows, forecasts["model"])
    assert scorer.metrics_of("model") == pytest.approx(expected)
