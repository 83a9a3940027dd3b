"""Every error of ours is checked word by word in some test; how that is found out.

Whether a test also makes it is known at the end of the whole suite: `--every-raise`.
"""

from pathlib import Path

import pytest

from seqforecast.errors import DataError
from support.raises import EveryRaise, Held, Refusal, refusals

LORRY = '''\
"""A module of a package."""

class LorryError(DataError):
    """It does not drive."""

def load(goods, room):
    if goods > room:
        raise DataError(
            f"{goods} boxes are more than the lorry {ROOM[room]!r} takes",
            hint="load them into two",
        )
    if goods == 0:
        raise LorryError(f"{room} is empty")
    if goods < 0:
        raise ValueError("goods must not be negative")
    raise _refuse(goods, "which nobody has ever seen")
'''


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package of one module with four refusals, in a folder of its own."""
    (tmp_path / "package" / "deep").mkdir(parents=True)
    (tmp_path / "package" / "deep" / "lorry.py").write_text(LORRY)
    return tmp_path / "package"


def held(folder: Path, **texts: str) -> Held:
    """Return what tests with these modules hold; `golden` is a golden file."""
    (folder / "golden").mkdir(parents=True)
    for name, text in texts.items():
        is_golden = name == "golden"
        path = folder / ("golden/it.txt" if is_golden else f"{name}.py")
        path.write_text(text)
    return Held.of(folder)


def test_every_error_of_ours_has_its_words_in_a_test() -> None:
    """The words of one message in a row that no other message has."""
    texts = Held.of()
    found = refusals()
    assert len(found) > 200
    assert [str(refusal) for refusal in found if not texts.hold(refusal)] == []


def test_refusals_are_found_wherever_they_are_and_however_they_are_made(
    package: Path,
) -> None:
    found = refusals(package)
    assert [(one.path, one.lines[0], one.noted) for one in found] == [
        ("deep/lorry.py", 8, True),
        ("deep/lorry.py", 13, True),
        ("deep/lorry.py", 15, False),
        ("deep/lorry.py", 16, True),
    ]
    assert found[0].lines == (8, 11)
    assert ("boxes", "are", "more", "than") in found[0].runs
    assert ("load", "them", "into", "two") not in found[0].runs


@pytest.mark.parametrize(
    ("test", "number"),
    [
        ('match="12 boxes are more than the"', 0),
        ('said = "boxes are more " "than"', 0),
        ('said = f"{n} boxes are more than"', 0),
        ('match=r"is\\.empty"', 1),
        ("['must not be negative']", 2),
        ("say('which nobody has ever')", 3),
    ],
)
def test_four_words_in_a_row_are_held(
    package: Path, tmp_path: Path, test: str, number: int
) -> None:
    """A message that is shorter is held whole; it does not matter how it is written."""
    texts = held(tmp_path / "tests", test_lorry=test)
    hold = [texts.hold(refusal) for refusal in refusals(package)]
    assert hold == [i == number for i in range(4)]


@pytest.mark.parametrize(
    "test",
    [
        '"boxes are more"',
        '"""boxes are more than the lorry takes"""',
        "# boxes are more than the lorry takes",
        '["boxes are", "more than"]',
        '"load them into two"',
    ],
)
def test_less_or_what_no_test_compares_is_not_held(
    package: Path, tmp_path: Path, test: str
) -> None:
    texts = held(tmp_path / "tests", test_lorry=test)
    assert not texts.hold(refusals(package)[0])


def test_words_that_two_messages_share_hold_neither(package: Path) -> None:
    """Broken on purpose: any four words."""
    (package / "ship.py").write_text(LORRY.replace("the lorry", "a ship at sea"))
    lorry, *_ = refusals(package)
    assert lorry.runs == {
        ("are", "more", "than", "the"),
        ("more", "than", "the", "lorry"),
    }


def test_an_error_counts_as_made_where_its_words_are(
    package: Path, tmp_path: Path
) -> None:
    """In the module of the test, or in what all tests share."""
    lorry = refusals(package)[0]
    said = 'match="boxes are more than the lorry takes"'
    texts = held(tmp_path / "tests", test_said=said, test_made="pass")
    assert texts.hold_where_made(lorry, {("test_said.py", "deep/lorry.py", 8)})
    assert texts.hold_where_made(lorry, {("test_said.py", "deep/lorry.py", 11)})
    assert not texts.hold_where_made(lorry, {("test_made.py", "deep/lorry.py", 8)})
    assert not texts.hold_where_made(lorry, {("test_said.py", "deep/lorry.py", 13)})
    assert not texts.hold_where_made(lorry, set())
    shared = held(tmp_path / "other", test_made="pass", golden=said)
    assert shared.hold_where_made(lorry, {("test_made.py", "deep/lorry.py", 8)})


def test_errors_are_noted_with_the_places_that_made_them(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """All of the way from the package, so that a maker of errors need not be known."""
    from seqforecast.config.experiment_file import load_experiment
    from seqforecast.errors import ConfigError, SeqforecastError

    monkeypatch.setattr(SeqforecastError, "__init__", SeqforecastError.__init__)
    plugin = EveryRaise()
    with pytest.raises(ConfigError, match="no such experiment file"):
        load_experiment(Path("nowhere.yaml"))
    DataError("made by no module of ours")
    here = Path(__file__).relative_to(request.config.rootpath / "tests").as_posix()
    assert {test for test, _, _ in plugin.made} == {here}
    made_here = [one for one in refusals() if one.tests(plugin.made)]
    assert any("no such experiment file" in one.code for one in made_here)
    assert len(made_here) <= 2


def test_a_refusal_is_told_as_an_editor_opens_it() -> None:
    refusal = Refusal("a/b.py", (3, 4), "DataError('x')", noted=True, texts=())
    assert str(refusal) == "a/b.py:3: DataError('x')"
