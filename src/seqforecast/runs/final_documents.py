"""Documents of the final forecast: what it is made of, and what lies ahead."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import NotRequired

from seqforecast.runs.documents import (
    ChoiceFacts,
    Number,
    Record,
    Row,
    Stamp,
)

ROUNDING = 1e-6  # of weights that add up to 1


class LinearFacts(Record):
    """The linear map of a run: (lookback, horizon), (horizon,), one unit a series."""

    weights: Annotated[list[Row], Field(min_length=1)]
    bias: Row
    units: Annotated[list[Annotated[Number, Field(gt=0)]], Field(min_length=2)]


class FinalFacts(ChoiceFacts):
    """final.json: the choice, and what it takes to forecast with it."""

    asked: str
    linear: LinearFacts | None


def check_final(facts: FinalFacts) -> FinalFacts:
    """Refuse weights that are no shares, and a linear map that is not there."""
    weights, linear = facts["weights"], facts["linear"]
    if abs(sum(weights.values()) - 1) > ROUNDING:
        raise ValueError("weights do not add up to 1")
    if "linear" in weights and linear is None:
        raise ValueError("linear has a weight, and no numbers")
    if linear and {len(row) for row in linear["weights"]} != {len(linear["bias"])}:
        raise ValueError("linear.weights and linear.bias differ in length")
    return facts


class FutureFacts(Record):
    """Which file has the forecasts after the end of the data, and from when to when."""

    file: Literal["future.csv", "future.parquet"] | None
    first: Stamp | None
    last: Stamp | None
    reasons: NotRequired[dict[str, str]]
