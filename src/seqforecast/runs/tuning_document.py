"""tune.json as a typed record: every trial, and what the best of them is worth."""

from typing import Annotated, Any, Literal

from pydantic import Field
from typing_extensions import NotRequired

from seqforecast.runs.documents import Count, Names, Number, Record, read_document
from seqforecast.runs.run_files import RunDirectory
from seqforecast.runs.score_documents import Test


class Trial(Record):
    """What was tried, and what came of it."""

    number: Count
    state: Literal["complete", "pruned", "failed"]
    value: Number | None
    settings: dict[str, Any]
    error: NotRequired[str | None]


class Tuning(Record):
    """tune.json: every trial, and what the best of them is worth."""

    name: str
    metric: Literal["mae", "mase", "rmse", "mse", "smape"]
    trials: Annotated[list[Trial], Field(min_length=1)]
    best: Trial
    searched: Names
    test: Test


def _check_tuning(document: Tuning) -> Tuning:
    for number, trial in enumerate(document["trials"]):
        for name in document["searched"]:
            if trial["settings"] and name not in trial["settings"]:
                raise ValueError(f"trials.{number}.settings has no {name!r}")
    if document["best"]["value"] is None:
        raise ValueError("best has no value")
    return document


def read_tuning(run: RunDirectory) -> Tuning:
    """Read tune.json; errors are those of `read_document`."""
    return read_document(run, run.metrics, Tuning, _check_tuning)
