"""The cells in NumPy give the numbers one can work out by hand."""

import math

import numpy as np
import pytest

from seqforecast.doctor.probes import numpy_cells
from seqforecast.doctor.probes.cuda import cudnn_version

OPEN, SHUT = 100.0, -100.0  # of a gate: its sigmoid is 1 or 0


def one_unit(gates, bias):
    """Return weights of one unit that sees nothing but its bias."""
    return [np.zeros((1, gates)), np.zeros((1, gates)), np.array(bias)]


def last(cell, weights, steps=1):
    return numpy_cells.CELLS[cell](np.zeros((1, steps, 1)), weights).item()


def test_an_elman_cell_is_a_tanh():
    weights = [np.array([[2.0]]), np.array([[0.0]]), np.array([-0.5])]
    output = numpy_cells.simple_rnn(np.array([[[9.0], [0.5]]]), weights)
    assert output.item() == pytest.approx(math.tanh(0.5))


def test_an_elman_cell_reads_its_last_output():
    """h1 = tanh(1), h2 = tanh(3 h1)."""
    weights = [np.array([[1.0]]), np.array([[3.0]]), np.array([0.0])]
    output = numpy_cells.simple_rnn(np.array([[[1.0], [0.0]]]), weights)
    assert output.item() == pytest.approx(math.tanh(3 * math.tanh(1)))


@pytest.mark.parametrize(("forget", "state"), [(SHUT, 1), (OPEN, 3)])
def test_an_lstm_adds_up_what_it_does_not_forget(forget, state):
    """Three steps, each adding tanh(0.1); order: input, forget, candidate, output."""
    weights = one_unit(4, [OPEN, forget, 0.1, OPEN])
    assert last("lstm", weights, 3) == pytest.approx(math.tanh(state * math.tanh(0.1)))


@pytest.mark.parametrize("place", [0, 3])
def test_an_lstm_with_a_shut_gate_says_nothing(place):
    bias = [OPEN, SHUT, 0.1, OPEN]
    bias[place] = SHUT
    assert last("lstm", one_unit(4, bias)) == pytest.approx(0)


@pytest.mark.parametrize(("update", "output"), [(OPEN, 0), (SHUT, math.tanh(0.3))])
def test_a_gru_keeps_its_state_while_the_update_gate_is_open(update, output):
    """Order: update, reset, candidate; the second row counts only through reset."""
    weights = one_unit(3, [[update, SHUT, 0.3], [0, 0, 0.7]])
    assert last("gru", weights) == pytest.approx(output)


def test_the_reset_gate_of_a_gru_lets_the_recurrent_bias_in():
    weights = one_unit(3, [[SHUT, OPEN, 0.3], [0, 0, 0.4]])
    assert last("gru", weights) == pytest.approx(math.tanh(0.7))


def test_the_gradient_is_that_of_a_tanh():
    """d tanh(w x + b) = 1 - tanh^2 times x, h before (0) and 1."""
    weights = [np.array([[2.0]]), np.array([[0.5]]), np.array([-0.5])]
    x = np.array([[[0.5]]])
    slopes = numpy_cells.gradient(
        numpy_cells.simple_rnn, x, weights, toward=np.array([[3.0]])
    )
    slope = 3 * (1 - math.tanh(0.5) ** 2)
    assert slopes == pytest.approx([slope * 0.5, 0, slope])


def test_differences_are_shares_of_the_size():
    one, other = np.array([1.0, 2.0]), np.array([1.0, 4.0])
    assert numpy_cells.relative_difference(one, other) == pytest.approx(0.5)
    assert numpy_cells.cosine(one, 2 * one) == pytest.approx(1)
    assert math.isnan(numpy_cells.cosine(one, 0 * one))


@pytest.mark.parametrize(
    ("number", "version"), [(90300, "9.3.0"), (8907, "8.9.7"), (91002, "9.10.2")]
)
def test_versions_of_cudnn_are_read(number, version):
    """cudnn.h: CUDNN_VERSION, of 8.9.7, 9.3.0 and 9.10.2."""
    assert cudnn_version(number) == version
