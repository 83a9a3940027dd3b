"""Many problems, long ones, and odd letters: told in little room and little time."""

import time

import pytest

from seqforecast.config import error_messages
from seqforecast.config.experiment_file import load_experiment
from seqforecast.config.overrides import apply_overrides
from seqforecast.config.problems import MOST_TOLD, Source, excerpt
from seqforecast.config.yaml_tree import read_tree
from seqforecast.errors import ConfigError, did_you_mean

DATA = "data: {source: synthetic, kind: sine}\n"


def refused(folder, text, overrides=()):
    path = folder / "bad.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_experiment(path, overrides)
    return caught.value


def test_the_first_problems_are_told_and_how_many_more_there_are(tmp_path):
    error = refused(tmp_path, DATA + "".join(f"k{i}: 1\n" for i in range(1500)))
    blocks = str(error).split("\n\n")
    assert blocks[0].endswith("bad.yaml has 1,500 problems")
    assert len(blocks) == MOST_TOLD + 2
    assert [f": k{i}: unknown" in blocks[i + 1] for i in range(MOST_TOLD)] == [
        True
    ] * MOST_TOLD
    assert blocks[-1] == "and 1,480 more"
    assert error.hint == "correct them all, then run the same command again"


@pytest.mark.parametrize("count", [2, MOST_TOLD])
def test_so_many_are_told_whole(count, tmp_path):
    error = refused(tmp_path, DATA + "".join(f"k{i}: 1\n" for i in range(count)))
    assert str(error).count(": unknown setting") == count
    assert " more" not in str(error)


# Under the limit of 256 KiB. Before, the first took a minute and wrote five megabytes.
MANY = {
    "names": "\n".join(f"k{i}: 1" for i in range(22_000)),
    "names on one line": "{" + ", ".join(f"k{i}: 1" for i in range(8_000)) + "}",
    "names in a section": "model:\n" + "\n".join(f" k{i}: 1" for i in range(8_000)),
    "names to search": DATA
    + "tune: {space: {"
    + ", ".join(f"k{i}: 1" for i in range(8_000))
    + "}}",
    "values": f"data: {{source: table, path: a, target: [{'1, ' * 30_000}1]}}",
    "values to search": f"{DATA}tune: {{space: {{training.learning_rate: "
    f"[{', '.join(f'a{i}' for i in range(4_000))}]}}}}",
    "lists": "\n".join(f"k{i}: [1]" for i in range(8_000)),
}


@pytest.mark.parametrize("name", MANY)
def test_thousands_of_problems_take_seconds(name, tmp_path):
    """Each quadratic step took more than a minute.

    Broken on purpose: every place of the file looked through for each value to search.
    """
    started = time.process_time()
    error = refused(tmp_path, MANY[name])
    assert time.process_time() - started < 5
    assert len(f"{error}{error.hint}".encode()) < 20_000


def test_only_what_is_told_is_looked_up(tmp_path, monkeypatch):
    """Comparing words takes longest. Broken on purpose: without `partial`."""
    asked = []
    monkeypatch.setattr(
        error_messages, "did_you_mean", lambda *words: asked.append(words) or ""
    )
    refused(tmp_path, DATA + MANY["names"])
    assert len(asked) == MOST_TOLD


def test_an_override_of_one_value_looks_through_nothing(monkeypatch):
    text = f"{DATA}model: {{units: [1, 2]}}\nseed: 1\n"
    tree = read_tree(text, Source("bad.yaml", text))
    forgotten = []
    monkeypatch.setattr(
        type(tree), "forget", lambda _, path: forgotten.append(path), raising=True
    )
    apply_overrides(tree, ["seed=3", "training.epochs=2", "model.units=[3]"])
    assert forgotten == [("model", "units")]


@pytest.mark.parametrize("kind", [list, dict])
def test_an_override_names_no_more_levels_than_a_file_may_have(kind, tmp_path):
    """Each level took as long as all before it: fifty thousand, half a minute."""
    name = "training." + "x." * 50_000 + "y"
    given = [f"{name}=1"] if kind is list else {name: 1}
    error = refused(tmp_path, DATA, given)
    assert str(error).endswith(": names more than 16 levels of sections")
    assert error.hint == "no setting is nested so deeply"


@pytest.mark.parametrize(
    ("line", "column", "shown"),
    [
        ("a: 1", 4, "    a: 1\n       ^"),
        ("\ta: 1", 2, "    \\ta: 1\n      ^"),
        ("a: \x1b[31mb", 9, "    a: \\x1b[31mb\n               ^"),
        ("a: \u202eb", 5, "    a: \\u202eb\n             ^"),
        ("a:", 6, "    a:\n         ^"),
        (" \t ", 2, ""),
    ],
)
def test_a_line_is_shown_with_its_odd_letters_and_the_caret_below(line, column, shown):
    assert excerpt(line, column) == shown


def test_a_long_line_is_shown_around_the_place():
    first, second = excerpt("x" * 500 + "!" + "y" * 500, 501).splitlines()
    assert first[second.index("^")] == "!"
    assert len(first) < 120


def test_of_many_known_names_the_first_are_told():
    names = [f"s{i:04d}" for i in range(5000)]
    hint = did_you_mean("s0007x", names)
    assert hint.startswith("did you mean 's0007'? known: s0000, s0001, ")
    assert hint.endswith("s0029 and 4,970 more")
    assert did_you_mean("x" * 100_000, names).startswith("known: s0000")
