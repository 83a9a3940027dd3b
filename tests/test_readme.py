"""README and `docs` show what the program prints and what was measured."""

import importlib
import re

import numpy as np
import pytest
import typer

from seqforecast.cli.app import app
from seqforecast.config.settings_reference import settings_reference
from seqforecast.config.shipped import list_shipped
from seqforecast.errors import ConfigError
from support.command_line import call
from support.handbook import (
    BEGIN,
    END,
    README,
    ROOT,
    block_of,
    fences,
    page_of,
    text_of,
)

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
    "help": lambda _: help_of(),
    "errors": errors,
    "commands": lambda _: every_help(),
    "settings": lambda _: settings_reference(),
}


@pytest.mark.parametrize("name", BLOCKS)
def test_a_block_is_what_the_program_prints(name, request, tmp_path):
    """`--update-golden` rewrites the block."""
    page = page_of(name)
    before, begin, rest = text_of(page).partition(BEGIN.format(name))
    shown, end, after = rest.partition(END)
    printed = BLOCKS[name](tmp_path) + "\n"
    if request.config.getoption("--update-golden"):
        page.write_text(before + begin + printed + end + after, encoding="utf-8")
        return
    assert shown == printed


def test_the_tables_of_results_have_every_shipped_experiment():
    tables = [block_of(name) for name in ("experiments", "accuracy")]
    assert set(re.findall(r"`(\w+)`", "".join(tables))) == set(list_shipped())


@pytest.mark.parametrize("name", ["accuracy", "ablation"])
def test_a_table_of_measured_runs_is_what_was_recorded(name, monkeypatch):
    """Of the settings that are shipped now; others were not measured.

    `python benchmarks/<name>.py --readme docs/results.md` rewrites the block.
    """
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    script = importlib.import_module(name)
    made = script.tables(script.RESULTS, script.SEEDS)
    assert block_of(name).strip() == made
    assert made.count("**") + made.count("+ ") >= 4


def test_what_kills_leave_is_what_was_recorded(monkeypatch):
    """`python benchmarks/kill_commands.py --readme docs/runs.md` rewrites the block.

    What went wrong is told in capitals.
    """
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    script = importlib.import_module("kill_commands")
    made = script.outcomes_table()
    assert block_of("kills").strip() == made
    assert not re.search(r"[A-Z]{4}", made)
    assert made.count("goes on to the same end") >= 3


def test_what_simple_forecasters_are_worth_is_what_was_recorded(monkeypatch):
    """`python benchmarks/residual.py --readme docs/guide/model.md` rewrites it."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    script = importlib.import_module("residual")
    made = script.made_table()
    assert block_of("residual").strip() == made
    assert made.count("| and Theta") == 3


def test_the_error_rates_of_compare_are_those_of_the_simulation(monkeypatch):
    """One row, simulated again; a repetition or two may fall to the other side.

    `python benchmarks/false_positives.py --readme docs/results.md` rewrites the block.
    """
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    script = importlib.import_module("false_positives")
    block = block_of("error_rates")
    setup = script.SETUPS[3]
    rows = [line for line in block.splitlines() if line.startswith(f"| {setup.name}")]
    shown = [float(share) for share in re.findall(r"([\d.]+) %", rows[0])]
    assert max(shown[:4]) <= 7
    settings = script.EQUAL["2 equally good cells"]
    found = script.claims(setup, 400, seeds=script.SEEDS[0], **settings)
    assert 100 * found["ours"] == pytest.approx(shown[2], abs=0.6)


def test_the_rates_of_roles_are_those_of_the_simulation(monkeypatch):
    """A few tables of each kind, made again.

    `python benchmarks/role_rates.py --readme docs/guide/data.md` rewrites the block.
    """
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    script = importlib.import_module("role_rates")
    rows = [line.split("|")[1:-1] for line in block_of("roles").strip().splitlines()]
    shown = {row[0].strip(): float(row[1].strip(" %")) for row in rows[2:]}
    assert list(shown) == list(script.KINDS)
    assert min(shown.values()) >= 95
    for number, kind in enumerate(script.KINDS):
        draw = np.random.default_rng(number)
        right = sum(not script.judge(script.make(kind, draw), draw) for _ in range(60))
        assert right >= 54


def test_the_rates_of_seasons_are_those_of_the_simulation(monkeypatch):
    """Two cells, simulated again; a series or two may fall to the other side.

    `python benchmarks/season_rates.py --readme docs/results.md` rewrites the block.
    """
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    script = importlib.import_module("season_rates")
    tables = [part.splitlines() for part in block_of("season_rates").split("\n\n")]
    none, found, rules = (
        {row[2:].split(" | ")[0]: row.strip("| ").split(" | ")[1:] for row in table}
        for table in tables
    )
    false = {name: [*map(float, none[name])] for name in script.NONE}
    assert max(max(shares) for shares in false.values()) <= 5
    head = found["% found, as large as the noise (twice)"]
    enough = {"months": 5, "hours": 4, "weeks": 3, "days": 8, "quarters": 12}
    for name, seen in enough.items():
        for kind in script.PATTERNS:
            shares = dict(zip(head, found[f"{name}, {kind}"], strict=True))
            assert float(shares[f"{seen} seasons"].split()[0]) >= 95
    ours, others = (rules[f"{rule}, months"] for rule in [*script.RULES][:2])
    assert float(ours[4]) > 2 * float(others[4])
    walks = [script.without("random walk", "MS", 5, number) for number in range(200)]
    shown = [script.by_rule(walk, "MS") is not None for walk in walks]
    assert sum(shown) / 2 == pytest.approx(false["random walk"][7], abs=2.5)
    make = [script.within("wave", "MS", 5, number, size=1.0) for number in range(200)]
    hits = [script.by_rule(values, "MS") == 12 for values in make]
    assert sum(hits) / 2 == pytest.approx(95, abs=4)


def test_the_lags_of_the_table_are_those_that_were_compared(monkeypatch):
    """`python benchmarks/echo.py --readme docs/results.md` rewrites the block."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    script = importlib.import_module("echo")
    block = block_of("echo")
    rows = [line.split("|")[1:-1] for line in block.strip().splitlines()[2:]]
    assert [int(row[0]) for row in rows] == list(script.LAGS)
    assert all(len(row) == len(script.CELLS) + 4 for row in rows)


def test_the_readme_is_short():
    assert len(text_of(README).splitlines()) <= 250


def test_the_final_choice_is_at_least_as_good_as_any_single_forecaster():
    """Written by `python benchmarks/final_choice.py WHEEL --readme docs/results.md`."""
    lines = block_of("final_choice").strip().splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")]
    means = {row[0]: float(row[-1]) for row in rows[2:]}
    single = [mean for rule, mean in means.items() if rule.startswith("always ")]
    assert means["auto"] < min(single)
    ratios = [
        float(line.split(": ")[1].split(",")[0]) for line in lines if "% [" in line
    ]
    assert len(ratios) >= 2
    assert max(ratios) <= 1.03


def test_the_headline_of_the_readme_is_what_was_recorded(monkeypatch):
    """`python benchmarks/accuracy.py --headline README.md` rewrites the block."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    script = importlib.import_module("accuracy")
    made = script.headline(script.RESULTS, script.SEEDS)
    assert block_of("headline").strip() == made
    assert len(made.splitlines()) == 2 + len(script.HEADLINES)
    assert page_of("headline") == README


def test_the_speeds_of_the_readme_are_those_of_the_tables():
    told = " ".join(text_of(README).partition("## What it does")[0].split())
    ratios = re.search(r"trains ([\d.]+) times.*?SimpleRNN ([\d.]+) times", told)
    seconds = re.search(r"a million series are forecast in (\d+) seconds", told)
    rows = [line.split(" | ") for line in block_of("speed").splitlines()]
    measured = {row[0].removeprefix("| "): row for row in rows if len(row) > 8}
    for said, cell in zip(ratios.groups(), ("lstm", "simple_rnn"), strict=True):
        assert said == f"{float(measured[f'{cell} 50, 32'][3].split()[0]):.1f}"
    (row,) = re.findall(r"\| 1,000,000 \| ([\d.]+) s", block_of("predict"))
    assert seconds[1] == f"{float(row):.0f}"


def test_the_experiment_of_the_readme_loads(tmp_path):
    from seqforecast.config.experiment_file import load_experiment

    block = next(fences(README, "yaml"))
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
    from seqforecast.runs.directory import Destination
    from seqforecast.workflows.train.train import train_experiment

    run = train_experiment(load_experiment(resolve("simplernn")), Destination(tmp_path))
    printed = render_scores(run.read_json(run.metrics)["test"])
    shown = block_of("textbook").split("train simplernn\n")[1].split("```")[0]

    number = r"-?\d+\.\d+|\d+"
    assert words(shown, number) == words(printed, number)
    found = [float(each) for each in re.findall(number, printed)]
    expected = [float(each) for each in re.findall(number, shown)]
    assert found == pytest.approx(expected, rel=0.05, abs=0.02)


def words(text, number):
    """Return a text without its numbers, marks of the best and space."""
    return re.sub(rf"{number}|[*\s]", "", text)
