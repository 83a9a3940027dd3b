"""The `training:` section: how the weights are found."""

from typing import Literal

from pydantic import Field, model_validator

from seqforecast.section import Section


class TrainingSection(Section):
    """Epochs, optimizer, schedule, stopping, device."""

    epochs: int = Field(
        default=20, ge=1, le=100_000, description="passes over the training windows"
    )
    batch_size: int = Field(
        default=32, ge=1, le=1_000_000, description="windows in one step"
    )
    optimizer: Literal["adam", "adamw", "nadam", "rmsprop", "sgd"] = Field(
        default="adam", description="how gradients become steps"
    )
    learning_rate: float = Field(
        default=1e-3, gt=0, le=1000, description="size of a step in the first epoch"
    )
    schedule: Literal["constant", "exponential", "cosine", "step", "plateau"] = Field(
        default="constant", description="how the learning rate falls, epoch by epoch"
    )
    decay: float = Field(
        default=0.5,
        gt=0,
        lt=1,
        description="factor of exponential (every epoch), step and plateau",
    )
    decay_every: int = Field(
        default=10,
        ge=1,
        le=100_000,
        description="epochs between steps; plateau: epochs without improvement",
    )
    loss: Literal["mse", "mae", "huber", "smape", "quantile"] = Field(
        default="mse", description="what is minimised; see loss_unit"
    )
    loss_unit: Literal["series", "window"] = Field(
        default="series",
        description="what errors are measured in: the series' scale or the window's",
    )
    step_weight: float = Field(
        default=0.0,
        ge=0,
        le=10,
        description="steps of the horizon count step ** -step_weight in the loss",
    )
    clip_norm: float | None = Field(
        default=None, gt=0, description="largest gradient norm; null: no limit"
    )
    patience: int | None = Field(
        default=None,
        ge=1,
        description="epochs without improvement before stopping; null: never",
    )
    steps_per_epoch: int | None = Field(
        default=None,
        ge=1,
        le=1_000_000,
        description="batches sampled for an epoch; null: every window once",
    )
    sampling: Literal["window", "series"] = Field(
        default="window", description="equal weight to every window, or every series"
    )
    ensemble: int = Field(
        default=1,
        ge=1,
        le=100,
        description="members, each from a seed of its own; their median forecasts",
    )
    average: int = Field(
        default=1,
        ge=1,
        le=1000,
        description="epochs over which weights are averaged before they are judged by "
        "validation and kept; 1: none",
    )
    keep: Literal["best", "last"] = Field(
        default="best",
        description="the epoch that is kept: best on validation, or the last one",
    )
    refit: bool = Field(
        default=False,
        description="then train on train and validation for the epochs that were kept",
    )
    device: str = Field(
        default="auto",
        pattern=r"^(auto|cpu|gpu|gpu:\d+)$",
        description="auto, cpu, gpu or gpu:N",
    )
    compile: Literal["auto", "xla", "graph", "eager"] = Field(
        default="auto", description="how steps run; auto: xla on a CPU, else a graph"
    )

    @property
    def measured(self) -> str:
        """The loss and its unit, in words."""
        if self.loss == "smape":
            return "sMAPE as a fraction"
        unit = "scaled series" if self.loss_unit == "series" else "scaled windows"
        return f"{self.loss} of the {unit}"

    @model_validator(mode="after")
    def _keep_what_patience_waits_for(self) -> "TrainingSection":
        if self.keep == "last" and self.patience is not None:
            raise ValueError(
                "patience ends on epochs that were no better: leave it out, or set "
                "training.keep: best"
            )
        return self
