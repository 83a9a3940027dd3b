"""How to use a run: commands, Python, and what goes into the model."""

import shlex
from collections.abc import Mapping
from typing import Any

LISTED = 8  # columns that are named


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
    target = columns["target"] or ("y" if is_long else "all")
    if target == "all":
        target = list(preprocess["series"])
    roles = {
        "layout": "one row an observation" if is_long else "one column a series",
        "time": columns["time"],
        "id": columns["id"] if is_long else None,
        "values": target,
        "past": columns.get("past"),
        "future, over the horizon too": columns.get("future"),
        "static": columns.get("static"),
        "made from the time stamp": columns.get("calendar"),
        "frequency": preprocess["frequency"],
    }
    return [(role, _listed(of)) for role, of in roles.items() if of]


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
        said = f"number of the series; {len(preprocess['series'])} for any other"
        rows.append(("series", "(batch,)", said))
    if features := preprocess.get("features"):
        shape = f"(batch, {lookback + horizon}, {len(features['center'])})"
        rows.append(("covariates", shape, "past, future, calendar, static; raw"))
    levels = settings.get("quantiles") or ()
    shape = f"(batch, {horizon}, {len(levels)})" if levels else f"(batch, {horizon})"
    rows.append(("output", shape, "the next steps, in the data's unit"))
    return [("tensor", "shape", "is"), *rows]


def _listed(of: Any) -> str:
    if not isinstance(of, list | tuple):
        return str(of)
    named = ", ".join(map(str, of[:LISTED]))
    return f"{named} and {len(of) - LISTED:,} more" if len(of) > LISTED else named
