"""Seasons of many histories at once: found, shrunk to what they foretell, taken off.

Classical decomposition, but a season is kept only as far as each year (day, week) is
foretold by the others: factors that are noise shrink to nothing, as Miller and Williams
(2003) advise, and where the season changes, recent ones count more.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqforecast.data.panel import IntArray
from seqforecast.evaluation.baselines.maker import Doubles

FEWEST_SEASONS = 2
ENOUGH_SEASONS = 4  # from which on it can be seen whether recent ones count more
DECAYS = (0.9, 0.7, 0.5)  # weight of a season to that of the next one
LONG = 24  # steps of a season above which neighbours may lend each other strength
WIDTHS = (1, 3, 5, 9)
STANDARD_ERRORS = 2.0  # by which a season must foretell the others to be one
LOWEST_RATIO = 0.05
TINY = 1e-300

Marks = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class SeasonLayer:
    """One season of each history.

    Attributes:
        multiplicative: shape (histories,), whether values are divided by the factors;
            else they are subtracted.
        factors: shape (histories, season), by place: steps since the history began,
            modulo the season. Without a season they are 0, subtracted.
    """

    multiplicative: Marks
    factors: Doubles

    def remove(self, values: Doubles) -> Doubles:
        """Return histories, shape (histories, steps), without the season."""
        factors = self.factors[:, np.arange(values.shape[1]) % self.factors.shape[1]]
        ratios = np.where(self.multiplicative[:, np.newaxis], factors, 1.0)
        differences = np.where(self.multiplicative[:, np.newaxis], 0.0, factors)
        adjusted: Doubles = values / ratios - differences
        return adjusted

    def restore(self, forecasts: Doubles, rows: IntArray, ends: IntArray) -> Doubles:
        """Return forecasts, shape (windows, horizon), with the season.

        Args:
            forecasts: of what `remove` left.
            rows: shape (windows,), the history of each.
            ends: shape (windows,), steps of the history that came before.
        """
        ahead = ends[:, np.newaxis] + np.arange(forecasts.shape[1])
        factors = self.factors[rows[:, np.newaxis], ahead % self.factors.shape[1]]
        by_ratio = self.multiplicative[rows][:, np.newaxis]
        restored: Doubles = np.where(by_ratio, forecasts * factors, forecasts + factors)
        return restored


def find_seasons(
    values: Doubles, lengths: IntArray, seasons: Iterable[int]
) -> tuple[Doubles, list[SeasonLayer]]:
    """Return histories without their seasons, and these, in the order taken off.

    Args:
        values: shape (histories, steps), each from its first step on.
        lengths: shape (histories,), first steps to learn from; later ones have no
            influence, and are adjusted like the others.
        seasons: steps in one of each, at least 2.
    """
    layers = []
    for season in seasons:
        if lengths.max() < FEWEST_SEASONS * season:
            continue
        layers.append(_find_season(values, lengths, season))
        values = layers[-1].remove(values)
    return values, layers


def _find_season(values: Doubles, lengths: IntArray, season: int) -> SeasonLayer:
    """Return the season as ratios or as differences, whichever foretells more."""
    trend = _trend(values, lengths, season)
    before = np.arange(values.shape[1]) < lengths[:, np.newaxis]
    positive = np.all((values > 0) | ~before, axis=1)
    positive &= np.all((trend > 0) | np.isnan(trend), axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.where(positive[:, np.newaxis], values / trend - 1.0, np.nan)
    added, unexplained = _pattern(values - trend, season)
    multiplied, left = _pattern(ratios, season)
    by_ratio = positive & (left <= unexplained) & multiplied.any(axis=1)
    by_ratio &= multiplied.min(axis=1) > LOWEST_RATIO - 1.0
    factors = np.where(by_ratio[:, np.newaxis], 1.0 + multiplied, added)
    return SeasonLayer(by_ratio, factors)


def _trend(values: Doubles, lengths: IntArray, season: int) -> Doubles:
    """Return the centred average over one season; NaN where there is none.

    Even ones have half weights at both ends. Histories of less than two seasons have
    no trend at all.
    """
    histories, steps = values.shape
    half = season // 2
    trend = np.full((histories, steps), np.nan)
    sums = np.cumsum(np.pad(values, ((0, 0), (1, 0))), axis=1)
    span = 2 * half + 1
    within = sums[:, span:] - sums[:, :-span]
    if season % 2 == 0:
        within -= (values[:, : steps - span + 1] + values[:, span - 1 :]) / 2
    trend[:, half : steps - half] = within / season
    ends = np.where(lengths < FEWEST_SEASONS * season, 0, lengths - half)
    trend[np.arange(steps) >= ends[:, np.newaxis]] = np.nan
    return trend


def _pattern(deviations: Doubles, season: int) -> tuple[Doubles, Doubles]:
    """Return the season of deviations from the trend, and the share it leaves.

    Args:
        deviations: shape (histories, steps), NaN where unknown.
        season: steps in one.

    Returns:
        Shape (histories, season), with a mean of 0, and shape (histories,): squared
        error of foretelling a season by the others, to that of foretelling 0.
    """
    histories, steps = deviations.shape
    rows = -(-steps // season)
    padding = ((0, 0), (0, rows * season - steps))
    table = np.pad(deviations, padding, constant_values=np.nan)
    table = table.reshape(histories, rows, season)
    known = np.isfinite(table)
    table = np.where(known, table, 0.0)
    counts = known.sum(axis=1)
    means = table.sum(axis=1) / np.maximum(counts, 1)
    level = means.sum(axis=1) / np.maximum((counts > 0).sum(axis=1), 1)
    table = np.where(known, table - level[:, np.newaxis, np.newaxis], 0.0)
    nothing = (table**2).sum(axis=(1, 2))
    pattern, error = np.zeros((histories, season)), nothing.copy()
    for width in WIDTHS if season > LONG else WIDTHS[:1]:
        other, left = _foretold(table, known, width)
        better = left < error * (1 - 1e-9)
        pattern[better], error[better] = other[better], left[better]
    if rows >= ENOUGH_SEASONS:
        pattern, gain = _favour_recent(table, known, pattern)
        error = error * gain
    share = error / np.maximum(nothing, TINY)
    return pattern - pattern.mean(axis=1, keepdims=True), share


def _foretold(table: Doubles, known: Marks, width: int) -> tuple[Doubles, Doubles]:
    """Return the mean season, shrunk to what it foretells, and the squared error.

    Each season is foretold by the mean of the others; with a width, by a mean that
    gives places nearby a part too. Where that is not better than chance, the pattern
    is 0 and the error is that of 0.

    Args:
        table: shape (histories, seasons, season), 0 where not known.
        known: same shape.
        width: odd number of places; 1: each by itself.
    """
    counts, sums = known.sum(axis=1), table.sum(axis=1)
    rest_counts = _spread(counts[:, np.newaxis] - known, width)
    rest = _spread(sums[:, np.newaxis] - table, width)
    usable = known & (rest_counts > 0)
    foretold = np.where(usable, rest / np.maximum(rest_counts, TINY), 0.0)
    actual = np.where(usable, table, 0.0)
    size = np.maximum(usable.sum(axis=(1, 2)), 1)
    alike = (actual * foretold).sum(axis=(1, 2)) / size
    squares = (foretold**2).sum(axis=(1, 2)) / size
    total = (actual**2).sum(axis=(1, 2)) / size
    shrunk = np.clip(alike / np.maximum(squares, TINY), 0.0, 1.0)
    keep = shrunk
    if width == 1:  # all seasons together know more than all but one
        each = np.maximum(
            counts.sum(axis=1) / np.maximum((counts > 0).sum(axis=1), 1), 1
        )
        noise = np.maximum(total - alike, 0.0) / each
        keep = np.where(alike > 0, alike / np.maximum(alike + noise, TINY), 0.0)
    chance = STANDARD_ERRORS * np.sqrt(total * squares / size)
    keep, shrunk = (np.where(alike > chance, factor, 0.0) for factor in (keep, shrunk))
    error = ((table - shrunk[:, np.newaxis, np.newaxis] * foretold) ** 2).sum(
        axis=(1, 2)
    )
    means = _spread(sums, width) / np.maximum(_spread(counts, width), TINY)
    return keep[:, np.newaxis] * means, error


def _spread(table: NDArray[np.generic], width: int) -> Doubles:
    """Return sums over places nearby, the nearer the more, round the season."""
    spread: Doubles = np.asarray(table, dtype=np.float64)
    if width == 1:
        return spread
    half = width // 2
    return sum(
        ((1 - abs(by) / (half + 1)) * np.roll(spread, by, axis=-1))
        for by in range(-half, half + 1)
    )  # type: ignore[return-value]


def _favour_recent(
    table: Doubles, known: Marks, pattern: Doubles
) -> tuple[Doubles, Doubles]:
    """Return the pattern, or one of the recent seasons where that foretells better.

    Returns:
        Shape (histories, season), and shape (histories,): squared error of foretelling
        each season by the earlier ones, to that of weighing all alike.
    """
    seasonal = pattern.any(axis=1)
    chosen, even = pattern.copy(), np.zeros(len(pattern))
    least = np.zeros(len(pattern))
    for number, decay in enumerate((1.0, *DECAYS)):
        other, error = _weighted(table, known, decay)
        if number == 0:
            even, least = error, error.copy()
            continue
        better = seasonal & (error < least * 0.995)
        chosen[better], least[better] = other[better], error[better]
    return chosen, np.where(even > 0, least / np.maximum(even, TINY), 1.0)


def _weighted(table: Doubles, known: Marks, decay: float) -> tuple[Doubles, Doubles]:
    """Return the mean season, later ones weighing more, shrunk; and its error."""
    shape = table.shape[0], table.shape[2]
    sums, counts = np.zeros(shape), np.zeros(shape)
    alike, squares, total = np.zeros((3, len(table)))
    for number, (row, seen) in enumerate(_seasons_of(table, known)):
        if number >= FEWEST_SEASONS:
            foretold = np.where(counts > 0, sums / np.maximum(counts, TINY), 0.0)
            actual = np.where(counts > 0, row, 0.0)
            foretold = np.where(seen, foretold, 0.0)
            alike += (actual * foretold).sum(axis=1)
            squares += (foretold**2).sum(axis=1)
            total += (actual**2).sum(axis=1)
        factor = np.where(seen.any(axis=1), decay, 1.0)[:, np.newaxis]
        sums, counts = factor * sums + row, factor * counts + seen
    kept = np.clip(alike / np.maximum(squares, TINY), 0.0, 1.0)
    error = total - 2 * kept * alike + kept**2 * squares
    return kept[:, np.newaxis] * sums / np.maximum(counts, TINY), error


def _seasons_of(table: Doubles, known: Marks) -> Iterator[tuple[Doubles, Marks]]:
    """Yield the seasons of all histories one after another, with what is known."""
    for number in range(table.shape[1]):
        yield table[:, number], known[:, number]
