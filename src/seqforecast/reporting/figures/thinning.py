"""Thinning: long lines drawn with fewer points that look the same."""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]
Points = tuple[tuple[float, float | None], ...]
MOST_POINTS = 1200


def thin(
    x: npt.ArrayLike, y: npt.ArrayLike, most: int = MOST_POINTS
) -> tuple[Doubles, Doubles]:
    """Return a line by at most so many points, its highs and lows among them.

    The line is cut into equal stretches; the lowest and the highest point of each
    stay, in order, and so do the first and the last. Values that are not finite become
    NaN: gaps in the line.

    Args:
        x: shape (points,).
        y: shape (points,).
        most: at least 4; shorter lines are returned as they are.
    """
    xs, ys = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    ys = np.where(np.isfinite(ys), ys, np.nan)
    if len(ys) <= most:
        return xs, ys
    edges = np.linspace(0, len(ys), (most - 2) // 2 + 1).astype(np.int64)
    kept = {0, len(ys) - 1}
    lows, highs = (np.where(np.isnan(ys), fill, ys) for fill in (np.inf, -np.inf))
    for begin, end in pairwise(edges.tolist()):
        kept |= {begin + int(np.argmin(lows[begin:end]))}
        kept |= {begin + int(np.argmax(highs[begin:end]))}
    which = np.array(sorted(kept))
    return xs[which], ys[which]


def points_of(x: npt.ArrayLike, y: npt.ArrayLike, most: int = MOST_POINTS) -> Points:
    """Return a thinned line as (x, y) pairs; y is None where the line has a gap."""
    xs, ys = thin(x, y, most)
    pairs = zip(xs.tolist(), ys.tolist(), strict=True)
    return tuple((at, None if np.isnan(value) else value) for at, value in pairs)


def values_of(points: Points) -> list[float]:
    """Return the values of a line, gaps left out."""
    return [value for _, value in points if value is not None]


def curve_of(history: Sequence[Mapping[str, Any]], name: str) -> Points:
    """Return one column of a history by epoch; nothing when no value is finite."""
    epochs = [int(row["epoch"]) for row in history]
    values = [number_of(row.get(name)) for row in history]
    if all(value is None for value in values):
        return ()
    return points_of(epochs, [math.nan if v is None else v for v in values])


def number_of(value: float | None) -> float | None:
    """Return a finite number, or None."""
    return None if value is None or not math.isfinite(value) else float(value)
