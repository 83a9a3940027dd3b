"""The page of a run: the verdict first, why to believe it, how to use it."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqforecast.errors import name_first
from seqforecast.reporting.page import render_page, show
from seqforecast.reporting.run import tables
from seqforecast.reporting.run.tables import tabulate_series
from seqforecast.reporting.settings_text import setting_text, split_from_defaults
from seqforecast.reporting.tables import tabulate_groups, tabulate_scores
from seqforecast.reporting.text_format import significant
from seqforecast.reporting.verdict import say_about, say_run

# What each picture is called on the page, and how to read it; in the page's order.
READING = {
    "future": (
        "The forecast",
        (
            "What is to come after the end of the data, with the intervals that would "
            "have covered the validation part; the numbers are in the file named below."
        ),
    ),
    "forecast": (
        "Forecasts",
        (
            "Windows of the test part, the same whatever the model does: what it saw "
            "in grey, then what came, and its forecast in blue; dashed is the best "
            "baseline, that of the verdict."
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
AHEAD = "future"
LISTED = 8  # columns that are named


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
        future: the first rows of the forecast after the end of the data.
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
    future: Sequence[Mapping[str, Any]] = ()


def render_run_page(run: RunDocuments) -> str:
    """Return the page as HTML, pictures inside.

    Raises:
        OSError: a picture cannot be read.
    """
    metrics, test = run.metrics, run.metrics["test"]
    parameters = metrics["training"]["parameters"]
    changed, left = split_from_defaults(run.settings, run.defaults)
    scores = tabulate_scores(test)
    best, ends = tabulate_series(run.series, test["skill"])
    return render_page(
        "run.html",
        title=f"{run.settings['name']}: {run.cell}",
        about=say_about(test, run.preprocess, parameters, run.cell),
        ranges=tables.say_ranges(run.manifest),
        verdict=[*say_run(test), *tables.judge_coverage(test)],
        notes=test.get("notes", []),
        signs=_say_signs(test.get("signs") or {}),
        scores=[scores.header, *scores.rows],
        footnotes=scores.footnotes,
        ahead=show({k: v for k, v in run.pictures.items() if k == AHEAD}, READING),
        future=tables.tabulate_future(run.future, metrics.get("future")),
        figures=show({k: v for k, v in run.pictures.items() if k != AHEAD}, READING),
        spreads=tables.tabulate_spreads(test),
        interval_steps=tables.tabulate_interval_steps(test),
        groups=tabulate_groups(test) if "groups" in test else ((), ()),
        series_said=best,
        series=ends,
        commands=list_commands(run.path, run.preprocess),
        python=write_python(run.path),
        columns=tabulate_columns(run.preprocess),
        shapes=tabulate_shapes(run.preprocess, run.settings["model"]),
        training=tables.tabulate_training(metrics),
        members=tables.tabulate_members(metrics),
        stages=tables.tabulate_stages(metrics),
        changed=changed,
        left=left,
        data=tables.tabulate_data(run.manifest),
        data_notes=run.manifest.get("data", {}).get("notes", []),
        environment=tables.tabulate_environment(run.manifest),
        command=tables.name_command(run.manifest),
    )


def _say_signs(signs: Mapping[str, Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Return the numbers behind each suspicion, name and value."""
    return {
        sign.replace("_", " "): [
            (
                name.replace("_", " "),
                significant(value) if isinstance(value, float) else setting_text(value),
            )
            for name, value in numbers.items()
        ]
        for sign, numbers in signs.items()
    }


def list_commands(run: str, preprocess: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what may be wanted of a run, and the command that does it.

    Args:
        run: its directory, as a command names it.
        preprocess: the content of preprocess.json.
    """
    at, horizon = shlex.quote(run), preprocess["horizon"]
    ahead = "step" if horizon == 1 else f"{horizon:,} steps"
    end = f"Forecast the {ahead} after the end of"
    commands = [(f"{end} its data", f"predict {at} --output forecast.csv")]
    if reads_a_table(preprocess):
        commands += [
            (f"{end} other data", f"predict {at} --data new.csv --output forecast.csv"),
            ("Score it on other data", f"evaluate {at} --data new.csv"),
        ]
    commands += [
        ("Take the model elsewhere", f"export {at} --format onnx"),
        ("Train it again, and compare", f"reproduce {at}"),
    ]
    return [(what, f"seqforecast {command}") for what, command in commands]


def write_python(run: str) -> str:
    """Return the same for Python."""
    return (
        "import seqforecast\n\n"
        f"run = seqforecast.load_run({run!r})\n"
        "run.predict()    # or run.predict(frame)\n"
        "run.forecasts()  # of the test part\n"
    )


def reads_a_table(preprocess: Mapping[str, Any]) -> bool:
    """Return whether other data can take the place of the run's."""
    return preprocess["columns"].get("layout") is not None


def tabulate_columns(preprocess: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the columns that other data must have, by what they are for."""
    columns = preprocess["columns"]
    if not reads_a_table(preprocess):
        return []
    is_long = columns["layout"] == "long"
    target = columns.get("target") or ("y" if is_long else "all")
    if target == "all":
        target = list(preprocess["series"])
    roles = {
        "layout": "one row an observation" if is_long else "one column a series",
        "time": columns.get("time"),
        "id": columns.get("id") if is_long else None,
        "values": target,
        "past": columns.get("past"),
        "future, over the horizon too": columns.get("future"),
        "static": columns.get("static"),
        "made from the time stamp": columns.get("calendar"),
        "frequency": preprocess["frequency"],
    }
    return [(role, _listed(names)) for role, names in roles.items() if names]


def tabulate_shapes(
    preprocess: Mapping[str, Any], settings: Mapping[str, Any]
) -> list[tuple[str, ...]]:
    """Return the model's inputs and its output: name, shape, what it is.

    Args:
        preprocess: the content of preprocess.json.
        settings: the `model` section in force.
    """
    lookback, horizon = preprocess["lookback"], preprocess["horizon"]
    rows = [("values", f"(batch, {lookback}, 1)", "the last steps, in the data's unit")]
    if not preprocess["scale"]["shared"] or settings.get("series_embedding"):
        meaning = f"number of the series; {len(preprocess['series'])} for any other"
        rows.append(("series", "(batch,)", meaning))
    if features := preprocess.get("features"):
        shape = f"(batch, {lookback + horizon}, {len(features['center'])})"
        rows.append(("covariates", shape, "past, future, calendar, static; raw"))
    levels = settings.get("quantiles") or ()
    shape = f"(batch, {horizon}, {len(levels)})" if levels else f"(batch, {horizon})"
    rows.append(("output", shape, "the next steps, in the data's unit"))
    return [("tensor", "shape", "is"), *rows]


def _listed(names: Any) -> str:
    if not isinstance(names, list | tuple):
        return str(names)
    return name_first([*map(str, names)], LISTED)
