"""Compare experiments: every seed of each is trained, then all are weighed."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from seqforecast.errors import RunError
from seqforecast.execution.fits import Watcher
from seqforecast.runs import manifest, records
from seqforecast.runs.comparison import ComparisonDirectory
from seqforecast.runs.place import Place
from seqforecast.runs.requests import begin, check_place
from seqforecast.runs.writing import write_json, write_text
from seqforecast.workflows.asking import Asked, Budget, ask
from seqforecast.workflows.comparison_document import describe_comparison, tabulate
from seqforecast.workflows.comparison_pictures import draw_comparison
from seqforecast.workflows.contenders import Contender
from seqforecast.workflows.fitting import fit_all
from seqforecast.workflows.report import write_comparison_page
from seqforecast.workflows.stopping import stoppable
from seqforecast.workflows.weighing import find_finished, weigh

LOGGER = logging.getLogger("seqforecast")


def compare_experiments(
    contenders: Sequence[Contender],
    budget: Budget,
    place: Place,
    watcher: Watcher | None = None,
) -> ComparisonDirectory:
    """Train every seed of every contender, and write what they say together.

    Where an earlier attempt at the same request was stopped, or had fits that failed,
    it goes on there: finished fits are not trained again.

    Raises:
        ConfigError: a setting does not fit the data, or windows differ.
        DataError: the data cannot be used as asked.
        BackendError: there is no such cluster, or Ray is not installed.
        RunError: the directory is taken, or no fit has a result.
        Interrupted: Ctrl-C or SIGTERM.
    """
    with records.logged() as log, stoppable():
        check_place(place)
        asked = ask(contenders, budget)
        name = f"compare-{asked.name}"
        directory, goes_on = begin(ComparisonDirectory, place, name, asked.request)
        facts = manifest.describe(_facts(asked), contenders[0].loaded.folder)
        with directory.locked():
            records.log_into(directory, log)
            if goes_on:
                LOGGER.info("going on with %s", directory.path)
                # What an attempt with failed fits said is not what this one will say.
                for path in (directory.metrics, directory.table, directory.report):
                    path.unlink(missing_ok=True)
            with manifest.recorded(directory, facts):
                failed = fit_all(directory, asked, watcher or Watcher())
                _finish(directory, asked, failed, facts)
                status = "failed" if failed else "complete"
                manifest.end(directory, facts, status=status)
    return directory


def _facts(asked: Asked) -> dict[str, Any]:
    """Return what the manifest says about data, seeds and budget."""
    return {
        "name": asked.prepared.experiment.name,
        "data": {"sha256": asked.prepared.panel.sha256},
        "budget": asdict(asked.budget) | {"seeds": list(asked.seeds)},
    }


def _finish(
    directory: ComparisonDirectory,
    asked: Asked,
    failed: Sequence[Mapping[str, Any]],
    facts: Mapping[str, Any],
) -> None:
    """Weigh what was trained, and write table, figures, page and document.

    Raises:
        RunError: no fit has a result, or a file cannot be written.
    """
    finished = find_finished(
        directory, asked.contenders, asked.seeds, asked.prepared.panel.sha256
    )
    if not finished:
        raise RunError(
            f"no fit in {directory.path} has a result; the first one: "
            f"{failed[0]['error']}",
            hint="mend that; the same command tries them again",
        )
    weighed = weigh(asked.prepared, finished)
    document = describe_comparison(directory, asked, weighed, failed)
    write_text(directory.table, tabulate(document).to_csv(index=False))
    draw_comparison(directory, asked.prepared, weighed, document)
    write_comparison_page(directory, document, facts, directory.report)
    write_json(directory.metrics, document)
