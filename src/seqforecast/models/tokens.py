"""Tokens: the shape of what the recurrent layers read."""

from dataclasses import dataclass

from seqforecast.data.features import FeatureSpec
from seqforecast.models.section import ModelSection


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the recurrent layers read of a window.

    Attributes:
        count: tokens; they reach over the horizon where something is known there.
        joined: numbers of a token as `Join` makes it: those of each of its steps, those
            of the series, and its number where it has a vector.
        width: numbers of a token, with the vector in place of the series' number.
    """

    count: int
    joined: int
    width: int


def tokens_of(
    section: ModelSection,
    *,
    lookback: int,
    horizon: int,
    features: FeatureSpec | None = None,
) -> Tokens:
    """Return the shape of the tokens of a window.

    A step has its value, its covariates, and, where tokens reach over the horizon,
    whether its value is known; there its value is 0. The last token is filled up with
    zeros where the horizon is not whole segments.
    """
    segment = section.segment or 1
    count, step, series = lookback // segment, 1, 0
    if features is not None:
        step += features.by_step
        series += features.by_series
        if features.looks_ahead:
            step += 1
            count += -(-horizon // segment)
    joined = segment * step + series
    if section.series_embedding is None:
        return Tokens(count, joined, joined)
    return Tokens(count, joined + 1, joined + section.series_embedding)
