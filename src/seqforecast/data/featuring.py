"""Featuring: from covariates and time stamps to features; what is learnt, on train."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from seqforecast.data.calendar import calendar_table, check_calendar
from seqforecast.data.covariates import Covariates
from seqforecast.data.covering import rows_between
from seqforecast.data.features import Features, FeatureSpec, Track
from seqforecast.data.panel import Panel
from seqforecast.data.parts import Parts
from seqforecast.errors import DataError

MOST_TEXTS = 1000  # of a static column: each takes an input of the model

Texts = npt.NDArray[Any]


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
    found = panel.covariates
    if found is None and not calendar:
        return None
    trained = np.ptp(parts.train, axis=1) > 0
    scales = [] if found is None else _scales_of_steps(panel, parts, found)
    scales += [(0.0, 1.0)] * (2 * len(calendar))
    static: dict[str, tuple[str, ...] | None] = {}
    for name, column in (found.static if found else {}).items():
        numbers = _as_numbers(column[trained])
        if numbers is None:
            seen = static[name] = _vocabulary(name, column[trained])
            scales += [(0.0, 1.0)] * len(seen)
        else:
            static[name] = None
            scales.append(_scale(numbers))
    spec = FeatureSpec(
        past=found.past if found else (),
        future=found.future if found else (),
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
    found = panel.covariates
    if found is not None and found.table.shape[1]:
        tracks.append(Track(found.table, found.shifts))
    if spec.calendar:
        steps = int(np.max(panel.first_steps + panel.lengths)) + horizon
        anchor: Any = spec.anchor
        if not isinstance(panel.origin, int):
            anchor = type(panel.origin)(anchor)
        table = calendar_table(panel, spec.calendar, steps, anchor)
        tracks.append(Track(table, panel.first_steps - panel.offsets[:-1]))
    static = np.zeros((len(panel.ids), spec.by_series), np.float32)
    column = 0
    for name, seen in spec.static.items():
        texts = found.static[name] if found else np.zeros(0, object)
        if seen is None:
            static[:, column] = _numbers(panel, name, texts)
            column += 1
            continue
        for text in seen:
            static[:, column] = texts == text
            column += 1
    return Features(spec, tuple(tracks), static)


def strange_texts(
    panel: Panel, static: Mapping[str, tuple[str, ...] | None]
) -> dict[str, list[str]]:
    """Return the texts of each static column that the train series did not have.

    They are told from each other by nothing: their numbers are all 0.
    """
    found = panel.covariates.static if panel.covariates else {}
    strange = {
        name: sorted({*found[name].tolist()} - {*seen})
        for name, seen in static.items()
        if seen is not None
    }
    return {name: texts for name, texts in strange.items() if texts}


def _scales_of_steps(
    panel: Panel, parts: Parts, found: Covariates
) -> list[tuple[float, float]]:
    """Return centre and factor of each column of the table."""
    first = panel.offsets[:-1] + found.shifts
    start, stop = (first + parts.train[:, side] for side in (0, 1))
    rows = rows_between(start, stop, len(found.table))
    return [_scale(column[rows]) for column in found.table.T]


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
    each = [texts[i : i + 1] for i in range(len(texts))]
    bad = next(i for i, text in enumerate(each) if _as_numbers(text) is None)
    raise DataError(
        f"static column {name!r} of series {panel.ids[bad]!r} is {texts[bad]!r}, but "
        "a number in every train series",
        hint="correct it, or write texts in all series",
    )


def _vocabulary(name: str, texts: Texts) -> tuple[str, ...]:
    seen = tuple(sorted({*texts.tolist()}))
    if len(seen) > MOST_TEXTS:
        raise DataError(
            f"data.static: column {name!r} holds {len(seen):,} different texts; each "
            f"would be an input of the model, and at most {MOST_TEXTS:,} are allowed",
            hint="leave it out; model.series_embedding learns what sets a series apart",
        )
    return seen
