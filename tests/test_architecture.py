"""The rules of the house, read off the source: floors, sizes, names, who may print.

Each rule was seen to fail: files that break all of them were put into the package.
"""

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import grimp
import pytest
from importlinter.cli import lint_imports

import seqforecast

PACKAGE = Path(seqforecast.__file__).parent
PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"

BANNED_WORDS = {"base", "common", "manager", "misc"}
BANNED_WORDS |= {"helper", "helpers", "util", "utils"}
LATE = {"keras", "matplotlib", "tensorflow"}
HEAVY = LATE | {"numpy", "pandas", "pyarrow", "scipy"}
PRINTING = {"print", "sys.stdout.write", "typer.echo"}
EXITING = {"exit", "os._exit", "quit", "sys.exit", "SystemExit", "typer.Exit"}
INSPECTING = {"os.cpu_count", "os.sched_getaffinity", "os.sysconf"}
INSPECTING |= {"resource.getrusage", "platform.processor"}
MACHINE = ("/proc/", "/sys/", "nvidia-smi", "sysctl", "/usr/sbin/sysctl")
RUN_FILES = {
    "config.yaml",
    "forecasts.csv",
    "forecasts.parquet",
    "history.csv",
    "manifest.json",
    "metrics.json",
    "model.keras",
    "preprocess.json",
    "report.html",
    "resolved.yaml",
    "run.log",
}

ABOUT_THE_PROJECT = {
    f"test_{subject}.py"
    for subject in ("architecture", "dependencies", "docs", "installer", "packaging")
}
ABOUT_THE_PROJECT |= {"test_raises.py", "test_readme.py", "test_shipped_configs.py"}

Source = dict[str, ast.Module]


@pytest.fixture(scope="module")
def source() -> Source:
    """Every module of the package, by its path below it."""
    return {
        path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text("utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
    }


def find(tree: ast.AST, *kinds: type[ast.AST]) -> list[ast.AST]:
    return [node for node in ast.walk(tree) if isinstance(node, kinds)]


def imported(tree: ast.AST) -> Iterator[str]:
    """The top-level packages that a tree imports, wherever it does."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def docstring_of(node: ast.AST) -> ast.Constant | None:
    body = getattr(node, "body", None)
    first = body[0] if isinstance(body, list) and body else None
    value = first.value if isinstance(first, ast.Expr) else None
    return value if isinstance(value, ast.Constant) else None


def test_imports_only_go_down_the_floors() -> None:
    assert lint_imports(config_filename=str(PYPROJECT), no_cache=True) == 0


def test_imports_run_in_no_circle() -> None:
    """Late ones count: a circle is two files that cannot be understood apart.

    Broken on purpose: `data.panel` imported `data.windows` in a function.
    """
    graph = grimp.build_graph("seqforecast", cache_dir=None)
    front_door = {"importer": "seqforecast", "imported": "seqforecast.api"}
    graph.remove_import(**front_door)
    needs = {
        name: graph.find_modules_directly_imported_by(name) for name in graph.modules
    }
    TopologicalSorter(needs).prepare()  # raises CycleError, which names the circle


def test_a_module_opens_by_saying_what_it_owns(source: Source) -> None:
    assert not [path for path, tree in source.items() if not ast.get_docstring(tree)]


def test_a_file_has_at_most_400_lines(source: Source) -> None:
    lines = {path: (PACKAGE / path).read_text("utf-8").count("\n") for path in source}
    assert not {path: count for path, count in lines.items() if count > 400}


def test_a_function_has_at_most_40_lines_after_its_docstring(source: Source) -> None:
    """Signatures and docstrings do not count: they explain, and hide no logic."""
    long = {}
    for path, tree in source.items():
        for node in find(tree, ast.FunctionDef, ast.AsyncFunctionDef):
            docstring = docstring_of(node)
            before = docstring.end_lineno if docstring else node.body[0].lineno - 1
            if node.end_lineno - before > 40:
                long[f"{path}:{node.name}"] = node.end_lineno - before
    assert not long


def test_names_say_what_a_thing_is(source: Source) -> None:
    names = {Path(path).stem: path for path in source} | {
        node.name: path
        for path, tree in source.items()
        for node in find(tree, ast.ClassDef)
    }
    words = {name: re.findall("[A-Z]?[a-z]+|[A-Z]+", name) for name in names}
    assert not [
        f"{names[name]}: {name}"
        for name in names
        if BANNED_WORDS & {word.lower() for word in words[name]}
    ]


def test_the_package_asserts_nothing(source: Source) -> None:
    """`python -O` would drop it, and a user would get no hint."""
    assert not [path for path, tree in source.items() if find(tree, ast.Assert)]


def test_click_is_not_imported(source: Source) -> None:
    assert not [path for path, tree in source.items() if "click" in imported(tree)]


def test_heavy_libraries_are_imported_late(source: Source) -> None:
    early = {}
    for path, tree in source.items():
        functions = find(tree, ast.FunctionDef, ast.AsyncFunctionDef)
        late = {node for function in functions for node in ast.walk(function)}
        for node in find(tree, ast.Import, ast.ImportFrom):
            if node not in late and LATE & set(imported(node)):
                early[path] = ast.unparse(node)
    assert not early


def test_only_the_command_line_prints_or_exits(source: Source) -> None:
    calls = {
        f"{path}:{node.lineno}": ast.unparse(node.func)
        for path, tree in source.items()
        if not path.startswith("cli/")
        for node in find(tree, ast.Call)
    }
    assert not {at: name for at, name in calls.items() if name in PRINTING | EXITING}


def test_only_doctor_and_hardware_inspect_the_machine(source: Source) -> None:
    """Broken on purpose: `os.cpu_count` in models, `nvidia-smi` in training."""
    asking = {}
    for path, tree in source.items():
        docstrings = {docstring_of(node) for node in ast.walk(tree)}
        for node in find(tree, ast.Attribute, ast.Constant):
            if isinstance(node, ast.Attribute):
                asks = ast.unparse(node) in INSPECTING
            else:
                text = node.value if isinstance(node.value, str) else ""
                asks = node not in docstrings and text.startswith(MACHINE)
            if asks and not path.startswith(("doctor/", "hardware.py")):
                asking[f"{path}:{node.lineno}"] = ast.unparse(node)
    assert not asking


def test_a_stranger_can_survey_the_house(source: Source) -> None:
    """Folders of variants, one check or figure a file, may hold more; none does."""
    modules = [Path(path) for path in source if not path.endswith("__init__.py")]
    sizes = Counter(path.parent.as_posix() for path in modules)
    assert len(modules) <= 286
    assert not {folder: size for folder, size in sizes.items() if size > 20}


def test_nothing_is_decided_by_the_text_of_an_error(source: Source) -> None:
    """Ours differ by type; those of Ray do not.

    Broken on purpose: `if error.hint == "free some space"`.
    """
    deciding = {}
    for path, tree in source.items():
        for node in find(tree, ast.Compare):
            for part in (node.left, *node.comparators):
                text = ast.unparse(part)
                if text.endswith((".hint", ".args")) or text.startswith("str(error"):
                    deciding[f"{path}:{node.lineno}"] = ast.unparse(node)
    assert {at.partition(":")[0] for at in deciding} <= {"execution/ray_cluster.py"}


def test_only_runs_names_the_files_of_a_run(source: Source) -> None:
    named = {}
    for path, tree in source.items():
        docstrings = {docstring_of(node) for node in ast.walk(tree)}
        for node in find(tree, ast.Constant):
            if node not in docstrings and node.value in RUN_FILES:
                named[f"{path}:{node.lineno}"] = node.value
    assert not {at: name for at, name in named.items() if not at.startswith("runs/")}


@pytest.mark.parametrize(
    "words", ["--help", "train --help", "doctor --help", "config validate --help"]
)
def test_help_loads_nothing_heavy(words: str) -> None:
    """A user who asks for help does not wait for TensorFlow, pandas or our sections.

    typer checks a command's options with pydantic; the first help has no options.
    """
    loaded = loaded_by(words)
    ours = {name for name in loaded if name.startswith("seqforecast.")}

    heavy = HEAVY | ({"pydantic"} if words == "--help" else set())
    assert not heavy & {name.partition(".")[0] for name in loaded}
    assert "seqforecast.cli.app" in ours
    assert {name.split(".")[1] for name in ours} <= {"cli", "errors"}


@pytest.mark.parametrize("words", ["config validate etth1_96", "doctor --list-checks"])
def test_what_needs_no_data_loads_neither_pandas_nor_tensorflow(words: str) -> None:
    """NumPy comes with the sections of the data.

    Broken on purpose: the file loaded through `workflows.prepare`.
    """
    loaded = {name.partition(".")[0] for name in loaded_by(words)}
    assert HEAVY & loaded <= {"numpy"}


def loaded_by(words: str) -> set[str]:
    """The modules that a command of its own process imports."""
    command = [sys.executable, "-X", "importtime", "-m", "seqforecast", *words.split()]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-2000:]
    return {line.rpartition("|")[2].strip() for line in result.stderr.splitlines()}


def test_messages_name_only_commands_there_are(source: Source) -> None:
    """A hint that names a command of another day sends the user nowhere."""
    import typer.main

    from seqforecast.cli.app import app

    known = set(typer.main.get_command(app).commands)
    named = {
        word: path
        for path, tree in source.items()
        for node in find(tree, ast.Constant)
        if isinstance(node.value, str)
        for word in re.findall(r"`seqforecast (\w+)", node.value)
    }
    assert not {word: path for word, path in named.items() if word not in known}


def test_the_tests_of_a_module_bear_its_name() -> None:
    """`test_<module>.py`, or `test_<module>_<what>.py`, in a folder like the module's.

    Those beside this file may be about the project instead.
    """
    tests = Path(__file__).parent
    strangers = []
    for path in tests.rglob("test_*.py"):
        folder = PACKAGE / path.relative_to(tests).parent
        modules = [module.stem for module in folder.glob("*.py")]
        named = path.stem.removeprefix("test_") + "_"
        if not any(named.startswith(f"{module}_") for module in modules):
            strangers.append(path.relative_to(tests).as_posix())
    assert set(strangers) <= ABOUT_THE_PROJECT
