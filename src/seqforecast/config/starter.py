"""The starter experiment of a data file, as commented YAML."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from seqforecast.config.dumping import to_yaml


@dataclass(frozen=True, slots=True)
class Choice:
    """One setting, or a section of some, and why.

    Attributes:
        name: dotted.
        value: plain.
        why: a comment; empty where the name says enough.
    """

    name: str
    value: Any
    why: str = ""


def write_starter(
    opening: Sequence[str], data: Sequence[Choice], chosen: Sequence[Choice]
) -> str:
    """Return the file: opening comment, the data, and what was chosen, each with why.

    Args:
        opening: lines of the comment.
        data: settings of `data`, in order.
        chosen: the others.
    """
    lines = [f"# {_one_line(line)}".rstrip() for line in opening]
    section = ""
    for each in [*data, *chosen]:
        head, _, name = each.name.partition(".")
        if not name:
            section, indent, name = "", "", head
        else:
            if head != section:
                lines.append(f"{head}:")
                section = head
            indent = "  "
        written = _flow(name, each.value)
        lines.append(f"{indent}{written}{_comment(each.why)}")
    return "\n".join(lines) + "\n"


def _flow(name: str, value: Any) -> str:
    """Return one setting on one line."""
    if isinstance(value, Mapping):
        inner = ", ".join(_flow(key, each) for key, each in value.items())
        return f"{name}: {{{inner}}}"
    if isinstance(value, list):
        items = ", ".join(_scalar(each) for each in value)
        return f"{name}: [{items}]"
    return f"{name}: {_scalar(value)}"


def _scalar(value: Any) -> str:
    """Return a plain value as YAML reads it back."""
    return to_yaml({"x": value}).removeprefix("x: ").strip()


def _comment(why: str) -> str:
    return f" # {_one_line(why)}" if why else ""


def _one_line(text: str) -> str:
    """Return text that a comment can hold: names of columns may have line breaks."""
    return " ".join(text.splitlines())
