"""What messages have in common: few of many names, printable and bounded texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.errors import bounded, name_first, one_line, printable


@pytest.mark.parametrize(
    ("count", "more", "said"),
    [
        (0, {}, ""),
        (1, {}, "s0"),
        (5, {}, "s0, s1, s2, s3, s4"),
        (6, {}, "s0, s1, s2, s3, s4 and 1 more"),
        (2005, {}, "s0, s1, s2, s3, s4 and 2,000 more"),
        (4, {"most": 2, "rest": ", ..."}, "s0, s1, ..."),
        (3, {"most": 1, "rest": "; {:,} more"}, "s0; 2 more"),
    ],
)
def test_the_first_names_stand_for_all(
    count: int, more: dict[str, object], said: str
) -> None:
    assert name_first([f"s{i}" for i in range(count)], **more) == said


def test_a_name_with_braces_is_a_name() -> None:
    assert name_first(["{0}", "{x}"], most=1) == "{0} and 1 more"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é 😀 \\x1b", "plain é 😀 \\x1b"),
        ("a\nb", "a\nb"),
        ("\x00\t\r\x1b\x7f\x85\x9b", r"\x00\t\r\x1b\x7f\x85\x9b"),
        ("\u200e\u200f\u061c", r"\u200e\u200f\u061c"),
        ("\u202a\u202e\u2066\u2069", r"\u202a\u202e\u2066\u2069"),
        ("\u2028\u2029", r"\u2028\u2029"),
        ("\udc80\ud83d", r"\udc80\ud83d"),
        ("👩\u200d🔬 \u200c", "👩\u200d🔬 \u200c"),  # joiners are parts of letters
    ],
)
def test_what_a_terminal_obeys_is_shown_as_python_writes_it(
    text: str, shown: str
) -> None:
    assert printable(text) == shown
    assert one_line(text) == shown.replace("\n", "\\n")


@given(st.text(), st.integers(200, 3000))
def test_a_bounded_text_fits_and_keeps_its_ends(text: str, most: int) -> None:
    """Bytes are what is bounded: a letter may have four."""
    long = printable(f"begin{text * 50}\n{'é' * 5000}end")
    short = bounded(long, most)
    assert len(short.encode()) <= most
    assert short.startswith("begin")
    assert short.endswith("end")
    assert bounded("short", most) == "short"
