"""What `init` found in a data file: sentences, and the settings of `data`."""

import os
from pathlib import Path

from seqforecast.config.starter_experiment import Choice, Facts
from seqforecast.data.missing_marks import find_marks
from seqforecast.data.panel import Panel
from seqforecast.data.roles.detect import Roles
from seqforecast.data.season import FEWEST_SEASONS, calendar_seasons
from seqforecast.data.table.number_text import GROUPING
from seqforecast.data.table.section import TableSource
from seqforecast.errors import name_first
from seqforecast.workflows.finished.new_data import MANY

# Only these steps of a series are looked at for its season, as for all that is learnt.
TRAIN = 0.7
LONGEST_STEP = 1_000_000_000  # of whole-number times, as data.frequency takes it
_MOST = 10  # columns that are told one by one


def describe_data(
    roles: Roles,
    panel: Panel,
    facts: Facts,
    source: TableSource,
    *,
    season_said: bool = False,
) -> list[str]:
    """Say what was found, and what could not be decided.

    Args:
        roles: of the columns.
        panel: as it was read.
        facts: about it.
        source: how it is read.
        season_said: whether the user said the season.
    """
    same = facts.shortest == facts.longest
    steps = f"{facts.shortest:,}" + ("" if same else f" to {facts.longest:,}")
    of_each = " each" if facts.series > 1 else ""
    noun = "column a series" if roles.layout == "wide" else "row an observation"
    what = f"{facts.series:,} series of {steps} steps{of_each}, one {noun}"
    sentences = [f"Found: {what}, frequency {panel.frequency}.", _columns(roles)]
    sentences.append(_say_season(panel, facts, said=season_said))
    if source.missing != "error":
        sentences.append(
            f"Missing values: {len(panel.filled):,}, filled as `missing` says; they "
            "are never scored."
        )
    if len(panel.filled) > MANY * len(panel.values):
        sentences.append(
            "That is more than half. If the gaps are meant (nights, closed days), "
            "number the steps with whole numbers instead of dates."
        )
    told = [f"{note[0].upper()}{note[1:]}." for note in panel.time_notes]
    told += [*roles.doubts, *_numbers(panel, source)]
    for name, why in list(roles.left_out.items())[:_MOST]:
        told.append(f"Column {name} is not used: {why}.")
    if len(roles.left_out) > _MOST:
        told.append(f"{len(roles.left_out) - _MOST:,} more columns are not used.")
    return [*sentences, *told]


def _numbers(panel: Panel, source: TableSource) -> list[str]:
    """Say what was made of signs between thousands, and which numbers are odd."""
    told = []
    if source.thousands in GROUPING:
        told.append(
            f"Thousands have {source.thousands!r}, so that 1{source.thousands}234 is "
            "one thousand and more; --thousands none reads it otherwise."
        )
    told += (
        f"{one.mark:g} stands {one.count:,} times, far from all other values: it may "
        "mean missing; data.missing_marks says so, in a comment of the file."
        for one in find_marks(panel.values, panel.offsets)
    )
    return told


def _columns(roles: Roles) -> str:
    """Say which columns are used, and what for."""
    named = f", series are named in {roles.id}" if roles.id else ""
    targets = name_first(roles.targets)
    time = " and ".join(roles.axis.columns)
    noun = "column" if len(roles.axis.columns) == 1 else "columns"
    return f"Time is in {noun} {time}{named}, values are in {targets}."


def _say_season(panel: Panel, facts: Facts, *, said: bool) -> str:
    """Say which season the train parts show, and what the calendar would say."""
    season, dated = facts.season, not isinstance(panel.frequency, int)
    known = calendar_seasons(str(panel.frequency)) if dated else ()
    if said:
        return f"A season of {season} steps, as asked." if season else "No season."
    if season:
        how = (
            "by the calendar and the data" if season in known else "by autocorrelation"
        )
        return f"A season of {season} steps, {how}."
    if not known:
        return "No season, by autocorrelation."
    why = f"the data do not show the calendar's of {known[0]} steps"
    if TRAIN * facts.longest < FEWEST_SEASONS * known[0]:
        why = f"too few steps to show the calendar's of {known[0]}"
    return f"No season: {why}. The baseline seasonal_naive repeats it all the same."


def _way_to(data: str, folder: Path) -> str:
    """Return the path of the data from a folder; whole where there is no way to it."""
    try:
        way = os.path.relpath(data, folder)
    except ValueError:  # on Windows, another drive
        return data
    return data if way.startswith("~") else way  # that would be somebody's home


def _reading(source: TableSource) -> list[Choice]:
    """Return the settings by which the file is read, those that are not defaults."""
    possible = [
        (Choice("data.separator", source.separator), source.separator != ","),
        (Choice("data.decimal", source.decimal, "as in 12,5"), source.decimal != "."),
        (Choice("data.thousands", source.thousands), source.thousands != "auto"),
        (Choice("data.sheet", source.sheet), source.sheet is not None),
        (
            Choice("data.time_format", source.time_format),
            source.time_format is not None,
        ),
        (Choice("data.time_zone", source.time_zone), source.time_zone is not None),
    ]
    return [choice for choice, is_used in possible if is_used]


def data_choices(
    source: TableSource, panel: Panel, facts: Facts, roles: Roles, path: Path
) -> list[Choice]:
    """Return the settings of `data`, those that are not the defaults."""
    where = _way_to(source.path, path.resolve().parent)
    choices = [Choice("data.source", "table"), Choice("data.path", where)]
    choices += _reading(source)
    choices += [Choice("data.layout", source.layout), Choice("data.time", source.time)]
    if source.layout == "long":
        choices.append(Choice("data.id", source.id, "names the series"))
    if source.target is not None:
        choices.append(Choice("data.target", source.target, "the values"))
    is_long = isinstance(panel.frequency, int) and panel.frequency > LONGEST_STEP
    choices.append(Choice("data.frequency", "auto" if is_long else panel.frequency))
    choices.append(Choice("data.season", facts.season, "steps; null: none"))
    if source.missing != "error":
        why = "never looks ahead; or interpolate, zero, error"
        choices.append(Choice("data.missing", source.missing, why))
    marks = [one.mark for one in find_marks(panel.values, panel.offsets)]
    if marks:
        why = "far from all other values; with missing: previous, if it means missing"
        choices.append(Choice("data.missing_marks", marks, why, offered=True))
    offered = (
        ("static", roles.static, "one value a series"),
        ("past", roles.past, "numbers known up to the cutoff"),
        ("future", roles.future, "flags, if they are known over the horizon too"),
    )
    for role, names, why in offered:
        if names:
            choices.append(Choice(f"data.{role}", [*names], why, offered=True))
    return choices
