"""What a run says of itself in JSON, as typed records: checked where it is read."""

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, cast

import numpy as np
from pydantic import AfterValidator, Field, TypeAdapter, ValidationError
from typing_extensions import NotRequired, TypedDict  # pydantic's, and Python 3.10's

from seqforecast.runs.run_files import RunDirectory

MOST_SHOWN = 60  # letters of a value in a message

Number = Annotated[float, Field(allow_inf_nan=False, lt=1e300, gt=-1e300)]
Count = Annotated[int, Field(ge=0, lt=2**63)]
Positive = Annotated[int, Field(ge=1, lt=2**31)]
Whole = Annotated[int, Field(ge=-(2**63), lt=2**63)]
Row = Annotated[list[Number], Field(min_length=1)]
Names = list[str]

Document = TypeVar("Document", bound=Mapping[str, Any])


class Record(TypedDict):
    """What has names that are known; others are of newer versions, and kept."""


def _check_stamp(stamp: str | int) -> str | int:
    if isinstance(stamp, str) and np.isnat(np.datetime64(stamp)):
        raise ValueError("is no time stamp")
    return stamp


Stamp = Annotated[str | Whole, AfterValidator(_check_stamp)]


class Zone(Record):
    """The clock of the time stamps."""

    name: str
    is_utc: bool


class Range(Record):
    """The first and the last time stamp, dates as text."""

    first: Stamp
    last: Stamp


class DataFacts(Record):
    """What is told of the data of a run."""

    sha256: str
    series: NotRequired[Count]
    values: NotRequired[Count]
    frequency: NotRequired[Positive | str | None]
    season: NotRequired[Positive | None]
    notes: NotRequired[Names]
    zone: NotRequired[Zone]
    range: NotRequired[dict[str, Range | None]]


class Device(Record):
    """What trained, and why that."""

    name: Annotated[str, Field(pattern=r"^(cpu|gpu(:\d{1,4})?)$")]
    why: NotRequired[str]


class Origin(Record):
    """The run whose weights another one began with."""

    path: NotRequired[str]
    test_seen: NotRequired[Count]


# `from` is a word of Python's own.
Begun = TypedDict("Begun", {"from": NotRequired[Origin]})


class Manifest(Begun):
    """manifest.json: what was run, on what, with what, and how it ended."""

    name: str
    status: str
    started: str
    ended: NotRequired[str | None]
    command: NotRequired[str]
    data: NotRequired[DataFacts]
    device: NotRequired[Device]
    windows: NotRequired[dict[str, Count]]
    seeds: NotRequired[dict[str, Whole | None]]
    versions: NotRequired[dict[str, str]]
    platform: NotRequired[str]
    git: NotRequired[str | None]
    kernel: NotRequired[str]
    resumed: NotRequired[Names]
    error: NotRequired[str]


class Columns(Record):
    """The columns of the data, by their roles; null where they are synthetic."""

    layout: Literal["wide", "long"] | None
    time: NotRequired[str | None]
    id: NotRequired[str | None]
    target: NotRequired[str | Names | None]
    past: NotRequired[Names | None]
    future: NotRequired[Names | None]
    static: NotRequired[Names | None]
    calendar: NotRequired[Names | None]


class ScaleFacts(Record):
    """A centre and a spread a series, the last those of any other; one if shared."""

    kind: Literal["none", "standard", "minmax", "robust"]
    shared: bool
    center: Row
    spread: Annotated[list[Annotated[Number, Field(gt=0)]], Field(min_length=1)]


class Ends(Record):
    """The range of each series' train part."""

    low: Row
    high: Row


class FeatureFacts(Record):
    """What the model reads beside the values."""

    past: Names
    future: Names
    calendar: Names
    static: dict[str, Names | None]
    center: list[Number]
    factor: list[Number]
    anchor: Any


class Preprocess(Record):
    """preprocess.json: scales and column roles."""

    columns: Columns
    frequency: Positive | str
    season: Positive | None
    lookback: Positive
    horizon: Positive
    scale: ScaleFacts
    train_range: NotRequired[Ends]
    features: NotRequired[FeatureFacts | None]
    series: Annotated[Names, Field(min_length=1)]


def _check_preprocess(facts: Preprocess) -> Preprocess:
    """Refuse rows of which there is not one a series."""
    scale, count = facts["scale"], len(facts["series"])
    rows = 1 if scale["shared"] else count + 1
    for end in ("center", "spread"):
        if len(scale[end]) != rows:
            raise ValueError(f"scale.{end} must have {rows:,} numbers")
    for name, numbers in facts.get("train_range", {}).items():
        if len(cast("list[float]", numbers)) != count:
            raise ValueError(f"train_range.{name} must have {count:,} numbers")
    features = facts.get("features")
    if features and len(features["center"]) != len(features["factor"]):
        raise ValueError("features.center and features.factor differ in length")
    return facts


class Request(Record):
    """request.json: what is asked of several fits."""

    members: NotRequired[dict[str, dict[str, Any]]]
    experiment: NotRequired[dict[str, Any]]
    settings: NotRequired[dict[str, Any]]


class Learnt(Record):
    """On how much intervals were learnt."""

    stretches: Positive
    of_series: Positive


class IntervalMargins(Record):
    """intervals.json: margins by level and step, units by series."""

    level: Row
    margins: Annotated[list[Row], Field(min_length=1)]
    units: Annotated[list[Annotated[Number, Field(gt=0)]], Field(min_length=2)]
    learnt_on: NotRequired[Learnt | None]


Share = Annotated[Number, Field(gt=0, le=1)]


class ChoiceFacts(Record):
    """What is forecast in the end, and why."""

    weights: Annotated[dict[str, Share], Field(min_length=1)]
    reason: str


class BacktestFitFacts(Record):
    """fit.json: how one fit of a backtest was trained."""

    levels: list[Number]
    final: NotRequired[ChoiceFacts]


class InSampleFacts(Record):
    """What MASE and RMSSE divide by."""

    lag: Positive
    filled: Count


class SeenSteps(Record):
    """seen.json: the last time stamp of each series that it learnt from."""

    until: dict[str, Stamp]


Check = Callable[[Any], Any]


@cache
def _adapter(kind: Any, check: Check | None) -> TypeAdapter[Any]:
    return TypeAdapter(Annotated[kind, AfterValidator(check)] if check else kind)


def read_document(
    run: RunDirectory, path: Path, kind: type[Document], check: Check | None = None
) -> Document:
    """Read a JSON file of a run, as it was written.

    Args:
        run: the directory.
        path: of the file.
        kind: what it must hold.
        check: of what belongs together in it; raises ValueError.

    Raises:
        RunError: the file is missing, or is not as seqforecast writes it.
    """
    content = run.read_json(path)
    try:
        _adapter(kind, check).validate_python(content, strict=True)
    except ValidationError as error:
        raise run.not_as_written(path, _say_first(error)) from None
    return cast("Document", content)


def _say_first(error: ValidationError) -> str:
    """Say where a document is otherwise first, and what is there."""
    first = error.errors(include_url=False, include_context=False)[0]
    where = ".".join(str(step) for step in first["loc"])[:MOST_SHOWN]
    what = first["msg"].removeprefix("Value error, ")
    what = what[0].lower() + what[1:]
    if first["type"] in ("missing", "value_error"):
        return f"{where}: {what}" if where else what
    given = json.dumps(first["input"], default=str)
    short = given if len(given) <= MOST_SHOWN else f"{given[:MOST_SHOWN]}..."
    return f"{where}: {what}, got {short}"


def read_manifest(run: RunDirectory) -> Manifest:
    """Read manifest.json.

    Raises:
        RunError: as for `read_document`.
    """
    return read_document(run, run.manifest, Manifest)


def read_trained(run: RunDirectory) -> tuple[Manifest, DataFacts]:
    """Read manifest.json of what was trained, and what it says of the data.

    Raises:
        RunError: as for `read_document`; or it says nothing of the data.
    """
    manifest = read_manifest(run)
    if "data" not in manifest:
        raise run.not_as_written(run.manifest, "data: field required")
    return manifest, manifest["data"]


def read_preprocess(run: RunDirectory) -> Preprocess:
    """Read preprocess.json.

    Raises:
        RunError: as for `read_document`.
    """
    return read_document(run, run.preprocess, Preprocess, _check_preprocess)
