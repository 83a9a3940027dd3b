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
