"""Texts of the user's data, made fit for a figure."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.reporting.figures import labels
from seqforecast.reporting.figures.labels import FONT, drawable, elide, stamp_texts


def test_a_long_name_keeps_both_ends() -> None:
    assert elide("household_0000012345", 11) == "house…12345"
    assert elide("household", 9) == "household"


@given(st.text("ab東京都", max_size=40), st.integers(3, 20))
def test_no_name_is_wider_than_its_place(text: str, width: int) -> None:
    """Broken once by counting wide characters as one."""
    shown = elide(text, width)
    assert len(shown) + sum(shown.count(wide) for wide in "東京都") <= width


def test_what_no_font_has_becomes_the_replacement_character(monkeypatch) -> None:
    """Broken once by drawing it: matplotlib warns of a missing glyph."""
    monkeypatch.setattr(labels, "OTHER_FONTS", ())
    assert drawable("a東\n") == ("a\N{REPLACEMENT CHARACTER} ", [FONT])


def test_another_font_writes_what_the_first_has_not(monkeypatch) -> None:
    has = {FONT: frozenset({ord("a")}), "Hiragino Sans": frozenset({ord("東")})}
    monkeypatch.setattr(labels, "_letters", lambda name: has.get(name, frozenset()))
    assert drawable("a東") == ("a東", [FONT, "Hiragino Sans"])


def test_stamps_show_the_time_of_day_only_if_one_has_it() -> None:
    """Broken once by shortening each stamp on its own."""
    noon = np.datetime64("2024-01-31T12:00", "ns")
    midnight = np.datetime64("2024-02-01T00:00", "ns")
    assert stamp_texts([midnight]) == ["2024-02-01"]
    assert stamp_texts([noon, midnight]) == ["2024-01-31 12:00", "2024-02-01 00:00"]
    assert stamp_texts([np.int64(7)]) == ["7"]
