"""What every test shares: golden files, hypothesis settings, no need of TensorFlow."""

import difflib
import gc
import importlib.util
import logging
import os
import signal
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

GOLDEN = Path(__file__).parent / "golden"

# What `doctor` measured on a developer's machine must not choose the tests' device.
os.environ["SEQFORECAST_CACHE"] = tempfile.mkdtemp(prefix="seqforecast-tests-")

# Help and tables must not depend on the terminal or the CI service that runs the tests.
for name in ("GITHUB_ACTIONS", "FORCE_COLOR", "PY_COLORS", "CLICOLOR_FORCE"):
    os.environ.pop(name, None)
os.environ["COLUMNS"] = "80"

settings.register_profile(
    "seqforecast",
    deadline=None,
    derandomize="CI" in os.environ,
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("seqforecast")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--update-golden`."""
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="rewrite the files in tests/golden with what the program prints now",
    )
    parser.addoption(
        "--every-raise",
        action="store_true",
        help="fail where an error of ours is made by no test that has its words; "
        "for the whole suite",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Note the errors that tests make, if that is asked for."""
    if config.getoption("--every-raise"):
        from support.raises import EveryRaise

        config.pluginmanager.register(EveryRaise())


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return as many as there are cores; one more for tests of clusters, which wait."""
    return (os.cpu_count() or 1) + ("not ray" not in config.option.markexpr)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that no process waits at the end.

    They start Ray clusters, or train. Skip the tests marked `tensorflow` where
    TensorFlow is not installed.
    """
    weights = Counter[Path]()
    for item in items:
        weights[item.path] += item.get_closest_marker("tensorflow") is not None
        weights[item.path] += 100 * (item.get_closest_marker("ray") is not None)
    items.sort(key=lambda item: -weights[item.path])
    if importlib.util.find_spec("tensorflow"):
        return
    skip = pytest.mark.skip(reason="TensorFlow is not installed in this environment")
    for item in items:
        if item.get_closest_marker("tensorflow"):
            item.add_marker(skip)


def pytest_collection_finish() -> None:
    """Keep what was imported out of later collections: it stays to the end."""
    gc.freeze()


@pytest.fixture(autouse=True)
def fresh_logging() -> None:
    """Undo what other tests did to our loggers.

    The command line takes them over, and tools that run in this process disable them.
    """
    for name in ["seqforecast", *logging.Logger.manager.loggerDict]:
        if name.split(".")[0] == "seqforecast":
            logger = logging.getLogger(name)
            logger.handlers, logger.propagate, logger.disabled = [], True, False
            logger.setLevel(logging.NOTSET)


@pytest.fixture(autouse=True)
def few_objects_to_look_through(request: pytest.FixtureRequest) -> Iterator[None]:
    """Keep what a test with TensorFlow leaves out of later collections.

    Keras has Python look through all objects in every training, and TensorFlow leaves
    millions behind: that took a fifth of the time of such tests.
    """
    yield
    if request.node.get_closest_marker("tensorflow"):
        gc.collect()
        gc.freeze()


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Make SIGINT count, also where a shell in the background had it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def experiment(tmp_path: Path) -> Path:
    """Return the file of a run that is small enough for tests."""
    import yaml

    from support.small_run import SMALL

    path = tmp_path / "small.yaml"
    path.write_text(yaml.safe_dump(SMALL))
    return path


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with the reviewed file `tests/golden/<name>`.

    `--update-golden` rewrites the file instead; the difference is then read in review.
    """
    update: bool = request.config.getoption("--update-golden")

    def check(name: str, text: str) -> None:
        path = GOLDEN / name
        if update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            return
        if not path.is_file():
            pytest.fail(f"{path} is missing: run pytest --update-golden", pytrace=False)
        reviewed = path.read_text(encoding="utf-8")
        if text != reviewed:
            pytest.fail(_difference(name, reviewed, text), pytrace=False)

    return check


def _difference(name: str, reviewed: str, text: str) -> str:
    lines = difflib.unified_diff(
        reviewed.splitlines(keepends=True),
        text.splitlines(keepends=True),
        fromfile=f"golden/{name} (reviewed)",
        tofile="printed now",
    )
    marked = [
        line if line.endswith("\n") else f"{line}\n\\ no newline at the end\n"
        for line in lines
    ]
    return "".join(marked) + "If this is meant: pytest --update-golden"
