"""How near stamps come to a grid: 1 without gaps, whatever the frequency."""

import numpy as np
import pandas as pd
import pytest

from seqforecast.data.regularity import regularity


def ticks(stamps: pd.DatetimeIndex) -> np.ndarray:
    """Return microseconds since 1970."""
    return stamps.as_unit("us").asi8


@pytest.mark.parametrize(
    "alias", ["s", "15min", "h", "D", "B", "W-WED", "2W-SUN", "MS", "ME", "QE", "YS"]
)
def test_a_grid_is_regular_and_with_gaps_less_so(alias: str) -> None:
    """Broken on purpose: business days by length; they were five of seven."""
    stamps = ticks(pd.date_range("2020-02-28", periods=60, freq=alias))
    assert regularity(stamps) == 1
    assert regularity(np.delete(stamps, [10, 20, 30])) == pytest.approx(57 / 60)


def test_the_same_day_of_months_is_regular() -> None:
    """Though no frequency of ours has it, it may be meant."""
    months = pd.date_range("2020-01-01", periods=30, freq="MS") + pd.Timedelta(days=14)
    assert regularity(ticks(months)) == 1


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_are_regular(count: int) -> None:
    assert regularity(np.arange(count)) == 1


def test_neither_days_at_random_nor_centuries_of_business_days_are() -> None:
    random = np.random.default_rng(0)
    days = np.unique(random.integers(0, 10_000, 100)) * 86_400_000_000
    assert regularity(days) < 0.1
    far = np.array([0, 86_400_000_000, 5_000_000 * 7 * 86_400_000_000])
    assert regularity(far) < 0.1


def test_years_with_some_months_between_are_not() -> None:
    """As 01-02-03 makes of days in a row; broken on purpose: what lies off left out."""
    years = pd.date_range("2001-01-01", periods=31, freq="YS")
    months = pd.date_range("2001-02-01", periods=9, freq="YS-FEB")
    assert regularity(np.sort(ticks(years.append(months)))) < 0.5
