"""The page of a comparison: whole, safe, readable, and shown by a real browser."""

import base64
from pathlib import Path
from typing import Any

import pytest

from seqforecast.reporting.compare.page import READING, render_comparison_page
from support.comparisons import ALL, ECHO, ETTH1, FAILED, ONE_SEED, comparison
from support.pages import (
    HOSTILE,
    Page,
    check_access,
    check_look,
    check_that_nothing_is_fetched,
    png,
)


def page_of(document: Any, folder: Path, alt: str = "what {}", **details: Any) -> str:
    pictures = {name: folder / f"{name}.png" for name in READING}
    for name, path in pictures.items():
        path.write_bytes(png(said=alt.format(name)))
    known = {
        "settings": {
            each["name"]: {"model": {"cell": each["cell"], "dropout": 0.1}}
            for each in document["members"]
        },
        "environment": {"TensorFlow": "2.18.1"},
        "command": "seqforecast compare rnn lstm gru",
    }
    return render_comparison_page(document, pictures, known | details)


@pytest.mark.parametrize("name", ALL)
def test_a_page_is_nested_well_and_names_everything(name: str, tmp_path: Path) -> None:
    """Broken once by a section that was never closed."""
    page = Page(page_of(ALL[name], tmp_path))
    for each in ALL[name]["members"]:
        assert each["name"] in page.text
    for baseline in ALL[name]["baselines"]:
        assert baseline in page.text
    check_access(page)


def test_the_verdict_comes_before_the_table_and_the_pictures(tmp_path: Path) -> None:
    html = page_of(ETTH1, tmp_path)
    verdict = html.index("gru and lstm are significantly better than simple_rnn;")
    assert verdict < html.index("<table") < html.index("<img")


def test_every_picture_is_inside_and_says_what_it_shows(tmp_path: Path) -> None:
    """Broken once by the paths of the pictures."""
    images = Page(page_of(ECHO, tmp_path)).all("img")
    assert [image["alt"] for image in images] == [f"what {name}" for name in READING]
    begin = "data:image/png;base64,"
    for image in images:
        source = str(image["src"])
        assert source.startswith(begin)
        drawn = png(said=str(image["alt"]))
        assert base64.b64decode(source.removeprefix(begin)) == drawn


def test_nothing_is_fetched_and_nothing_runs(tmp_path: Path) -> None:
    check_that_nothing_is_fetched(page_of(ECHO, tmp_path))


def test_names_errors_and_settings_cannot_write_html(tmp_path: Path) -> None:
    """Broken once by autoescape off."""
    document = comparison(
        {HOSTILE: (0.3, 0.31), "gru": (0.4, 0.41)},
        baselines={"naive": 0.5},
        name=HOSTILE,
        notes=[HOSTILE],
        failed=[{"name": HOSTILE, "seed": 0, "error": HOSTILE}],
    )
    html = page_of(
        document,
        tmp_path,
        alt=HOSTILE,
        settings={HOSTILE: {"a": HOSTILE}, "gru": {"a": 1}},
        environment={HOSTILE: HOSTILE},
        command=HOSTILE,
    )
    page = Page(html)
    assert not page.all("script")
    assert page.text.count("<script>alert('x')</script>\"&") >= 10
    assert {image["alt"] for image in page.all("img")} == {HOSTILE}


def test_failed_fits_are_on_the_page_with_their_errors(tmp_path: Path) -> None:
    text = Page(page_of(FAILED, tmp_path)).text
    assert "Failed: lstm, seed 1: the loss became NaN in epoch 3" in text


def test_one_seed_is_said_to_claim_nothing(tmp_path: Path) -> None:
    text = Page(page_of(ONE_SEED, tmp_path)).text
    assert "Nothing is claimed: one seed cannot tell" in text
    assert "letter" not in text


def test_what_differed_stands_apart_from_what_was_equal(tmp_path: Path) -> None:
    text = Page(page_of(ECHO, tmp_path)).text
    assert "model.cell simple_rnn lstm gru" in text
    assert "Settings that were equal (1) model.dropout 0.1" in text


@pytest.mark.parametrize(
    ("name", "width"), [("six", 390), ("long names", 390), ("long names", 1280)]
)
def test_a_browser_shows_it_without_scrolling_sideways(
    name: str, width: int, tmp_path: Path
) -> None:
    """Only the boxes of tables and pictures scroll. Broken once by a wide table."""
    check_look(page_of(ALL[name], tmp_path), tmp_path, width)
