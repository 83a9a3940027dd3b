"""Thinned lines look like the lines they are made of."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.reporting.figures.thinning import points_of, thin, values_of


@given(
    st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), min_size=1, max_size=300),
    st.integers(4, 40),
)
def test_highs_lows_and_ends_stay(values: list[float], most: int) -> None:
    """Broken once by every n-th point."""
    x, y = thin(np.arange(len(values)), values, most)
    assert len(x) == len(y) <= max(most, 4)
    assert (x[0], x[-1]) == (0, len(values) - 1)
    assert np.all(np.diff(x) > 0)
    if not np.isnan(values).all():
        assert np.nanmax(y) == np.nanmax(values)
        assert np.nanmin(y) == np.nanmin(values)


def test_what_is_not_finite_is_a_gap() -> None:
    points = points_of([1, 2, 3], [0.5, np.inf, np.nan])
    assert points == ((1.0, 0.5), (2.0, None), (3.0, None))
    assert values_of(points) == [0.5]
