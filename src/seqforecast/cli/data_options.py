"""Options that say how a data file is read, where it is not meant as it looks."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from seqforecast.workflows.init import Asked

DataFile = Annotated[
    Path,
    typer.Argument(
        metavar="DATA",
        help="A file of data: CSV, Parquet, Excel ...",
        show_default=False,
    ),
]
Horizon = Annotated[
    int | None,
    typer.Option(
        "--horizon",
        min=1,
        metavar="N",
        help="Steps to forecast.  [default: at least one season]",
        show_default=False,
    ),
]
TimeColumn = Annotated[
    str | None, typer.Option("--time", metavar="COLUMN", help="The column of times.")
]
IdColumn = Annotated[
    str | None,
    typer.Option("--id", metavar="COLUMN", help="The column that names series."),
]
Targets = Annotated[
    list[str] | None,
    typer.Option(
        "--target",
        metavar="COLUMN",
        help="A column to forecast; may be given several times.",
    ),
]
Season = Annotated[
    int | None,
    typer.Option("--season", min=0, metavar="N", help="Steps in one season; 0: none."),
]
Frequency = Annotated[
    str | None,
    typer.Option(
        "--frequency", metavar="ALIAS", help="Of the steps, such as h, D or MS."
    ),
]
TimeFormat = Annotated[
    str | None,
    typer.Option(
        "--time-format",
        metavar="FORM",
        help="How times are written, such as %d.%m.%Y or yyyymm.",
    ),
]
TimeZone = Annotated[
    str | None,
    typer.Option(
        "--time-zone", metavar="ZONE", help="Whose clocks count: Europe/Berlin."
    ),
]
Decimal = Annotated[
    str | None,
    typer.Option("--decimal", metavar="SIGN", help="Before decimals: . or ,"),
]
Thousands = Annotated[
    str | None,
    typer.Option(
        "--thousands",
        metavar="SIGN",
        help="Between thousands: a comma, point, blank, apostrophe; or none.",
    ),
]
Sheet = Annotated[
    str | None, typer.Option("--sheet", metavar="NAME", help="Of a workbook.")
]

# Settings of `data` that are given as they are.
READING = (
    "frequency",
    "decimal",
    "thousands",
    "sheet",
    "time_format",
    "time_zone",
)


def asked_of(given: dict[str, Any]) -> "Asked":
    """Return what a command was told of a file.

    Args:
        given: the command's options by name, those of this module among them.
    """
    from seqforecast.data.roles.detect import Wanted
    from seqforecast.workflows.init import Asked

    reading = {name: given[name] for name in READING if given[name] is not None}
    roles = Wanted(
        given["time"],
        given["id_column"],
        tuple(given["target"] or ()),
        given["time_format"],
        given["time_zone"],
    )
    return Asked(
        roles=roles, reading=reading, season=given["season"], horizon=given["horizon"]
    )
