"""Requirements compared with what is installed, as pip would judge them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from seqforecast.doctor.host import Unmet
from seqforecast.doctor.system import Interpreter

PLATFORMS = {"Darwin": "darwin", "Linux": "linux", "Windows": "win32"}
OS_NAMES = {"Darwin": "posix", "Linux": "posix", "Windows": "nt"}


@dataclass(frozen=True, slots=True)
class Asked:
    """For whom markers are evaluated.

    Attributes:
        marks: the values that markers see.
    """

    marks: Mapping[str, str]

    @classmethod
    def of(cls, python: Interpreter) -> "Asked":
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


def unmet_of(
    owner: str, lines: Sequence[str], versions: Mapping[str, str], asked: Asked
) -> Iterator[Unmet]:
    """Yield the requirements of one package that what is installed does not meet."""
    yield from _judged(owner, lines, versions, dict(asked.marks) | {"extra": ""})


def extra_of(extra: str, lines: Sequence[str], asked: Asked) -> tuple[str, ...]:
    """Return what an extra asks for beyond the package itself, without markers."""
    try:
        from packaging.requirements import InvalidRequirement, Requirement
    except ImportError:
        return ()
    wanted = []
    for line in lines:
        try:
            one = Requirement(line)
        except InvalidRequirement:
            continue
        marks = dict(asked.marks)
        plain = one.marker is None or one.marker.evaluate(marks | {"extra": ""})
        if not plain and one.marker and one.marker.evaluate(marks | {"extra": extra}):
            wanted.append(_shown(one.name, str(one.specifier)))
    return tuple(wanted)


def unmet_extra(
    owner: str, wanted: Sequence[str], versions: Mapping[str, str]
) -> tuple[Unmet, ...]:
    """Return what of an extra's requirements is not met."""
    return tuple(_judged(owner, wanted, versions, {"extra": ""}))


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
            one = Requirement(line)
        except InvalidRequirement:
            continue
        if one.marker and not one.marker.evaluate(marks):
            continue
        name = str(canonicalize_name(one.name))
        found = versions.get(name)
        if found is None or not one.specifier.contains(found, prereleases=True):
            yield Unmet(owner, _shown(one.name, str(one.specifier)), name, found)


def _shown(name: str, specifier: str) -> str:
    return f"{name}{specifier}"
