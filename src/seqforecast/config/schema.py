"""The JSON Schema of experiment files, for editors."""

from typing import Any

from seqforecast.config.experiment import Experiment

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def experiment_schema() -> dict[str, Any]:
    """Return the schema: every setting with type, range, default and description.

    It knows one section at a time; rules that span several, as a lookback that its
    segments do not divide, are only told by `seqforecast config validate`.
    """
    schema = Experiment.model_json_schema()
    cells = schema["$defs"]["Cell"]["enum"]
    schema["$defs"]["Cell"]["enum"] = [*cells, "rnn"]  # accepted for simple_rnn
    return {"$schema": DIALECT, **schema, "title": "seqforecast experiment"}
