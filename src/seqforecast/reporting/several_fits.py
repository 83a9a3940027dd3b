"""What the pages of several fits share: documents, tables, settings, environment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqforecast.reporting.page import render_page, show
from seqforecast.reporting.run import tables
from seqforecast.reporting.settings_text import split_from_defaults
from seqforecast.reporting.tables import tabulate_scores
from seqforecast.reporting.verdict import say_run

Rows = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True, eq=False)
class SeveralDocuments:
    """What a backtest or a search says of itself.

    Attributes:
        path: its directory, as a command names it.
        document: backtest.json or tune.json.
        manifest: the content of manifest.json.
        settings: every setting in force, sections nested.
        defaults: of the same settings, by dotted name; absent where there is none.
        pictures: PNG files by name, in the order of the page.
    """

    path: str
    document: Mapping[str, Any]
    manifest: Mapping[str, Any]
    settings: Mapping[str, Any]
    defaults: Mapping[str, Any]
    pictures: Mapping[str, Path]


@dataclass(frozen=True, slots=True)
class Part:
    """A table with a heading.

    Attributes:
        heading: of its section.
        rows: the header first, then rows of text.
        said: sentences below it.
        left: how many of its first columns are texts.
    """

    heading: str
    rows: Rows
    said: Sequence[str] = ()
    left: int = 1


def score_part(test: Mapping[str, Any], windows: str) -> Part:
    """Return the scores of the model and of the baselines.

    Args:
        test: as in metrics.json.
        windows: what they were measured on.
    """
    scores = tabulate_scores(test)
    order = f"The model first, then the baselines, best first, on {windows}"
    return Part(
        "Scores",
        [scores.header, *scores.rows],
        (f"{order}. * best of its column.", *scores.footnotes),
    )


def interval_parts(test: Mapping[str, Any]) -> list[Part]:
    """Return what intervals and quantiles hold, where there are any."""
    parts = tables.tabulate_spreads(test)
    return [Part(heading, rows) for heading, rows in parts.items() if rows]


def render_several(
    several: SeveralDocuments,
    *,
    about: tuple[str, str],
    verdict: Sequence[str],
    parts: Sequence[Part],
    reading: Mapping[str, tuple[str, str]],
    commands: Sequence[tuple[str, str]],
) -> str:
    """Return the page as HTML, pictures inside.

    Args:
        several: what it is made from.
        about: the title, and a line on what was done.
        verdict: sentences before that on the test part.
        parts: tables, in their order.
        reading: what each picture is called, and how to read it.
        commands: what may be wanted, and the command that does it.

    Raises:
        OSError: a picture cannot be read.
    """
    test, manifest = several.document["test"], several.manifest
    changed, left = split_from_defaults(several.settings, several.defaults)
    return render_page(
        "several.html",
        title=about[0],
        about=about[1],
        ranges=tables.say_ranges(manifest),
        verdict=[*verdict, *say_run(test), *tables.judge_coverage(test)],
        notes=test.get("notes", []),
        parts=parts,
        figures=show(several.pictures, reading),
        commands=commands,
        changed=changed,
        left=left,
        data=tables.tabulate_data(manifest),
        environment=tables.tabulate_environment(manifest),
        command=tables.name_command(manifest),
    )
