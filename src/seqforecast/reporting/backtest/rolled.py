"""What is drawn of the forecasts at the cutoffs, over some of the series."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from seqforecast.reporting.bands import Band
from seqforecast.reporting.lettering import elide, stamp_texts
from seqforecast.reporting.numbers import plural
from seqforecast.reporting.thinning import Points, points_of, values_of
from seqforecast.reporting.verdict import say_errors

MOST_SERIES = 4
MOST_POINTS = 200
NAME_WIDTH = 60
STAMPS = 5


@dataclass(frozen=True, slots=True, eq=False)
class SeriesPicture:
    """One series to show.

    Attributes:
        series: the id.
        stamps: shape (steps,), datetime64 or whole numbers.
        truth: shape (steps,), NaN where nothing is known.
        cutoffs: shape (cutoffs,), places of the last observed steps among the steps.
        model: shape (cutoffs, horizon).
        naive: the same shape.
        bands: lower and upper ends of intervals, same shape each, by level in percent.
    """

    series: str
    stamps: npt.NDArray[Any]
    truth: npt.NDArray[Any]
    cutoffs: npt.NDArray[np.int64]
    model: npt.NDArray[Any]
    naive: npt.NDArray[Any]
    bands: Mapping[float, tuple[npt.NDArray[Any], npt.NDArray[Any]]] = field(
        default_factory=dict
    )


@dataclass(frozen=True, slots=True)
class Row:
    """One series as drawn; points are (step shown, value).

    Attributes:
        title: the series.
        truth: what came.
        model: a line a cutoff.
        naive: a line a cutoff.
        refits: the steps after which the model was trained.
        ticks: steps and their time stamps.
        steps: how many are shown.
        bands: intervals at each cutoff, the widest first.
    """

    title: str
    truth: Points
    model: tuple[Points, ...]
    naive: tuple[Points, ...]
    refits: tuple[float, ...]
    ticks: tuple[tuple[float, str], ...]
    steps: int
    bands: tuple[Band, ...] = ()

    @property
    def values(self) -> list[float]:
        """Every value the axis must show."""
        ends = [points for _, *both in self.bands for points in both]
        lines = (self.truth, *self.model, *self.naive, *ends)
        return [value for line in lines for value in values_of(line)]


@dataclass(frozen=True, slots=True)
class RolledFigure:
    """What to draw.

    Attributes:
        title: the finding.
        caption: which series are shown, and how they were chosen.
        rows: one a series.
    """

    title: str
    caption: str
    rows: tuple[Row, ...]


def describe_rolled(
    pictures: Sequence[SeriesPicture], document: Mapping[str, Any]
) -> RolledFigure:
    """Return what to draw of some series.

    Args:
        pictures: at least one, chosen evenly.
        document: backtest.json.
    """
    total, count = document["series"], len(pictures)
    horizon = document["horizon"]
    which = f"{count} of {total:,} series, evenly spaced; " if count < total else ""
    refits = [row["cutoff"] - 1 for row in document["by_cutoff"] if row["is_refit"]]
    cutoffs = document["cutoffs"]
    caption = (
        f"{which}the {horizon} {plural('step', horizon)} after each of {cutoffs} "
        f"{plural('cutoff', cutoffs)}; dotted: trained on what lies before"
    )
    return RolledFigure(
        title=f"Backtest: {say_errors(document['test'])}",
        caption=caption[0].upper() + caption[1:],
        rows=tuple(_row(each, refits) for each in pictures),
    )


def _row(picture: SeriesPicture, refits: Sequence[int]) -> Row:
    steps, horizon = len(picture.truth), picture.model.shape[1]
    ahead = np.arange(1, horizon + 1)
    # In the middle of equal shares: no text leaves the picture.
    shown = ((np.arange(min(STAMPS, steps)) + 0.5) * steps / min(STAMPS, steps)).astype(
        np.int64
    )
    texts = stamp_texts([*picture.stamps[shown]])
    places = picture.cutoffs.tolist()

    def lines(made: npt.NDArray[Any]) -> tuple[Points, ...]:
        return tuple(
            points_of(at + ahead, each, MOST_POINTS)
            for at, each in zip(places, made, strict=True)
        )

    return Row(
        title=elide(picture.series, NAME_WIDTH),
        truth=points_of(np.arange(steps), picture.truth),
        model=lines(picture.model),
        naive=lines(picture.naive),
        refits=tuple(places[at] + 0.5 for at in refits),
        ticks=tuple(zip(shown.astype(float).tolist(), texts, strict=True)),
        steps=steps,
        bands=tuple(
            band
            for level in sorted(picture.bands, reverse=True)
            for band in zip(
                [level] * len(places), *map(lines, picture.bands[level]), strict=True
            )
        ),
    )
