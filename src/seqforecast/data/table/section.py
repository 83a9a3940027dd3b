"""The `data:` section for files, wide or long."""

from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from seqforecast.data.calendar_features import CalendarName
from seqforecast.data.table.kinds import is_text_file
from seqforecast.data.table.time_parts import joined_name, why_not_joined
from seqforecast.files import expand
from seqforecast.section import Section

if TYPE_CHECKING:
    from seqforecast.data.table.csv_file import Dialect

Count = Annotated[int, Field(ge=1, le=1_000_000_000)]
Name = Annotated[str, Field(min_length=1)]
Missing = Literal["error", "interpolate", "previous", "seasonal", "zero"]


class TableSource(Section):
    """A file with a time column, or a folder of such."""

    source: Literal["table"] = Field(description="data from a file")
    path: Name = Field(
        description="the file, or folder of Parquet, relative to the experiment file"
    )
    separator: Literal[",", ";", "\t", "|"] = Field(
        default=",", description="CSV: what stands between two values"
    )
    decimal: Literal[".", ","] = Field(
        default=".", description="CSV: what stands before the decimals of a number"
    )
    thousands: Literal["auto", "none", ",", ".", " ", "'"] = Field(
        default="auto",
        description="what stands between thousands in numbers written as text; auto: "
        "none, and numbers that could have it are refused",
    )
    sheet: Name | None = Field(
        default=None, description="Excel: the sheet; null: the first with data"
    )
    layout: Literal["wide", "long"] = Field(
        default="wide",
        description="wide: one column a series; long: one row an observation",
    )
    time: Name | dict[str, Name] = Field(
        default="ds",
        description="time column: dates, or whole numbers counting steps; or the "
        "column of each part: {year: A, quarter: B}, {date: A, hour: B}",
    )
    time_format: Name | None = Field(
        default=None,
        description="how times are written, as strptime has it (%q: quarter), or "
        "steps, yyyymm, yyyyww, epoch_s and alike; null: as the whole column allows",
    )
    time_zone: Name | None = Field(
        default=None,
        description="whose clocks count, such as Europe/Berlin; null: those of the "
        "file",
    )
    id: Name | None = Field(
        default="unique_id",
        description="long: the column that names the series; null: one series",
    )
    target: Name | list[Name] | None = Field(
        default=None,
        description="long: the value column (default y); wide: columns, or all "
        "(default)",
    )
    frequency: Name | Count = Field(
        default="auto",
        description="auto, a pandas offset alias, or the step of whole-number times",
    )
    season: Literal["auto"] | Count | None = Field(
        default="auto", description="steps in one season; null: none"
    )
    missing: Missing = Field(
        default="error",
        description="what to do with empty values and absent time stamps",
    )
    missing_marks: list[float | Name] = Field(
        default=[],
        description="numbers and texts that mean missing in columns of numbers, "
        "as -9999",
    )
    covariate_missing: Missing | None = Field(
        default=None,
        description="the same of past, future and static columns; null: as missing",
    )
    past: list[Name] = Field(
        default=[], description="columns of numbers known up to the cutoff"
    )
    future: list[Name] = Field(
        default=[], description="columns of numbers known over the horizon too"
    )
    static: list[Name] = Field(
        default=[], description="long: columns with one number or text a series"
    )
    calendar: list[CalendarName] = Field(
        default=[], description="made from the time stamp; season: place in it"
    )

    @model_validator(mode="after")
    def _give_each_column_one_role(self) -> "TableSource":
        targets = self.target_columns or []
        if self.layout == "long" and (len(targets) > 1 or self.target in ("all", [])):
            raise ValueError(
                "target must name one column when layout is long; "
                "for several columns use layout: wide"
            )
        if self.target == []:
            raise ValueError("target names no column; leave it out to use all")
        roles = [*targets, *self.time_columns]
        if self.layout == "long" and self.id is not None:
            roles.append(self.id)
        for name in roles:
            if roles.count(name) > 1:
                raise ValueError(f"column {name!r} is named twice by time, id, target")
        return self

    @model_validator(mode="after")
    def _give_covariates_one_role(self) -> "TableSource":
        roles = dict.fromkeys(self.target_columns or [], "target")
        roles |= dict.fromkeys(self.time_columns, "time")
        if self.layout == "long" and self.id is not None:
            roles[self.id] = "id"
        if self.layout == "wide" and self.static:
            raise ValueError(
                "static columns need layout: long; in a wide file the column of a "
                "series has no room for them"
            )
        for role in ("past", "future", "static"):
            for name in getattr(self, role):
                if name in roles:
                    raise ValueError(
                        f"column {name!r} is named by {roles[name]} and by {role}; "
                        "it can have one role only"
                    )
                roles[name] = role
        for name in self.calendar:
            if self.calendar.count(name) > 1:
                raise ValueError(f"calendar names {name!r} twice")
        return self

    @model_validator(mode="after")
    def _tell_values_and_decimals_apart(self) -> "TableSource":
        if self.separator == self.decimal and is_text_file(PurePath(self.path)):
            raise ValueError(
                "separator and decimal are both a comma: values and decimals must be "
                "told apart"
            )
        if self.thousands == self.decimal:
            raise ValueError(
                f'thousands and decimal are both "{self.decimal}": thousands and '
                "decimals must be told apart"
            )
        return self

    @field_validator("time")
    @classmethod
    def _join_parts_that_fit(cls, time: Name | dict[str, Name]) -> Any:
        if isinstance(time, dict) and (why := why_not_joined(time)):
            raise ValueError(why)
        return time

    @property
    def time_columns(self) -> list[str]:
        """The columns that together say when."""
        return [self.time] if isinstance(self.time, str) else [*self.time.values()]

    @property
    def time_name(self) -> str:
        """What the column of time stamps is called, also where it is made of parts."""
        return self.time if isinstance(self.time, str) else joined_name(self.time)

    def file(self, folder: Path) -> Path:
        """Return the file, of a relative path below the folder where it starts."""
        return folder / expand(self.path)

    @property
    def dialect(self) -> "Dialect":
        """How a CSV file is written."""
        from seqforecast.data.table.csv_file import Dialect

        return Dialect(self.separator, self.decimal, self.thousands)

    @property
    def missing_covariates(self) -> Missing:
        """What to do with missing values of covariates."""
        return self.covariate_missing or self.missing

    @property
    def target_columns(self) -> list[str] | None:
        """The value columns; None for all."""
        if isinstance(self.target, list):
            return self.target
        if self.layout == "long":
            return [self.target or "y"]
        return None if self.target in (None, "all") else [str(self.target)]
