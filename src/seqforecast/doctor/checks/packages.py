"""Checks of what is installed, read from metadata."""

from seqforecast.doctor.checks.finding import Finding, fail, ok, pip, skip, warn
from seqforecast.doctor.checks.recipes import (
    install,
    reinstall_tensorflow,
    tensorflow_for,
)
from seqforecast.doctor.facts import Machine
from seqforecast.doctor.host import Unmet

NAMED = ("protobuf", "numpy", "keras", "tensorflow")
PROCESSORS = {"AMD64": "amd64"}


def tensorflow(machine: Machine) -> Finding:
    """Judge whether TensorFlow is installed."""
    found = machine.packages.versions.get("tensorflow")
    if found:
        return ok(f"tensorflow {found}")
    return fail(
        "TensorFlow is not installed in this environment",
        install(tensorflow_for(machine), "the versions seqforecast works with"),
        environment=machine.python.prefix,
    )


def range_of_tensorflow(machine: Machine) -> Finding:
    """Judge whether seqforecast works with this TensorFlow."""
    unmet = _unmet(machine, "tensorflow")
    if not unmet:
        return ok(f"tensorflow {machine.packages.versions.get('tensorflow')}")
    return warn(
        f"tensorflow {unmet[0].found} is not a version seqforecast was tested with",
        install(tensorflow_for(machine), "the versions seqforecast works with"),
        required=unmet[0].requirement,
    )


def protobuf(machine: Machine) -> Finding:
    """Judge whether TensorFlow's generated code accepts this protobuf."""
    return _judge_one(
        machine,
        "protobuf",
        "TensorFlow's messages were generated for other versions: importing it ends "
        "with `Detected incompatible Protobuf Gencode/Runtime versions`.",
    )


def numpy(machine: Machine) -> Finding:
    """Judge whether TensorFlow was compiled for this NumPy."""
    return _judge_one(
        machine,
        "numpy",
        "TensorFlow's native code was compiled for another NumPy: importing it ends "
        "with `numpy.core.multiarray failed to import` or `_ARRAY_API not found`.",
    )


def keras(machine: Machine) -> Finding:
    """Judge whether TensorFlow and Keras fit each other."""
    return _judge_one(
        machine, "keras", "The layers are Keras'; TensorFlow alone has none."
    )


def requirements(machine: Machine) -> Finding:
    """Judge whether everything else is installed, in the versions asked for."""
    rest = [one for one in machine.packages.unmet if one.name not in NAMED]
    if not rest:
        return ok("every requirement is met")
    wanted = tuple(dict.fromkeys(one.requirement for one in rest))
    absent = [one for one in rest if one.found is None]
    fix = pip(("install", *wanted), why="what is asked for")
    evidence = {one.name: _told(one) for one in rest}
    if absent:
        names = ", ".join(dict.fromkeys(one.name for one in absent))
        return fail(f"not installed: {names}", fix, **evidence)
    names = ", ".join(dict.fromkeys(one.name for one in rest))
    return warn(f"not in the range asked for: {names}", fix, **evidence)


def owners(machine: Machine) -> Finding:
    """Judge whether one distribution alone owns the folder `tensorflow`."""
    found = machine.packages.owners
    if len(found) <= 1:
        return ok(found[0] if found else "none")
    return fail(
        f"{len(found)} distributions have written into the folder `tensorflow`",
        pip(
            ("uninstall", "-y", *found),
            ("install", "--no-cache-dir", tensorflow_for(machine)),
            why="removes all of them, then installs one",
        ),
        detail="Whichever was installed last has overwritten files of the other.",
        owners=", ".join(found),
    )


def architecture(machine: Machine) -> Finding:
    """Judge whether the wheel was built for this processor and this Python."""
    tags = machine.packages.tags
    if not tags:
        return skip("TensorFlow does not say what it was built for")
    major, minor = machine.python.version[:2]
    here = PROCESSORS.get(machine.host.machine, machine.host.machine)
    if any(_fits(tag, f"cp{major}{minor}", here) for tag in tags):
        return ok(", ".join(tags))
    return fail(
        f"TensorFlow was built for another machine or Python than {here}, "
        f"{major}.{minor}",
        reinstall_tensorflow(machine),
        detail="The environment was copied, or made by another Python.",
        wheel=", ".join(tags),
    )


def _fits(tag: str, python: str, processor: str) -> bool:
    interpreter, _, platform = tag.partition("-")
    rest = platform.rpartition("-")[2]
    return (interpreter in {python, "py3"}) and (
        rest == "any" or processor in rest or rest.endswith("universal2")
    )


def files(machine: Machine) -> Finding:
    """Judge whether TensorFlow's native files are whole."""
    damaged = machine.packages.damaged
    if not damaged:
        return ok("all native files have the size that was recorded")
    return fail(
        f"{len(damaged)} of TensorFlow's native files "
        f"{'is' if len(damaged) == 1 else 'are'} absent or cut short",
        reinstall_tensorflow(machine),
        detail="The disk was full, or the installation was interrupted.",
        files=", ".join(damaged[:3]),
    )


def _judge_one(machine: Machine, name: str, detail: str) -> Finding:
    unmet = _unmet(machine, name)
    if not unmet:
        return ok(f"{name} {machine.packages.versions.get(name, 'not asked for')}")
    wanted = tuple(dict.fromkeys(one.requirement for one in unmet))
    found = unmet[0].found
    cause = (
        f"{name} {found} is outside the range that {unmet[0].owner} asks for"
        if found
        else f"{name} is not installed"
    )
    return fail(
        cause,
        pip(("install", _all_of(name, wanted)), why="the newest that all accept"),
        detail=detail,
        **{f"{one.owner} asks for": one.requirement for one in unmet},
    )


def _all_of(name: str, wanted: tuple[str, ...]) -> str:
    return name + ",".join(one.removeprefix(name) for one in wanted)


def _unmet(machine: Machine, name: str) -> list[Unmet]:
    return [one for one in machine.packages.unmet if one.name == name]


def _told(one: Unmet) -> str:
    return f"{one.found or 'absent'}; {one.owner} asks for {one.requirement}"
