"""How often `init` is wrong about a season: where there is none, and where there is.

    python benchmarks/season_rates.py [--series 500] [--readme docs/results.md]

Whole series as `init` sees them: the calendar's season, the next longer one, then
autocorrelation. First noise, random walks and trends without a season, of which at
most 5 % may show one. Then waves and patterns beside a straight trend, as large as the
noise and twice as large. Last the rules that were not taken, on the same series: the
90 % limit of the M4 Competition, and the strength of a season with 0.64, both after
the trend is removed. Trains nothing; takes a quarter of an hour on two cores.
"""

import argparse
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
from measure.made_series import (
    NONE,
    Doubles,
    autoregressive,
    panel_of,
    pattern,
    wave,
)
from measure.tables import put_into, table

from seqforecast.data.season import infer_season
from seqforecast.evaluation.baselines.naive2 import adjust

PERIODS = {"QS": 4, "D": 7, "MS": 12, "h": 24, "W": 52}
NAMES = {"QS": "quarters", "D": "days", "MS": "months", "h": "hours", "W": "weeks"}
SEASONS = (3, 5, 10)  # seen where there is none
SEEN = (2, 3, 4, 5, 8, 12)
PATTERNS = {"wave": wave, "pattern": pattern}
STRONG = 0.64  # of the strength of a season, as in R's nsdiffs
OTHERS = ("noise", "AR(1), 0.9", "random walk", "trend that turns")


def percent(share: float) -> str:
    """Return a share in percent, without decimals above 10."""
    return f"{100 * share:.0f}" if share >= 0.1 else f"{100 * share:.1f}"


def by_rule(values: Doubles, frequency: str) -> int | None:
    """Return what `init` finds."""
    return infer_season(panel_of(values, frequency), np.array([len(values)]))


def by_m4(values: Doubles, frequency: str) -> int | None:
    """Return the calendar's season by the M4 rule, after a trend of second degree."""
    t, season = np.linspace(-1, 1, len(values)), PERIODS[frequency]
    level = values - np.polynomial.Polynomial.fit(t, values, 2)(t)
    return season if adjust(level, season).seasonal[-1] else None


def by_strength(values: Doubles, frequency: str) -> int | None:
    """Return the calendar's season where it is strong, by a classical decomposition."""
    season = PERIODS[frequency]
    weights = np.ones(season + 1 - season % 2) / season
    if season % 2 == 0:
        weights[[0, -1]] /= 2
    half, seasonal = season // 2, np.zeros(len(values))
    places = np.arange(len(values)) % season
    inside = slice(half, len(values) - half)
    for _ in range(2):  # the trend again, without the season
        trend = np.convolve(values - seasonal, weights, mode="valid")
        rest = values[inside] - trend
        sums = np.bincount(places[inside], rest, minlength=season)
        levels = sums / np.bincount(places[inside], minlength=season)
        seasonal = (levels - levels.mean())[places]
    left = rest - seasonal[inside]
    strength = 1 - left.var() / (left + seasonal[inside]).var()
    return season if strength > STRONG else None


RULES = {
    "taken": by_rule,
    "M4 rule, detrended": by_m4,
    f"strength above {STRONG}": by_strength,
}


def without(name: str, frequency: str, seen: int, number: int) -> Doubles:
    """Return one series without a season."""
    steps = PERIODS[frequency] * seen
    random = np.random.default_rng([number, seen, PERIODS[frequency], len(name)])
    return NONE[name](steps, random)


def within(
    kind: str, frequency: str, seen: int, number: int, *, size: float, noise: float = 0
) -> Doubles:
    """Return one series with a season beside a straight trend.

    Args:
        kind: wave, or pattern.
        frequency: whose calendar season it has.
        seen: seasons in it.
        number: of the series.
        size: amplitude of a wave, deviation of a pattern, in deviations of the noise.
        noise: coefficient of its autoregression.
    """
    period = PERIODS[frequency]
    random = np.random.default_rng([number, seen, period])
    steps = period * seen
    values = size * PATTERNS[kind](period, steps, random)
    trend = 10 * np.arange(steps) / steps
    return values + trend + autoregressive(noise)(steps, random)


def share(
    rule: Callable[[Doubles, str], int | None],
    make: Callable[[int], Doubles],
    frequency: str,
    count: int,
    right: int | None = None,
) -> float:
    """Return the share of series that show a season, or the right one."""
    found = [rule(make(number), frequency) for number in range(count)]
    if right is None:
        return sum(season is not None for season in found) / count
    return found.count(right) / count


def false_rows(count: int, pool: ProcessPoolExecutor) -> list[list[str]]:
    """Return shares that show a season where there is none, a row a kind."""
    cells = [(frequency, seen) for frequency in PERIODS for seen in SEASONS]
    asked = {
        (name, *cell): pool.submit(
            share, by_rule, partial(without, name, *cell), cell[0], count
        )
        for name in NONE
        for cell in cells
    }
    return [
        [name, *(percent(asked[(name, *cell)].result()) for cell in cells)]
        for name in NONE
    ]


def found_rows(count: int, pool: ProcessPoolExecutor) -> list[list[str]]:
    """Return shares that show the right season, a row a frequency and a pattern."""
    keys = [
        (frequency, kind, seen, size)
        for frequency in PERIODS
        for kind in PATTERNS
        for size in (1.0, 2.0)
        for seen in SEEN
    ]
    asked = {}
    for key in keys:
        frequency, kind, seen, size = key
        make = partial(within, kind, frequency, seen, size=size)
        asked[key] = pool.submit(
            share, by_rule, make, frequency, count, PERIODS[frequency]
        )
    return [
        [
            f"{NAMES[frequency]}, {kind}",
            *(
                f"{percent(asked[frequency, kind, seen, 1.0].result())} "
                f"({percent(asked[frequency, kind, seen, 2.0].result())})"
                for seen in SEEN
            ),
        ]
        for frequency in PERIODS
        for kind in PATTERNS
    ]


def rule_rows(count: int, pool: ProcessPoolExecutor) -> list[list[str]]:
    """Return both kinds of shares by rule, five seasons of months and of weeks."""
    asked = {}
    for rule, of in RULES.items():
        for frequency in ("MS", "W"):
            ask = partial(pool.submit, share, of)
            period, key = PERIODS[frequency], (rule, frequency)
            wanted = [
                ask(partial(without, name, frequency, 5), frequency, count)
                for name in OTHERS
            ]
            wanted += [
                ask(
                    partial(within, "wave", frequency, 5, size=1.0, noise=noise),
                    frequency,
                    count,
                    period,
                )
                for noise in (0.0, 0.5)
            ]
            asked[key] = wanted
    return [
        [
            f"{rule}, {NAMES[frequency]}",
            *(percent(each.result()) for each in asked[rule, frequency]),
        ]
        for frequency in ("MS", "W")
        for rule in RULES
    ]


def tables(count: int, pool: ProcessPoolExecutor) -> Sequence[str]:
    """Return the three tables, shares in percent."""
    lengths = [
        f"{seen} x {period} {NAMES[frequency]}"
        for frequency, period in PERIODS.items()
        for seen in SEASONS
    ]
    seen = [f"{number} seasons" for number in SEEN]
    noise = ["wave in noise", "wave in AR(1), 0.5"]
    return (
        table(["% that show a season of", *lengths], false_rows(count, pool)),
        table(
            ["% found, as large as the noise (twice)", *seen], found_rows(count, pool)
        ),
        table(["% by rule, 5 seasons", *OTHERS, *noise], rule_rows(count, pool)),
    )


def main() -> None:
    """Simulate, print, and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=500)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--readme", type=Path)
    given = parser.parse_args()
    with ProcessPoolExecutor(given.jobs) as pool:
        made = "\n\n".join(tables(given.series, pool))
    print(made)
    if given.readme:
        put_into(given.readme, "season_rates", made)


if __name__ == "__main__":
    main()
