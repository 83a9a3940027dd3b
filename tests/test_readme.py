"""README and `docs` show what the program prints, and name what is there."""

import importlib
import re
from pathlib import Path

import pytest
import typer

from calling import call
from seqforecast.cli.app import app
from seqforecast.config.reference import settings_reference
from seqforecast.config.shipped import list_shipped
from seqforecast.errors import ConfigError

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
BAD = """\
data:
  source: table
  path: sales.csv
training:
  epoch: 20
  learning_rate: fast
window: {horizon: 0}
"""

pytestmark = pytest.mark.skipif(
    not README.is_file(), reason="an installed package has no README beside its tests"
)


def help_of(*words):
    result = call(*words, "--help")
    assert result.exit_code == 0
    return fenced(result.stdout)


def every_help():
    """The help of every command, those of groups below them, in their order."""
    return "\n\n".join(
        f"## {' '.join(['seqforecast', *words])}\n\n{help_of(*words)}"
        for words in commands(typer.main.get_command(app))
    )


def commands(group, *before):
    for name, command in group.commands.items():
        yield (*before, name)
        if hasattr(command, "commands"):
            yield from commands(command, *before, name)


def fenced(text):
    return f"```\n{text.strip()}\n```"


def errors(folder):
    from seqforecast.config.experiment_file import load_experiment

    path = folder / "bad.yaml"
    path.write_text(BAD)
    with pytest.raises(ConfigError) as caught:
        load_experiment(path)
    told = f"error: {caught.value}".replace(f"{folder}/", "")
    hint = f"\nhint: {caught.value.hint}" if caught.value.hint else ""
    return fenced(told + hint)


BLOCKS = {
    ("README.md", "help"): lambda _: help_of(),
    ("README.md", "errors"): errors,
    ("docs/commands.md", "commands"): lambda _: every_help(),
    ("docs/settings.md", "settings"): lambda _: settings_reference(),
}


@pytest.mark.parametrize(("page", "name"), BLOCKS)
def test_a_block_is_what_the_program_prints(page, name, request, tmp_path):
    """`--update-golden` rewrites the block."""
    path = ROOT / page
    text = path.read_text(encoding="utf-8")
    begin, end = f"<!-- block: {name} -->\n", "<!-- end -->"
    before, _, rest = text.partition(begin)
    shown, _, after = rest.partition(end)
    printed = BLOCKS[page, name](tmp_path) + "\n"
    if request.config.getoption("--update-golden"):
        path.write_text(before + begin + printed + end + after, encoding="utf-8")
        return
    assert shown == printed


def test_the_tables_of_results_have_every_shipped_experiment():
    text = README.read_text(encoding="utf-8")
    tables = [block_of(text, name) for name in ("experiments", "accuracy")]
    assert set(re.findall(r"`(\w+)`", "".join(tables))) == set(list_shipped())


@pytest.mark.parametrize("name", ["accuracy", "ablation"])
def test_a_table_of_measured_runs_is_what_was_recorded(name, monkeypatch):
    """Of the settings that are shipped now; others were not measured.

    `python benchmarks/<name>.py --readme README.md` rewrites the block.
    """
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    script = importlib.import_module(name)
    made = script.tables(script.RESULTS, script.SEEDS)
    assert block_of(README.read_text(encoding="utf-8"), name).strip() == made
    assert made.count("**") + made.count("+ ") >= 4


def test_the_error_rates_of_compare_are_those_of_the_simulation(monkeypatch):
    """One row, simulated again; a repetition or two may fall to the other side.

    `python benchmarks/false_positives.py --readme README.md` rewrites the block.
    """
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    script = importlib.import_module("false_positives")
    block = block_of(README.read_text(encoding="utf-8"), "error_rates")
    setup = script.SETUPS[3]
    rows = [line for line in block.splitlines() if line.startswith(f"| {setup.name}")]
    shown = [float(share) for share in re.findall(r"([\d.]+) %", rows[0])]
    assert max(shown[:4]) <= 7
    settings = script.EQUAL["2 equally good cells"]
    found = script.claims(setup, 400, seeds=script.SEEDS[0], **settings)
    assert 100 * found["ours"] == pytest.approx(shown[2], abs=0.6)


def test_the_lags_of_the_readme_are_those_that_were_compared(monkeypatch):
    """`python benchmarks/echo.py --readme README.md` rewrites the block."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    script = importlib.import_module("echo")
    block = block_of(README.read_text(encoding="utf-8"), "echo")
    rows = [line.split("|")[1:-1] for line in block.strip().splitlines()[2:]]
    assert [int(row[0]) for row in rows] == list(script.LAGS)
    assert all(len(row) == len(script.CELLS) + 4 for row in rows)


def block_of(text, name):
    return text.partition(f"<!-- block: {name} -->")[2].partition("<!-- end -->")[0]


def test_what_the_readme_links_to_is_there():
    text = README.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#]+)\)", text)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_command_of_make_is_there():
    text = README.read_text(encoding="utf-8")
    targets = (ROOT / "Makefile").read_text(encoding="utf-8")
    for name in set(re.findall(r"\bmake (\w+)", text)):
        assert re.search(rf"^{name}:", targets, re.MULTILINE), name


def test_the_experiment_of_the_readme_loads(tmp_path):
    from seqforecast.config.experiment_file import load_experiment

    block = README.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    path = tmp_path / "passengers.yaml"
    path.write_text(block)
    experiment = load_experiment(path).experiment
    assert (ROOT / experiment.data.path).is_file()


@pytest.mark.tensorflow
@pytest.mark.slow
def test_the_first_block_is_what_the_shipped_experiment_prints(tmp_path):
    """Word for word; numbers within 5 %, because machines round differently."""
    from seqforecast.config.experiment_file import load_experiment, resolve
    from seqforecast.reporting.tables import render_scores
    from seqforecast.runs.locate import Destination
    from seqforecast.workflows.train.train import train_experiment

    run = train_experiment(load_experiment(resolve("simplernn")), Destination(tmp_path))
    printed = render_scores(run.read_json(run.metrics)["test"])
    block = README.read_text(encoding="utf-8").split("<!-- block: textbook -->")[1]
    shown = block.split("train simplernn\n")[1].split("```")[0]

    number = r"-?\d+\.\d+|\d+"
    assert words(shown, number) == words(printed, number)
    found = [float(each) for each in re.findall(number, printed)]
    expected = [float(each) for each in re.findall(number, shown)]
    assert found == pytest.approx(expected, rel=0.05, abs=0.02)


def words(text, number):
    """Return a text without its numbers, marks of the best and space."""
    return re.sub(rf"{number}|[*\s]", "", text)
