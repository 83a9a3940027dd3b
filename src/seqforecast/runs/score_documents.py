"""Documents of scores: metrics, comparison, backtest and tune, as typed records."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field
from typing_extensions import NotRequired

from seqforecast.runs.comparison_document import Comparison, check_comparison
from seqforecast.runs.documents import (
    ChoiceFacts,
    Count,
    InSampleFacts,
    Names,
    Number,
    Positive,
    Record,
    Stamp,
    read_document,
)
from seqforecast.runs.final_documents import FutureFacts
from seqforecast.runs.run_files import RunDirectory

NAIVE = "naive"
METRICS = frozenset({"mae", "mse", "rmse", "smape", "mase", "rmsse", "owa"})


def _check_kinds(scores: dict[str, Any]) -> dict[str, Any]:
    """Refuse reasons in the place of a number, and a number in that of reasons."""
    for name, value in scores.items():
        if isinstance(value, dict) != (name == "reasons"):
            raise ValueError(f"{name} has something else in its place")
    return scores


Score = Number | dict[str, str] | None
Scores = Annotated[dict[str, Score], AfterValidator(_check_kinds)]


class Skill(Record):
    """How much of the best baseline's error the model takes away."""

    metric: str
    against: str
    value: Number | None
    low: Number | None
    high: Number | None
    reasons: NotRequired[dict[str, str]]


class StepErrors(Record):
    """Errors at one step of the horizon."""

    step: Positive
    mae: Number | None
    naive_mae: Number | None
    best_mae: NotRequired[Number | None]


class StepCoverage(Record):
    """What an interval holds at one step of the horizon."""

    step: Positive
    coverage: Number | None
    width: Number | None


class IntervalScores(Record):
    """What the intervals of one level hold."""

    level: Annotated[Number, Field(ge=1, lt=100)]
    coverage: Number | None
    width: Number | None
    misses: NotRequired[bool]
    by_step: NotRequired[list[StepCoverage]]


class QuantileScores(Record):
    """How many truths lie below a quantile, and what it costs."""

    coverage: Number | None
    pinball: Number | None


class GroupScores(Record):
    """Scores of the series of one group."""

    series: Count
    model: Scores
    baselines: dict[str, Scores]


QuantileName = Annotated[str, Field(pattern=r"^q_\d+(\.\d+)?$")]


class TestScores(Record):
    """Scores on the test part."""

    windows: Count
    model: Scores
    network: NotRequired[Scores]
    final: NotRequired[ChoiceFacts]
    baselines: dict[str, Scores]
    repeated: NotRequired[dict[str, Positive]]
    in_sample: NotRequired[InSampleFacts]
    by_step: NotRequired[list[StepErrors]]
    skill: Skill
    verdict: Literal["better", "worse", "no better", "no telling"]
    notes: NotRequired[Names]
    signs: NotRequired[dict[str, dict[str, Any]] | None]
    intervals: NotRequired[list[IntervalScores]]
    quantiles: NotRequired[dict[QuantileName, QuantileScores]]
    groups: NotRequired[Annotated[dict[str, GroupScores], Field(min_length=1)]]


def _check_test(test: TestScores) -> TestScores:
    """Refuse scores of which one is held against another that is not there."""
    skill, baselines = test["skill"], test["baselines"]
    metric, against = skill["metric"], skill["against"]
    if metric not in METRICS:
        raise ValueError(f"skill.metric {metric!r} is unknown")
    for name in (NAIVE, against):
        if name not in baselines:
            raise ValueError(f"baselines has no {name!r}")
    network = {"network": test["network"]} if "network" in test else {}
    for where, model, others in (
        ("", test["model"], {**network, **baselines}),
        *(
            (f"groups.{name}.", group["model"], group["baselines"])
            for name, group in test.get("groups", {}).items()
        ),
    ):
        if against not in others:
            raise ValueError(f"{where}baselines has no {against!r}")
        for name, scores in {"model": model, **others}.items():
            _check_scores(f"{where}{name}", scores, METRICS & {metric, *model})
    reasons = skill.get("reasons", {})
    if skill["value"] is None and "value" not in reasons:
        raise ValueError("skill.reasons does not say why there is no value")
    is_open = skill["low"] is None or skill["high"] is None
    if skill["value"] is not None and is_open and not {"low", "high"} & {*reasons}:
        raise ValueError("skill.reasons does not say why there is no interval")
    return test


def _check_scores(name: str, scores: Scores, metrics: frozenset[str]) -> None:
    if absent := metrics - scores.keys():
        raise ValueError(f"{name} has no {min(absent)}")


Test = Annotated[TestScores, AfterValidator(_check_test)]


class MemberTraining(Record):
    """How long a member of an ensemble learnt, and what it came to."""

    epochs: Count
    best_epoch: Count | None
    val_loss: Number | None


class Training(Record):
    """How long training took, and what came of it."""

    epochs: Count
    best_epoch: NotRequired[Count | None]
    parameters: Count
    seconds: Number
    windows_per_second: Number
    device: NotRequired[str]
    members: NotRequired[list[MemberTraining]]
    naive_loss: NotRequired[Number | None]


class Stage(Record):
    """What a stage took."""

    name: str
    seconds: Number
    memory: Count | None


class Validation(Record):
    """Scores on the validation part."""

    model: Scores


class Metrics(Record):
    """metrics.json: what a run is worth."""

    test: Test
    final: NotRequired[ChoiceFacts]
    future: NotRequired[FutureFacts]
    validation: Validation
    training: Training
    stages: NotRequired[list[Stage]]


class CutoffScores(Record):
    """Errors at one cutoff of a backtest."""

    first: Stamp
    last: Stamp
    fit: Positive
    model: Scores
    baselines: dict[str, Scores]


class Backtest(Record):
    """backtest.json: scores over all cutoffs, and by cutoff."""

    name: str
    cutoffs: Positive
    horizon: Positive
    test: Test
    by_cutoff: Annotated[list[CutoffScores], Field(min_length=1)]
    fits: list[dict[str, Any]]


def _check_backtest(document: Backtest) -> Backtest:
    metric = document["test"]["skill"]["metric"]
    for number, record in enumerate(document["by_cutoff"]):
        for name in document["test"]["baselines"]:
            if name not in record["baselines"]:
                raise ValueError(f"by_cutoff.{number}.baselines has no {name!r}")
        for name, scores in {"model": record["model"], **record["baselines"]}.items():
            _check_scores(f"by_cutoff.{number}.{name}", scores, frozenset({metric}))
    return document


def read_metrics(run: RunDirectory) -> Metrics:
    """Read metrics.json.

    Raises:
        RunError: as for `read_document`.
    """
    return read_document(run, run.metrics, Metrics)


def read_comparison(run: RunDirectory) -> Comparison:
    """Read comparison.json; errors are those of `read_document`."""
    return read_document(run, run.metrics, Comparison, check_comparison)


def read_backtest(run: RunDirectory) -> Backtest:
    """Read backtest.json; errors are those of `read_document`."""
    return read_document(run, run.metrics, Backtest, _check_backtest)
