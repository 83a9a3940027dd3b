"""Invented comparisons: comparison.json as a comparison of given errors writes it."""

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations
from statistics import fmean, stdev
from typing import Any

Errors = Sequence[float]
SIZES = {"simple_rnn": 2_651, "lstm": 10_451, "gru": 8_001}
SPEEDS = {"simple_rnn": 41_210.0, "lstm": 23_456.0, "gru": 25_875.0}


def spread(values: Errors) -> dict[str, Any]:
    sd = stdev(values) if len(values) > 1 else None
    return {"mean": fmean(values), "sd": sd, "values": list(values)}


def member(name: str, errors: Errors, group: str | None, best: float) -> dict[str, Any]:
    """A member whose validation errors are 90 % of its test errors."""
    seeds = list(range(len(errors)))
    speed = SPEEDS.get(name, 30_000.0)
    return {
        "name": name,
        "cell": name if name in SIZES else "gru",
        "units": [50],
        "parameters": SIZES.get(name, 12_345),
        "seeds": seeds,
        "validation": spread([0.9 * error for error in errors]),
        "test": spread(errors),
        "skill": {
            "against": "naive",
            "value": 1 - fmean(errors) / best if best else None,
        },
        "seconds": 360_000 / speed,
        "windows_per_second": speed,
        "epochs": {
            "mean": fmean([18 + seed for seed in seeds]),
            "values": [18 + seed for seed in seeds],
        },
        "group": group,
        "runs": [f"members/{name}/seed-{seed}" for seed in seeds],
    }


def comparison(
    errors: Mapping[str, Errors],
    *,
    baselines: Mapping[str, float],
    better: Collection[tuple[str, str]] = (),
    groups: Mapping[str, str] | None = None,
    **changed: Any,
) -> dict[str, Any]:
    """A comparison of members by their test errors, one a seed.

    `better` names the pairs told apart, the better one first; `groups` the letters.
    """
    best = min(baselines, key=lambda name: baselines[name])
    letters = groups or {}
    members = [
        member(name, values, letters.get(name), baselines[best])
        for name, values in errors.items()
    ]
    members.sort(key=lambda each: each["validation"]["mean"])
    for each in members:
        each["skill"]["against"] = best
    means = {each["name"]: each["test"]["mean"] for each in members}
    means[best] = baselines[best]
    seeds = list(range(max(len(values) for values in errors.values())))
    document = {
        "schema": 1,
        "name": "echo",
        "metric": "mae",
        "seeds": seeds,
        "match": None,
        "windows": 2785,
        "cutoffs": 2785,
        "series": 1,
        "horizon": 96,
        "members": members,
        "baselines": {
            name: {"test": error, "group": letters.get(name)}
            for name, error in baselines.items()
        },
        "best_baseline": best,
        "significance": tested(len(seeds)),
        "pairs": [pair(*names, means, better) for names in combinations(means, 2)],
        "failed": [],
        "notes": [],
    }
    return document | changed


def forecaster(
    name: str, error: float, best: Mapping[str, float], group: str | None
) -> dict[str, Any]:
    """A baseline ranked beside the members; its validation error is 90 % of it."""
    (against, lowest), *_ = best.items()
    return {
        "name": name,
        "validation": spread([0.9 * error]),
        "test": spread([error]),
        "skill": {"against": against, "value": 1 - error / lowest},
        "seconds": 2.5,
        "group": group,
    }


def tested(seeds: int, **changed: Any) -> dict[str, Any]:
    return {
        "test": "Diebold-Mariano",
        "unit": "cutoffs",
        "count": 2785,
        "independent": 29,
        "seeds": seeds,
        "level": 0.05,
        "correction": "Holm",
        "assumptions": [
            (
                "The loss difference of two members is stationary over the cutoffs, "
                "and cutoffs a horizon or more apart are independent."
            ),
            "The seeds are a random sample of all seeds.",
        ],
        "reason": None,
    } | changed


def pair(
    a: str, b: str, means: Mapping[str, float], better: Collection[tuple[str, str]]
) -> dict[str, Any]:
    apart = (a, b) in better or (b, a) in better
    difference = means[a] - means[b]
    width = abs(difference) / 2 if apart else abs(difference) + 0.01
    return {
        "a": a,
        "b": b,
        "difference": difference,
        "low": difference - width,
        "high": difference + width,
        "p": 0.0004 if apart else 0.31,
        "p_adjusted": 0.0024 if apart else 0.62,
        "significant": apart,
        "reason": None,
    }


def ladder(*names: str) -> set[tuple[str, str]]:
    """Every name better than all after it."""
    return set(combinations(names, 2))


NOTHING = {
    "test": None,
    "count": 0,
    "independent": 0,
    "reason": "one seed cannot tell a better member from a luckier seed",
}

ECHO = comparison(
    {
        "simple_rnn": (0.091, 0.088, 0.093, 0.095, 0.090),
        "lstm": (0.561, 0.602, 0.523, 0.577, 0.548),
        "gru": (0.823, 0.801, 0.836, 0.794, 0.811),
    },
    baselines={"naive": 1.128, "drift": 1.141, "linear": 0.802},
    better={
        *ladder("simple_rnn", "lstm", "gru"),
        ("simple_rnn", "linear"),
        ("lstm", "linear"),
    },
    groups={"simple_rnn": "a", "lstm": "b", "gru": "c", "linear": "c"},
    horizon=1,
)
TIED = comparison(
    {
        "gru": (0.2512, 0.2508, 0.2515, 0.2510, 0.2511),
        "lstm": (0.2513, 0.2511, 0.2519, 0.2507, 0.2512),
        "simple_rnn": (0.2521, 0.2516, 0.2514, 0.2513, 0.2520),
    },
    baselines={"naive": 0.2505, "seasonal_naive": 1.734, "drift": 0.2507},
    groups=dict.fromkeys(("gru", "lstm", "simple_rnn", "naive"), "a"),
    name="sales",
)
ETTH1 = comparison(
    {
        "gru": (3.121, 3.140, 3.115, 3.132, 3.127),
        "lstm": (3.133, 3.170, 3.122, 3.151, 3.144),
        "simple_rnn": (3.402, 3.377, 3.398, 3.431, 3.369),
    },
    baselines={"naive": 4.021, "seasonal_naive": 3.655, "drift": 4.102, "linear": 3.2},
    better={
        ("gru", "simple_rnn"),
        ("lstm", "simple_rnn"),
        ("gru", "linear"),
        ("linear", "simple_rnn"),
    },
    groups={"gru": "a", "lstm": "ab", "linear": "b", "simple_rnn": "c"},
    name="etth1",
    match="parameters",
)
SIX = comparison(
    {
        f"{cell}_{size}": tuple(
            base + step + 0.004 * ((3 * seed + row) % 5) for seed in range(5)
        )
        for row, (cell, base) in enumerate(
            (("simple_rnn", 0.42), ("lstm", 0.39), ("gru", 0.38))
        )
        for size, step in ((32, 0.03), (128, 0.0))
    },
    baselines={"naive": 0.52, "linear": 0.41},
    better={
        *(("gru_128", name) for name in ("simple_rnn_128", "simple_rnn_32", "linear")),
        *(("lstm_128", name) for name in ("simple_rnn_128", "simple_rnn_32")),
        ("gru_32", "simple_rnn_32"),
        ("linear", "simple_rnn_32"),
    },
    groups={
        "gru_128": "a",
        "lstm_128": "ab",
        "gru_32": "abc",
        "lstm_32": "abcd",
        "linear": "bc",
        "simple_rnn_128": "cd",
        "simple_rnn_32": "d",
    },
)
LONG = comparison(
    {
        "etth1_gru_segment_24_2x128": (0.312, 0.318),
        "etth1_lstm_segment_24_2x128_wide": (0.315, 0.313),
        "etth1_lstm_without_instance_norm": (0.362, 0.358),
    },
    baselines={"naive": 0.402, "seasonal_naive": 0.365},
    better={
        (
            "etth1_gru_segment_24_2x128",
            "etth1_lstm_without_instance_norm",
        ),
        ("etth1_gru_segment_24_2x128", "seasonal_naive"),
        ("etth1_lstm_segment_24_2x128_wide", "seasonal_naive"),
    },
    groups={
        "etth1_gru_segment_24_2x128": "a",
        "etth1_lstm_segment_24_2x128_wide": "ab",
        "etth1_lstm_without_instance_norm": "bc",
        "seasonal_naive": "c",
    },
)
ONE_SEED = comparison(
    {"gru": (0.31,), "lstm": (0.305,), "simple_rnn": (0.34,)},
    baselines={"naive": 0.35},
    significance=tested(1, **NOTHING),
    pairs=[],
)
ALONE = comparison(
    {"gru": (0.31, 0.305, 0.312)},
    baselines={"naive": 0.35, "linear": 0.33},
    better={("gru", "linear")},
    groups={"gru": "a", "linear": "b"},
)
FAILED = comparison(
    {"gru": (0.31, 0.305, 0.312), "lstm": (0.30, 0.32)},
    baselines={"naive": 0.35},
    better=ladder("gru", "naive") | ladder("lstm", "naive"),
    groups={"gru": "a", "lstm": "a", "naive": "b"},
    failed=[
        {
            "name": "lstm",
            "seed": 1,
            "error": "the loss became NaN in epoch 3, first in series MT_017",
        },
        {"name": "simple_rnn", "seed": 0, "error": "killed by signal 9 (SIGKILL)"},
        {"name": "simple_rnn", "seed": 1, "error": "killed by signal 9 (SIGKILL)"},
        {"name": "simple_rnn", "seed": 2, "error": "killed by signal 9 (SIGKILL)"},
    ],
    notes=["2 of the 3 seeds of lstm are compared; its mean is of fewer fits."],
)
PANEL = comparison(
    {"gru": (0.91, 0.93, 0.92), "lstm": (0.95, 0.97, 0.94)},
    baselines={"naive": 1.21, "naive2": 1.02},
    better={("gru", "naive2"), ("lstm", "naive2")},
    groups={"gru": "a", "lstm": "a", "naive2": "b"},
    metric="mase",
    cutoffs=1,
    windows=414,
    series=414,
    significance=tested(
        3,
        test="Wilcoxon signed-rank",
        unit="series",
        count=414,
        independent=414,
        assumptions=["Series are independent of each other."],
    ),
)
BESIDE = comparison(
    {
        "gru": (3.121, 3.140, 3.115, 3.132, 3.127),
        "lstm": (3.502, 3.477, 3.498, 3.531, 3.469),
    },
    baselines={"naive": 4.021, "auto_theta": 3.2, "seasonal_naive": 3.655},
    better={("gru", "seasonal_naive"), ("auto_theta", "seasonal_naive")},
    groups={
        "gru": "a",
        "auto_theta": "a",
        "lstm": "ab",
        "seasonal_naive": "b",
    },
    forecasters=[
        forecaster("auto_theta", 3.2, {"auto_theta": 3.2}, "a"),
        forecaster("seasonal_naive", 3.655, {"auto_theta": 3.2}, "b"),
    ],
    pairs=[
        pair(
            *names,
            {"gru": 3.127, "auto_theta": 3.2, "lstm": 3.495, "seasonal_naive": 3.655},
            {("gru", "seasonal_naive"), ("auto_theta", "seasonal_naive")},
        )
        for names in combinations(("gru", "auto_theta", "lstm", "seasonal_naive"), 2)
    ],
)
ALL = {
    "echo": ECHO,
    "tied": TIED,
    "etth1": ETTH1,
    "six": SIX,
    "long names": LONG,
    "one seed": ONE_SEED,
    "alone": ALONE,
    "failed": FAILED,
    "panel": PANEL,
    "beside": BESIDE,
}
