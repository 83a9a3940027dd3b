"""Windows: (series, start) pairs into the flat array; values are never copied."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from seqforecast.data.panel import FloatArray, IntArray, Panel
from seqforecast.data.parts import Parts
from seqforecast.errors import DataError
from seqforecast.section import Section

# Without a season there is no natural horizon; eight steps show more than one.
HORIZON_WITHOUT_SEASON = 8
LOOKBACK_IN_HORIZONS = 3

Steps = Annotated[int, Field(ge=1, le=100_000_000)]


class WindowSection(Section):
    """How long a window is: what the model sees and what it predicts."""

    lookback: Literal["auto"] | Steps = Field(
        default="auto", description="steps the model sees; auto: three horizons"
    )
    horizon: Literal["auto"] | Steps = Field(
        default="auto", description="steps it predicts; auto: one season, else 8"
    )
    stride: int = Field(
        default=1,
        ge=1,
        le=100_000_000,
        description="steps between training windows; thins these only",
    )


@dataclass(frozen=True, slots=True, eq=False)
class WindowIndex:
    """Windows of one part, as positions in `Panel.values`.

    Window i sees values[starts[i] : starts[i] + lookback] and must predict the
    `horizon` values that follow. Windows never leave their series.

    Attributes:
        starts: shape (windows,), positions in the flat array, series by series.
        series: shape (windows,), int32, which series each window belongs to.
        lookback: steps the model sees.
        horizon: steps it predicts.
    """

    starts: IntArray
    series: npt.NDArray[np.int32]
    lookback: int
    horizon: int

    def __len__(self) -> int:
        """Return the number of windows."""
        return len(self.starts)

    def take(self, which: slice | IntArray) -> "WindowIndex":
        """Return some of the windows."""
        return WindowIndex(
            self.starts[which], self.series[which], self.lookback, self.horizon
        )

    def chunks(self, size: int) -> Iterator["WindowIndex"]:
        """Yield the windows in order, at most `size` at a time."""
        for start in range(0, len(self), size):
            yield self.take(slice(start, start + size))

    def inputs(self, values: FloatArray) -> FloatArray:
        """Gather the lookbacks, shape (windows, lookback)."""
        lookbacks: FloatArray = values[
            self.starts[:, np.newaxis] + np.arange(self.lookback)
        ]
        return lookbacks

    def targets(self, values: FloatArray) -> FloatArray:
        """Gather the steps to predict, shape (windows, horizon)."""
        first = self.starts[:, np.newaxis] + self.lookback
        horizons: FloatArray = values[first + np.arange(self.horizon)]
        return horizons

    def cutoffs(self, panel: Panel) -> IntArray:
        """Return the last observed step of each window, counted from the origin."""
        local = self.starts - panel.offsets[self.series] + self.lookback - 1
        return panel.first_steps[self.series] + local


def index_windows(
    panel: Panel, spans: IntArray, length: tuple[int, int], *, stride: int = 1
) -> WindowIndex:
    """Return every window whose targets lie inside the spans of a part.

    Window starts of one series are `stride` steps apart, counted from its first.

    Args:
        panel: where the windows lie.
        spans: shape (series, 2), local steps [start, stop) of the targets.
        length: lookback and horizon, in steps.
        stride: steps between windows.
    """
    lookback, horizon = length
    first = np.maximum(spans[:, 0] - lookback, 0)
    last = spans[:, 1] - lookback - horizon
    counts = np.where(spans[:, 1] > spans[:, 0], (last - first) // stride + 1, 0)
    counts = np.maximum(counts, 0)
    series = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    before = np.cumsum(counts) - counts
    within = np.arange(len(series), dtype=np.int64) - before[series]
    starts = panel.offsets[series] + first[series] + within * stride
    return WindowIndex(starts, series, lookback, horizon)


def choose_length(
    panel: Panel, parts: Parts, section: WindowSection, *, segment: int | None
) -> tuple[int, int]:
    """Return lookback and horizon, in steps; `auto` is decided from the data.

    The horizon is one season (8 steps without one), the lookback three horizons,
    both made shorter where a part has no room for them; the lookback is then
    rounded to whole segments.
    """
    room, train = _room(parts)
    wanted = panel.season or HORIZON_WITHOUT_SEASON
    chosen = max(min(wanted, room), 1)
    horizon = chosen if section.horizon == "auto" else section.horizon
    if section.lookback != "auto":
        return section.lookback, horizon
    lookback = max(min(LOOKBACK_IN_HORIZONS * horizon, train - horizon), 1)
    if segment is not None:
        lookback = max(lookback // segment, 1) * segment
    return lookback, horizon


def _room(parts: Parts) -> tuple[int, int]:
    """Return the longest horizon every part allows, and the shortest train part."""
    sizes = [
        np.diff(spans, axis=1)[:, 0]
        for spans in (parts.train, parts.validation, parts.test)
    ]
    train, validation, test = (int(size[size > 0].min()) for size in sizes)
    if parts.by == "series":
        return min(train, validation, test) // 4, min(train, validation, test)
    return min(validation, test, train // 2), train


def check_length(panel: Panel, parts: Parts, lookback: int, horizon: int) -> None:
    """Refuse parts in which some series has no whole window.

    Raises:
        DataError: names the part, how many series are too short, and which.
    """
    for name in ("train", "validation", "test"):
        spans = getattr(parts, name)
        first = np.maximum(spans[:, 0] - lookback, 0)
        in_part = spans[:, 1] > spans[:, 0]
        short = np.flatnonzero(in_part & (spans[:, 1] - first < lookback + horizon))
        if len(short):
            raise DataError(
                _too_short(panel, name, spans, (lookback, horizon), short),
                hint="lower window.lookback or window.horizon, or give the "
                f"{name} part more of the data",
            )


def _too_short(
    panel: Panel, name: str, spans: IntArray, length: tuple[int, int], short: IntArray
) -> str:
    """Say which series have no whole window in a part."""
    lookback, horizon = length
    window = f"a window is {lookback} + {horizon} steps (lookback + horizon)"
    sizes = np.diff(spans, axis=1)[:, 0]
    worst = short[np.argmin(sizes[short])]
    size = f"{panel.ids[worst]} has {sizes[worst]} steps there"
    count = int(np.sum(sizes > 0))
    if count == 1:
        return f"the {name} part is shorter than a window: {window}, {size}"
    which = ", ".join(panel.ids[i] for i in short[:5])
    more = f" and {len(short) - 5} more" if len(short) > 5 else ""
    return (
        f"{len(short)} of {count} series have no whole window in the {name} part: "
        f"{which}{more}; {window}, {size}"
    )
