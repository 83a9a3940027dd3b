"""The page of a run: the verdict first, then why to believe it, then how to use it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqforecast.reporting.groups import tabulate_groups
from seqforecast.reporting.numbers import significant
from seqforecast.reporting.page import render_page
from seqforecast.reporting.pictures import show
from seqforecast.reporting.run import circumstances, spread, training, using
from seqforecast.reporting.run.series import tabulate_series
from seqforecast.reporting.run.settings import split_settings
from seqforecast.reporting.run.verdict import say_about, say_run
from seqforecast.reporting.settings import setting_text
from seqforecast.reporting.tables import tabulate_scores

# What each picture is called on the page, and how to read it; in the page's order.
READING = {
    "forecast": (
        "Forecasts",
        (
            "Windows of the test part, the same whatever the model does: what it saw "
            "in grey, what came in black, its forecast in blue; dashed is the naive "
            "forecast, which repeats the last value."
        ),
    ),
    "error_by_step": (
        "Error by step",
        (
            "How large the error is at each step of the forecast, however far ahead, "
            "beside the naive forecast and the best baseline."
        ),
    ),
    "scatter": (
        "Forecast against truth",
        (
            "At the left any forecast that starts from the last value looks good. At "
            "the right that value is taken away: what a model knows lies along the "
            "diagonal, what it does not know along the flat line."
        ),
    ),
    "loss": (
        "Learning curves",
        (
            "The loss after every epoch. While the validation loss is not below the "
            "dashed line, that of the naive forecast, nothing useful is learnt; where "
            "it rises and the training loss falls, the model learns by heart."
        ),
    ),
    "memory": (
        "Memory",
        (
            "How strongly the last step of the forecast depends on each step of the "
            "lookback. Below the dotted line a step no longer counts."
        ),
    ),
}


@dataclass(frozen=True, slots=True, eq=False)
class RunDocuments:
    """What a run says of itself; every text is as it was written.

    Attributes:
        path: the run directory, as a command names it.
        metrics: the content of metrics.json.
        manifest: of manifest.json.
        preprocess: of preprocess.json.
        settings: every setting in force, sections nested.
        defaults: of the same settings, by dotted name; absent where there is none.
        cell: the name of the recurrent layer.
        series: rows of series.csv; empty where there is no such file.
        pictures: PNG files by name, in the order of the page.
    """

    path: str
    metrics: Mapping[str, Any]
    manifest: Mapping[str, Any]
    preprocess: Mapping[str, Any]
    settings: Mapping[str, Any]
    defaults: Mapping[str, Any]
    cell: str
    series: Sequence[Mapping[str, Any]]
    pictures: Mapping[str, Path]


def render_run_page(run: RunDocuments) -> str:
    """Return the page as HTML, pictures inside.

    Raises:
        OSError: a picture cannot be read.
    """
    metrics, test = run.metrics, run.metrics["test"]
    parameters = metrics["training"]["parameters"]
    changed, left = split_settings(run.settings, run.defaults)
    scores = tabulate_scores(test)
    best, ends = tabulate_series(run.series, test["skill"])
    return render_page(
        "run.html",
        title=f"{run.settings['name']}: {run.cell}",
        about=say_about(test, run.preprocess, parameters, run.cell),
        verdict=[*say_run(test), *spread.say_coverage(test)],
        notes=test.get("notes", []),
        signs=_say_signs(test.get("signs") or {}),
        scores=[scores.header, *scores.rows],
        footnotes=scores.footnotes,
        figures=show(run.pictures, READING),
        spreads={
            "Intervals": spread.tabulate_intervals(test),
            "Quantiles": spread.tabulate_quantiles(test),
            "Loss of the whole forecast": spread.tabulate_losses(test),
        },
        interval_steps=spread.tabulate_interval_steps(test),
        groups=tabulate_groups(test) if "groups" in test else ((), ()),
        series_said=best,
        series=ends,
        commands=using.list_commands(run.path, run.preprocess),
        python=using.write_python(run.path),
        columns=using.tabulate_columns(run.preprocess),
        shapes=using.tabulate_shapes(run.preprocess, run.settings["model"]),
        training=training.tabulate_training(metrics),
        members=training.tabulate_members(metrics),
        stages=training.tabulate_stages(metrics),
        changed=changed,
        left=left,
        data=circumstances.tabulate_data(run.manifest),
        data_notes=run.manifest.get("data", {}).get("notes", []),
        environment=circumstances.tabulate_environment(run.manifest),
        command=circumstances.name_command(run.manifest),
    )


def _say_signs(signs: Mapping[str, Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Return the numbers behind each suspicion, name and value."""
    return {
        sign.replace("_", " "): [
            (
                name.replace("_", " "),
                significant(of) if isinstance(of, float) else setting_text(of),
            )
            for name, of in numbers.items()
        ]
        for sign, numbers in signs.items()
    }
