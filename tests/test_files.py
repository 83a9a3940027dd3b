"""Paths of users: `~` is the home folder wherever a path is named."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import seqforecast
from seqforecast.config.experiment_file import dump, load_experiment, load_mapping
from seqforecast.config.shipped import resolve
from seqforecast.doctor.child_processes import PROBES
from seqforecast.execution.fit import Fit
from seqforecast.execution.local import CHILD
from seqforecast.execution.ray_task import request_fit
from seqforecast.files import expand, python_of, write_folder, write_json
from seqforecast.workflows.compare.members import choose_members, differences
from seqforecast.workflows.finished.new_data import load_data
from seqforecast.workflows.pipeline.prepare import prepare
from support.small_run import small

PACKAGE = Path(seqforecast.__file__).parent
ROWS = "ds,y\n" + "".join(f"{step},{step % 7}\n" for step in range(160))


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home folder with data and an experiment that names them by `~`."""
    home = tmp_path / "home of ada"
    home.mkdir()
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(home))
    (home / "x.csv").write_text(ROWS)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    settings = small(data={"source": "table", "path": "~/x.csv"})
    (elsewhere / "x.yaml").write_text(yaml.safe_dump(settings))
    monkeypatch.chdir(elsewhere)
    return home


def test_the_tilde_of_nobody_is_a_letter(home):
    assert expand("~/x.csv") == home / "x.csv"
    assert expand("~") == home
    assert expand("x/~/y") == Path("x/~/y")
    assert expand("~nobody-of-that-name/x") == Path("~nobody-of-that-name/x")


def test_only_one_function_knows_what_the_tilde_stands_for():
    """Broken on purpose: `Path(source.path).expanduser()` in `ray_task`."""
    found = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "expanduser"
    }
    assert found == {"files.py"}


def test_what_doctor_measured_may_be_kept_at_home(home, monkeypatch):
    from seqforecast.training.measured_devices import evidence_file

    monkeypatch.setenv("SEQFORECAST_CACHE", "~/kept")
    assert evidence_file() == home / "kept" / "evidence.json"


def ways_to_name_the_data(folder):
    """Yield every way in which the path of the data is made absolute."""
    loaded = load_experiment(folder / "x.yaml")
    yield "the file", loaded.experiment.data.file(loaded.folder)
    written = folder / "resolved.yaml"
    written.write_text(dump(loaded.experiment, loaded.folder))
    yield "resolved.yaml", load_experiment(written).experiment.data.path
    given = load_experiment(folder / "x.yaml", ["data.path=~/x.csv"])
    yield "--set", given.experiment.data.path
    given = load_experiment(folder / "x.yaml", {"data.path": "~/x.csv"})
    yield "overrides", given.experiment.data.path
    told = yaml.safe_load((folder / "x.yaml").read_text())
    mapping = load_mapping(told)
    yield "a mapping", mapping.experiment.data.file(mapping.folder)
    sent = request_fit(Fit("one", folder / "x.yaml", folder / "run"))
    yield "a fit elsewhere", sent.data
    yield "its settings", yaml.safe_load(sent.experiment)["data"]["path"]


def test_every_way_leads_to_the_data_at_home(home):
    """Broken on purpose: each of them without `TableSource.file`."""
    found = {way: Path(path) for way, path in ways_to_name_the_data(Path.cwd())}
    assert set(found.values()) == {home / "x.csv"}, found


def test_data_at_home_are_those_of_their_whole_path(home):
    """Members of a comparison, and other data for a run, named in two ways."""
    text = Path("x.yaml").read_text().replace("~/x.csv", str(home / "x.csv"))
    Path("y.yaml").write_text(text)
    one, other = choose_members(["x.yaml", "y.yaml"], None)
    assert [*differences(one, other, ["data"])] == []
    loaded = load_experiment(Path("x.yaml"))
    sha256 = prepare(loaded.experiment, loaded.folder).panel.sha256
    assert load_data(loaded, "~/x.csv").sha256 == sha256
    assert resolve("~/x.yaml") == home / "x.yaml"


@pytest.mark.tensorflow
def test_a_run_on_data_at_home_goes_on_from_anywhere(home, tmp_path, monkeypatch):
    """All that is asked of Python is at home too; nothing is called `~`."""
    Path("x.yaml").rename(home / "x.yaml")
    quick = {"training.epochs": 1, "training.compile": "eager"}
    run = seqforecast.train("~/x.yaml", quick, runs="~/runs")
    assert run.path.parents[1] == home / "runs"
    resolved = yaml.safe_load(run.directory.resolved.read_text())
    assert resolved["data"]["path"] == str(home / "x.csv")
    monkeypatch.chdir(tmp_path)
    opened = seqforecast.load_run(f"~/runs/small/{run.path.name}")
    assert opened.predict().equals(opened.predict("~/x.csv"))
    assert load_experiment(opened.directory.resolved).data_file == home / "x.csv"
    assert opened.report("~/page.html") == home / "page.html"
    again = seqforecast.train("~/x.yaml", quick, runs="~/runs", start=opened.path)
    assert again.path.parent == run.path.parent
    assert not [*tmp_path.rglob("~*")]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ([*python_of("seqforecast"), "config", "ls"], 0),
        ([*CHILD, "any", "-m", "json.tool", "-h"], 0),
        ([*PROBES, "unheard-of", "{}", "result.json"], 1),
    ],
)
def test_a_child_imports_nothing_from_where_the_user_stands(
    words, code, tmp_path, monkeypatch
):
    """Whatever lies there: a file for each module of Python's own, and for some more.

    Broken on purpose: `python -m`.
    """
    for name in {*sys.stdlib_module_names, "numpy", "pandas", "seqforecast", "yaml"}:
        trap = "import os; os.mkdir(__file__ + '.ran')\n"
        (tmp_path / f"{name}.py").write_text(trap)
    monkeypatch.chdir(tmp_path)

    # A fit ends when its stdin does.
    with subprocess.Popen(words, stdin=subprocess.PIPE) as child:
        ended = child.wait(60)

    assert [*tmp_path.glob("*.ran")] == []
    assert ended == code


def dead_process():
    """Return the number of a process that is no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.mark.skipif(os.name == "nt", reason="nobody can ask for a process there")
def test_what_killed_processes_had_begun_is_removed_by_the_next_writer(tmp_path):
    """Broken on purpose: those of processes that live removed too."""
    dead = dead_process()
    gone = [f".part-{dead}-x.json", ".part-?-x.json", f".old-{dead}-x.json"]
    kept = [f".part-{os.getppid()}-x.json", f".part-{dead}-y.json", "part-1-x.json"]
    for name in (*gone, *kept):
        (tmp_path / name).touch()
    write_json(tmp_path / "x.json", {})
    assert {path.name for path in tmp_path.iterdir()} == {"x.json", *kept}
    (tmp_path / f".part-{dead}-model").mkdir()
    write_folder(tmp_path / "model", Path.mkdir)
    assert not (tmp_path / f".part-{dead}-model").exists()
