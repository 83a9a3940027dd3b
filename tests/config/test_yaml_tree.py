"""YAML text becomes plain values; what is not plain is refused where it stands."""

import pytest

from seqforecast.config import yaml_tree
from seqforecast.config.problems import Source, excerpt
from seqforecast.config.yaml_tree import read_tree


def read(text):
    return read_tree(text, Source("f", text))


def test_values_know_where_they_were_written():
    tree = read("a:\n  - 1\n  - {b: x}\nc: 'y'\n")
    assert tree.values == {"a": [1, {"b": "x"}], "c": "y"}
    assert tree.spot(("a",)).key.where == "f:1:1"
    assert tree.spot(("a", 1, "b")).value.where == "f:3:9"
    assert tree.spot(("c", "unknown")).value.where == "f:4:4"
    assert tree.spots["a", 0].written == "1"


def test_quoted_and_block_text_is_never_a_number():
    tree = read("a: '1'\nb: \"null\"\nc: |-\n  3\nd: >-\n  true\n")
    assert tree.values == {"a": "1", "b": "null", "c": "3", "d": "true"}


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("a: 1\na: 2\nb: {c: 1, c: {d: 1, d: 2}}\na: 3\n", [(2, 1), (3, 11), (3, 21)]),
        ("1: a\n? [x]\n: b\ntrue: {y: 1, y: 1}\n", [(1, 1), (2, 3), (4, 1), (4, 14)]),
        ("a: &x 1\nb: *x\nc: !!str 1\nd: ! 2\n", [(1, 4), (2, 4), (3, 4), (4, 4)]),
        ("&x a: 1\n!!str b: 1\n", [(1, 1), (2, 1)]),
        ('a: "\\ud800"\n', [(1, 4)]),
        ("a: 1\n---\nb: 2\n", [(2, 1)]),
    ],
)
def test_everything_refused_is_told_at_once(text, where):
    """Broken on purpose: a reader that skips the second of two equal names whole
    loses what is wrong inside it.
    """
    found = [problem.place.order[1:] for problem in read(text).problems]
    assert [place for place in where if place not in found] == []


def test_an_alias_bomb_is_refused_at_its_first_anchor():
    text = "a: &a [x, x]\n" + "".join(
        f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n"
        for old, new in zip("abcdefg", "bcdefgh", strict=True)
    )
    tree = read(text)
    assert tree.problems[0].text == "a: anchors (&a) are not read"


@pytest.mark.parametrize("escape", ["\\U00110000", "\\UFFFFFFFF"])
@pytest.mark.parametrize("before", ["", "#\ta tab: not for libyaml\n"])
def test_an_escape_of_no_character_has_a_place(escape, before):
    """Broken on purpose: ValueError and OverflowError let through."""
    tree = read(f'{before}a: "{escape}"\n')
    (problem,) = tree.problems
    assert problem.text == "an escape that stands for no character"
    line = 1 + before.count("\n")
    assert problem.place.order[1:2] == (line,)


@pytest.mark.parametrize(
    "text",
    [
        "a: [1, 2, {b: c}]\nd: 'x''y'\ne: \"q\\n\\x41\"\n",
        "f: |\n  as it\n   is\ng: >-\n  fol\n  ded\n",
        "a: &x 1\nb: *x\nc: !!str 1\n? [k]\n: 1\na: 2\n<<: 3\n",
        "é: 東京\n  b: 1\n",
        "a: {b: [1, 2}\n",
        "---\na: 1\n...\n---\nb: 2\n",
    ],
)
def test_both_parsers_see_the_same(text, monkeypatch):
    """libyaml's events, and those of PyYAML's own parser where it is not there."""
    fast = read(text)
    monkeypatch.setattr(yaml_tree.yaml, "__with_libyaml__", False)
    slow = read(text)
    assert fast == slow


def test_deep_brackets_are_refused_before_they_cost_time():
    assert "levels" in read("a: " + "[" * 200_000).problems[0].text


def test_an_excerpt_is_about_a_hundred_columns_around_the_caret():
    line = "x" * 1000 + "HERE" + "y" * 1000
    shown, caret = excerpt(line, 1001).splitlines()
    assert len(shown) < 120
    assert shown[caret.index("^") :].startswith("HERE")


def test_an_excerpt_of_a_blank_line_is_left_out():
    assert excerpt("   ", 2) == ""
