"""Baselines as vertical lines: which fit on the axis, and where their names stand."""

from collections.abc import Mapping, Sequence

from seqforecast.reporting.comparison.looks import LETTER

NEAR, BEST_NEAR = 4, 20  # times the members' spread that the axis may grow to
BEYOND = 1.2  # times the axis up to the best baseline that the others may take


def baselines_near(
    values: Sequence[float], errors: Mapping[str, float], best: str
) -> dict[str, float]:
    """Return the baselines that leave room for the members, lowest first.

    The best one may be further off than the others.

    Args:
        values: what the axis shows of the members, at least one.
        errors: of the baselines by name.
        best: name of the best one.
    """
    low, high = min(values), max(values)
    spread = max(high - low, 0.02 * abs(high))
    shown, room = {}, BEST_NEAR * spread
    for name in (best, *errors):
        ends = min(low, errors[name]), max(high, errors[name])
        if ends[1] - ends[0] <= room:
            shown[name] = errors[name]
            low, high = ends
        if name == best:
            room = max(NEAR * spread, BEYOND * (high - low))
    return dict(sorted(shown.items(), key=lambda item: item[1]))


def name_levels(
    lines: Sequence[tuple[str, float]], ends: tuple[float, float], wide: float
) -> list[int]:
    """Return for each line the level its name stands on, so that none overlap.

    Args:
        lines: name and position of each, from left to right.
        ends: of the axis.
        wide: inches of the axis.
    """
    taken: list[float] = []
    levels = []
    for name, position in lines:
        middle = (position - ends[0]) / (ends[1] - ends[0]) * wide
        half = LETTER * len(name) / 2 + 0.06
        begin = middle - half
        level = next((at for at, end in enumerate(taken) if end < begin), len(taken))
        taken[level : level + 1] = [middle + half]
        levels.append(level)
    return levels
