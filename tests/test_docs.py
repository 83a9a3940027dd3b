"""The pages: links lead somewhere, commands and settings exist, a block is on one."""

import ast
import importlib.util
import pkgutil
import re
import shlex
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
import typer

import seqforecast
from seqforecast.cli.app import app
from seqforecast.config.experiment_file import load_experiment
from support.handbook import (
    DOCS,
    PAGES,
    README,
    ROOT,
    commands_of,
    fences,
    name_of,
    prose_of,
    text_of,
)

PACKAGE = Path(seqforecast.__file__).parent
FRONT = DOCS / "index.md"
GLOSSARY = DOCS / "glossary.md"

pytestmark = pytest.mark.skipif(
    not README.is_file(), reason="an installed package has no pages beside its tests"
)
each_page = pytest.mark.parametrize("page", PAGES, ids=name_of)


@each_page
def test_what_a_page_links_to_is_there(page):
    """Headings too, as code hosts call them; broken on purpose once in each way."""
    lost = []
    for link in re.findall(r"\]\(([^)\s]+)\)", prose_of(page)):
        file, _, heading = link.partition("#")
        target = page.parent / file if file else page
        if not target.exists() or (heading and heading not in headings(target)):
            lost.append(link)
    assert lost == []


def headings(page: Path) -> set[str]:
    found = re.findall(r"^#+ (.+)$", prose_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in found}


def test_a_block_stands_on_one_page_and_ends_there():
    names = []
    for page in PAGES:
        marks = re.findall(r"^<!-- (block: \w+|end) -->$", text_of(page), re.MULTILINE)
        assert marks[1::2] == ["end"] * (len(marks) // 2), name_of(page)
        assert len(marks) % 2 == 0, name_of(page)
        names += marks[::2]
    assert len(names) > 10
    assert len(names) == len(set(names))


def test_every_page_is_in_the_navigation_once():
    """The strict build says so too, but takes longer."""
    listed = []
    for tree in re.findall(
        r"^```{toctree}\n(.*?)^```$", text_of(FRONT), re.MULTILINE | re.DOTALL
    ):
        entries = [line for line in tree.splitlines() if line and line[0] != ":"]
        listed += [re.sub(r"^.*<(.*)>$", r"\1", entry) for entry in entries]
    pages = {path.relative_to(DOCS).with_suffix("").as_posix() for path in PAGES[2:]}
    assert sorted(listed) == sorted(pages - {"index"})


@each_page
def test_the_commands_of_a_page_are_those_of_the_program(page):
    """Words and options; what they name need not be there."""
    refused = {}
    for line in commands_of(page, "seqforecast"):
        words = shlex.split(line, comments=True)[1:]
        command = typer.main.get_command(app)
        while words and hasattr(command, "commands"):
            name = words.pop(0)
            assert name in command.commands, line
            command = command.commands[name]
        try:
            command.make_context("seqforecast", words)
        except Exception as error:
            refused[line] = str(error)
    assert refused == {}


@each_page
def test_the_benchmarks_of_a_page_exist_and_write_to_it(page):
    for line in commands_of(page, "python"):
        _, file, *words = shlex.split(line, comments=True)
        if not file.startswith("benchmarks/"):
            continue
        script = (ROOT / file).read_text(encoding="utf-8")
        options = [word for word in words if word.startswith("--")]
        assert [each for each in options if f'"{each}"' not in script] == [], line
        for option, target in pairwise(words):
            if option in ("--readme", "--headline"):
                assert (ROOT / target).is_file(), line
                pattern = rf'put_into\(given.{option[2:]}, "(\w+)"'
                (block,) = re.findall(pattern, script)
                assert f"<!-- block: {block} -->" in text_of(ROOT / target), line


def test_a_script_names_the_page_of_its_block():
    """In its own words: `--readme docs/results.md`."""
    for path in sorted((ROOT / "benchmarks").glob("*.py")):
        script = path.read_text(encoding="utf-8")
        written = re.findall(r'put_into\(given\.(\w+), "(\w+)"', script)
        for option, block in written:
            (page,) = re.findall(rf"\[--{option} (\S+)\]", script)
            assert f"<!-- block: {block} -->" in text_of(ROOT / page), path.name


@each_page
def test_every_command_of_make_is_there(page):
    targets = (ROOT / "Makefile").read_text(encoding="utf-8")
    for name in {line.split()[1] for line in commands_of(page, "make")}:
        assert re.search(rf"^{name}:", targets, re.MULTILINE), name


@each_page
def test_the_settings_of_a_page_are_those_of_the_program(page, tmp_path):
    for number, block in enumerate(fences(page, "yaml")):
        path = tmp_path / f"experiment_{number}.yaml"
        data = "" if re.search(r"^data:", block, re.MULTILINE) else SYNTHETIC
        path.write_text(data + block, encoding="utf-8")
        load_experiment(path)


SYNTHETIC = "data: {source: synthetic, kind: sine}\n"


@each_page
def test_the_python_of_a_page_imports_what_is_there(page):
    for block in fences(page, "python"):
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    if alias.name.startswith("seqforecast"):
                        assert importlib.util.find_spec(alias.name), alias.name


def test_the_python_page_describes_every_public_name():
    text = text_of(DOCS / "api.md")
    described = set(re.findall(r"^\.\. auto\w+:: (\S+)", text, re.MULTILINE))
    public = {f"seqforecast.{name}" for name in seqforecast.__all__} - {
        "seqforecast.__version__"
    }
    assert public <= described
    for name in described:
        pkgutil.resolve_name(name)


def test_where_to_add_what_names_what_is_there():
    text = text_of(DOCS / "how-it-is-built.md").partition("## Where to add what")[2]
    places = set(re.findall(r"`([\w/]+/(?:\w+\.py)?)`", text))
    assert len(places) > 5
    assert [place for place in sorted(places) if not (PACKAGE / place).exists()] == []


def test_the_glossary_says_each_term_once_in_forty_lines():
    lines = text_of(DOCS / "glossary.md").splitlines()
    assert len(lines) <= 40
    rows = [line.split("|")[1:-1] for line in lines if line.startswith("| ")][2:]
    terms = [row[0].strip() for row in rows]
    others = [each.strip() for row in rows for each in row[2].split(",")]
    assert len(set(terms)) == len(terms) > 20
    assert len(set(others)) == len(others)
    assert not set(terms) & set(others)


@cache
def words_by_file():
    """The words of the package and the pages, those inside identifiers too."""
    files = [*sorted((ROOT / "src").rglob("*.py")), *set(PAGES) - {GLOSSARY}]
    return {name_of(file): words_of(text_of(file)) for file in files}


def words_of(text):
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text.replace("_", " "))
    return re.sub(r"\s+", " ", split).lower()


def banned():
    """Every word of the glossary's last column, with what is said instead."""
    text = text_of(GLOSSARY) if GLOSSARY.is_file() else ""
    rows = re.findall(r"^\| (.+?) \| .+ \| (.+?) \|$", text, re.MULTILINE)
    return [(word, term) for term, words in rows[1:] for word in words.split(", ")]


@pytest.mark.parametrize(("word", "term"), banned())
def test_a_concept_has_one_word(word, term):
    """Broken on purpose: a function named `ground_truth_of`."""
    pattern = re.compile(rf"\b{re.escape(word.lower())}s?\b")
    found = [name for name, words in words_by_file().items() if pattern.search(words)]
    assert not found, f"{term!r} is meant"


def test_the_glossary_is_short():
    assert len(text_of(GLOSSARY).splitlines()) <= 40
    assert len(banned()) > 40
