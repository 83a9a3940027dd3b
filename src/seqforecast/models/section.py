"""The `model:` section: which cells, how many, what is normalised."""

from enum import Enum
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, field_validator, model_validator

from seqforecast.data.panel import Panel
from seqforecast.errors import DataError
from seqforecast.section import Section

Activation = Literal[
    "tanh", "relu", "sigmoid", "linear", "elu", "selu", "softplus", "gelu", "silu"
]
Units = Annotated[int, Field(ge=1, le=8192)]
Quantile = Annotated[float, Field(gt=0, lt=1)]
MEDIAN = 0.5
ResidualOf = Literal["none", "seasonal_naive", "theta", "linear"]
InstanceNorm = Literal["none", "last", "mean", "zscore", "zlast", "blend", "logmean"]


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


class ModelSection(Section):
    """Recurrent layers between a reversible normalisation and a direct head."""

    cell: Cell = Field(
        default=Cell.LSTM, strict=False, description="simple_rnn (rnn), lstm or gru"
    )
    units: list[Units] = Field(
        default=[50], min_length=1, max_length=16, description="units, one a layer"
    )
    activation: Activation = Field(
        default="tanh", description="of the cells; other than tanh no cuDNN kernel"
    )
    dropout: float = Field(
        default=0.0, ge=0, lt=1, description="share of each layer's outputs dropped"
    )
    bidirectional: bool = Field(
        default=False, description="read the lookback in both directions"
    )
    instance_norm: InstanceNorm = Field(
        default="last",
        description="what each window is taken relative to; undone on the way out",
    )
    residual_of: ResidualOf = Field(
        default="none",
        description="the simple forecaster whose error the network learns; inside the "
        "model",
    )
    segment: int | None = Field(
        default=None,
        ge=1,
        le=100_000,
        description="steps folded into one token before the cell; null: none",
    )
    embedding: int | None = Field(
        default=None,
        ge=1,
        le=8192,
        description="width of a token after its Dense; needs segment; null: none",
    )
    series_embedding: int | None = Field(
        default=None,
        ge=1,
        le=1024,
        description="width of a learnt vector that each series adds to its tokens; "
        "null: none",
    )
    position: bool = Field(
        default=False,
        description="add a learnt vector to each token, by its place; needs segment",
    )
    decoder: Literal["direct", "parallel"] = Field(
        default="direct",
        description="one Dense for all steps, or one step of a cell for each segment "
        "of the horizon (SegRNN; needs segment)",
    )
    quantiles: list[Quantile] = Field(
        default=[],
        max_length=99,
        description="levels that are forecast beside the median, rising, with 0.5, as "
        "[0.1, 0.5, 0.9]; needs training.loss: quantile; []: none",
    )

    @field_validator("cell", mode="before")
    @classmethod
    def _accept_the_short_name(cls, value: Any) -> Any:
        return "simple_rnn" if value == "rnn" else value

    @property
    def numbers(self) -> int:
        """How many numbers are forecast for each step."""
        return len(self.quantiles) or 1

    @field_validator("quantiles")
    @classmethod
    def _rise_through_the_median(cls, quantiles: list[float]) -> list[float]:
        if sorted(set(quantiles)) != quantiles:
            raise ValueError(f"levels must rise, got {quantiles}")
        if quantiles and MEDIAN not in quantiles:
            raise ValueError(f"0.5, the median, must be among them, got {quantiles}")
        return quantiles

    @model_validator(mode="after")
    def _keep_logarithms_of_positive_forecasts(self) -> "ModelSection":
        if self.residual_of == "linear" and self.instance_norm == "logmean":
            raise ValueError(
                "residual_of: linear may forecast what has no logarithm, and "
                "instance_norm: logmean takes one: use another of the two"
            )
        return self

    @model_validator(mode="after")
    def _have_segments_where_they_are_needed(self) -> "ModelSection":
        if self.segment is not None:
            return self
        wants = {
            "an embedding": self.embedding is not None,
            "a position": self.position,
            "the parallel decoder": self.decoder == "parallel",
        }
        for name, is_set in wants.items():
            if is_set:
                raise ValueError(f"{name} needs a segment: set model.segment too")
        return self


def check_values(panel: Panel, kind: InstanceNorm) -> None:
    """Refuse values that a normalisation cannot take.

    Raises:
        DataError: logmean with a value that has no logarithm.
    """
    if kind != "logmean" or panel.values.min() > 0:
        return
    where = int(np.argmax(panel.values <= 0))
    series = int(np.searchsorted(panel.offsets, where, side="right")) - 1
    step = panel.first_steps[series] + where - panel.offsets[series]
    stamp = panel.clocks(np.array([step]))[0]
    raise DataError(
        f"model.instance_norm logmean takes logarithms, but series "
        f"{panel.ids[series]} has the value {panel.values[where]:g} at {stamp}",
        hint="use instance_norm: mean, zscore or last",
    )
