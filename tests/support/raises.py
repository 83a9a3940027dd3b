"""The refusals of our code: which of them the tests made, and whose words they hold.

A refusal is a place that makes an error whose words are ours: `DataError(...)`,
`ValueError(...)` in a section, or `raise made_elsewhere(...)`. Of each is asked:

- Is it held? Some test or golden file has four words in a row of its message, which no
  other refusal has. A shorter message is held whole, with its hint.
- Was it made? An error was made there by a test whose own module has those words, or
  what all tests share has them. Errors of ours are noted as they are made, so nothing
  need be traced; what a child process made is not seen. Errors of Python and of typer
  cannot be noted: of these we ask only whether they are held.

No module is known by name here: code and tests may move.
"""

import ast
import functools
import os
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

import seqforecast
from seqforecast import errors
from seqforecast.errors import SeqforecastError

PACKAGE = Path(seqforecast.__file__).parent
TESTS = Path(__file__).parents[1]
LENGTH = 4  # words in a row that nobody writes by chance
SHORT = 3  # a message that says less is known by its hint, too

Words = tuple[str, ...]
Made = set[tuple[str, str, int]]  # the tests' module, ours, and the line there


@dataclass(frozen=True)
class Refusal:
    """One place that makes an error.

    Attributes:
        path: the module, below the package.
        lines: the first line and the last.
        code: how it is written there.
        noted: whether errors made there are noted.
        texts: what is constant in its message.
        runs: the words of which tests must have one run; none: it has no words.
    """

    path: str
    lines: tuple[int, int]
    code: str
    noted: bool
    texts: tuple[Words, ...]
    runs: frozenset[Words] = frozenset()

    def __str__(self) -> str:
        return f"{self.path}:{self.lines[0]}: {self.code[:100]}"

    def is_held_by(self, texts: "Texts") -> bool:
        return not self.runs or any(texts.have(run) for run in self.runs)

    def tests(self, made: Made) -> set[str]:
        """Return the modules whose tests made it."""
        first, last = self.lines
        return {
            test for test, path, i in made if path == self.path and first <= i <= last
        }


class Texts:
    """What the constants of some files say."""

    def __init__(self, texts: Iterable[Words]) -> None:
        self._runs = {
            run for text in texts for n in range(1, LENGTH + 1) for run in runs(text, n)
        }

    def have(self, run: Words) -> bool:
        return run in self._runs


def words(text: str) -> Words:
    """Split a text: line breaks, quotes and the escapes of patterns are no words."""
    return tuple(re.findall(r"[^\W_]+", text.lower()))


def runs(text: Words, length: int) -> set[Words]:
    return {text[i : i + length] for i in range(len(text) - length + 1)}


def constants(node: ast.AST) -> tuple[Words, ...]:
    """Return what is constant in an expression, cut where something is put in."""
    return tuple(filter(None, map(words, strings(node))))


def strings(node: ast.AST) -> list[str]:
    """Return the constant texts of an expression, adjoining ones as one."""
    texts = [""]
    for part in _parts(node):
        if part is None:
            texts.append("")
        else:
            texts[-1] += part
    return texts


def _parts(node: ast.AST) -> Iterator[str | None]:
    if isinstance(node, ast.Constant):
        yield node.value if isinstance(node.value, str) else None
    elif isinstance(node, ast.JoinedStr):
        for value in node.values:
            yield from _parts(value)
    else:
        yield None
        for name, child in ast.iter_fields(node):
            for each in child if isinstance(child, list) else [child]:
                if isinstance(each, ast.AST) and name != "format_spec":
                    yield from _parts(each)
                    yield None


@functools.cache
def refusals(package: Path = PACKAGE) -> list[Refusal]:
    """Return every refusal of a package, each with the words that are its own."""
    trees = {
        path.relative_to(package).as_posix(): ast.parse(path.read_text("utf-8"))
        for path in sorted(package.rglob("*.py"))
    }
    noted, other = _classes(trees.values())
    found = []
    for path, tree in trees.items():
        raised = {
            id(node.exc) for node in ast.walk(tree) if isinstance(node, ast.Raise)
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = _last_name(node.func)
            elsewhere = id(node) in raised and name.lstrip("_")[:1].islower()
            if name in noted or name in other or elsewhere:
                place = (node.lineno, node.end_lineno or node.lineno)
                is_noted = name not in other
                code = ast.unparse(node)
                found.append(Refusal(path, place, code, is_noted, _texts(node)))
    found.sort(key=lambda one: (one.path, one.lines))
    counts = Counter(run for one in found for run in _runs(one))
    return [replace(one, runs=frozenset(_own(_runs(one), counts))) for one in found]


def _classes(trees: Iterable[ast.Module]) -> tuple[set[str], set[str]]:
    """Return the names of our errors, and of the others whose words are ours."""
    parents = {
        node.name: {ast.unparse(parent) for parent in node.bases}
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    ours = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, SeqforecastError)
    }
    other = {"BadParameter", "ValueError"}
    for _ in parents:
        ours |= {name for name, above in parents.items() if above & ours}
        other |= {name for name, above in parents.items() if above & other}
    return ours, other


def _last_name(called: ast.expr) -> str:
    """Return `c` of `a.b.c(...)`; nothing of what has no name."""
    return str(getattr(called, "attr", getattr(called, "id", "")))


def _texts(call: ast.Call) -> tuple[Words, ...]:
    """Return the constants of the message; those of the hint, too, if it is short.

    What stands before it without a space is the name of a setting.
    """
    messages = [argument for argument in call.args if " " in "".join(strings(argument))]
    message = [text for node in (messages or call.args)[:1] for text in constants(node)]
    if max(map(len, message), default=0) < SHORT:
        message += [t for keyword in call.keywords for t in constants(keyword.value)]
    return tuple(message)


def _runs(refusal: Refusal) -> set[Words]:
    """Return the runs of four words, or the longest text where there are none."""
    longest = max(map(len, refusal.texts), default=0)
    return {run for text in refusal.texts for run in runs(text, min(longest, LENGTH))}


def _own(found: set[Words], counts: Counter[Words]) -> set[Words]:
    return {run for run in found if counts[run] == 1} or found


@dataclass(frozen=True)
class Held:
    """The texts of the tests: of each module, and of what they share."""

    modules: dict[str, Texts]
    shared: Texts

    @classmethod
    def of(cls, tests: Path = TESTS) -> "Held":
        """Read every test; golden files and what is not a test are shared."""
        sources = {
            path.relative_to(tests).as_posix(): constants(_without_docstrings(path))
            for path in sorted(tests.rglob("*.py"))
        }
        modules = {path for path in sources if path.rpartition("/")[2][:5] == "test_"}
        golden = [
            words(path.read_text("utf-8"))
            for path in sorted((tests / "golden").rglob("*.txt"))
        ]
        other = [text for path in sources.keys() - modules for text in sources[path]]
        return cls(
            {path: Texts(sources[path]) for path in modules}, Texts([*golden, *other])
        )

    def hold(self, refusal: Refusal) -> bool:
        """Say whether any test has the words of a refusal."""
        return any(map(refusal.is_held_by, [self.shared, *self.modules.values()]))

    def hold_where_made(self, refusal: Refusal, made: Made) -> bool:
        """Say whether a test that made it has its words, or all tests share them."""
        tests = refusal.tests(made)
        near = [self.modules[test] for test in tests if test in self.modules]
        return bool(tests) and any(map(refusal.is_held_by, [self.shared, *near]))


def _without_docstrings(path: Path) -> ast.Module:
    """Parse a module; what a docstring says is not checked."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [
                line
                for line in body
                if not (
                    isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)
                )
            ]
    return tree


class EveryRaise:
    """The plugin behind `--every-raise`: fails where a refusal was made by no test.

    For the whole suite only: what is left out makes nothing.
    """

    def __init__(self) -> None:
        self.made: Made = set()
        self._missed: list[Refusal] = []
        self._note_errors()

    def _note_errors(self) -> None:
        made, package = self.made, f"{PACKAGE}{os.sep}"
        plain = SeqforecastError.__init__

        def note(self: SeqforecastError, *args: Any, **named: Any) -> None:
            test = os.environ.get("PYTEST_CURRENT_TEST", "").partition("::")[0]
            test = test.removeprefix(f"{TESTS.name}/")
            frame = sys._getframe(1)
            while frame:
                path = frame.f_code.co_filename
                if path.startswith(package):
                    place = Path(path).relative_to(PACKAGE).as_posix()
                    made.add((test, place, frame.f_lineno))
                frame = frame.f_back
            plain(self, *args, **named)

        SeqforecastError.__init__ = note  # type: ignore[method-assign]

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over what a worker noted."""
        self.made |= {
            tuple(one) for one in getattr(node, "workeroutput", {}).get("made", [])
        }

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Hand on what was noted, or judge it."""
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output["made"] = sorted(self.made)
            return
        held = Held.of()
        noted = [refusal for refusal in refusals() if refusal.noted]
        self._missed = [r for r in noted if not held.hold_where_made(r, self.made)]
        if self._missed and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Name what no test made."""
        if self._missed:
            terminalreporter.section("errors of ours that no test makes and checks")
            for refusal in self._missed:
                tests = ", ".join(sorted(refusal.tests(self.made))) or "no test"
                terminalreporter.line(f"{refusal}\n    made by {tests}")
