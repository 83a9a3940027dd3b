"""The document of a comparison, comparison.json, as typed records."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import NotRequired

from seqforecast.runs.documents import (
    Count,
    Names,
    Number,
    Positive,
    Record,
    Row,
    Whole,
)


class Spread(Record):
    """An error over seeds."""

    mean: Number
    sd: Number | None
    values: Row


class MemberSkill(Record):
    """How much of the best baseline's error a member takes away."""

    against: str
    value: Number | None


class Epochs(Record):
    """Epochs over seeds."""

    mean: Number
    values: Row


class MemberScores(Record):
    """What a member of a comparison is worth."""

    name: str
    cell: str
    units: list[Positive]
    parameters: Count
    seeds: Annotated[list[Whole], Field(min_length=1)]
    validation: Spread
    test: Spread
    skill: MemberSkill
    seconds: Number
    windows_per_second: Number
    epochs: Epochs
    group: str | None


class BaselineScore(Record):
    """The test error of a baseline, and its letters."""

    test: Number
    group: str | None


class NamedForecaster(Record):
    """What a baseline is worth that was named to be ranked beside the members."""

    name: str
    validation: Spread
    test: Spread
    skill: MemberSkill
    seconds: Number
    group: str | None


class Significance(Record):
    """The test that was made."""

    test: Literal["Diebold-Mariano", "Wilcoxon signed-rank"] | None
    unit: Literal["cutoffs", "series"] | None
    count: Count | None
    independent: Count | None
    seeds: Count | None
    level: Number
    correction: str | None
    assumptions: Names
    reason: str | None


class Pair(Record):
    """Two members, or a member and a baseline, held against each other."""

    a: str
    b: str
    difference: Number
    low: Number | None
    high: Number | None
    p: Number | None
    p_adjusted: Number | None
    significant: bool
    reason: str | None


class FailedFit(Record):
    """A fit without a result."""

    name: str
    seed: Whole
    error: str


class Comparison(Record):
    """comparison.json: members and baselines, and who is apart."""

    name: str
    metric: Literal["mae", "mase"]
    ranked_by: NotRequired[Literal["mae", "mase"]]
    seeds: list[Whole]
    match: str | None
    windows: Count
    horizon: Positive
    members: Annotated[list[MemberScores], Field(min_length=1)]
    forecasters: NotRequired[list[NamedForecaster]]
    baselines: dict[str, BaselineScore]
    repeated: NotRequired[dict[str, Positive]]
    best_baseline: str
    significance: Significance
    pairs: list[Pair]
    ranks: NotRequired[dict[str, Number]]
    failed: list[FailedFit]
    notes: Names


def check_comparison(document: Comparison) -> Comparison:
    """Refuse a baseline, a rank or a test that is of nobody there."""
    members = {member["name"] for member in document["members"]}
    baselines = document["baselines"]
    if document["best_baseline"] not in baselines:
        raise ValueError(f"baselines has no {document['best_baseline']!r}")
    for each in document.get("forecasters", []):
        if each["name"] not in baselines:
            raise ValueError(f"baselines has no {each['name']!r}")
    apart = [name for pair in document["pairs"] for name in (pair["a"], pair["b"])]
    for name in (*document.get("ranks", {}), *apart):
        if name not in members and name not in baselines:
            raise ValueError(f"there is no member and no baseline {name!r}")
    about = document["significance"]
    told = about["test"], about["unit"], about["correction"], about["count"]
    if about["reason"] is None and None in (*told, about["independent"]):
        raise ValueError("significance has neither a test nor a reason")
    return document
