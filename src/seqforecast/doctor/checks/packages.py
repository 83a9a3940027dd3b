"""Checks of what is installed, with their rows in the table."""

from collections.abc import Iterable

from seqforecast.doctor.checks import finding
from seqforecast.doctor.checks.finding import Check, Finding, fail, ok, pip, skip, warn
from seqforecast.doctor.checks.install_recipes import (
    install,
    reinstall_tensorflow,
    tensorflow_for,
)
from seqforecast.doctor.facts.machine import Machine, Unmet

NAMED = ("protobuf", "numpy", "keras", "tensorflow")
DISTRIBUTIONS = {"yaml": "pyyaml"}
PROCESSORS = {"AMD64": "amd64"}
HAS_TENSORFLOW = ("packages.tensorflow",)
INSTALLABLE = (
    "host.rosetta",
    "host.system",
    "host.macos",
    "host.libc",
    "host.disk",
    "python.version",
    "python.build",
)


def tensorflow(machine: Machine) -> Finding:
    """Judge whether TensorFlow is installed."""
    version = machine.packages.versions.get("tensorflow")
    if version:
        return ok(f"tensorflow {version}")
    return fail(
        "TensorFlow is not installed in this environment",
        install(tensorflow_for(machine), "the versions seqforecast works with"),
        environment=machine.python.prefix,
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
    specifiers = tuple(dict.fromkeys(one.requirement for one in rest))
    absent = [one for one in rest if one.found is None]
    fix = pip(("install", *specifiers), why="what is asked for")
    evidence = {one.name: _told(one) for one in rest}
    if absent:
        names = ", ".join(dict.fromkeys(one.name for one in absent))
        return fail(f"not installed: {names}", fix, **evidence)
    names = ", ".join(dict.fromkeys(one.name for one in rest))
    return warn(f"not in the range asked for: {names}", fix, **evidence)


def owners(machine: Machine) -> Finding:
    """Judge whether one distribution alone owns the folder `tensorflow`."""
    names = machine.packages.owners
    if len(names) <= 1:
        return ok(names[0] if names else "none")
    return fail(
        f"{len(names)} distributions have written into the folder `tensorflow`",
        pip(
            ("uninstall", "-y", *names),
            ("install", "--no-cache-dir", tensorflow_for(machine)),
            why="removes all of them, then installs one",
        ),
        detail="Whichever was installed last has overwritten files of the other.",
        owners=", ".join(names),
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


def imports(machine: Machine) -> Finding:
    """Judge whether the packages below TensorFlow can be imported."""
    broken = machine.packages.broken
    if not broken:
        return ok("what is installed can be imported")
    verb = "does" if len(broken) == 1 else "do"
    return fail(
        f"{', '.join(broken)} {verb} not import",
        pip(
            ("install", "--force-reinstall", "--no-deps", *_same(machine, broken)),
            why="installs the same versions anew",
        ),
        detail="Something of it is absent, was changed, or was built for another "
        "Python or another version of what it needs.",
        **broken,
    )


def _same(machine: Machine, modules: Iterable[str]) -> tuple[str, ...]:
    """Return the distributions of modules, in the versions there are."""
    names = [DISTRIBUTIONS.get(module, module) for module in modules]
    versions = machine.packages.versions
    return tuple(f"{n}=={versions[n]}" if n in versions else n for n in names)


PACKAGES: tuple[Check, ...] = (
    Check(
        "packages.tensorflow",
        "static",
        "TensorFlow is installed",
        tensorflow,
        "Read from the metadata of this environment, without importing anything.",
        (finding.TENSORFLOW_INSTALL,),
        INSTALLABLE,
    ),
    Check(
        "packages.owners",
        "static",
        "One distribution owns the folder `tensorflow`",
        owners,
        "tensorflow, tensorflow-macos and tensorflow-cpu all write into the same "
        "folder; two of them mix their files.",
        (finding.METAL, finding.PYTHON_METADATA),
        HAS_TENSORFLOW,
    ),
    Check(
        "packages.architecture",
        "static",
        "TensorFlow was built for this processor and this Python",
        architecture,
        "The wheel's tag is compared with the running interpreter. They differ when "
        "an environment was copied, or holds packages of a translated Python.",
        (finding.PYTHON_METADATA,),
        (*HAS_TENSORFLOW, "packages.owners"),
    ),
    Check(
        "packages.files",
        "static",
        "TensorFlow's native files are whole",
        files,
        "The size of each native file is compared with the record of the installation.",
        (finding.PYTHON_METADATA,),
        (*HAS_TENSORFLOW, "packages.owners", "packages.architecture"),
    ),
    Check(
        "packages.protobuf",
        "static",
        "protobuf is in the range TensorFlow asks for",
        protobuf,
        "TensorFlow 2.18 and 2.19 need protobuf below 6, 2.20 at least 5.28, 2.21 at "
        "least 6.31.1 and below 8. Other packages move it.",
        (finding.tensorflow_issue(98980),),
        HAS_TENSORFLOW,
    ),
    Check(
        "packages.numpy",
        "static",
        "NumPy is in the range TensorFlow asks for",
        numpy,
        "Native code compiled for one NumPy may not load beside another.",
        ("https://numpy.org/doc/stable/dev/depending_on_numpy.html",),
        HAS_TENSORFLOW,
    ),
    Check(
        "packages.keras",
        "static",
        "Keras is in the range TensorFlow asks for",
        keras,
        "Keras is a package of its own that TensorFlow asks for.",
        (finding.KERAS_BACKEND,),
        HAS_TENSORFLOW,
    ),
    Check(
        "packages.requirements",
        "static",
        "Every other requirement is met",
        requirements,
        "All requirements of tensorflow, keras and seqforecast are compared with what "
        "is installed.",
        (finding.PYTHON_METADATA,),
        HAS_TENSORFLOW,
    ),
    Check(
        "packages.imports",
        "static",
        "The packages below TensorFlow can be imported",
        imports,
        "A package can be installed and not load: a symbol is undefined, a file is "
        "absent, another NumPy is there than it was built for. NumPy, pandas, pyarrow, "
        "SciPy, Matplotlib, pydantic and PyYAML are imported in a child process.",
        ("https://numpy.org/doc/stable/user/troubleshooting-importerror.html",),
        ("python.shadows", "packages.numpy", "packages.requirements"),
    ),
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


RANGE: tuple[Check, ...] = (
    Check(
        "packages.range",
        "static",
        "seqforecast works with this TensorFlow",
        range_of_tensorflow,
        "Asked after the Metal checks: a plug-in that does not fit is the better "
        "reason to change TensorFlow's version.",
        (finding.TENSORFLOW_INSTALL,),
        (*HAS_TENSORFLOW, "packages.owners", "metal.places", "metal.symbols"),
    ),
)


def _fits(tag: str, python: str, processor: str) -> bool:
    interpreter, _, platform = tag.partition("-")
    rest = platform.rpartition("-")[2]
    return (interpreter in {python, "py3"}) and (
        rest == "any" or processor in rest or rest.endswith("universal2")
    )


def _judge_one(machine: Machine, name: str, detail: str) -> Finding:
    unmet = _unmet(machine, name)
    if not unmet:
        return ok(f"{name} {machine.packages.versions.get(name, 'not asked for')}")
    specifiers = tuple(dict.fromkeys(one.requirement for one in unmet))
    version = unmet[0].found
    cause = (
        f"{name} {version} is outside the range that {unmet[0].owner} asks for"
        if version
        else f"{name} is not installed"
    )
    return fail(
        cause,
        pip(("install", _all_of(name, specifiers)), why="the newest that all accept"),
        detail=detail,
        **{f"{one.owner} asks for": one.requirement for one in unmet},
    )


def _all_of(name: str, specifiers: tuple[str, ...]) -> str:
    return name + ",".join(one.removeprefix(name) for one in specifiers)


def _unmet(machine: Machine, name: str) -> list[Unmet]:
    return [one for one in machine.packages.unmet if one.name == name]


def _told(one: Unmet) -> str:
    return f"{one.found or 'absent'}; {one.owner} asks for {one.requirement}"
