"""README, CONTRIBUTING and the pages of `docs`, as tests read them."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
DOCS = ROOT / "docs"
PAGES = [
    path
    for path in (README, ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md")))
    if path.is_file()
]
BEGIN, END = "<!-- block: {} -->\n", "<!-- end -->"


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def name_of(page: Path) -> str:
    """Return how a page is called: `docs/guide/data.md`."""
    return page.relative_to(ROOT).as_posix()


def page_of(block: str) -> Path:
    """Return the one page that a block stands on."""
    (page,) = [page for page in PAGES if BEGIN.format(block) in text_of(page)]
    return page


def block_of(name: str) -> str:
    """Return what stands between the marks of a block, wherever that is."""
    text = text_of(page_of(name))
    return text.partition(BEGIN.format(name))[2].partition(END)[0]


def fences(page: Path, language: str = r"\w*") -> Iterator[str]:
    """Yield what stands in the fenced blocks of a language."""
    pattern = rf"^```{language}\n(.*?)^```$"
    for match in re.finditer(pattern, text_of(page), re.MULTILINE | re.DOTALL):
        yield match[1]


def prose_of(page: Path) -> str:
    """Return a page without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", text_of(page), flags=re.MULTILINE | re.DOTALL)


def commands_of(page: Path, program: str) -> Iterator[str]:
    """Yield the command lines of a program, those in running text too.

    Not those of the help of all commands, which tests of the help read.
    """
    for block in () if page.name == "commands.md" else fences(page):
        for line in block.splitlines():
            command = line.strip().removeprefix("$ ")
            if command.startswith(f"{program} "):
                yield command
    for code in re.findall(r"`([^`]+)`", prose_of(page)):
        command = " ".join(code.split())
        if command.startswith(f"{program} "):
            yield command
