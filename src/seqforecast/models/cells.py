"""Cells by the name they have in an experiment file."""

from enum import Enum


class Cell(str, Enum):
    """A recurrent cell.

    SimpleRNN: Elman, "Finding structure in time", 1990. LSTM: Hochreiter and
    Schmidhuber, "Long short-term memory", 1997. GRU: Cho et al., "Learning phrase
    representations using RNN encoder-decoder", 2014, in the `reset_after` form that
    has a cuDNN kernel and is Keras' default.
    """

    SIMPLE_RNN = "simple_rnn"
    LSTM = "lstm"
    GRU = "gru"

    @property
    def layer_name(self) -> str:
        """What Keras calls the layer."""
        match self:
            case Cell.SIMPLE_RNN:
                return "SimpleRNN"
            case Cell.LSTM:
                return "LSTM"
            case Cell.GRU:
                return "GRU"

    @property
    def gates(self) -> int:
        """Gates of a unit, the candidate state among them; SimpleRNN has that alone."""
        match self:
            case Cell.SIMPLE_RNN:
                return 1
            case Cell.LSTM:
                return 4
            case Cell.GRU:
                return 3

    @property
    def biases(self) -> int:
        """Biases of a gate and unit; `reset_after` has one more, as cuDNN has."""
        return 2 if self is Cell.GRU else 1
