"""Writing an experiment as a YAML file with every setting in force."""

import sys
from pathlib import Path
from typing import Any

import yaml

from seqforecast.config.experiment import Experiment
from seqforecast.config.yaml_tree import read_plain
from seqforecast.data.table.section import TableSource


class _Dumper(yaml.SafeDumper):
    """Writes sections as blocks, lists in brackets, and quotes for YAML 1.2."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML's name
        """Write everything out."""
        return True


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    # PyYAML writes by the rules of YAML 1.1, where `1e-3` is text without quotes.
    is_word = isinstance(read_plain(text), str) and text.isprintable()
    style = None if is_word else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _list(dumper: _Dumper, items: list[Any]) -> yaml.SequenceNode:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=True)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(list, _list)


def dump(experiment: Experiment, folder: Path | None = None) -> str:
    """Return YAML that loads again to an equal experiment.

    Args:
        experiment: what to write.
        folder: where its relative data path starts; given, the path is written
            absolute, so that the file can be loaded from any other folder.
    """
    settings = experiment.model_dump(mode="json")
    if folder is not None and isinstance(experiment.data, TableSource):
        settings["data"]["path"] = str(experiment.data.file(folder).resolve())
    return to_yaml(settings)


def to_yaml(settings: dict[str, Any]) -> str:
    """Return plain settings as YAML that this package reads back unchanged."""
    return yaml.dump(
        settings, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=sys.maxsize
    )
