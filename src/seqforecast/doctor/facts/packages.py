"""Installed packages, and their requirements as pip would judge them."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from seqforecast.doctor.facts.machine import Packages, ProbeResult, Unmet
from seqforecast.doctor.system_interface import Interpreter, System

ASKING = ("seqforecast", "tensorflow", "tensorflow-macos", "keras")
NATIVE = re.compile(
    r"^(tensorflow/[^,\n]+\.(?:so|dylib|pyd)(?:\.\d+)*),[^,\n]*,(\d+)\r?$", re.MULTILINE
)
BUILD = re.compile(r"^build_info = collections\.OrderedDict\((\[.*\])\)", re.MULTILINE)
TRIED = re.compile(r"^importing (\w+)\r?$", re.MULTILINE)
PLATFORMS = {"Darwin": "darwin", "Linux": "linux", "Windows": "win32"}
OS_NAMES = {"Darwin": "posix", "Linux": "posix", "Windows": "nt"}


@dataclass(frozen=True, slots=True)
class Distribution:
    """One installed package: its normalized name, version and folders."""

    name: str
    version: str
    site: str
    folder: str


def distributions(system: System) -> dict[str, Distribution]:
    """Return what is installed, by normalized name; the first on the path counts."""
    installed: dict[str, Distribution] = {}
    for site in dict.fromkeys(system.interpreter.path):
        for name in system.names(site):
            if not name.endswith(".dist-info"):
                continue
            label, _, version = name.removesuffix(".dist-info").partition("-")
            normal = re.sub(r"[-_.]+", "-", label).lower()
            folder = f"{site}/{name}"
            installed.setdefault(normal, Distribution(normal, version, site, folder))
    return installed


@dataclass(frozen=True, slots=True)
class MarkerEnvironment:
    """For whom markers are evaluated.

    Attributes:
        marks: the values that markers see.
    """

    marks: Mapping[str, str]

    @classmethod
    def of(cls, python: Interpreter) -> "MarkerEnvironment":
        """Return the marks of an interpreter."""
        major, minor, micro = python.version
        return cls(
            {
                "implementation_name": python.implementation,
                "os_name": OS_NAMES.get(python.system, "posix"),
                "platform_machine": python.machine,
                "platform_python_implementation": "CPython"
                if python.implementation == "cpython"
                else python.implementation,
                "platform_system": python.system,
                "python_full_version": f"{major}.{minor}.{micro}",
                "python_version": f"{major}.{minor}",
                "sys_platform": PLATFORMS.get(python.system, python.system.lower()),
            }
        )


def gather_packages(
    system: System,
    installed: Mapping[str, Distribution],
    environment: MarkerEnvironment,
) -> Packages:
    """Return what is installed and what of it does not fit."""
    versions = {name: one.version for name, one in installed.items()}
    unmet = [
        miss
        for name in ASKING
        if name in installed
        for miss in unmet_of(
            name, requires(system, installed[name]), versions, environment
        )
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
        broken=broken_of(system.probe("packages")),
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


def broken_of(probe: ProbeResult) -> Mapping[str, str]:
    """Return why modules cannot be imported; one that killed its process was last."""
    if probe.outcome in ("ok", "not_run"):
        return dict(probe.data.get("broken") or {})
    tried = TRIED.findall(probe.output)
    how = {"signal": f"ends with {probe.signal}", "timeout": "does not end"}
    why = f"the process that imports it {how.get(probe.outcome, 'fails')}"
    return {tried[-1]: why} if tried else {}


def unmet_of(
    owner: str,
    lines: Sequence[str],
    versions: Mapping[str, str],
    environment: MarkerEnvironment,
) -> Iterator[Unmet]:
    """Yield the requirements of one package that what is installed does not meet."""
    yield from _judged(owner, lines, versions, dict(environment.marks) | {"extra": ""})


def extra_of(
    extra: str, lines: Sequence[str], environment: MarkerEnvironment
) -> tuple[str, ...]:
    """Return what an extra asks for beyond the package itself, without markers."""
    try:
        from packaging.requirements import InvalidRequirement, Requirement
    except ImportError:
        return ()
    requirements = []
    for line in lines:
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            continue
        marks = dict(environment.marks)
        marker = requirement.marker
        plain = marker is None or marker.evaluate(marks | {"extra": ""})
        if not plain and marker and marker.evaluate(marks | {"extra": extra}):
            requirements.append(_shown(requirement.name, str(requirement.specifier)))
    return tuple(requirements)


def unmet_extra(
    owner: str, lines: Sequence[str], versions: Mapping[str, str]
) -> tuple[Unmet, ...]:
    """Return what of an extra's requirements is not met."""
    return tuple(_judged(owner, lines, versions, {"extra": ""}))


def _judged(
    owner: str, lines: Sequence[str], versions: Mapping[str, str], marks: dict[str, str]
) -> Iterator[Unmet]:
    try:
        from packaging.requirements import InvalidRequirement, Requirement
        from packaging.utils import canonicalize_name
    except ImportError:
        yield Unmet(owner, "packaging", "packaging", None)
        return
    for line in lines:
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            continue
        if requirement.marker and not requirement.marker.evaluate(marks):
            continue
        name = str(canonicalize_name(requirement.name))
        version = versions.get(name)
        if version is None or not requirement.specifier.contains(
            version, prereleases=True
        ):
            yield Unmet(
                owner,
                _shown(requirement.name, str(requirement.specifier)),
                name,
                version,
            )


def _shown(name: str, specifier: str) -> str:
    return f"{name}{specifier}"
