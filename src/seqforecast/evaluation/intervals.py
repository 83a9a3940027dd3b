"""Intervals around forecasts, and the section that asks for them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator

from seqforecast.data.panel import FloatArray, Panel
from seqforecast.data.windows import WindowIndex
from seqforecast.evaluation.metrics import Doubles
from seqforecast.section import Section

USUAL = (80.0, 95.0)
Levels = Annotated[list[float], Field(min_length=1)]


class IntervalsSection(Section):
    """Intervals around the forecasts, calibrated on the validation part."""

    level: Literal["auto"] | Levels = Field(
        default="auto",
        description="percent of the truths that each interval is to cover; auto: 80 "
        "and 95, as far as the validation part has windows enough",
    )
    method: Literal["conformal"] = Field(
        default="conformal",
        description="errors on the validation part say how wide, step by step",
    )

    @field_validator("level")
    @classmethod
    def _in_percent(cls, levels: Any) -> Any:
        if levels == "auto":
            return levels
        for level in levels:
            if not 1 <= level < 100:  # .8 is meant to be 80
                raise ValueError(f"must be percent, from 1 to 99.9, got {level:g}")
        if len(set(levels)) < len(levels):
            raise ValueError(f"names a level twice: {levels}")
        return sorted(levels)

    @property
    def levels(self) -> list[float]:
        """The levels that are written; none for auto."""
        return [] if self.level == "auto" else self.level


def tails(level: float) -> tuple[float, float]:
    """Return the levels of both ends: .1 and .9 of 80 percent, without rounding."""
    below = (100 - Decimal(repr(level))) / 200
    return float(below), float(1 - below)


@dataclass(frozen=True, slots=True)
class Calibration:
    """What intervals were learnt on: how much chance there is in their width.

    Attributes:
        stretches: of one horizon, from the first cutoff of any series to the last.
        of_series: of one horizon in each series, all series together.
    """

    stretches: int
    of_series: int

    @classmethod
    def of(cls, panel: Panel, windows: WindowIndex) -> "Calibration":
        """Count those of some windows, at least one."""
        span = int(np.ptp(windows.cutoffs(panel)))
        counts = np.bincount(windows.series)
        of_series = -(-counts // windows.horizon)
        return cls(span // windows.horizon + 1, int(of_series.sum()))


@dataclass(frozen=True, slots=True, eq=False)
class Intervals:
    """Intervals around forecasts, as wide as errors on the validation part were.

    Attributes:
        levels: in percent, rising.
        margins: shape (levels, horizon), in units of the series; how far the ends lie
            from the forecast, or, where it has quantiles of their levels, beyond these
            (Romano, Patterson and Candes, Conformalized Quantile Regression, 2019).
        units: shape (series + 1,), what a unit of each series is; the last one is that
            of series the run does not know.
        learnt_on: the windows that said how wide; None in runs of older versions.
    """

    levels: tuple[float, ...]
    margins: Doubles
    units: Doubles
    learnt_on: Calibration | None = None

    def apply(
        self, out: FloatArray, quantiles: Sequence[float], units: Doubles
    ) -> tuple[tuple[float, ...], FloatArray]:
        """Return the quantiles of a forecast: its own, and the ends of intervals.

        An interval contains those of lower levels and the forecast itself. Ends take
        the place of the model's quantiles of the same levels; others are kept, and
        put in order with them.

        Args:
            out: shape (windows, horizon), or with quantiles as a third axis.
            quantiles: their levels; () where there are none.
            units: shape (windows,), of their series.

        Returns:
            Levels, rising, and float32 of shape (windows, horizon, levels).
        """
        own = {level: out[..., i] for i, level in enumerate(quantiles)}
        inner = own[0.5] if own else out
        by_level, low, high = dict(own), inner, inner
        for level, margin in zip(self.levels, self.margins, strict=True):
            below, above = tails(level)
            width = margin * units[:, np.newaxis]
            has_own = below in own and above in own
            from_low, from_high = (
                (own[below], own[above]) if has_own else (inner, inner)
            )
            low = np.minimum(low, from_low - width)
            high = np.maximum(high, from_high + width)
            by_level |= {below: low, above: high}
        levels = tuple(sorted(by_level))
        values = np.stack([by_level[level] for level in levels], axis=-1)
        return levels, np.sort(values, axis=-1).astype(np.float32)

    def values(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return {
            "schema": 1,
            "method": "conformal",
            "level": list(self.levels),
            "margins": self.margins.tolist(),
            "units": self.units.tolist(),
            "learnt_on": self.learnt_on and asdict(self.learnt_on),
        }

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Intervals":
        """Return the intervals that such values describe."""
        margins, units = (np.array(values[name]) for name in ("margins", "units"))
        learnt_on = values.get("learnt_on")
        calibration = Calibration(**learnt_on) if learnt_on else None
        return cls(tuple(values["level"]), margins, units, calibration)


def quantiles_of(
    out: FloatArray,
    quantiles: Sequence[float],
    intervals: Intervals | None,
    series: NDArray[np.integer[Any]],
) -> tuple[tuple[float, ...], FloatArray]:
    """Return the quantiles of a forecast and the ends of its intervals, if any.

    Args:
        out: what the model forecast, as for `Intervals.apply`.
        quantiles: levels of its last axis; () where there are none.
        intervals: of the run; None where it has none.
        series: shape (windows,), numbers by which the run knows the series; their
            count stands for any other.

    Returns:
        As `Intervals.apply`; no levels where there is neither.
    """
    if intervals is None:
        return tuple(quantiles), out
    return intervals.apply(out, quantiles, intervals.units[series])
