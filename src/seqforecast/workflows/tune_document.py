"""What a search leaves: its trials as plain values and as a table."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

STATES = {"COMPLETE": "complete", "PRUNED": "pruned", "FAIL": "failed"}


def describe_trials(study: Any) -> list[dict[str, Any]]:
    """Return every trial that was not stopped from outside, in order.

    Number 0 is the experiment as given: it has no settings of its own.
    """
    told: list[dict[str, Any]] = []
    for trial in study.trials:
        if f"stopped {trial.number}" in study.user_attrs:
            continue
        duration = trial.duration
        told.append(
            {
                "number": len(told),
                "state": STATES.get(trial.state.name, "running"),
                "value": trial.value if trial.state.name == "COMPLETE" else None,
                "settings": {
                    name: json.loads(value) if isinstance(value, str) else value
                    for name, value in trial.params.items()
                },
                "epochs": trial.user_attrs.get(
                    "epochs", len(trial.intermediate_values)
                ),
                "seconds": None if duration is None else duration.total_seconds(),
                "error": trial.user_attrs.get("error"),
            }
        )
    return told


def ranked_by(study: Any) -> str:
    """Return the metric of the trials' values; at least one has one."""
    attributes = [trial.user_attrs for trial in study.trials]
    return next(str(each["metric"]) for each in attributes if "metric" in each)


def tabulate_trials(document: Mapping[str, Any]) -> "pd.DataFrame":
    """Return trials.csv: one row a trial, a column for each setting."""
    import pandas as pd

    rows = []
    for trial in document["trials"]:
        settings = {
            name: json.dumps(trial["settings"].get(name)) if trial["settings"] else None
            for name in document["searched"]
        }
        named = {f"validation_{document['metric']}": trial["value"]}
        rest = {name: trial[name] for name in ("epochs", "seconds", "error")}
        head = {"trial": trial["number"], "state": trial["state"]}
        rows.append({**head, **named, **settings, **rest})
    return pd.DataFrame(rows)
