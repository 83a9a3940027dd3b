"""What reaches a user: the wheel, the source, the version, the data, the repository."""

import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import seqforecast

ROOT = Path(__file__).parents[1]

needs_git = pytest.mark.skipif(
    not (ROOT / ".git").exists() or shutil.which("git") is None,
    reason="these files are not a git checkout, so there is no list of committed files",
)
needs_source = pytest.mark.skipif(
    not (ROOT / "src").is_dir(),
    reason="the installed wheel is being tested; without src no other can be built",
)


def run(*command: str) -> str:
    result = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@needs_source
def test_the_wheel_holds_the_package_with_its_configs(tmp_path: Path) -> None:
    """Broken once by letting .gitignore's `runs/` decide what is packed."""
    files = build("wheel", tmp_path)

    for folder, inside in (
        ("src/seqforecast", "seqforecast"),
        ("configs", "seqforecast/configs"),
    ):
        assert {f"{inside}/{name}" for name in names_below(ROOT / folder)} <= files
    assert not [name for name in files if name.startswith(("tests/", "src/"))]


@needs_source
def test_the_source_distribution_can_be_tested(tmp_path: Path) -> None:
    files = {name.partition("/")[2] for name in build("sdist", tmp_path)}

    for folder in ("src", "configs", "docs", "tests"):
        assert {f"{folder}/{name}" for name in names_below(ROOT / folder)} <= files
    assert {"Makefile", "constraints.txt", "constraints-metal.txt"} <= files


def build(kind: str, folder: Path) -> set[str]:
    pytest.importorskip("hatchling", reason="hatchling, which builds, is not installed")
    run(sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(folder))
    (archive,) = folder.iterdir()
    if kind == "wheel":
        with zipfile.ZipFile(archive) as wheel:
            return set(wheel.namelist())
    with tarfile.open(archive) as sdist:
        return set(sdist.getnames())


def names_below(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_changelog_is_headed_by_this_version() -> None:
    """Or by what is unreleased, above an entry for this version, if there is any."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## \[(.+?)\]", text, re.MULTILINE)
    numbered = [name for name in headings if name != "Unreleased"]

    assert headings
    assert headings[0] == "Unreleased" or headings[0] == numbered[0]
    assert numbered[:1] in ([], [seqforecast.__version__])


def test_the_shipped_data_are_those_described() -> None:
    """Box and Jenkins (1976), Series G: 144 months from 112 to 432."""
    text = (ROOT / "configs/data/air_passengers.csv").read_text(encoding="utf-8")
    note = (ROOT / "configs/data/README.md").read_text(encoding="utf-8")
    header, *rows = text.splitlines()

    assert hashlib.sha256(text.encode()).hexdigest() in note
    assert header == "month,passengers"
    assert (len(rows), rows[0], rows[-1]) == (144, "1949-01-01,112", "1960-12-01,432")


@needs_git
def test_no_file_names_an_index_or_a_machine() -> None:
    """A pinned index or path works on one machine only."""
    banned = [
        r"(pypi|pythonhosted)[.](org|io)",
        r"https?://[^\s/]+/(\S*/)?simple\b",
        r"\bfile://",
        r"(?<![\w.-])/(root|work)/",
        *(re.escape(f"{path.as_posix()}/") for path in (ROOT, Path.home())),
    ]
    pattern = re.compile("|".join(banned).encode())
    listed = run("git", "ls-files", "--cached", "--others", "--exclude-standard")

    found = {
        name: match.group().decode()
        for name in listed.splitlines()
        if (ROOT / name).is_file()
        and (match := pattern.search((ROOT / name).read_bytes()))
    }

    assert listed
    assert not found


@needs_git
def test_git_ignores_no_source() -> None:
    """Broken once by ignoring `runs/` anywhere: that is also a package of ours."""
    folders = ("benchmarks", "configs", "scripts", "src", "tests")
    listed = run(
        "git", "ls-files", "--others", "--ignored", "--exclude-standard", "--", *folders
    )
    kinds = (".csv", ".json", ".md", ".py", ".sh", ".txt", ".yaml")
    assert not [name for name in listed.splitlines() if name.endswith(kinds)]
