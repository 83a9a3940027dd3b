"""How long windows are: lookback and horizon, chosen from the data and checked."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from seqforecast.data.panel import IntArray, Panel
from seqforecast.data.split import Parts
from seqforecast.errors import DataError, name_first
from seqforecast.section import Section

# Without a season there is no natural horizon; eight steps show more than one.
HORIZON_WITHOUT_SEASON = 8
LOOKBACK_IN_HORIZONS = 3


Steps = Annotated[int, Field(ge=1, le=100_000_000)]
Lookbacks = Annotated[list[Steps], Field(min_length=1, max_length=100)]


class WindowSection(Section):
    """How long a window is: what the model sees and what it predicts."""

    lookback: Literal["auto"] | Steps | Lookbacks = Field(
        default="auto",
        description="steps the model sees; auto: three horizons; several: members of "
        "an ensemble take them in turn",
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
    min_history: Steps | None = Field(
        default=None,
        description="fewest steps of a series in a lookback, its first value repeated "
        "before them; null: all of it",
    )

    @model_validator(mode="after")
    def _ask_for_less_than_all_history(self) -> "WindowSection":
        longest = self.lookbacks[:1]
        if self.min_history and longest and self.min_history >= longest[0]:
            raise ValueError(
                f"min_history must be less than the lookback of {longest[0]}, got "
                f"{self.min_history}: leave it out to see all of the lookback"
            )
        return self

    @property
    def lookbacks(self) -> list[int]:
        """Every lookback that is written, the longest first; none for auto."""
        if self.lookback == "auto":
            return []
        if isinstance(self.lookback, int):
            return [self.lookback]
        return sorted(self.lookback, reverse=True)


def choose_length(
    panel: Panel, parts: Parts, section: WindowSection, *, segment: int | None
) -> tuple[int, int]:
    """Return the longest lookback, and the horizon; `auto` is decided from the data.

    The horizon is one season (8 steps without one), the lookback three horizons,
    both made shorter where a part has no room for them; the lookback is then
    rounded to whole segments.
    """
    room, train = _room(parts)
    season = panel.season or HORIZON_WITHOUT_SEASON
    chosen = max(min(season, room), 1)
    horizon = chosen if section.horizon == "auto" else section.horizon
    if section.lookbacks:
        return section.lookbacks[0], horizon
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


def check_length(
    panel: Panel,
    parts: Parts,
    length: tuple[int, int],
    min_history: int | None = None,
) -> tuple[str, ...]:
    """Refuse parts without a whole window, and say which series have none.

    By time, a series too short to be learnt from, or to choose the epoch by, can
    still be scored: it is, and said so. Each series of the test part has to be.

    Returns:
        A sentence about each part in which some series have no whole window.

    Raises:
        DataError: names the part, how many series are too short, and which.
    """
    notes = []
    horizon, history = length[1], min(min_history or length[0], length[0])
    for name in ("train", "validation", "test"):
        spans = getattr(parts, name)
        target = np.maximum(spans[:, 0], history)
        in_part = spans[:, 1] > spans[:, 0]
        short = np.flatnonzero(in_part & (spans[:, 1] - target < horizon))
        if not len(short):
            continue
        whole = history == length[0]
        first = "lookback" if whole else "min_history"
        lower = "lookback (or set window.min_history)" if whole else first
        window = f"{history} + {horizon} steps ({first} + horizon)"
        sentence = _too_short(panel, name, spans, window, short)
        all_are = len(short) == np.count_nonzero(in_part)
        if all_are or name == "test" or parts.by == "series":
            raise DataError(
                sentence,
                hint=f"lower window.{lower} or window.horizon, or give the {name} "
                "part more of the data",
            )
        notes.append(f"{sentence}; they are scored like the others")
    return tuple(notes)


def _too_short(
    panel: Panel, name: str, spans: IntArray, window: str, short: IntArray
) -> str:
    """Say which series have no whole window in a part."""
    window = f"a window is {window}"
    sizes = np.diff(spans, axis=1)[:, 0]
    worst = short[np.argmin(sizes[short])]
    size = f"{panel.ids[worst]} has {sizes[worst]} steps there"
    count = int(np.sum(sizes > 0))
    if count == 1:
        return f"the {name} part is shorter than a window: {window}, {size}"
    which = name_first([panel.ids[i] for i in short], rest=" and {} more")
    return (
        f"{len(short)} of {count} series have no whole window in the {name} part: "
        f"{which}; {window}, {size}"
    )
