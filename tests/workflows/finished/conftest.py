"""What tests of finished runs share."""

from collections.abc import Iterator

import pytest

from support.small_run import undrawn


@pytest.fixture(autouse=True, scope="module")
def nothing_drawn() -> Iterator[None]:
    """Nobody looks at the figures of the runs that are trained for these tests."""
    with undrawn():
        yield
