"""What messages have in common: the first of many names."""

import pytest

from seqforecast.errors import name_first


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
