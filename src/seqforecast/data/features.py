"""Features: what a model reads beside the values; what they learn, on train.

Their order is that of the model's input: past, future, calendar, static.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from seqforecast.data.calendar_features import calendar_table, check_calendar
from seqforecast.data.grid.covariate_rows import rows_between
from seqforecast.data.panel import Covariates, FloatArray, IntArray, Panel
from seqforecast.data.split import Parts
from seqforecast.errors import DataError

MOST_TEXTS = 1000  # of a static column: each takes an input of the model
Texts = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class FeatureSpec:
    """What the features of a model are, and what was learnt about them on train.

    Attributes:
        past: columns known up to the cutoff.
        future: columns known over the horizon too.
        calendar: features made from the time stamp; two numbers each.
        static: by column, the texts that were seen, one number each; None for numbers.
        anchor: the first time stamp of the data, from which a season is counted.
        center: subtracted from each number, shape (features,).
        factor: multiplied with then, shape (features,); 0 for what was constant.
    """

    past: tuple[str, ...]
    future: tuple[str, ...]
    calendar: tuple[str, ...]
    static: Mapping[str, tuple[str, ...] | None]
    anchor: str | int
    center: tuple[float, ...]
    factor: tuple[float, ...]

    @property
    def by_series(self) -> int:
        """How many numbers are the same at all steps of a series."""
        return sum(1 if texts is None else len(texts) for texts in self.static.values())

    @property
    def by_step(self) -> int:
        """How many numbers each step has of its own."""
        return len(self.past) + len(self.future) + 2 * len(self.calendar)

    @property
    def sizes(self) -> dict[str, Any]:
        """What tells apart the numbers of a step; see `models.joining.Join`."""
        return {
            "past": len(self.past),
            "by_step": self.by_step,
            "by_series": self.by_series,
        }

    def values(self) -> dict[str, Any]:
        """Return the `features` object of preprocess.json."""
        return asdict(self)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "FeatureSpec":
        """Read the `features` object of preprocess.json."""
        static = {
            name: None if texts is None else tuple(texts)
            for name, texts in values["static"].items()
        }
        lists = ("past", "future", "calendar", "center", "factor")
        return cls(
            static=static,
            anchor=values["anchor"],
            **{name: tuple(values[name]) for name in lists},
        )


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """Numbers by step: row p + shifts[i] belongs to position p of series i."""

    table: FloatArray
    shifts: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """The features of every step of a panel, raw.

    Attributes:
        spec: what they are.
        tracks: tables of numbers by step, side by side.
        static: shape (series, by_series), float32.
    """

    spec: FeatureSpec
    tracks: tuple[Track, ...]
    static: FloatArray

    @property
    def still(self) -> list[str]:
        """Calendar features that never change, as the hour of daily data."""
        if not self.spec.calendar:
            return []
        table = self.tracks[-1].table
        moves = np.ptp(table, axis=0).reshape(-1, 2).any(axis=1)
        return [
            name
            for name, does in zip(self.spec.calendar, moves, strict=True)
            if not does
        ]

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        tracks = sum(track.table.nbytes + track.shifts.nbytes for track in self.tracks)
        return tracks + self.static.nbytes

    def take(
        self, places: IntArray, series: npt.NDArray[np.integer[Any]]
    ) -> FloatArray:
        """Gather the features of windows, shape (windows, steps, features), float32.

        Steps beyond a table have the numbers of its last row: nobody may read them.

        Args:
            places: positions in the flat array, shape (windows, steps).
            series: which series they belong to, shape (windows,).
        """
        parts = []
        for track in self.tracks:
            rows = places + track.shifts[series][:, np.newaxis]
            parts.append(track.table[np.minimum(rows, len(track.table) - 1)])
        static = self.static[series][:, np.newaxis]
        shape = (*places.shape, self.static.shape[1])
        return np.concatenate([*parts, np.broadcast_to(static, shape)], axis=2)


def learn_features(
    panel: Panel, parts: Parts, calendar: tuple[str, ...], horizon: int
) -> Features | None:
    """Learn what covariates look like on the train part; None when there are none.

    Numbers get the mean and the population standard deviation of all train steps, each
    row of the file counted once; a constant gets factor 0. A static column of which
    every train series has a number is one of numbers, any other is one of texts.

    Args:
        panel: all series.
        parts: only train is looked at.
        calendar: names of `data.calendar`.
        horizon: steps that are predicted.

    Raises:
        ConfigError: the times cannot give a calendar feature.
        DataError: a static column holds too many texts, or a text among numbers.
    """
    check_calendar(panel, calendar)
    covariates = panel.covariates
    if covariates is None and not calendar:
        return None
    trained = np.ptp(parts.train, axis=1) > 0
    scales = [] if covariates is None else _scales_of_steps(panel, parts, covariates)
    scales += [(0.0, 1.0)] * (2 * len(calendar))
    static: dict[str, tuple[str, ...] | None] = {}
    for name, column in (covariates.static if covariates else {}).items():
        numbers = _as_numbers(column[trained])
        if numbers is None:
            texts = static[name] = _vocabulary(name, column[trained])
            scales += [(0.0, 1.0)] * len(texts)
        else:
            static[name] = None
            scales.append(_scale(numbers))
    spec = FeatureSpec(
        past=covariates.past if covariates else (),
        future=covariates.future if covariates else (),
        calendar=calendar,
        static=static,
        anchor=panel.origin if isinstance(panel.origin, int) else str(panel.origin),
        center=tuple(center for center, _ in scales),
        factor=tuple(factor for _, factor in scales),
    )
    return make_features(panel, spec, horizon)


def make_features(panel: Panel, spec: FeatureSpec, horizon: int) -> Features:
    """Return the features of a panel, which need not be the one they were learnt on.

    Raises:
        DataError: a series has a text where the train series had numbers.
    """
    tracks = []
    covariates = panel.covariates
    if covariates is not None and covariates.table.shape[1]:
        tracks.append(Track(covariates.table, covariates.shifts))
    if spec.calendar:
        steps = int(np.max(panel.first_steps + panel.lengths)) + horizon
        anchor: Any = spec.anchor
        if not isinstance(panel.origin, int):
            anchor = type(panel.origin)(anchor)
        table = calendar_table(panel, spec.calendar, steps, anchor)
        tracks.append(Track(table, panel.first_steps - panel.offsets[:-1]))
    static = np.zeros((len(panel.ids), spec.by_series), np.float32)
    column = 0
    for name, vocabulary in spec.static.items():
        texts = covariates.static[name] if covariates else np.zeros(0, object)
        if vocabulary is None:
            static[:, column] = _numbers(panel, name, texts)
            column += 1
            continue
        for text in vocabulary:
            static[:, column] = texts == text
            column += 1
    return Features(spec, tuple(tracks), static)


def strange_texts(
    panel: Panel, static: Mapping[str, tuple[str, ...] | None]
) -> dict[str, list[str]]:
    """Return the texts of each static column that the train series did not have.

    They are told from each other by nothing: their numbers are all 0.
    """
    columns = panel.covariates.static if panel.covariates else {}
    strange = {
        name: sorted({*columns[name].tolist()} - {*vocabulary})
        for name, vocabulary in static.items()
        if vocabulary is not None
    }
    return {name: texts for name, texts in strange.items() if texts}


def _scales_of_steps(
    panel: Panel, parts: Parts, covariates: Covariates
) -> list[tuple[float, float]]:
    """Return centre and factor of each column of the table."""
    first = panel.offsets[:-1] + covariates.shifts
    start, stop = (first + parts.train[:, side] for side in (0, 1))
    rows = rows_between(start, stop, len(covariates.table))
    return [_scale(column[rows]) for column in covariates.table.T]


def _scale(values: npt.NDArray[Any]) -> tuple[float, float]:
    """Return mean and 1 / deviation; what is constant tells nothing: factor 0."""
    mean = float(values.mean(dtype=np.float64))
    if values.min() == values.max():
        return mean, 0.0
    return mean, 1 / float(values.std(dtype=np.float64))


def _as_numbers(texts: Texts) -> npt.NDArray[np.float64] | None:
    """Return texts as finite numbers; None if one of them is none."""
    try:
        numbers = np.array([float(text) for text in texts])
    except ValueError:
        return None
    return numbers if np.isfinite(numbers).all() else None


def _numbers(panel: Panel, name: str, texts: Texts) -> npt.NDArray[np.float64]:
    numbers = _as_numbers(texts)
    if numbers is not None:
        return numbers
    singles = [texts[i : i + 1] for i in range(len(texts))]
    bad = next(i for i, text in enumerate(singles) if _as_numbers(text) is None)
    raise DataError(
        f"static column {name!r} of series {panel.ids[bad]!r} is {texts[bad]!r}, but "
        "a number in every train series",
        hint="correct it, or write texts in all series",
    )


def _vocabulary(name: str, texts: Texts) -> tuple[str, ...]:
    vocabulary = tuple(sorted({*texts.tolist()}))
    if len(vocabulary) > MOST_TEXTS:
        raise DataError(
            f"data.static: column {name!r} holds {len(vocabulary):,} different texts; "
            "each would be an input of the model, and at most "
            f"{MOST_TEXTS:,} are allowed",
            hint="leave it out; model.series_embedding learns what sets a series apart",
        )
    return vocabulary
