"""Labels: texts of the user's data made fit for a figure."""

import functools
import unicodedata
from collections.abc import Sequence
from typing import Any

import numpy as np

# Fonts that macOS, Linux and Windows bring along for what DejaVu Sans cannot write.
OTHER_FONTS = (
    "Hiragino Sans",
    "PingFang SC",
    "Apple SD Gothic Neo",
    "Arial Unicode MS",
    "Noto Sans CJK JP",
    "Noto Sans CJK SC",
    "Noto Sans Devanagari",
    "Noto Sans Thai",
    "WenQuanYi Micro Hei",
    "Yu Gothic",
    "Microsoft YaHei",
    "Malgun Gothic",
)
FONT = "DejaVu Sans"
NOT_DRAWABLE = "\N{REPLACEMENT CHARACTER}"


def elide(text: str, width: int) -> str:
    """Shorten a text to a width, in Latin letters, by leaving out its middle.

    Names often differ at their ends only. East Asian wide characters count twice.
    """
    if _width(text) <= width:
        return text
    head, tail = "", ""
    before, after = iter(text), reversed(text)
    while True:
        longer = head + next(before)
        if _width(longer + tail) >= width:
            break
        head = longer
        longer = next(after) + tail
        if _width(head + longer) >= width:
            break
        tail = longer
    return f"{head}…{tail}"


def drawable(text: str) -> tuple[str, list[str]]:
    """Return a text as it can be drawn here, and the fonts to draw it with.

    What no font at hand has becomes the replacement character; control characters
    become spaces.
    """
    plain = "".join(" " if unicodedata.category(c) == "Cc" else c for c in text)
    missing = {ord(c) for c in plain} - _letters(FONT)
    fonts = [FONT]
    for name in OTHER_FONTS if missing else ():
        glyphs = missing & _letters(name)
        if glyphs:
            fonts.append(name)
            missing -= glyphs
    return "".join(NOT_DRAWABLE if ord(c) in missing else c for c in plain), fonts


def stamp_texts(stamps: Sequence[Any]) -> list[str]:
    """Write time stamps alike; without the time of day when all are midnight.

    Args:
        stamps: datetime64, or whole numbers.
    """
    if not all(isinstance(stamp, np.datetime64) for stamp in stamps):
        return [str(stamp) for stamp in stamps]
    texts = [str(stamp.astype("datetime64[s]")).replace("T", " ") for stamp in stamps]
    for needless in (":00", " 00:00"):
        if all(text.endswith(needless) for text in texts):
            texts = [text.removesuffix(needless) for text in texts]
    return texts


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


@functools.cache
def _letters(name: str) -> frozenset[int]:
    """Return the code points a font has; none when it is not installed."""
    from matplotlib import font_manager

    if name not in font_manager.fontManager.get_font_names():
        return frozenset()
    path = font_manager.findfont(name)
    return frozenset(font_manager.get_font(path).get_charmap())
