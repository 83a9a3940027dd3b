"""The pages of runs and of several fits, from what their directories hold."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from seqforecast.config.defaults import defaults_of, read_settings
from seqforecast.errors import ConfigError, DiskFullError, RunError, WriteError
from seqforecast.files import write_text
from seqforecast.models.section import Cell
from seqforecast.reporting.backtest import page as backtest_page
from seqforecast.reporting.compare import page as comparison_page
from seqforecast.reporting.run import notebook
from seqforecast.reporting.run import page as run_page
from seqforecast.reporting.run.tables import name_command
from seqforecast.reporting.several_fits import SeveralDocuments
from seqforecast.reporting.tune import page as tune_page
from seqforecast.runs import directory
from seqforecast.runs.documents import read_manifest, read_preprocess
from seqforecast.runs.forecasts import read_future
from seqforecast.runs.multi_fit_directories import (
    BacktestDirectory,
    ComparisonDirectory,
    TuningDirectory,
    open_any,
)
from seqforecast.runs.output_guard import check_kept
from seqforecast.runs.records import find_pictures, read_series
from seqforecast.runs.run_files import RunDirectory
from seqforecast.runs.score_documents import (
    read_backtest,
    read_comparison,
    read_metrics,
)
from seqforecast.runs.tuning_document import read_tuning

LOGGER = logging.getLogger("seqforecast")
PAGES = (".html", ".htm")
SHOWN = 24  # rows of the future


def report(path: Path, output: Path | None = None) -> Path:
    """Write the page of what is complete again, and return where.

    Nothing is trained, drawn or scored, and the data are not needed.

    Args:
        path: the directory of a run, a comparison, a backtest or a search, of this
            version or older, or what stands for the newest one.
        output: a file ending in .html; default report.html in the directory.

    Raises:
        ConfigError: the output is no page, or its folder is not there.
        RunError: there is no such run, it is not complete, or a file of it is broken.
    """
    run, facts = open_any(path)
    if output is not None:
        _check_output(output)
        check_kept(output, own=run.report)
    if facts.kind == "run":
        run = directory.open_complete(run.path)
    elif not run.metrics.is_file():
        raise RunError(
            f"{run.path} is not complete: {run.metrics.name} is missing",
            hint="the command that began it goes on with it",
        )
    manifest, target = read_manifest(run), output or run.report
    try:
        if isinstance(run, ComparisonDirectory):
            write_comparison_page(run, read_comparison(run), manifest, target)
        elif isinstance(run, BacktestDirectory):
            write_backtest_page(run, read_backtest(run), manifest, target)
        elif isinstance(run, TuningDirectory):
            write_tuning_page(run, read_tuning(run), manifest, target)
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
            future=_first_of_future(run, metrics),
        )
        page = run_page.render_run_page(documents)
    write_text(target, page)


def _first_of_future(
    run: RunDirectory, metrics: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return the first rows after the end of the data; none where there are none."""
    if not (metrics.get("future") or {}).get("file"):
        return []
    rows = read_future(run, SHOWN).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def render_in_notebook(run: RunDirectory) -> str:
    """Return what a notebook shows of a complete run, as HTML.

    Raises:
        RunError: a file of the run is missing or broken.
    """
    with _broken_files(run):
        settings = read_settings(run.resolved)
        cell = Cell(settings["model"]["cell"]).layer_name
        return notebook.render_notebook(
            _as_named(run.path),
            read_metrics(run),
            read_preprocess(run),
            (settings["name"], cell),
            find_pictures(run, notebook.SHOWN),
        )


def find_picture(run: RunDirectory, name: str | None = None) -> notebook.Picture:
    """Return a picture of a run.

    Args:
        run: complete.
        name: forecast, loss and so on; default that of the future where there is one,
            else that of the forecasts of the test part.

    Raises:
        ConfigError: the run has no such picture.
    """
    pictures = find_pictures(run, notebook.SHOWN)
    if name is None:
        name = next((each for each in notebook.SHOWN if each in pictures), "forecast")
    if name not in pictures:
        there = ", ".join(pictures) or "none"
        raise ConfigError(
            f"{run.path} has no picture called {name}",
            hint=f"there are: {there}",
        )
    return notebook.Picture(pictures[name])


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


def write_backtest_page(
    directory: BacktestDirectory,
    document: Mapping[str, Any],
    manifest: Mapping[str, Any],
    target: Path,
) -> None:
    """Write the page of a backtest; as for `write_comparison_page`."""
    with _broken_files(directory):
        order = backtest_page.READING
        told = _several(directory, directory.resolved, (document, manifest), order)
        page = backtest_page.render_backtest_page(told)
    write_text(target, page)


def write_tuning_page(
    directory: TuningDirectory,
    document: Mapping[str, Any],
    manifest: Mapping[str, Any],
    target: Path,
) -> None:
    """Write the page of a search; as for `write_comparison_page`.

    The settings are the best ones, and the data those of the run with them.
    """
    with _broken_files(directory):
        best: Mapping[str, Any] = read_manifest(directory.run)
        whole = {"data": best.get("data", {}), "windows": best.get("windows", {})}
        whole |= manifest
        order = tune_page.READING
        documents = _several(directory, directory.best, (document, whole), order)
        page = tune_page.render_tuning_page(documents)
    write_text(target, page)


def _several(
    directory: RunDirectory,
    experiment: Path,
    told: tuple[Mapping[str, Any], Mapping[str, Any]],
    order: Iterable[str],
) -> SeveralDocuments:
    """Return what a page of several fits is made from: document, manifest, settings."""
    settings = read_settings(experiment)
    return SeveralDocuments(
        path=_as_named(directory.path),
        document=told[0],
        manifest=told[1],
        settings=settings,
        defaults=defaults_of(settings),
        pictures=find_pictures(directory, order),
    )


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
