"""Splitting into train, validation and test: by time, by series, or rolling."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from pydantic import Field, field_validator, model_validator

from seqforecast.data.panel import IntArray, Panel
from seqforecast.errors import ConfigError, DataError
from seqforecast.section import Section

Amount = int | float | str
PARTS = ("train", "validation", "test")


class SplitSection(Section):
    """How much of the data each part gets: shares, steps, dates or the rest."""

    by: Literal["time", "series"] = Field(
        default="time", description="cut every series in time, or deal whole series"
    )
    train: Amount = Field(
        default=0.7,
        description="a share, a number of steps (by series: of series), "
        "a date it runs up to (by time), or rest",
    )
    validation: Amount = Field(default=0.15, description="as train; follows it")
    test: Amount = Field(default=0.15, description="as train; follows validation")

    @field_validator("train", "validation", "test")
    @classmethod
    def _be_an_amount(cls, value: Amount) -> Amount:
        if isinstance(value, float) and not 0 < value < 1:
            raise ValueError(f"a share must lie between 0 and 1, got {value}")
        if isinstance(value, int) and not 1 <= value <= 10**12:
            raise ValueError(f"a number of steps must be 1 to 10^12, got {value}")
        return value

    @model_validator(mode="after")
    def _fit_into_the_data(self) -> "SplitSection":
        shares = [amount for amount in self.amounts if isinstance(amount, float)]
        if sum(shares) > 1 + 1e-9:
            raise ValueError(f"the shares add up to {sum(shares):g}, more than 1")
        if self.amounts.count("rest") > 1:
            raise ValueError("only one part can be the rest")
        dates = [a for a in self.amounts if isinstance(a, str) and a != "rest"]
        if dates and self.by == "series":
            raise ValueError(
                f"by series, a part is a share or a number of series, got {dates[0]!r}"
            )
        return self

    @property
    def amounts(self) -> tuple[Amount, ...]:
        """Train, validation and test, in this order."""
        return self.train, self.validation, self.test


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Where the targets of each part lie.

    Each array has shape (series, 2): the local steps [start, stop) that a target
    of this part may cover; start equals stop where a series has no such part. The
    lookback of a window may begin before `start`, never before the series.

    Attributes:
        by: time or series.
        train: the steps everything is learnt from.
        validation: the steps that choose.
        test: the steps that are reported.
        unused: steps (by series: series) that are in no part.
    """

    by: Literal["time", "series"]
    train: IntArray
    validation: IntArray
    test: IntArray
    unused: int

    @property
    def seen(self) -> IntArray:
        """Train and validation as one part, shape (series, 2)."""
        alone = self.train[:, 0] == self.train[:, 1]
        start = np.where(alone, self.validation[:, 0], self.train[:, 0])
        stop = np.maximum(self.train[:, 1], self.validation[:, 1])
        return np.stack([start, stop], axis=1)


def split(panel: Panel, section: SplitSection) -> Parts:
    """Cut the panel into parts that follow each other.

    By time, every series is cut on its own; shares are rounded to whole steps so
    that the borders, not the lengths, are nearest. By series, whole series go to
    one part each, in file order.

    Raises:
        DataError: the parts need more than there is, or one would be empty.
        ConfigError: a date cannot be read, or the times are not dates.
    """
    if section.by == "series":
        count = np.array([len(panel.ids)], dtype=np.int64)
        borders = _borders(section, count, None)[0]
        _check(borders[np.newaxis], count, "series", ("the data",))
        return _deal(panel, borders)
    borders = _borders(section, panel.lengths, panel)
    _check(borders, panel.lengths, "steps", panel.ids)
    unused = int(np.sum(panel.lengths - borders[:, 3]))
    train, validation, test = (borders[:, part : part + 2] for part in range(3))
    return Parts("time", train, validation, test, unused)


def _deal(panel: Panel, borders: IntArray) -> Parts:
    """Give whole series to parts; borders has shape (4,)."""
    number = np.arange(len(panel.ids))
    spans = []
    for start, stop in pairwise(borders):
        mine = (number >= start) & (number < stop)
        stops = np.where(mine, panel.lengths, 0)
        spans.append(np.stack([np.zeros_like(stops), stops], axis=1))
    train, validation, test = spans
    return Parts("series", train, validation, test, len(panel.ids) - int(borders[3]))


def _borders(section: SplitSection, sizes: IntArray, panel: Panel | None) -> IntArray:
    """Return where each part begins and the last one ends, shape (sizes, 4).

    What follows the rest is counted from the end.
    """
    if all(isinstance(amount, float) for amount in section.amounts):
        shares = np.cumsum([0.0, *section.amounts])
        borders: IntArray = np.rint(np.outer(sizes, shares)).astype(np.int64)
        return borders
    borders = np.zeros((len(sizes), 4), dtype=np.int64)
    for part, amount in enumerate(section.amounts):
        if amount == "rest":
            after = section.amounts[part + 1 :]
            borders[:, part + 1] = sizes - _from_the_end(after, sizes)
        elif isinstance(amount, str):
            borders[:, part + 1] = _date_border(PARTS[part], amount, panel)
        else:
            borders[:, part + 1] = borders[:, part] + _steps(amount, sizes)
    return borders


def _from_the_end(after: tuple[Amount, ...], sizes: IntArray) -> IntArray:
    """Return how many steps the parts after the rest take."""
    steps = np.zeros_like(sizes)
    for amount in after:
        if isinstance(amount, str):
            raise ConfigError(
                f"split: a part that runs up to {amount!r} cannot follow the rest",
                hint="give the parts after the rest as shares or numbers of steps",
            )
        steps = steps + _steps(amount, sizes)
    return steps


def _steps(amount: Any, sizes: IntArray) -> IntArray:
    steps = np.rint(sizes * amount) if isinstance(amount, float) else amount
    return np.full_like(sizes, steps)


def _date_border(part: str, text: str, panel: Panel | None) -> IntArray:
    """Return how many steps of each series lie at or before a date.

    A date without a time, `2017-06-26` or `2017-06`, includes all of it.
    """
    import pandas as pd

    if panel is None or isinstance(panel.frequency, int):
        raise ConfigError(
            f"split.{part}: {text!r} is no share and no number, and the times are "
            "not dates",
            hint="give a share such as 0.7, a number of steps, or rest",
        )
    try:
        end = panel.zone.moment(pd.Period(text).end_time)
    except (ValueError, AttributeError) as error:  # NaT has no end
        raise ConfigError(
            f"split.{part}: {text!r} is neither a date nor rest",
            hint="write it as 2017-06-26, or as a share such as 0.7",
        ) from error
    last = int(np.max(panel.first_steps + panel.lengths))
    grid = panel.stamps(np.arange(last))
    within = int(np.searchsorted(grid, end.to_datetime64(), side="right"))
    steps: IntArray = np.clip(within - panel.first_steps, 0, panel.lengths)
    return steps


def _check(
    borders: IntArray, sizes: IntArray, unit: str, names: tuple[str, ...]
) -> None:
    """Refuse parts that are empty or leave the data."""
    lengths = np.diff(borders, axis=1)
    bad = np.flatnonzero((lengths < 1).any(axis=1) | (borders[:, 3] > sizes))
    if not len(bad):
        return

    first = bad[0]
    if borders[first, 3] > sizes[first]:
        problem = f"the parts need {borders[first, 3]} {unit}"
    else:
        part = PARTS[int(np.argmax(lengths[first] < 1))]
        problem = f"nothing is left for the {part} part"
    more = f" (and {len(bad) - 1} more series)" if len(bad) > 1 else ""
    raise DataError(
        f"split: {problem}, but {names[first]} has {sizes[first]} {unit}{more}",
        hint="change split.train, split.validation or split.test",
    )


@dataclass(frozen=True, slots=True)
class Rolling:
    """How the cutoff moves through the end of each series.

    Attributes:
        cutoffs: how many there are, at least 1.
        step: steps from one to the next.
        window: expanding: each train part begins with its series; sliding: all have
            the length of the first one.
        refit: cutoffs that a fit is kept for; None: one fit for all of them.
    """

    cutoffs: int
    step: int
    window: Literal["expanding", "sliding"] = "expanding"
    refit: int | None = 1

    @property
    def fits(self) -> int:
        """How often the model is trained."""
        return -(-self.cutoffs // (self.refit or self.cutoffs))

    def reach(self, horizon: int) -> int:
        """Return the steps from the first cutoff to the last target."""
        return horizon + (self.cutoffs - 1) * self.step


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """One fit, and the cutoffs it forecasts at.

    Attributes:
        number: counted from 1.
        first: its first cutoff, counted from 1.
        last: its last cutoff.
        parts: validation ends at the first cutoff; the test part reaches from there
            to the last target of the last one.
    """

    number: int
    first: int
    last: int
    parts: Parts


def roll(panel: Panel, parts: Parts, rolling: Rolling, horizon: int) -> list[Fold]:
    """Return the fits of a backtest, in the order of time.

    The last target of the last cutoff is the end of the test part. The validation
    part keeps its size and ends at the first cutoff of each fit; train precedes it.

    Args:
        panel: all series.
        parts: how the experiment cuts them in time.
        rolling: how the cutoff moves.
        horizon: steps that are predicted.

    Raises:
        DataError: a series has nothing before the first cutoff to learn from.
    """
    begin = parts.test[:, 1] - rolling.reach(horizon)
    validation = parts.validation[:, 1] - parts.validation[:, 0]
    length = begin - validation
    _check_rolling(panel, parts, length, rolling, horizon)
    kept = rolling.refit or rolling.cutoffs
    folds = []
    for number in range(1, rolling.fits + 1):
        first = (number - 1) * kept + 1
        last = min(number * kept, rolling.cutoffs)
        cutoff = begin + (first - 1) * rolling.step
        stop = cutoff - validation
        start = stop - length if rolling.window == "sliding" else np.zeros_like(stop)
        end = begin + (last - 1) * rolling.step + horizon
        spans = ((start, stop), (stop, cutoff), (cutoff, end))
        train, chosen, test = (np.stack(span, axis=1) for span in spans)
        parts_then = Parts("time", train, chosen, test, 0)
        folds.append(Fold(number, first, last, parts_then))
    return folds


def _check_rolling(
    panel: Panel, parts: Parts, left: IntArray, rolling: Rolling, horizon: int
) -> None:
    """Refuse series with no step left to learn from."""
    short = np.flatnonzero(left < 1)
    if not len(short):
        return
    worst = short[np.argmin(left[short])]
    reach = rolling.reach(horizon)
    validation = int(np.ptp(parts.validation[worst]))
    raise DataError(
        f"{len(short)} of {len(panel.ids)} series are too short for {rolling.cutoffs} "
        f"cutoffs {rolling.step} steps apart: {panel.ids[worst]} has "
        f"{parts.test[worst, 1]} steps, {reach} to forecast and {validation} to "
        "validate on leave nothing to train on",
        hint="ask for fewer --cutoffs, a smaller --step or a smaller validation part, "
        "or leave these series out",
    )
