"""What `init` says of data, and the settings that read them."""

import os
from pathlib import Path

from seqforecast.config.choosing import Facts
from seqforecast.config.starter import Choice
from seqforecast.data.detecting.roles import Roles
from seqforecast.data.frequency import calendar_season
from seqforecast.data.panel import Panel
from seqforecast.data.sources.table import TableSource
from seqforecast.workflows.new_data import MANY, listed


def describe_data(
    roles: Roles, panel: Panel, facts: Facts, source: TableSource
) -> list[str]:
    """Say what was found, and what could not be decided."""
    same = facts.shortest == facts.longest
    steps = f"{facts.shortest:,}" + ("" if same else f" to {facts.longest:,}")
    of_each = " each" if facts.series > 1 else ""
    noun = "column a series" if roles.layout == "wide" else "row an observation"
    found = f"{facts.series:,} series of {steps} steps{of_each}, one {noun}"
    said = [f"Found: {found}, frequency {panel.frequency}.", _columns(roles)]
    if facts.season:
        said.append(f"A season of {facts.season} steps, by autocorrelation.")
    else:
        usual = _usual(panel)
        said.append(
            "No season, by autocorrelation."
            + (f" The calendar would say {usual} steps." if usual else "")
        )
    if source.missing != "error":
        said.append(
            f"Missing values: {len(panel.filled):,}, filled as `missing` says; they "
            "are never scored."
        )
    if len(panel.filled) > MANY * len(panel.values):
        said.append(
            "That is more than half. If the gaps are meant (nights, closed days), "
            "number the steps with whole numbers instead of dates."
        )
    for name, why in list(roles.left_out.items())[:10]:
        said.append(f"Column {name} is not used: {why}.")
    return said


def _columns(roles: Roles) -> str:
    """Say which columns are used, and what for."""
    named = f", series are named in {roles.id}" if roles.id else ""
    return (
        f"Time is in column {roles.time}{named}, values are in {listed(roles.targets)}."
    )


def _usual(panel: Panel) -> int | None:
    return (
        None if isinstance(panel.frequency, int) else calendar_season(panel.frequency)
    )


def data_choices(
    source: TableSource, panel: Panel, facts: Facts, roles: Roles, path: Path
) -> list[Choice]:
    """Return the settings of `data`, those that are not the defaults."""
    relative = os.path.relpath(source.path, path.resolve().parent)
    choices = [Choice("data.source", "table"), Choice("data.path", relative)]
    if source.separator != ",":
        choices.append(Choice("data.separator", source.separator))
    if source.decimal != ".":
        choices.append(Choice("data.decimal", source.decimal, "as in 12,5"))
    choices += [Choice("data.layout", source.layout), Choice("data.time", source.time)]
    if source.layout == "long":
        choices.append(Choice("data.id", source.id, "names the series"))
    if source.target is not None:
        choices.append(Choice("data.target", source.target, "the values"))
    choices.append(Choice("data.frequency", panel.frequency))
    choices.append(Choice("data.season", facts.season, "steps; null: none"))
    if source.missing != "error":
        why = "never looks ahead; or interpolate, zero, error"
        choices.append(Choice("data.missing", source.missing, why))
    if roles.static:
        choices.append(
            Choice("data.static", [], f"possible: {', '.join(roles.static)}")
        )
    return choices
