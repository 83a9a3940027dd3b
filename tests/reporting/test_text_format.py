"""Numbers as text; expected texts were written by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.reporting.figures.axis_scales import (
    limits,
    log_limits,
    log_ticks,
    needs_log,
)
from seqforecast.reporting.text_format import (
    align,
    align_names,
    join,
    power_texts,
    significant,
    tick_texts,
    wrap,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        (0.0, "0"),
        (0.31234, "0.3123"),
        (9.99996, "10.00"),
        (12345.6, "12346"),
        (-3.14159, "-3.142"),
        (1.2345e-5, "1.234e-5"),
        (1.2e8, "1.200e8"),
        (math.nan, "nan"),
    ],
)
def test_four_significant_digits(value: float | None, text: str) -> None:
    """Broken once by rounding 9.99996 after its size was taken: "10.000"."""
    assert significant(value) == text


@given(st.floats(1e-300, 1e300), st.sampled_from([1, -1]))
def test_a_written_number_is_within_its_digits(size: float, sign: int) -> None:
    value = sign * size
    assert float(significant(value)) == pytest.approx(value, rel=5.01e-4)


@pytest.mark.parametrize(
    ("ticks", "texts"),
    [
        ([], []),
        ([0.0], ["0"]),
        ([-1.0, -0.5, 0.0], ["−1.0", "−0.5", "0"]),  # noqa: RUF001
        ([1000.0, 2000.0], ["1000", "2000"]),
        ([10000.0, 12500.0], ["10.0k", "12.5k"]),
        ([0.0, 5e5, 1e6], ["0", "0.5M", "1.0M"]),
        ([100000.1, 100000.2], ["100000.1", "100000.2"]),
        ([2.5e-9, 5e-9], ["2.5e−9", "5.0e−9"]),  # noqa: RUF001
        ([1e30, 2e30], ["1e30", "2e30"]),
    ],
)
def test_ticks_of_an_axis_are_written_alike(
    ticks: list[float], texts: list[str]
) -> None:
    assert tick_texts(ticks) == texts


@given(st.floats(-1e9, 1e9), st.floats(1e-3, 1e9), st.integers(2, 8))
def test_no_two_ticks_read_the_same(start: float, spacing: float, count: int) -> None:
    """Broken once by two significant digits."""
    ticks = [start + spacing * number for number in range(count)]
    assert len(set(tick_texts(ticks))) == count


def test_powers_of_ten_are_short() -> None:
    assert power_texts([1e-5, 1e-3, 0.2, 1, 1e4, 1e5]) == [
        *("1e-5", "0.001", "0.2"),
        *("1", "10000", "1e5"),
    ]


def test_a_logarithmic_axis_is_for_positive_values_that_differ_much() -> None:
    """Broken once by leaving out that all must be above 0."""
    assert needs_log([1, 21, None])
    assert not needs_log([1, 19])
    assert needs_log([1, 10], ratio=10)
    assert not needs_log([1, 9.9], ratio=10)
    assert not needs_log([0, 21])
    assert not needs_log([])


def test_a_constant_lies_in_the_middle_of_its_axis() -> None:
    assert limits([4.0, 4.0]) == (3.0, 5.0)
    assert limits([0.0]) == (-1.0, 1.0)
    assert limits([None]) == (0.0, 1.0)


@given(st.lists(st.floats(1e-250, 1e250), min_size=1, max_size=5), st.integers(2, 8))
def test_a_logarithmic_axis_shows_all_with_few_ticks(
    values: list[float], most: int
) -> None:
    low, high = log_limits(values)
    assert 0 < low < min(values) <= max(values) < high
    assert len(log_ticks((low, high), most)) <= most + 1


WORD = st.text("abcdefgh_0123456789", min_size=1, max_size=18)
CELL = st.lists(WORD, min_size=1, max_size=9).map(" ".join)


@given(st.integers(1, 7), st.data())
def test_a_table_for_a_narrow_terminal_cuts_no_word(
    count: int, data: st.DataObject
) -> None:
    """Broken once by the terminal's own breaks: `seasonal_nai` and `ve`."""
    rows = data.draw(st.lists(st.tuples(WORD, *[CELL] * count), min_size=1, max_size=5))
    columns = [align_names(column) for column in zip(*rows, strict=True)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "60")
        lines = join(columns, before="  ")
    assert max(map(len, lines)) <= 60
    written = sorted(" ".join(lines).split())
    wanted = sorted(" ".join(cell for row in rows for cell in row).split())
    # Names stand in every block of columns again.
    names = [row[0] for row in rows]
    assert set(written) == set(wanted)
    assert all(written.count(word) >= wanted.count(word) for word in wanted)
    assert {word for word in written if written.count(word) > wanted.count(word)} <= {
        *names
    }


def test_columns_that_do_not_fit_follow_below_with_the_names_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = [("", "MAE", "RMSE"), ("model", "1.5", "22.5"), ("naive", "10.25", "3.0")]
    assert align(rows)[0] == "         MAE  RMSE"
    monkeypatch.setenv("COLUMNS", "17")
    assert align(rows) == [
        *("         MAE", "model   1.5", "naive  10.25"),
        *("", "       RMSE", "model  22.5", "naive   3.0"),
    ]
    path = ["runs/a/b/c_d/e"]
    assert join([["at"], path]) == ["at  runs/a/b/", "    c_d/e"]
    assert wrap(["one two three four"]) == ["one two three", "  four"]
    monkeypatch.setenv("COLUMNS", "x")
    assert len(align(rows)) == 3
