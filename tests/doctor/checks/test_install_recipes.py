"""Versions of what is no Python package, read as far as they are numbers."""

import pytest

from seqforecast.doctor.checks.install_recipes import version_of


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("525.60.13", (525, 60, 13)),
        ("535.183.01", (535, 183, 1)),
        ("14", (14,)),
        ("2.31-0ubuntu9", (2, 31)),
        ("9.x", (9,)),
        ("2.22.0rc1", (2, 22, 0)),
        ("", ()),
        ("x.1", ()),
        ("-1", ()),
        ("..", ()),
    ],
)
def test_a_version_is_read_as_far_as_it_is_numbers(
    text: str, numbers: tuple[int, ...]
) -> None:
    assert version_of(text) == numbers
