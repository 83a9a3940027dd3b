"""What a backtest will be, in sentences, before anything is trained."""

from seqforecast.data.rolling import Rolling
from seqforecast.reporting.numbers import plural


def say_plan(rolling: Rolling, first: str, last: str) -> str:
    """Return how many cutoffs and fits there will be.

    Args:
        rolling: how the cutoff moves.
        first: time stamp of the first cutoff.
        last: that of the last one.
    """
    where = first if first == last else f"from {first} to {last}"
    told = f"{rolling.cutoffs} {plural('cutoff', rolling.cutoffs)}, {where}"
    if rolling.cutoffs > 1:
        told += f", {_apart(rolling)}"
    part = f", {rolling.window} train part" if rolling.fits > 1 else ""
    return f"backtest: {told}; {rolling.fits} {plural('fit', rolling.fits)}{part}"


def say_overlap(rolling: Rolling, horizon: int) -> list[str]:
    """Say that targets are forecast more than once, where they are."""
    if rolling.cutoffs == 1 or rolling.step >= horizon:
        return []
    times = min(-(-horizon // rolling.step), rolling.cutoffs)
    note = (
        f"Forecasts overlap: cutoffs are {_apart(rolling)} and each forecast has "
        f"{horizon}, so that a target is forecast up to {times} times."
    )
    return [note]


def say_early(early: int, cutoffs: int) -> list[str]:
    """Say that settings may have been chosen on what is forecast.

    Args:
        early: cutoffs before the experiment's test part.
        cutoffs: all of them.
    """
    if not early:
        return []
    lie = "lies" if early == 1 else "lie"
    note = (
        f"{early} of {cutoffs} {plural('cutoff', cutoffs)} {lie} before the test part "
        "of the experiment: settings that were chosen on its validation part know "
        "what is forecast there."
    )
    return [note]


def _apart(rolling: Rolling) -> str:
    return f"{rolling.step} {plural('step', rolling.step)} apart"
