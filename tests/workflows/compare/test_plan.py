"""Matched parameters: as close as whole units come."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.models.section import Cell, ModelSection
from seqforecast.models.size import count_layers, parameters
from seqforecast.workflows.compare.plan import match_units


def count(section: ModelSection) -> int:
    return parameters(count_layers(section, lookback=20, horizon=3))


@given(
    st.sampled_from(list(Cell)),
    st.sampled_from(list(Cell)),
    st.integers(1, 300),
    st.integers(1, 300),
)
def test_one_layer_is_matched_as_closely_as_a_unit_allows(cell, other, units, begun):
    wanted = count(ModelSection(cell=cell, units=[units]))
    matched = match_units(ModelSection(cell=other, units=[begun]), wanted, count)
    (found,) = matched.units

    def missed(number: int) -> int:
        return abs(count(ModelSection(cell=other, units=[number])) - wanted)

    # A layer is scaled by at most 64.
    if begun / 64 + 1 < found < begun * 64:
        assert missed(found) <= missed(found + 1)
        assert found == 1 or missed(found) <= missed(found - 1)


@given(st.lists(st.integers(4, 128), min_size=1, max_size=3), st.sampled_from(Cell))
def test_what_is_equal_already_stays(units, cell):
    section = ModelSection(cell=cell, units=units)
    assert count(match_units(section, count(section), count)) == count(section)


@pytest.mark.parametrize("cell", [Cell.LSTM, Cell.GRU])
def test_gates_cost_units(cell):
    wanted = count(ModelSection(cell=Cell.SIMPLE_RNN, units=[64, 32]))
    matched = match_units(ModelSection(cell=cell, units=[64, 32]), wanted, count)
    assert matched.units[0] < 64
    assert abs(matched.units[0] / matched.units[1] - 2) < 0.2
    assert abs(count(matched) / wanted - 1) < 0.05
