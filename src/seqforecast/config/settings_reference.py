"""The settings reference as Markdown, and the JSON Schema for editors."""

from enum import Enum
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from seqforecast.config.experiment import Experiment
from seqforecast.config.schema import choices, field_type, sections
from seqforecast.section import Section

TAGS = ("source", "kind")
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def settings_reference() -> str:
    """Return a Markdown table for each section, in the order of the file."""
    fields = Experiment.model_fields
    top = {
        name: field for name, field in fields.items() if not sections(field_type(field))
    }
    tables = [_table("the file itself", top)]
    for name, field in fields.items():
        for section in sections(field_type(field)):
            label = " ".join([f"`{name}:`", *_tags(section)])
            tables.append(_table(label, section.model_fields))
    return "\n\n".join(tables)


def _table(label: str, fields: dict[str, FieldInfo]) -> str:
    lines = [f"| {label} | default | meaning |", "| --- | --- | --- |"]
    lines += [
        f"| `{name}` | {_default(field)} | {_meaning(field)} |"
        for name, field in fields.items()
        if name not in TAGS
    ]
    return "\n".join(lines)


def _tags(section: type[Section]) -> list[str]:
    """Return what chooses this section among those of its place."""
    fields = section.model_fields
    named = [name for name in TAGS if name in fields]
    return [f"`{name}: {choices(field_type(fields[name]))[0]}`" for name in named]


def _default(field: FieldInfo) -> str:
    value = field.default
    if value is PydanticUndefined:
        return "required"
    if value is None:
        return "`null`"
    if isinstance(value, list):
        return f"`[{', '.join(map(str, value))}]`"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value.value if isinstance(value, Enum) else value}`"


def _meaning(field: FieldInfo) -> str:
    text = field.description or ""
    named = [str(value) for value in choices(field_type(field))]
    if len(named) > 1 and not all(name in text for name in named):
        text += f" ({', '.join(named)})"
    return text.replace("|", "\\|")


def experiment_schema() -> dict[str, Any]:
    """Return the schema: every setting with type, range, default and description.

    It knows one section at a time; rules that span several, as a lookback that its
    segments do not divide, are only told by `seqforecast config validate`.
    """
    schema = Experiment.model_json_schema()
    cells = schema["$defs"]["Cell"]["enum"]
    schema["$defs"]["Cell"]["enum"] = [*cells, "rnn"]  # accepted for simple_rnn
    return {"$schema": DIALECT, **schema, "title": "seqforecast experiment"}
