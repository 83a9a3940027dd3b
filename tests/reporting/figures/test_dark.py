"""Colours of dark screens, in every figure that is drawn."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from seqforecast.reporting.figures import style
from seqforecast.reporting.figures.dark import dark_of, with_dark
from seqforecast.reporting.figures.loss import describe_loss, draw_loss

PAPER = "#15181c"


def contrast(first: str, second: str) -> float:
    """Of WCAG 2.1, written anew from its text."""

    def luminance(color: str) -> float:
        parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [
            x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts
        ]
        return sum(w * x for w, x in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_white_becomes_the_dark_paper_and_ink_is_light() -> None:
    assert dark_of("#ffffff") == PAPER
    assert contrast(dark_of("#000000"), PAPER) > 14


@pytest.mark.parametrize(
    "color",
    [style.MODEL, style.NAIVE, style.BEST, style.TRUTH, style.INK, style.FAINT_INK],
)
def test_what_is_read_on_white_is_read_on_dark_paper(color: str) -> None:
    """Broken once by colours left as they are: 3.4 for the model's blue."""
    assert contrast(dark_of(color.lower()), PAPER) >= 4.5


def test_a_drawing_has_a_dark_colour_for_each_of_its_colours(tmp_path: Path) -> None:
    """Broken once by fills alone: lines stayed black on black."""
    rows = [{"epoch": 1, "loss": 1.0, "val_loss": 2.0}]
    draw_loss(describe_loss(rows, 1), tmp_path / "loss.png")
    svg = (tmp_path / "loss.svg").read_text("utf-8")
    ET.fromstring(svg)  # well-formed
    rules = dict(re.findall(r'\[style\*="(\w+: #\w+)"\]\{\w+:(#\w+)!important\}', svg))
    used = re.findall(r'style="([^"]*)"', svg.partition("</style>")[2])
    colors = {found for text in used for found in re.findall(r"\w+: #\w{6}", text)}
    assert colors == set(rules)
    assert rules["fill: #ffffff"] == PAPER


def test_a_text_that_is_no_drawing_stays_as_it_is() -> None:
    assert with_dark("no drawing") == "no drawing"


def test_the_same_drawing_is_the_same_file(tmp_path: Path) -> None:
    """Broken once by the date, and by names at random."""
    rows = [{"epoch": 1, "loss": 1.0, "val_loss": 2.0}]
    for name in "ab":
        draw_loss(describe_loss(rows, 1), tmp_path / f"{name}.png")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
