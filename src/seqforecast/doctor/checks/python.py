"""Checks of the interpreter and its environment, with their rows in the table."""

import shlex

from seqforecast.doctor.checks import finding
from seqforecast.doctor.checks.finding import Check, Finding, command, fail, ok, warn
from seqforecast.doctor.checks.install_recipes import new_environment
from seqforecast.doctor.facts.machine import Machine

OLDEST, NEWEST = (3, 10), (3, 13)


def version(machine: Machine) -> Finding:
    """Judge whether TensorFlow is published for this Python."""
    running = machine.python.version
    label = ".".join(str(number) for number in running)
    if running[:2] < OLDEST:
        cause = f"Python {label} is too old: seqforecast needs 3.10 or newer"
    elif running[:2] > NEWEST:
        cause = (
            f"no stable TensorFlow is published for Python {running[0]}.{running[1]}"
        )
    else:
        return ok(f"Python {label}")
    return fail(cause, new_environment(machine), python=machine.python.executable)


def build(machine: Machine) -> Finding:
    """Judge whether this interpreter is one that TensorFlow's wheels are made for."""
    python = machine.python
    if python.implementation != "cpython":
        kind = f"{python.implementation}, not CPython"
    elif python.bits != 64:
        kind = f"a {python.bits}-bit Python"
    elif python.free_threaded:
        kind = "a Python without the global interpreter lock"
    else:
        return ok("64-bit CPython")
    return fail(
        f"this is {kind}: TensorFlow publishes no wheel for it",
        new_environment(machine),
        python=python.executable,
    )


def environment(machine: Machine) -> Finding:
    """Judge whether packages can be changed here without harm to others."""
    kinds = {
        "system": "the system's own Python: what is installed here concerns others",
        "conda-base": "conda's base environment: what is installed here concerns conda",
    }
    cause = kinds.get(machine.python.kind)
    if cause is None:
        return ok(machine.python.kind)
    return warn(
        f"this is {cause}",
        new_environment(machine),
        prefix=machine.python.prefix,
    )


def shadows(machine: Machine) -> Finding:
    """Judge whether a file of the user hides a package."""
    files = machine.python.shadows
    if not files:
        return ok("no file hides a package")
    first = files[0]
    name = first.replace("\\", "/").rpartition("/")[2]
    renamed = f"my_{name}"
    return fail(
        f"{name} in the working directory or on PYTHONPATH hides a package",
        command(
            shlex.join(["mv", first, first.removesuffix(name) + renamed]),
            "gives it a name that no package has",
        ),
        detail=f"Python imports this file wherever a program asks for the package "
        f"{name.partition('.')[0]}.",
        files=", ".join(files),
    )


PYTHON: tuple[Check, ...] = (
    Check(
        "python.version",
        "static",
        "TensorFlow is published for this Python",
        version,
        "seqforecast works on Python 3.10 to 3.13, as TensorFlow does. On Apple "
        "silicon the Metal plug-in ends with 3.12.",
        (finding.TENSORFLOW_INSTALL,),
        ("host.rosetta", "host.system"),
    ),
    Check(
        "python.build",
        "static",
        "Python is the usual 64-bit build",
        build,
        "Wheels with native code fit one implementation, one width and one "
        "threading model of Python.",
        (finding.PYTHON_METADATA,),
        ("host.rosetta", "host.system"),
    ),
    Check(
        "python.environment",
        "static",
        "Python runs in an environment of its own",
        environment,
        "Packages installed into the system's Python or conda's base get into the way "
        "of others, and theirs into the way of these. `doctor --fix` changes "
        "neither.",
        (finding.PYTHON_VENV,),
    ),
    Check(
        "python.shadows",
        "static",
        "No file hides a package",
        shadows,
        "A file tensorflow.py, keras.py or numpy.py in the working directory or on "
        "PYTHONPATH is imported instead of the package.",
        (finding.PYTHON_IMPORT,),
    ),
)
