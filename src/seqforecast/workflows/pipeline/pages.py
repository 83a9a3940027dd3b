"""The pages of a run and of a comparison, from what their directories hold."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from seqforecast.config.defaults import defaults_of, read_settings
from seqforecast.errors import ConfigError, DiskFullError, RunError, WriteError
from seqforecast.files import write_text
from seqforecast.models.section import Cell
from seqforecast.reporting.compare import page as comparison_page
from seqforecast.reporting.run import page as run_page
from seqforecast.reporting.run.tables import name_command
from seqforecast.runs import directory
from seqforecast.runs.documents import read_manifest, read_preprocess
from seqforecast.runs.multi_fit_directories import ComparisonDirectory
from seqforecast.runs.output_guard import check_kept
from seqforecast.runs.records import find_pictures, read_series
from seqforecast.runs.run_files import RunDirectory
from seqforecast.runs.score_documents import read_comparison, read_metrics

LOGGER = logging.getLogger("seqforecast")
PAGES = (".html", ".htm")


def report(path: Path, output: Path | None = None) -> Path:
    """Write the page of a complete run or comparison again, and return where.

    Nothing is trained, drawn or scored, and the data are not needed.

    Args:
        path: the directory of a run or of a comparison, of this version or older.
        output: a file ending in .html; default report.html in the directory.

    Raises:
        ConfigError: the output is no page, or its folder is not there.
        RunError: there is no such run, it is not complete, or a file of it is broken.
    """
    if output is not None:
        _check_output(output)
        check_kept(output, own=RunDirectory(path).report)
    comparison = ComparisonDirectory(path)
    # Backtests and searches are asked for too, and have no page.
    is_comparison = comparison.is_begun and "members" in comparison.read_json(
        comparison.request
    )
    run: RunDirectory = comparison if is_comparison else directory.open_complete(path)
    if is_comparison and not comparison.metrics.is_file():
        raise RunError(
            f"{path} is not complete: {comparison.metrics.name} is missing",
            hint="the command that began it goes on with it",
        )
    manifest, target = read_manifest(run), output or run.report
    try:
        if is_comparison:
            document = read_comparison(comparison)
            write_comparison_page(comparison, document, manifest, target)
        else:
            write_run_page(run, read_metrics(run), manifest, target)
    except DiskFullError:
        raise
    except WriteError as error:
        error.hint = "write it to another place with --output"
        raise
    return target


def write_run_page(
    run: RunDirectory,
    metrics: Mapping[str, Any],
    manifest: Mapping[str, Any],
    target: Path,
) -> None:
    """Write the page of a run.

    Args:
        run: its other files are read.
        metrics: the content of metrics.json, which need not be there yet.
        manifest: the content of manifest.json.
        target: where the page goes.

    Raises:
        RunError: a file of the run is missing or broken, or the page cannot be written.
    """
    with _broken_files(run):
        settings = read_settings(run.resolved)
        documents = run_page.RunDocuments(
            path=_as_named(run.path),
            metrics=metrics,
            manifest=manifest,
            preprocess=read_preprocess(run),
            settings=settings,
            defaults=defaults_of(settings),
            cell=Cell(settings["model"]["cell"]).layer_name,
            series=read_series(run),
            pictures=find_pictures(run, run_page.READING),
        )
        page = run_page.render_run_page(documents)
    write_text(target, page)


def write_comparison_page(
    directory: ComparisonDirectory,
    document: Mapping[str, Any],
    manifest: Mapping[str, Any],
    target: Path,
) -> None:
    """Write the page of a comparison.

    Args:
        directory: its other files are read.
        document: the content of comparison.json, which need not be there yet.
        manifest: the content of manifest.json.
        target: where the page goes.

    Raises:
        RunError: a file is missing or broken, or the page cannot be written.
    """
    with _broken_files(directory):
        settings = {
            member["name"]: read_settings(
                directory.experiment_of(member["name"], member["seeds"][0])
            )
            for member in document["members"]
        }
        for setting in settings.values():
            setting.pop("seed", None)
        details = {
            "settings": settings,
            "environment": {
                **manifest.get("versions", {}),
                "platform": manifest.get("platform", ""),
            },
            "command": name_command(manifest) or "",
        }
        pictures = find_pictures(directory, comparison_page.READING)
        page = comparison_page.render_comparison_page(document, pictures, details)
    write_text(target, page)


@contextmanager
def unless_it_fails(what: str) -> Iterator[None]:
    """Let a run be completed when what it can do without has failed.

    A file that cannot be written is no such case: as with any other file, the run
    fails, and goes on when it can be.
    """
    try:
        yield
    except WriteError:
        raise
    except Exception as error:
        LOGGER.warning("%s failed: %s: %s", what, type(error).__name__, error)
        LOGGER.debug("the traceback", exc_info=True)


def _check_output(output: Path) -> None:
    """Refuse an output that would replace something else, or can never be written."""
    if output.suffix.lower() not in PAGES:
        raise ConfigError(
            f"--output must end in .html, got {output}",
            hint=f"the page is HTML: {output.with_suffix('.html')}",
        )
    if output.is_dir() or not output.parent.is_dir():
        folder = output if output.is_dir() else output.parent
        what = "is a directory" if output.is_dir() else "is not a directory"
        raise ConfigError(f"{folder} {what}", hint="name a file in a folder there is")


def _as_named(path: Path) -> str:
    """Return a run directory as a command names it; `.` says nothing elsewhere."""
    return str(path if path.name not in ("", "..") else path.resolve())


@contextmanager
def _broken_files(run: RunDirectory) -> Iterator[None]:
    """Say of which run a file is missing, broken, or not as it must be."""
    try:
        yield
    except (OSError, ConfigError) as error:
        raise RunError(
            f"{run.path} is not whole: {error}", hint="put the file back, or train anew"
        ) from error
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise RunError(
            f"{run.path} has a file that is not as this version writes it: "
            f"{type(error).__name__} {error}",
            hint="see what was changed in it, or train anew",
        ) from error
