"""What a machine gets: dependencies for each system and Python, newest and pinned."""

import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # pytest brings it

ROOT = Path(__file__).parents[1]
LINUX = "x86_64-unknown-linux-gnu"
WINDOWS = "x86_64-pc-windows-msvc"
APPLE_SILICON = "aarch64-apple-darwin"
INTEL_MAC = "x86_64-apple-darwin"
MACHINES = {
    LINUX: {"sys_platform": "linux", "platform_machine": "x86_64"},
    WINDOWS: {"sys_platform": "win32", "platform_machine": "AMD64"},
    APPLE_SILICON: {"sys_platform": "darwin", "platform_machine": "arm64"},
    INTEL_MAC: {"sys_platform": "darwin", "platform_machine": "x86_64"},
}
PYTHONS = ("3.10", "3.11", "3.12", "3.13")

# Found by comparing the symbols that tensorflow-metal 1.2.0 needs with those that each
# TensorFlow wheel exports: 2.18 and 2.19 load it, 2.20 and later do not.
LOADS_METAL = {"tensorflow": ">=2.18.1,<2.20"}
METAL = LOADS_METAL | {"tensorflow-metal": "==1.2.0", "keras": ">=3.5,<3.7"}
WITHOUT_METAL = {"tensorflow": ">=2.20,<2.22"}
ANY = {"tensorflow": ">=2.18.1,<2.22"}
Target = tuple[str, str, str]  # platform, Python, extra
EXPECTED: dict[Target, dict[str, str]] = {
    **{(LINUX, python, ""): ANY for python in PYTHONS},
    (LINUX, "3.12", "cuda"): ANY,
    **{(WINDOWS, python, ""): ANY for python in PYTHONS},
    **{(APPLE_SILICON, python, ""): LOADS_METAL for python in PYTHONS},
    **{(APPLE_SILICON, python, "metal"): METAL for python in PYTHONS},
    (APPLE_SILICON, "3.13", ""): WITHOUT_METAL,
    (APPLE_SILICON, "3.13", "metal"): WITHOUT_METAL,
    (INTEL_MAC, "3.12", ""): {"tensorflow": "==2.16.2"},
    (INTEL_MAC, "3.13", ""): {},
}


def run(*command: str, stdin: str = "", **variables: str) -> tuple[int, str, str]:
    result = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | variables,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )
    return result.returncode, result.stdout, result.stderr


def indexes_of_pip() -> dict[str, str]:
    """Where pip looks for packages, in uv's words: uv does not read pip's settings."""
    words = {
        "index-url": "UV_DEFAULT_INDEX",
        "extra-index-url": "UV_INDEX",
        "find-links": "UV_FIND_LINKS",
    }
    _, listed, _ = run(sys.executable, "-m", "pip", "config", "list")
    found = re.findall(r"^[^=]*\.([a-z-]+)='(.*)'$", listed, re.MULTILINE)
    indexes = {words[name]: value for name, value in found if name in words}
    if "UV_FIND_LINKS" in indexes:
        indexes["UV_FIND_LINKS"] = indexes["UV_FIND_LINKS"].replace(" ", ",")
    return indexes


@pytest.fixture(scope="module")
def resolved() -> dict[Target, tuple[int, str, str]]:
    """What uv, which can resolve for other machines, answers for each target.

    Skips where uv is not installed or no package index can be reached.
    """
    folders = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    program = shutil.which("uv", path=folders)
    if program is None:
        pytest.skip("uv, which resolves for other machines, is not installed here")
    command = (program, "pip", "compile", "--no-header", "--no-annotate")
    # As pip does: the best version in any index, not the first index with the name.
    settings = indexes_of_pip() | {
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_PYTHON_DOWNLOADS": "never",
    }

    def resolve(target: Target) -> tuple[int, str, str]:
        platform, python, extra = target
        machine = (f"--python-platform={platform}", f"--python-version={python}")
        extras = (f"--extra={extra}",) if extra else ()
        return run(*command, *machine, *extras, "pyproject.toml", **settings)

    hasty = settings | {"UV_HTTP_RETRIES": "0", "UV_HTTP_TIMEOUT": "15"}
    code, _, error = run(*command, "--no-cache", "-", stdin="packaging", **hasty)
    if code:
        pytest.skip(
            f"no package index can be reached: {error.strip().splitlines()[-1]}"
        )
    with ThreadPoolExecutor(max_workers=6) as pool:
        return dict(zip(EXPECTED, pool.map(resolve, EXPECTED), strict=True))


@pytest.mark.index
@pytest.mark.parametrize("target", EXPECTED, ids=" ".join)
def test_the_newest_versions_a_machine_gets_work_together(
    target: Target, resolved: dict[Target, tuple[int, str, str]]
) -> None:
    """Broken once by removing the bound below 2.20 on Apple silicon."""
    code, listed, error = resolved[target]

    assert code == 0, error
    check_versions(target, [Requirement(line) for line in listed.splitlines()])


@pytest.mark.parametrize("target", EXPECTED, ids=" ".join)
def test_the_pinned_versions_a_machine_gets_work_together(target: Target) -> None:
    """Broken once by pinning the newest Keras in constraints-metal.txt."""
    platform, python, extra = target
    name = "constraints-metal.txt" if extra == "metal" else "constraints.txt"
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    pins = [Requirement(line) for line in lines if not line.startswith("#")]
    machine = MACHINES[platform] | {
        "python_version": python,
        "python_full_version": f"{python}.5",
    }

    active = [pin for pin in pins if not pin.marker or pin.marker.evaluate(machine)]

    versions = check_versions(target, active)
    assert len(versions) == len(active), "a package is pinned twice"
    wanted = [r for r in asked_for(extra) if not r.marker or r.marker.evaluate(machine)]
    assert not [
        str(r) for r in wanted if versions.get(r.name.lower(), "0") not in r.specifier
    ]


def asked_for(extra: str) -> list[Requirement]:
    """What pyproject.toml asks for: constraints made before a change are noticed."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)["project"]
    extras = project["optional-dependencies"]
    always = project["dependencies"] + extras["dev"] + extras["docs"]
    words = always + extras.get(extra, [])
    return [Requirement(word) for word in words]


def check_versions(target: Target, pins: list[Requirement]) -> dict[str, str]:
    versions = {pin.name: str(pin.specifier).removeprefix("==") for pin in pins}
    for name, range_ in EXPECTED[target].items():
        assert versions[name] in SpecifierSet(range_), name
    for name in ("tensorflow", "tensorflow-metal"):
        assert (name in versions) == (name in EXPECTED[target]), name
    return versions
