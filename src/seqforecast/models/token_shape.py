"""The shape of the tokens that the recurrent layers read."""

from dataclasses import dataclass

from seqforecast.data.features import FeatureSpec
from seqforecast.models.section import ModelSection


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the core reads of a window.

    Attributes:
        count: tokens of the lookback.
        joined: numbers of a token as `Join` makes it: those of each of its steps, those
            of the series, and its number where it has a vector.
        width: numbers of a token, with the vector in place of the series' number.
        places: segments of the horizon that something is known of; 0 for none.
        ahead: numbers that are known of one.
    """

    count: int
    joined: int
    width: int
    places: int
    ahead: int


def tokens_of(
    section: ModelSection,
    *,
    lookback: int,
    horizon: int,
    features: FeatureSpec | None = None,
) -> Tokens:
    """Return the shape of what the core reads of a window.

    A step of the lookback has its value and its covariates, one of the horizon those
    that are known there. The last segment is filled up with zeros where the horizon is
    not whole segments.
    """
    segment = section.segment or 1
    step, series, known = 1, 0, 0
    if features is not None:
        step += features.by_step
        series += features.by_series
        known = features.by_step - len(features.past)
    joined = segment * step + series
    width = joined + (section.series_embedding or 0)
    return Tokens(
        count=lookback // segment,
        joined=joined + (section.series_embedding is not None),
        width=width,
        places=-(-horizon // segment) if known else 0,
        ahead=segment * known,
    )
