"""Facts of what is installed, read from the files pip leaves beside each package."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from seqforecast.doctor.gathering.requirements import Asked, unmet_of
from seqforecast.doctor.host import Packages
from seqforecast.doctor.system import System

ASKING = ("seqforecast", "tensorflow", "tensorflow-macos", "keras")
NATIVE = re.compile(
    r"^(tensorflow/[^,\n]+\.(?:so|dylib|pyd)(?:\.\d+)*),[^,\n]*,(\d+)\r?$", re.MULTILINE
)
BUILD = re.compile(r"^build_info = collections\.OrderedDict\((\[.*\])\)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Distribution:
    """One installed package: its normalized name, version and folders."""

    name: str
    version: str
    site: str
    folder: str


def distributions(system: System) -> dict[str, Distribution]:
    """Return what is installed, by normalized name; the first on the path counts."""
    found: dict[str, Distribution] = {}
    for site in dict.fromkeys(system.interpreter.path):
        for name in system.names(site):
            if not name.endswith(".dist-info"):
                continue
            label, _, version = name.removesuffix(".dist-info").partition("-")
            normal = re.sub(r"[-_.]+", "-", label).lower()
            folder = f"{site}/{name}"
            found.setdefault(normal, Distribution(normal, version, site, folder))
    return found


def gather_packages(
    system: System, installed: Mapping[str, Distribution], asked: Asked
) -> Packages:
    """Return what is installed and what of it does not fit."""
    versions = {name: one.version for name, one in installed.items()}
    unmet = [
        miss
        for name in ASKING
        if name in installed
        for miss in unmet_of(name, requires(system, installed[name]), versions, asked)
    ]
    owners = tuple(_owners(system, installed))
    tensorflow = installed.get("tensorflow") or installed.get("tensorflow-macos")
    return Packages(
        versions=versions,
        unmet=tuple(unmet),
        owners=owners,
        tags=_tags(system, tensorflow) if tensorflow else (),
        build=_build(system, tensorflow) if tensorflow else {},
        damaged=tuple(_damaged(system, tensorflow)) if tensorflow else (),
    )


def requires(system: System, one: Distribution) -> tuple[str, ...]:
    """Return the requirements that a package names, markers included."""
    text = system.read(f"{one.folder}/METADATA") or ""
    head = text.partition("\n\n")[0]
    return tuple(
        line.partition(":")[2].strip()
        for line in head.splitlines()
        if line.startswith("Requires-Dist:")
    )


def _owners(system: System, installed: Mapping[str, Distribution]) -> Iterator[str]:
    for name, one in sorted(installed.items()):
        if "tensorflow" in name or name.startswith("tf-nightly"):
            record = system.read(f"{one.folder}/RECORD") or ""
            if re.search(r"^tensorflow/__init__\.py,", record, re.MULTILINE):
                yield name


def _tags(system: System, one: Distribution) -> tuple[str, ...]:
    text = system.read(f"{one.folder}/WHEEL") or ""
    return tuple(re.findall(r"^Tag: *(\S+)", text, re.MULTILINE))


def _build(system: System, one: Distribution) -> Mapping[str, Any]:
    path = f"{one.site}/tensorflow/python/platform/build_info.py"
    match = BUILD.search(system.read(path) or "")
    try:
        return dict(ast.literal_eval(match[1])) if match else {}
    except (SyntaxError, TypeError, ValueError):
        return {}


def _damaged(system: System, one: Distribution) -> Iterator[str]:
    record = system.read(f"{one.folder}/RECORD") or ""
    for name, size in NATIVE.findall(record):
        if system.size(f"{one.site}/{name}") != int(size):
            yield name
