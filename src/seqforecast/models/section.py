"""The `model:` section: which cells, how many, what is normalised."""

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from seqforecast.models.cells import Cell
from seqforecast.models.normalization import InstanceNorm
from seqforecast.section import Section

Activation = Literal[
    "tanh", "relu", "sigmoid", "linear", "elu", "selu", "softplus", "gelu", "silu"
]
Units = Annotated[int, Field(ge=1, le=8192)]


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

    @field_validator("cell", mode="before")
    @classmethod
    def _accept_the_short_name(cls, value: Any) -> Any:
        return "simple_rnn" if value == "rnn" else value

    @model_validator(mode="after")
    def _embed_only_segments(self) -> "ModelSection":
        if self.embedding is not None and self.segment is None:
            raise ValueError("an embedding needs a segment: set model.segment too")
        return self
